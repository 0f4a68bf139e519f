# Sourced by up.sh: the addresses and passwords, made once, and the settings files.

if [ ! -e "$state/env" ]; then
  read -r keystone_port nova_port metadata_port neighbours_port < <("$python" -c '
import socket
sockets = [socket.socket() for _ in range(4)]
for one in sockets: one.bind(("127.0.0.1", 0))
print(*[one.getsockname()[1] for one in sockets])')
  random_word() { "$python" -c 'import secrets; print(secrets.token_hex(12))'; }
  cat >"$state/env.new" <<X
OS_AUTH_URL=http://127.0.0.1:$keystone_port/v3
OS_USERNAME=demo
OS_PASSWORD=$(random_word)
OS_PROJECT_NAME=demo
OS_USER_DOMAIN_NAME=Default
OS_PROJECT_DOMAIN_NAME=Default
OS_REGION_NAME=RegionOne
OS_IDENTITY_API_VERSION=3
ADMIN_PASSWORD=$(random_word)
NOVA_PASSWORD=$(random_word)
METADATA_SECRET=$(random_word)
NOVA_URL=http://127.0.0.1:$nova_port/v2.1
METADATA_URL=http://127.0.0.1:$metadata_port
NEIGHBOURS_URL=http://127.0.0.1:$neighbours_port
X
  # For whoever wants to run Debian's own client: `. STATE/client-env; $NOVA get-password SERVER KEY`.
  cat >"$state/client-env" <<X
export PYTHONPATH='$PYTHONPATH' LD_LIBRARY_PATH='$LD_LIBRARY_PATH' XDG_CACHE_HOME='$XDG_CACHE_HOME' no_proxy='*'
export PYTHONPYCACHEPREFIX='$PYTHONPYCACHEPREFIX'
unset PYTHONDONTWRITEBYTECODE
NOVA='$python $(unpacked usr/bin/nova)'
X
  mv "$state/env.new" "$state/env"
fi
. "$state/env"

cat >"$state/keystone/keystone.conf" <<X
[DEFAULT]
use_stderr = true
[database]
connection = sqlite:///$state/keystone/keystone.sqlite
sqlite_synchronous = false
[token]
provider = fernet
[fernet_tokens]
key_repository = $state/keystone/fernet-keys
[fernet_receipts]
key_repository = $state/keystone/fernet-keys
[credential]
key_repository = $state/keystone/credential-keys
[identity]
# The least that bcrypt takes: a login costs 80 ms instead of 400.
password_hash_rounds = 4
[cache]
# Without it a request costs 370 ms instead of 14; in memory, so for one process only.
enabled = true
backend = dogpile.cache.memory
X

cat >"$state/nova/nova.conf" <<X
[DEFAULT]
state_path = $state/nova/state
host = loopback
my_ip = 127.0.0.1
transport_url = fake://
use_stderr = true
[api_database]
connection = sqlite:///$state/nova/api.sqlite
sqlite_synchronous = false
[database]
connection = sqlite:///$state/nova/cell1.sqlite
sqlite_synchronous = false
[keystone_authtoken]
www_authenticate_uri = $OS_AUTH_URL
auth_url = $OS_AUTH_URL
auth_type = password
username = nova
password = $NOVA_PASSWORD
project_name = service
user_domain_name = Default
project_domain_name = Default
service_token_roles = service
service_token_roles_required = true
[service_user]
send_service_user_token = false
[neutron]
endpoint_override = $NEIGHBOURS_URL
auth_url = $OS_AUTH_URL
auth_type = password
username = nova
password = $NOVA_PASSWORD
project_name = service
user_domain_name = Default
project_domain_name = Default
service_metadata_proxy = true
metadata_proxy_shared_secret = $METADATA_SECRET
[oslo_concurrency]
lock_path = $state/nova/state/lock
[oslo_policy]
# This release's own defaults would let a reader clear a password.
enforce_scope = true
enforce_new_defaults = true
X
# Debian's place, and Ubuntu's.
for file in "$root"/{usr/share/nova-common,etc/nova}/api-paste.ini; do
  [ ! -e "$file" ] || cp "$file" "$state/nova/api-paste.ini"
done
export OS_KEYSTONE_CONFIG_DIR=$state/keystone OS_NOVA_CONFIG_DIR=$state/nova
