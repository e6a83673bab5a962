#!/usr/bin/env python3
"""The search side's TLS and authentication: each way to say who we are carries a whole bootstrap and sync to a real
cluster behind a TLS server that checks it, what must be refused is refused with a remedy, and no secret shows.

    security.py AIRBNB [TEST]...      libpq's variables and OPENSEARCH_URL name the servers
"""
import pathlib
import shutil
import subprocess
import sys

import tls_proxy
from harness import Bench, expect, run_all, takes_long, until

SECRETS = {name: f"s3cret-{name}-%/+=" for name in ("password", "key", "token", "secret", "session", "lock")}


def check_no_secret(b):
    for child in b.children:
        output = child.output()
        for secret in SECRETS.values():
            expect("s3cret" not in output and secret not in output, "a secret is in the output:\n" + output[-2000:])


def whole_run(b, proxy, **environment):
    """bootstrap, then sync while rows change; every document is compared through the cluster itself."""
    b.search.forget(*b.indices)
    environment.setdefault("ELASTICSEARCH_URL", f"https://127.0.0.1:{proxy.port}")
    b.succeed("bootstrap", "--log-level", "debug", **environment)
    wanted = b.value("SELECT count(*) FROM booking")
    expect(b.search.count("reservations") == wanted > 0, "bootstrap did not load every booking")
    child = b.start("sync", "--log-level", "debug", **environment)
    b.sql.execute("UPDATE guest SET name = name || '!'")

    def equal():
        wanted = {str(key): name for key, name in rows(b, "SELECT b.id, g.name FROM booking b JOIN guest g ON g.id = b.guest_id")}
        b.search("POST", "/reservations/_refresh")
        hits = b.search("POST", "/reservations/_search?size=10000", {"_source": "guest.name"})["hits"]["hits"]
        return {hit["_id"]: hit["_source"]["guest"]["name"] for hit in hits} == wanted

    until("every document has the guest's new name", equal)
    arguments = pathlib.Path(f"/proc/{child.child.pid}/cmdline").read_bytes()
    expect(b"s3cret" not in arguments, "a secret is among the arguments")
    expect(child.stop() == 0, "sync did not end well:\n" + child.output()[-2000:])
    b.succeed("teardown", "--yes", "--log-level", "debug", **environment)
    expect(not proxy.faults, f"requests with {proxy.faults[:3]}")
    expect(proxy.passed > 10, "the program went another way")
    check_no_secret(b)
    return wanted


def rows(b, query):
    b.sql.execute(query)
    return b.sql.fetchall()


@takes_long
def ways(b, folder):
    """Each way to say who we are."""
    b.load_airbnb()
    made = tls_proxy.Authorities(folder)
    server = made.certificate("server")
    files = {name: folder / name for name in ("password", "key", "token")}
    for name, path in files.items():
        path.write_text(SECRETS[name] + "\n")
    aws = {"AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": SECRETS["secret"]}
    locks = {
        "user in the URL": (tls_proxy.basic("us:er", SECRETS["password"]), {"ELASTICSEARCH_URL": "https://us%3Aer:" +
            SECRETS["password"].replace("%", "%25").replace("/", "%2F").replace("+", "%2B") + "@127.0.0.1:{}"}),
        "user and password file": (tls_proxy.basic("user", SECRETS["password"]),
            {"ELASTICSEARCH_USER": "user", "ELASTICSEARCH_PASSWORD_FILE": str(files["password"])}),
        "API key": (tls_proxy.header_is("ApiKey " + SECRETS["key"]), {"ELASTICSEARCH_API_KEY": SECRETS["key"]}),
        "API key file": (tls_proxy.header_is("ApiKey " + SECRETS["key"]), {"ELASTICSEARCH_API_KEY_FILE": str(files["key"])}),
        "bearer token": (tls_proxy.header_is("Bearer " + SECRETS["token"]),
            {"ELASTICSEARCH_BEARER_TOKEN": SECRETS["token"]}),
        "bearer token file": (tls_proxy.header_is("Bearer " + SECRETS["token"]),
            {"ELASTICSEARCH_BEARER_TOKEN_FILE": str(files["token"])}),
        "SigV4, es": (lambda *request: tls_proxy.sigv4_fault({"AKIDEXAMPLE": (SECRETS["secret"], None)}, *request),
            {"ELASTICSEARCH_AWS_SERVICE": "es", **aws}),
        "SigV4, es, session token": (
            lambda *request: tls_proxy.sigv4_fault({"AKIDEXAMPLE": (SECRETS["secret"], SECRETS["session"])}, *request),
            {"ELASTICSEARCH_AWS_SERVICE": "es", **aws, "AWS_SESSION_TOKEN": SECRETS["session"]}),
    }
    for name, (lock, environment) in locks.items():
        with tls_proxy.Proxy(b.url, server, lock) as proxy:
            environment = {key: value.format(proxy.port) if key == "ELASTICSEARCH_URL" else value
                           for key, value in environment.items()}
            documents = whole_run(b, proxy, ELASTICSEARCH_CA_FILE=str(made.authority), **environment)
            print(f"  {name}: {proxy.passed} requests, {documents} documents compared, 0 different")
            # The same door without the key.
            b.refuse("sync", saying=["refuses", "401", "ELASTICSEARCH_URL"], ELASTICSEARCH_CA_FILE=str(made.authority),
                     ELASTICSEARCH_URL=f"https://127.0.0.1:{proxy.port}")
    check_no_secret(b)


