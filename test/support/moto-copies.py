"""
moto, imported once and copied for each local AWS: a copy starts in milliseconds and shares nothing with the others.

Prints a port. A connection to it is one local AWS: that one's address comes as a line, and it lives until the connection closes.
No more are made once standard input ends, whatever ended the process on its other side. Where the system copies no process, as
Windows, the first connection has the only one.
"""

import gc
import io
import os
import select
import signal
import socket
import sys
from functools import cache
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingMixIn
from threading import Thread
from wsgiref.handlers import SimpleHandler
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.test import Client

HOST = "127.0.0.1"


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 128


class Answer(SimpleHandler):
    http_version = "1.1"


class Connection(WSGIRequestHandler):
    """Stays open from one request to the next: with a connection for each, a request takes four times the CPU time."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    handle = BaseHTTPRequestHandler.handle

    def answer(self):
        asked = io.BytesIO(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        environ = self.get_environ()
        environ.update(CONTENT_TYPE=self.headers.get("Content-Type", ""), RAW_URI=self.path)
        answered = io.BytesIO()
        Answer(asked, answered, sys.stderr, environ).run(self.server.get_app())
        self.wfile.write(answered.getvalue())

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = answer


def loaded_moto():
    """moto with what IAM and S3 load when they are first asked."""
    # It lists the folder of its services for each request.
    DomainDispatcherApplication.get_backend_for_host = cache(DomainDispatcherApplication.get_backend_for_host)
    moto = DomainDispatcherApplication(create_backend_app)
    questions = [("iam", "POST", {"Action": "ListRoles", "Version": "2010-05-08"}), ("s3", "GET", None)]
    for service, method, data in questions:
        signed = f"AWS4-HMAC-SHA256 Credential=moto/20250101/us-east-1/{service}/aws4_request"
        Client(moto).open("/", method=method, data=data, headers={"Authorization": signed})
    return moto


def serve(moto, connection):
    """Serves one local AWS, and ends this process with it."""
    server = Server((HOST, 0), Connection)
    server.set_app(moto)
    Thread(target=server.serve_forever, daemon=True).start()
    connection.sendall(f"http://{HOST}:{server.server_port}\n".encode())
    connection.recv(1)
    os._exit(0)


moto = loaded_moto()
# Python's garbage collector would write to all memory that the copies share.
gc.freeze()
# Ctrl-C reaches this process, too, while whoever started it still needs it for a moment.
signal.signal(signal.SIGINT, signal.SIG_IGN)
copies = hasattr(os, "fork")
if copies:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
with socket.create_server((HOST, 0)) as door:
    print(door.getsockname()[1], flush=True)
    while not copies or sys.stdin not in select.select([door, sys.stdin], [], [])[0]:
        connection, _ = door.accept()
        if not copies or os.fork() == 0:
            door.close()
            serve(moto, connection)
        connection.close()
