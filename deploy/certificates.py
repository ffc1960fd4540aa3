"""A certificate authority and a server certificate for the local broker.

For a bureau without an authority of its own. The authority's key stays in the home's secrets and is used again, so that a
new server certificate does not mean a visit to every gateway.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from deploy.stack.account import server_account
from deploy.stack.home import Home

AUTHORITY_DAYS = 3650
SERVER_DAYS = 825
"""Longest life of a server certificate that common TLS clients accept from a private authority."""

EARLIER = timedelta(days=1)
"""Gateways whose clock is a little behind must not refuse a fresh certificate."""

COMMON_NAME_LENGTH = 64
"""Upper bound of X.520 (ub-common-name)."""


def make_certificates(home: Path, hosts: Sequence[str], *, now: datetime | None = None) -> tuple[Path, ...]:
    """Make (or renew) ``ca.crt``, ``server.crt`` and ``server.key`` of the broker and return their paths in this order.

    ``hosts`` are the names and addresses that gateways use; loopback is always included. Gateways need ``ca.crt``. The broker
    listens with TLS after its next start. Raises HomeUnusable or DiskFull.
    """
    place = Home(home.absolute(), server_account())
    moment = now or datetime.now(UTC)
    with place.locked():
        place.lay_out()
        ca_key_path = place.secrets / "ca.key"
        ca_path, server_path, key_path = (
            place.certificates / name for name in ("ca.crt", "server.crt", "server.key")
        )
        if ca_key_path.exists() and ca_path.exists():
            loaded = serialization.load_pem_private_key(ca_key_path.read_bytes(), None)
            assert isinstance(loaded, ec.EllipticCurvePrivateKey)
            ca_key, ca = loaded, x509.load_pem_x509_certificate(ca_path.read_bytes())
        else:
            ca_key = ec.generate_private_key(ec.SECP256R1())
            ca = _authority(ca_key, moment)
            place.write(ca_key_path, _key_text(ca_key))
        server_key = ec.generate_private_key(ec.SECP256R1())
        server = _server(server_key, ca_key, ca, hosts, moment)
        place.write(ca_path, _certificate_text(ca), server_reads=True)
        place.write(server_path, _certificate_text(server), server_reads=True)
        place.write(key_path, _key_text(server_key), server_reads=True)
        ca_path.chmod(0o644)
    return ca_path, server_path, key_path


def _authority(key: ec.EllipticCurvePrivateKey, now: datetime) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Outfall broker authority")])
    usage = _usage(key_cert_sign=True, crl_sign=True)
    return (
        _builder(name, name, key.public_key(), now, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _server(
    key: ec.EllipticCurvePrivateKey,
    ca_key: ec.EllipticCurvePrivateKey,
    ca: x509.Certificate,
    hosts: Sequence[str],
    now: datetime,
) -> x509.Certificate:
    names = list(dict.fromkeys([*hosts, "localhost", "127.0.0.1"]))
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:COMMON_NAME_LENGTH])])
    return (
        _builder(subject, ca.subject, key.public_key(), now, SERVER_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
        .add_extension(_usage(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False
        )
        .sign(ca_key, hashes.SHA256())
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - EARLIER)
        .not_valid_after(now + timedelta(days=days))
    )


def _usage(
    *, digital_signature: bool = False, key_cert_sign: bool = False, crl_sign: bool = False
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _key_text(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def _certificate_text(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
