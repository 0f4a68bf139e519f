"""neighbours.py PORT: the few reads of Neutron and Glance that nova-api makes, answered with nothing found.

nova-api asks Neutron for a server's ports and security groups whenever it shows the server, and whenever the
metadata service builds its view. Clients of Nova talk to neither.
"""
import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

EMPTY = {
    "/v2.0/ports": {"ports": []},
    "/v2.0/security-groups": {"security_groups": []},
    "/v2.0/extensions": {"extensions": []},
    "/v2/images": {"images": []},
}


class Neighbours(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path = self.path.split("?")[0].rstrip("/").removesuffix(".json")
        if path == "":
            link = {"rel": "self", "href": f"http://{self.headers['Host']}/v2/"}
            self.answer(200, {"versions": [{"id": "v2.9", "status": "CURRENT", "links": [link]}]})
        elif path in EMPTY:
            self.answer(200, EMPTY[path])
        else:
            self.answer(404, {"NeutronError": {"type": "NotFound", "message": path, "detail": ""}})

    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


ThreadingHTTPServer.daemon_threads = True
ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Neighbours).serve_forever()