def client_certificate(b, folder):
    """A cluster that wants a certificate of ours."""
    b.load_airbnb()
    made = tls_proxy.Authorities(folder)
    server = made.certificate("server")
    mine, key = made.certificate("client")
    locked, locked_key = made.certificate("locked", password=SECRETS["lock"])
    (folder / "both.pem").write_bytes(mine.read_bytes() + key.read_bytes())
    with tls_proxy.Proxy(b.url, server, clients=made.authority) as proxy:
        common = {"ELASTICSEARCH_CA_FILE": str(made.authority)}
        whole_run(b, proxy, ELASTICSEARCH_CLIENT_CERT=str(mine), ELASTICSEARCH_CLIENT_KEY=str(key), **common)
        whole_run(b, proxy, ELASTICSEARCH_CLIENT_CERT=str(folder / "both.pem"), **common)
        whole_run(b, proxy, ELASTICSEARCH_CLIENT_CERT=str(locked), ELASTICSEARCH_CLIENT_KEY=str(locked_key),
                  ELASTICSEARCH_CLIENT_KEY_PASSWORD=SECRETS["lock"], **common)
        common["ELASTICSEARCH_URL"] = f"https://127.0.0.1:{proxy.port}"
        b.refuse("bootstrap", saying=["ELASTICSEARCH_CLIENT_CERT", "certificate"], **common)
        b.refuse("bootstrap", saying=["ELASTICSEARCH_CLIENT_KEY"], ELASTICSEARCH_CLIENT_CERT=str(mine),
                 ELASTICSEARCH_CLIENT_KEY=str(locked_key), ELASTICSEARCH_CLIENT_KEY_PASSWORD=SECRETS["password"], **common)
    check_no_secret(b)


