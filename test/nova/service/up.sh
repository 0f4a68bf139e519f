#!/usr/bin/env bash
# up.sh STATE: a real Keystone v3 and Nova v2.1, with Nova's metadata service, on 127.0.0.1.
#
# The programs are Debian's packages, unpacked into a cache folder: no root, nothing installed. STATE gets
# databases, settings, logs and process ids; `env` there holds the addresses and the OS_* variables. Safe to
# run again: what is there and running is kept. `down.sh STATE` ends the processes.
#
#   WINPW_NOVA_CACHE=DIR  where the unpacked packages are kept; default .cache/nova of the checkout
#   KEEP_LENGTH=1         answers keep their Content-Length; Debian's settings remove it
#   CONNECTION_CLOSE=1    answers say "Connection: close"; Debian's settings close without saying so
set -euo pipefail
umask 077
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${WINPW_NOVA_CACHE:-$(cd "$here/../../.." && pwd)/.cache/nova}
mkdir -p "${1:?usage: up.sh STATE}" "$cache"
state=$(cd "$1" && pwd) cache=$(cd "$cache" && pwd)
mkdir -p "$state"/{run,log,keystone,nova/state}

say() { printf 'nova: %s s: %s\n' "$SECONDS" "$*" >&2; }
fail() { # SENTENCE [LOG]
  echo "nova: $1" >&2
  [ ! -e "${2:-}" ] || tail -n 30 "$2" >&2
  exit 1
}

. "$here/packages.sh"  # sets root, python, uwsgi
. "$here/settings.sh"  # sets the addresses and passwords of $state/env
. "$here/processes.sh" # run_wsgi, run_in_background, wait_for

# SQLite in write-ahead mode: a reader does not block the writer.
write_ahead() {
  "$python" -c 'import sqlite3, sys
for path in sys.argv[1:]: sqlite3.connect(path).execute("pragma journal_mode=wal")' "$@"
}
keystone_databases() {
  [ ! -e "$state/keystone/ready" ] || return 0
  # keystone-manage insists on an owner for its key folders when root runs it.
  local owner=()
  [ "$(id -u)" != 0 ] || owner=(--keystone-user root --keystone-group root)
  "$python" "$here/manage.py" keystone.cmd.manage "$state/keystone/keystone.conf" \
    db_sync -- fernet_setup "${owner[@]}" -- credential_setup "${owner[@]}" -- bootstrap \
    --bootstrap-password "$ADMIN_PASSWORD" --bootstrap-region-id RegionOne \
    --bootstrap-public-url "$OS_AUTH_URL" --bootstrap-internal-url "$OS_AUTH_URL" --bootstrap-admin-url "$OS_AUTH_URL"
  write_ahead "$state"/keystone/*.sqlite
  touch "$state/keystone/ready"
}
nova_databases() {
  [ ! -e "$state/nova/ready" ] || return 0
  # Cell 0 is mapped before `db sync`, which then syncs it as well.
  "$python" "$here/manage.py" nova.cmd.manage "$state/nova/nova.conf" \
    api_db sync -- cell_v2 map_cell0 --database_connection "sqlite:///$state/nova/cell0.sqlite" -- \
    db sync -- cell_v2 create_cell --name cell1
  write_ahead "$state"/nova/*.sqlite
  touch "$state/nova/ready"
}

keystone_databases >>"$state/log/keystone-manage" 2>&1 &
keystone_job=$!
nova_databases >>"$state/log/nova-manage" 2>&1 &
nova_job=$!
wait "$keystone_job" || fail "keystone-manage failed" "$state/log/keystone-manage"
run_wsgi keystone "$OS_AUTH_URL" keystone-wsgi-public
run_in_background neighbours "$python" "$here/neighbours.py" "$(port_of "$NEIGHBOURS_URL")" "$state"
wait "$nova_job" || fail "nova-manage failed" "$state/log/nova-manage"
run_wsgi nova-api "$NOVA_URL" nova-api-wsgi
run_wsgi nova-metadata "$METADATA_URL" nova-metadata-wsgi
wait_for keystone "$OS_AUTH_URL"
if [ ! -e "$state/seeded" ]; then
  "$python" "$here/seed.py" "$state" 2>"$state/log/seed" || fail "seeding Keystone failed" "$state/log/seed"
  touch "$state/seeded"
fi
wait_for nova-api "$NOVA_URL"
wait_for nova-metadata "$METADATA_URL"
say "Keystone, Nova and its metadata service answer"
