# Sourced by up.sh: starts processes, each in its own session and known by its id in $state/run.

port_of() { sed -E 's#.*:([0-9]+).*#\1#' <<<"$1"; }
runs() { # NAME: its process is alive and is ours, not a later one with the same id
  local id=$state/run/$1.pid
  [ -s "$id" ] && tr '\0' ' ' 2>/dev/null <"/proc/$(cat "$id")/cmdline" | grep -qF -- "$state"
}
run_in_background() { # NAME COMMAND...
  local name=$1
  shift
  ! runs "$name" || return 0
  setsid "$@" </dev/null >>"$state/log/$name" 2>&1 &
  echo $! >"$state/run/$name.pid"
}
run_wsgi() { # NAME URL PROGRAM: with the settings of Debian's keystone-uwsgi.ini and nova-api-uwsgi.ini
  local plugin headers=() script
  for plugin in "$root"/usr/lib/uwsgi/plugins/python3*_plugin.so /usr/lib/uwsgi/plugins/python3*_plugin.so; do
    [ ! -e "$plugin" ] || break
  done
  script=$(unpacked "usr/bin/$3") || fail "the packages hold no $3"
  [ -n "${KEEP_LENGTH:-}" ] || headers+=(--rem-header Content-Length)
  [ -z "${CONNECTION_CLOSE:-}" ] || headers+=(--add-header 'Connection: close')
  # One process with one thread: several writers would meet "database is locked".
  run_in_background "$1" "$uwsgi" --plugins-dir "$(dirname "$plugin")" --plugins "$(basename "$plugin" _plugin.so)" \
    --http-socket "127.0.0.1:$(port_of "$2")" --wsgi-file "$script" --chdir "$state" --buffer-size 65535 --listen 100 \
    --master --processes 1 --threads 1 --enable-threads --thunder-lock --lazy-apps --no-orphans --die-on-term "${headers[@]}"
}
answers() { # PORT: anything that begins like HTTP
  local line
  exec 3<>"/dev/tcp/127.0.0.1/$1" && printf 'GET / HTTP/1.0\r\n\r\n' >&3 && read -r -t 60 line <&3 && [[ $line == HTTP/* ]]
}
wait_for() { # NAME URL: until it answers, or its process is gone
  for _ in $(seq 600); do
    ! (answers "$(port_of "$2")") 2>/dev/null || return 0
    runs "$1" || break
    sleep 0.1
  done
  fail "$1 did not come up" "$state/log/$1"
}
