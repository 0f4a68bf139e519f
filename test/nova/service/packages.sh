# Sourced by up.sh: Debian's packages, unpacked below the cache folder.
# Sets root (the unpacked tree), python and uwsgi, and the paths under which they find their modules.

for program in apt-get:apt dpkg-deb:dpkg /usr/bin/python3:python3 setsid:util-linux; do
  command -v "${program%:*}" >/dev/null ||
    fail "needs ${program%:*} (package ${program#*:}); this works on Debian 12 and its relatives"
done
/usr/bin/python3 -c 'import sqlite3, ssl, urllib.request' 2>/dev/null ||
  fail "needs Python's whole standard library (package python3, not python3-minimal alone)"
release=$(. /etc/os-release && echo "$ID-${VERSION_ID:-rolling}")
root=$cache/packages-$release-$(uname -m)
# Not PATH's python3, which may be another version than the packages' modules are built for.
python=/usr/bin/python3
packages=(python3-nova python3-keystone python3-novaclient uwsgi-core uwsgi-plugin-python3)
# What compute hosts and documentation builds need stays packed.
unneeded='^(systemd|libsystemd|lib(nss|pam)-systemd|udev|libudev|open-iscsi|libisns|libopeniscsi|sudo|python3-sphinx|sphinx-|python3-mypy|ceph|libceph|librgw|librbd|librados|python3-(ceph|rados|rbd|rgw))'

fetch_packages() {
  local new=$root.new.$$ log=$state/log/apt deb modules
  trap 'rm -rf "$root.new.$$"' EXIT # nothing half-made stays behind
  mkdir -p "$new"/apt/{lists,cache/archives}/partial
  # Own package lists and no lock: neither root nor fresh lists of the host are needed.
  local apt=(apt-get -y -q -o Debug::NoLocking=1 -o "APT::Sandbox::User=$(id -un)" -o "Dir::State::lists=$new/apt/lists"
    -o "Dir::Cache=$new/apt/cache" -o Acquire::Retries=3)
  say "fetching Debian's packages of Nova and Keystone (about 70 to 110 MB)"
  {
    "${apt[@]}" update && "${apt[@]}" install -d --no-install-recommends "${packages[@]}" &&
      (cd "$new/apt/cache/archives" && "${apt[@]}" download nova-common) # alone: its dependencies run a compute host
  } >"$log" 2>&1 || fail "apt-get could not fetch the packages; is the network and a Debian mirror reachable?" "$log"
  for deb in "$new"/apt/cache/archives/*.deb; do
    [[ $(basename "$deb") =~ $unneeded ]] || printf '%s\0' "$deb"
  done | xargs -0 -P 2 -I{} dpkg-deb -x {} "$new" || fail "unpacking failed"
  # python3-distutils adds files to the standard library's own folder: make it whole, where it is looked for.
  for modules in "$new"/usr/lib/python3.*/distutils; do
    [ -d "$modules" ] || continue
    cp -rn "/usr/lib/$(basename "$(dirname "$modules")")/distutils/." "$modules"
    mv "$modules" "$new/usr/lib/python3/dist-packages/"
  done
  rm -rf "$new/apt" "$root"
  mv -T "$new" "$root" 2>/dev/null || rm -rf "$new" # another run was quicker
  trap - EXIT
  say "unpacked $(du -sh "$root" | cut -f 1)"
}
unpacked() { # PATH: in the tree, else the system's own, since installed packages are not fetched
  local base
  for base in "$root" ""; do
    [ ! -e "$base/$1" ] || { echo "$base/$1" && return; }
  done
  return 1
}
tree_loads() {
  [ -d "$root" ] && unpacked usr/bin/uwsgi-core >/dev/null &&
    "$python" -c 'import cryptography, sqlalchemy, lxml.etree, oslo_policy, nova.conf, keystone.conf, novaclient' 2>"$state/log/imports"
}

use_tree() {
  local base
  libraries=
  for base in "$root"/usr/lib/*-linux-gnu* "$root"/lib/*-linux-gnu*; do
    [ ! -d "$base" ] || libraries=$libraries${libraries:+:}$base
  done
  export PYTHONPATH=$root/usr/lib/python3/dist-packages LD_LIBRARY_PATH=$libraries
  export PYTHONPYCACHEPREFIX=$root/pycache # not beside the scripts of the checkout
  export XDG_CACHE_HOME=$state/cache       # where stevedore remembers entry points
}

# Without written bytecode every process would compile thousands of modules anew.
unset PYTHONHOME PYTHONDONTWRITEBYTECODE
[ ! -d "$root" ] || (use_tree && tree_loads) || rm -rf "$root" # from another host, or half a tree
[ -d "$root" ] || fetch_packages
use_tree
tree_loads || fail "the unpacked packages do not load" "$state/log/imports"
uwsgi=$(unpacked usr/bin/uwsgi-core)
# From here on everything is on loopback.
unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY
export no_proxy='*' NO_PROXY='*'
