"""An endpoint that keeps what it is posted: each delivery is one line of JSON with its headers and its body.

receive.py <folder> <deliveries>: writes its port into folder/port, and ends when it has had so many deliveries.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

folder, wanted = Path(sys.argv[1]), int(sys.argv[2])


class Endpoint(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        with open(folder / "deliveries", "a", encoding="utf-8") as file:
            file.write(json.dumps({"headers": headers, "body": body}) + "\n")
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


server = HTTPServer(("127.0.0.1", 0), Endpoint)
(folder / "port.new").write_text(str(server.server_port), encoding="utf-8")
(folder / "port.new").rename(folder / "port")
for _ in range(wanted):
    server.handle_request()
