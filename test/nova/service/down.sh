#!/usr/bin/env bash
# down.sh STATE [NAME...]: ends the processes that up.sh started there (all, or the named), and nothing else.
set -u
state=$(cd "${1:?usage: down.sh STATE [NAME...]}" && pwd) || exit 1
shift
[ $# -gt 0 ] || set -- $(cd "$state/run" && ls -- *.pid 2>/dev/null | sed 's/\.pid$//')
status=0
for name; do
  id_file=$state/run/$name.pid
  [ -s "$id_file" ] || continue
  id=$(cat "$id_file")
  # The id may belong to somebody else by now.
  if tr '\0' ' ' 2>/dev/null <"/proc/$id/cmdline" | grep -qF -- "$state"; then
    kill "$id"
    for _ in $(seq 100); do
      kill -0 "$id" 2>/dev/null || break
      sleep 0.1
    done
    ! kill -0 "$id" 2>/dev/null || { echo "nova: $name ($id) does not end" >&2; status=1; }
  fi
  rm -f "$id_file"
done
exit $status
