#!/usr/bin/env bash
# down.sh STATE [NAME...]: ends the processes that up.sh started there (all, or the named), and nothing else.
set -u
state=$(cd "${1:?usage: down.sh STATE [NAME...]}" && pwd) || exit 1
shift
[ $# -gt 0 ] || set -- $(cd "$state/run" && ls -- *.pid 2>/dev/null | sed 's/\.pid$//')

id_of() { cat "$state/run/$1.pid" 2>/dev/null; }
runs() { # the id may belong to somebody else by now
  local id
  id=$(id_of "$1") && tr '\0' ' ' 2>/dev/null <"/proc/$id/cmdline" | grep -qF -- "$state"
}

for name; do
  ! runs "$name" || kill "$(id_of "$name")"
done
status=0
for name; do
  for _ in $(seq 100); do
    runs "$name" || break
    sleep 0.1
  done
  ! runs "$name" || { echo "nova: $name ($(id_of "$name")) does not end" >&2 && status=1; }
  rm -f "$state/run/$name.pid"
done
exit $status
