"""A real web server on loopback that is told of alarms; a test chooses its answer."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Hook:
    """What arrived: path, headers, body. `status` is the answer; with `drip` one byte of it comes each second."""

    status: int = 204
    drip: bool = False
    url: str = ""
    taken: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def documents(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _path, _headers, body in self.taken]


@contextmanager
def hook_server() -> Iterator[Hook]:
    hook = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hook.taken.append((self.path, dict(self.headers), body))
            if hook.drip:
                for byte in b"HTTP/1.1 " + b"x" * 100:
                    self.wfile.write(bytes([byte]))
                    if hook.closing.wait(0.2):
                        return
                return
            self.send_response(hook.status)
            if 300 <= hook.status < 400:
                self.send_header("Location", f"{hook.url}elsewhere")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hook.url = f"http://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hook
    finally:
        hook.closing.set()
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)
