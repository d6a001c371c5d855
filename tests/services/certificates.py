"""A CA of a test's own, and a certificate by it for this host."""

import subprocess
from pathlib import Path

#: Python asks for the key usages and the authority's key, as RFC 5280 does.
_CA = ["-subj", "/CN=TaskFlow tests", "-addext", "keyUsage=critical,keyCertSign,cRLSign"]
_SERVER = """\
subjectAltName=DNS:localhost,IP:127.0.0.1
authorityKeyIdentifier=keyid
basicConstraints=CA:FALSE
keyUsage=digitalSignature,keyEncipherment
extendedKeyUsage=serverAuth
"""
SECONDS = 60


def make_ca(folder: Path, name: str = "ca") -> Path:
    """The certificate; its key lies beside it."""
    certificate = folder / f"{name}.pem"
    key = ["-newkey", "rsa:2048", "-nodes", "-keyout", folder / f"{name}.key"]
    _openssl("req", "-x509", *key, "-days", 2, *_CA, "-out", certificate)
    return certificate


def make_server_pem(folder: Path, ca: Path) -> Path:
    """Key, certificate and CA in one file, as Kafka takes them."""
    key, request, certificate = folder / "server.key", folder / "server.csr", folder / "server.crt"
    (folder / "server.ext").write_text(_SERVER, encoding="utf-8")
    _openssl(
        "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-keyout", key, "-out", request
    )
    by_ca = ["-CA", ca, "-CAkey", ca.with_suffix(".key"), "-CAcreateserial"]
    _openssl(
        "x509",
        "-req",
        "-in",
        request,
        *by_ca,
        "-days",
        2,
        "-extfile",
        folder / "server.ext",
        "-out",
        certificate,
    )
    pkcs8 = _openssl("pkcs8", "-topk8", "-nocrypt", "-in", key)
    pem = folder / "server.pem"
    pem.write_bytes(pkcs8 + certificate.read_bytes() + ca.read_bytes())
    return pem


def _openssl(*arguments: object) -> bytes:
    command = ["openssl", *map(str, arguments)]
    return subprocess.run(command, check=True, timeout=SECONDS, capture_output=True).stdout
