"""A web server for tests of vib-sweep fetch: fetch_server.py FOLDER

It has the made-up files of tests/program/fetch_table.c, packed by gzip, on 127.0.0.1. FOLDER/port
tells the port once it listens, FOLDER/log has a line of path and range for each request. The first
part of a path says how the file is sent, see `ways`. With --files it writes the files to FOLDER, as
they are and packed, and ends.
"""

import gzip
import hashlib
import http.server
import os
import pathlib
import sys
import time
import urllib.parse


def made_up(n):
    return b"".join(hashlib.sha256(b"%d" % i).digest() for i in range(n))


FILES = {"made-up-images": made_up(10000), "made-up-labels": made_up(100)}
PAGE = b"\n<html><body>Please log in</body></html>\n"


def pack(name):
    return gzip.compress(FILES[name], mtime=0)


def pack_otherwise(name):
    """The same content, with a name in the header, so that every byte is elsewhere."""
    plain = pack(name)
    return plain[:3] + b"\x08" + plain[4:10] + b"a longer name than none\0" + plain[10:]


def pack_wrong(name):
    return gzip.compress(FILES[name][::-1], mtime=0)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.note(f"{self.path} {self.headers.get('Range', '-')}\n")
        # A proxy is asked for whole URLs.
        way, name = urllib.parse.urlsplit(self.path).path.lstrip("/").split("/")
        ways[way](self, name.removesuffix(".gz"))

    def note(self, line):
        with open(folder / "log", "a", encoding="ascii") as log:
            log.write(line)

    def answer(self, status, size, **headers):
        self.send_response(status)
        self.send_header("Content-Length", str(size))
        for key, value in headers.items():
            self.send_header(key.replace("_", "-"), value)
        self.end_headers()

    def start(self, data, ranges=True):
        """Sends the head of the answer; returns the bytes that are to follow."""
        asked = self.headers.get("Range")
        if asked is None or not ranges:
            self.answer(200, len(data))
            return data
        first = int(asked.removeprefix("bytes=").removesuffix("-"))
        if first >= len(data):
            self.answer(416, 0, Content_Range=f"bytes */{len(data)}")
            return b""
        self.answer(206, len(data) - first,
                    Content_Range=f"bytes {first}-{len(data) - 1}/{len(data)}")
        return data[first:]

    def plain(self, name):
        self.wfile.write(self.start(pack(name)))

    def otherwise(self, name):
        self.wfile.write(self.start(pack_otherwise(name)))

    def wrong(self, name):
        self.wfile.write(self.start(pack_wrong(name)))

    def whole(self, name):
        self.wfile.write(self.start(pack(name), ranges=False))

    def slow(self, name):
        data = self.start(pack(name))
        for at in range(0, len(data), 8192):
            self.wfile.write(data[at : at + 8192])
            time.sleep(0.005)

    def cut(self, name):
        """Half of what is asked for, and the end of the connection."""
        data = self.start(pack(name))
        self.wfile.write(data[: len(data) // 2])
        self.close_connection = True

    def hold(self, name):
        """Half of it, and the rest when FOLDER/release is there."""
        data = self.start(pack(name))
        self.wfile.write(data[: len(data) // 2])
        self.note(f"held {len(data) // 2}\n")
        while not (folder / "release").exists():
            time.sleep(0.01)
        self.wfile.write(data[len(data) // 2 :])

    def late(self, name):
        """Nothing, and that only when FOLDER/refuse is there."""
        while not (folder / "refuse").exists():
            time.sleep(0.01)
        self.gone(name)

    def silent(self, name):
        """A part of the first file, and nothing more."""
        if name != "made-up-images" or self.headers.get("Range") is not None:
            self.gone(name)
            return
        self.wfile.write(self.start(pack(name))[:100000])
        while True:
            time.sleep(1)

    def page(self, _):
        self.answer(200, len(PAGE))
        self.wfile.write(PAGE)

    def empty(self, _):
        self.answer(200, 0)

    def endless(self, name):
        """More than the file, without telling how much."""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(pack(name) * 4)
        self.close_connection = True

    def gone(self, _):
        self.answer(404, len(PAGE))
        self.wfile.write(PAGE)

    def moved(self, name):
        self.answer(302, 0, Location=f"/plain/{name}.gz")

    def circle(self, name):
        self.answer(302, 0, Location=f"/circle/{name}.gz")

    def local(self, _):
        self.answer(302, 0, Location="file:///etc/passwd")

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """Who asked is killed now and then, and its connections break."""


ways = {way: getattr(Handler, way)
        for way in ("plain", "otherwise", "wrong", "whole", "slow", "cut", "hold", "late", "silent",
                    "page", "empty", "endless", "gone", "moved", "circle", "local")}


def write_files(where):
    for name, data in FILES.items():
        (where / name).write_bytes(data)
        (where / (name + ".gz")).write_bytes(pack(name))


if sys.argv[1] == "--files":
    write_files(pathlib.Path(sys.argv[2]))
    sys.exit()
folder = pathlib.Path(sys.argv[1])
server = Server(("127.0.0.1", 0), Handler)
(folder / "port.new").write_text(str(server.server_port), encoding="ascii")
os.rename(folder / "port.new", folder / "port")
server.serve_forever()
