"""HTTP on loopback for the seeding scripts: never through a proxy, and every status is an answer."""
import json
import urllib.error
import urllib.request

opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def read_env(state):
    with open(f"{state}/env") as file:
        return dict(line.rstrip("\n").split("=", 1) for line in file)


def request(method, url, body=None, headers=None):
    """Returns status, headers, body; a dict as body is sent as JSON."""
    headers = dict(headers or {})
    if isinstance(body, dict):
        body = json.dumps(body).encode()
        headers["Content-Type"] = "application/json"
    try:
        with opener.open(urllib.request.Request(url, body, headers, method=method), timeout=60) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def log_in(auth_url, user, password, project):
    """Returns the token and what it is good for."""
    domain = {"id": "default"}
    status, headers, body = request("POST", f"{auth_url}/auth/tokens", {"auth": {
        "identity": {"methods": ["password"], "password": {"user": {"name": user, "domain": domain, "password": password}}},
        "scope": {"project": {"name": project, "domain": domain}},
    }})
    if status != 201:
        raise SystemExit(f"login of {user}: {status} {body.decode()}")
    return headers["X-Subject-Token"], json.loads(body)["token"]
