"""seed.py STATE

Through the real Keystone's API: the catalog, Nova's own user, two projects, and three users with one password:
`demo` (member of project demo), `watcher` (reader of demo), `stranger` (member of project other).
"""
import json
import sys

from loopback import log_in, read_env, request

env = read_env(sys.argv[1])
keystone = env["OS_AUTH_URL"]
token, _ = log_in(keystone, "admin", env["ADMIN_PASSWORD"], "admin")


def call(method, path, body=None):
    status, _, answer = request(method, keystone + path, body, {"X-Auth-Token": token})
    if status not in (200, 201, 204):
        raise SystemExit(f"{method} {path}: {status} {answer.decode()}")
    return json.loads(answer) if answer else None


def ensure(kind, name, **fields):
    """The id of the project, user, role or service with that name; made if it is not there."""
    found = call("GET", f"/{kind}s?name={name}")[f"{kind}s"]
    return (found or [call("POST", f"/{kind}s", {kind: {"name": name, **fields}})[kind]])[0]["id"]


for kind, name, url in (
    ("compute", "nova", env["NOVA_URL"]),
    ("network", "neutron", env["NEIGHBOURS_URL"]),
    ("image", "glance", env["NEIGHBOURS_URL"]),
):
    service = ensure("service", name, type=kind)
    known = {endpoint["interface"] for endpoint in call("GET", f"/endpoints?service_id={service}")["endpoints"]}
    for interface in {"public", "internal", "admin"} - known:
        call("POST", "/endpoints", {"endpoint": {
            "service_id": service, "interface": interface, "region_id": "RegionOne", "url": url,
        }})

for project_name, user_name, password, roles in (
    ("service", "nova", env["NOVA_PASSWORD"], ("admin", "service")),
    ("demo", "demo", env["OS_PASSWORD"], ("member",)),
    ("demo", "watcher", env["OS_PASSWORD"], ("reader",)),
    ("other", "stranger", env["OS_PASSWORD"], ("member",)),
):
    project = ensure("project", project_name, domain_id="default")
    user = ensure("user", user_name, password=password, domain_id="default", default_project_id=project)
    for role in roles:
        call("PUT", f"/projects/{project}/users/{user}/roles/{ensure('role', role)}")