def refused(b, folder):
    """Clusters that are not whom they claim to be, and environments that contradict themselves."""
    b.load_airbnb(data=False)
    made = tls_proxy.Authorities(folder)
    stranger = made.make_authority("stranger")
    server = made.certificate("server")
    with tls_proxy.Proxy(b.url, server) as proxy:
        url = f"https://127.0.0.1:{proxy.port}"
        b.refuse("bootstrap", saying=["certificate", "ELASTICSEARCH_CA_FILE"], ELASTICSEARCH_URL=url)
        b.refuse("bootstrap", saying=["certificate", "ELASTICSEARCH_CA_FILE"], ELASTICSEARCH_URL=url,
                 ELASTICSEARCH_CA_FILE=str(stranger))
        (folder / "no.pem").write_text("no certificate\n")
        b.refuse("bootstrap", saying=["ELASTICSEARCH_CA_FILE"], ELASTICSEARCH_URL=url,
                 ELASTICSEARCH_CA_FILE=str(folder / "no.pem"))
        expect(proxy.passed == 0, "a request reached a cluster that was not trusted")
    trusted = {"ELASTICSEARCH_CA_FILE": str(made.authority)}
    for name, certificate, words in (("expired", made.certificate("old", days=-1), ["expired", "renewed"]),
                                     ("another's name", made.certificate("other", "DNS:elsewhere.example"),
                                      ["match", "ELASTICSEARCH_URL"])):
        with tls_proxy.Proxy(b.url, certificate) as proxy:
            b.refuse("bootstrap", saying=words, ELASTICSEARCH_URL=f"https://127.0.0.1:{proxy.port}", **trusted)
            expect(proxy.passed == 0, f"a request reached a cluster whose certificate is {name}")
    # The serverless kind lacks what is asked first of all.
    b.refuse("bootstrap", saying=["OpenSearch Serverless is not supported", "ELASTICSEARCH_AWS_SERVICE=es"],
             ELASTICSEARCH_AWS_SERVICE="aoss", AWS_REGION="eu-west-1", AWS_ACCESS_KEY_ID="k", AWS_SECRET_ACCESS_KEY=SECRETS["secret"])
    # TLS where there is none.
    b.refuse("bootstrap", saying=["no TLS", "http://"], ELASTICSEARCH_URL=b.url.replace("http://", "https://"), **trusted)
    b.refuse("bootstrap", saying=["ELASTICSEARCH_API_KEY", "ELASTICSEARCH_BEARER_TOKEN"],
             ELASTICSEARCH_API_KEY=SECRETS["key"], ELASTICSEARCH_BEARER_TOKEN=SECRETS["token"])
    b.refuse("bootstrap", saying=["ELASTICSEARCH_AWS_SERVICE", "URL"], ELASTICSEARCH_AWS_SERVICE="es", AWS_REGION="r",
             AWS_ACCESS_KEY_ID="k", AWS_SECRET_ACCESS_KEY=SECRETS["secret"], ELASTICSEARCH_URL="https://u:p@127.0.0.1:1")
    b.refuse("bootstrap", saying=["ELASTICSEARCH_API_KEY_FILE", "/no/such/file"],
             ELASTICSEARCH_API_KEY_FILE="/no/such/file")
    b.refuse("bootstrap", saying=["ELASTICSEARCH_CA_FILE", "http://"], **trusted)
    # In the clear nothing goes to another machine, unless somebody says so.
    elsewhere = {"ELASTICSEARCH_URL": "http://search.invalid:9200", "ELASTICSEARCH_API_KEY": SECRETS["key"]}
    for command, status in ("bootstrap", 1), ("sync", 1), ("status", 3):
        b.refuse(command, saying=["the API key", "search.invalid in the clear", "--insecure-http"], status=status, **elsewhere)
    allowed = b.refuse("bootstrap", "--insecure-http", "--connect-timeout", "1", saying=["search.invalid"], **elsewhere)
    allowed += b.refuse("bootstrap", "--connect-timeout", "1", saying=["search.invalid"],
                        ELASTICSEARCH_INSECURE_HTTP="1", **elsewhere)
    allowed += b.refuse("bootstrap", "--connect-timeout", "1", saying=["search.invalid"], PGSYNC_INSECURE_HTTP="1",
                        **elsewhere)
    expect("in the clear" not in allowed, "what was allowed is refused:\n" + allowed)
    check_no_secret(b)


def named_authority_alone(b, folder):
    """ELASTICSEARCH_CA_FILE replaces the authorities of the system, those in its folder too."""
    b.load_airbnb(data=False)
    made = tls_proxy.Authorities(folder)
    stranger = made.make_authority("stranger")
    # What the system trusts: the server's authority, in a folder as `openssl rehash` leaves it.
    trusted = folder / "certs"
    trusted.mkdir()
    shutil.copy(made.authority, trusted)
    shutil.copy(stranger, trusted / "ca-certificates.crt")
    made.openssl("rehash", trusted)
    in_that_system = folder / "in_that_system"
    in_that_system.write_text("#!/bin/sh\nexec unshare --mount --map-root-user sh -c "
                              f"'mount --bind {trusted} /etc/ssl/certs && exec \"$@\"' sh \"$@\"\n")
    in_that_system.chmod(0o755)
    if subprocess.run([in_that_system, "true"], capture_output=True, check=False).returncode:
        print("  not tested: a namespace with other authorities cannot be made here")
        return
    program, b.program = b.program, str(folder / "program")
    pathlib.Path(b.program).write_text(f"#!/bin/sh\nexec {in_that_system} {program} \"$@\"\n")
    pathlib.Path(b.program).chmod(0o755)
    with tls_proxy.Proxy(b.url, made.certificate("server")) as proxy:
        url = f"https://127.0.0.1:{proxy.port}"
        status, output = b.run("bootstrap", "--dry-run", ELASTICSEARCH_URL=url)
        if status:
            print("  not tested: this libcurl has no folder of authorities, or another one\n" + output[-300:])
            return
        passed = proxy.passed
        b.refuse("bootstrap", "--dry-run", saying=["certificate", "ELASTICSEARCH_CA_FILE"], ELASTICSEARCH_URL=url,
                 ELASTICSEARCH_CA_FILE=str(stranger))
        expect(proxy.passed == passed, "a request reached a cluster that the named authority does not vouch for")
        b.succeed("bootstrap", "--dry-run", ELASTICSEARCH_URL=url, ELASTICSEARCH_CA_FILE=str(made.authority))


def main():
    def play(test, folder):
        with Bench(sys.argv[1], folder) as b:
            test(b, pathlib.Path(folder))

    return run_all((ways, client_certificate, refused, named_authority_alone), sys.argv[2:], play)


if __name__ == "__main__":
    sys.exit(main())
