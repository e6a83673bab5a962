"""A cluster behind TLS and a lock: passes requests on to a real one, once they prove who sends them."""
import base64
import hashlib
import hmac
import http.client
import http.server
import socket
import ssl
import subprocess
import threading
import urllib.parse


class Authorities:
    """Certificates made for one test: an authority, and what it signs."""

    def __init__(self, folder):
        self.folder = folder
        self.authority = self.make_authority("authority")

    def openssl(self, *arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)

    def make_authority(self, name):
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                     "-subj", f"/CN=pgsync test {name}", "-keyout", self.folder / f"{name}.key",
                     "-out", self.folder / f"{name}.pem")
        return self.folder / f"{name}.pem"

    def certificate(self, name, alternative="IP:127.0.0.1", days=2, password=None):
        """Paths of certificate and key. Signed by the authority; `days` may lie in the past."""
        key, request, certificate = (self.folder / f"{name}.{end}" for end in ("key", "csr", "crt"))
        lock = ["-passout", f"pass:{password}"] if password else ["-nodes"]
        self.openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", *lock, "-subj", f"/CN={name}",
                     "-keyout", key, "-out", request)
        extension = self.folder / f"{name}.ext"
        extension.write_text(f"subjectAltName={alternative}\n")
        self.openssl("x509", "-req", "-in", request, "-CA", self.authority, "-CAkey", self.authority.with_suffix(".key"),
                     "-CAcreateserial", "-days", days, "-extfile", extension, "-out", certificate)
        return certificate, key


def sigv4_fault(secrets, method, target, headers, body):
    """What is wrong with a request's signature, or None. Written from Amazon's description of Signature Version 4."""
    algorithm, _, rest = (headers.get("Authorization") or "").partition(" ")
    if algorithm != "AWS4-HMAC-SHA256":
        return "not signed"
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    identity, *scope = parts["Credential"].split("/")
    if identity not in secrets or scope[3:] != ["aws4_request"]:
        return "another's credential"
    secret, token = secrets[identity]
    if headers.get("X-Amz-Security-Token") != token:
        return "another session token"
    names = parts["SignedHeaders"].split(";")
    must = {name.lower() for name in headers.keys() if name.lower().startswith("x-amz-")} | {"host"}
    if not must <= set(names) or names != sorted(names):
        return f"signed headers {names}"
    content = hashlib.sha256(body).hexdigest()
    if headers["X-Amz-Content-Sha256"] != content:
        return "another body"

    def encoded(text):
        return urllib.parse.quote(text, safe="-_.~")

    path, _, query = target.partition("?")
    pairs = sorted((encoded(name), encoded(value)) for name, value in urllib.parse.parse_qsl(query, keep_blank_values=True))
    request = "\n".join([
        method,
        "/".join(encoded(part) for part in path.split("/")),
        "&".join(f"{name}={value}" for name, value in pairs),
        "".join(f"{name}:{' '.join(','.join(headers.get_all(name)).split())}\n" for name in names),
        ";".join(names),
        content,
    ])
    key = ("AWS4" + secret).encode()
    for part in scope:
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    text = "\n".join([algorithm, headers["X-Amz-Date"], "/".join(scope), hashlib.sha256(request.encode()).hexdigest()])
    right = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    return None if hmac.compare_digest(right, parts["Signature"]) else "a wrong signature"


def header_is(value):
    """A lock that wants this Authorization header."""
    return lambda method, target, headers, body: None if headers.get("Authorization") == value else "another identity"


def basic(user, password):
    return header_is("Basic " + base64.b64encode(f"{user}:{password}".encode()).decode())


class Proxy:
    """Listens on 127.0.0.1 with a certificate; `lock` says what is wrong with a request, or None."""

    def __init__(self, cluster, certificate, lock=None, clients=None):
        upstream = urllib.parse.urlsplit(cluster).netloc
        proxy = self
        self.passed, self.faults = 0, []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                fault = lock and lock(self.command, self.path, self.headers, body)
                if fault:
                    proxy.faults.append(fault)
                    return self.answer(401, b'{"error":{"type":"security_exception","reason":"no"},"status":401}')
                proxy.passed += 1
                connection = http.client.HTTPConnection(upstream, timeout=60)
                try:
                    kind = self.headers.get("Content-Type")
                    connection.request(self.command, self.path, body or None, {"Content-Type": kind} if kind else {})
                    answer = connection.getresponse()
                    self.answer(answer.status, answer.read(), answer.getheader("Content-Type"))
                finally:
                    connection.close()

            def answer(self, status, body, kind="application/json"):
                self.send_response(status)
                self.send_header("Content-Type", kind or "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = handle_one

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass  # handshakes that fail, as they should

            def finish_request(self, request, address):
                # The handshake belongs to the connection's own thread.
                with request.dup() as raw:
                    try:
                        secured = context.wrap_socket(request, server_side=True)
                    except ssl.SSLError:
                        # Closed with something unread in it, the connection would be reset before the reason is read.
                        raw.shutdown(socket.SHUT_WR)
                        raw.settimeout(5)
                        while raw.recv(4096):
                            pass
                        raise
                with secured:
                    super().finish_request(secured, address)

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        if clients:
            context.load_verify_locations(clients)
            context.verify_mode = ssl.CERT_REQUIRED
        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
