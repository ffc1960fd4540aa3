"""Certificates of the broker."""

from __future__ import annotations

import ipaddress
import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.verification import PolicyBuilder, Store

from deploy import certificates
from deploy.certificates import make_certificates
from deploy.stack.account import Account

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def own_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files belong to whoever runs the tests; no system user is made."""
    monkeypatch.setattr(
        certificates, "server_account", lambda: Account(os.geteuid(), os.getegid(), switch=False)
    )


def test_the_server_certificate_is_valid_for_every_name_given(tmp_path: Path) -> None:
    ca, server, _ = make_certificates(tmp_path, ["broker.example", "192.0.2.7"], now=NOW)
    authority, leaf = (x509.load_pem_x509_certificate(path.read_bytes()) for path in (ca, server))
    policy = PolicyBuilder().store(Store([authority])).time(NOW + timedelta(days=100))
    for name in (
        x509.DNSName("broker.example"),
        x509.DNSName("localhost"),
        x509.IPAddress(ipaddress.ip_address("192.0.2.7")),
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
    ):
        assert policy.build_server_verifier(name).verify(leaf, [])
    with pytest.raises(x509.verification.VerificationError):
        policy.build_server_verifier(x509.DNSName("other.example")).verify(leaf, [])


def test_a_renewal_keeps_the_authority_so_that_gateways_need_no_visit(tmp_path: Path) -> None:
    ca, server, _ = make_certificates(tmp_path, ["broker.example"], now=NOW)
    before = ca.read_bytes(), server.read_bytes()
    make_certificates(tmp_path, ["broker.example"], now=NOW + timedelta(days=800))
    assert ca.read_bytes() == before[0]
    assert server.read_bytes() != before[1]
    renewed = x509.load_pem_x509_certificate(server.read_bytes())
    renewed.verify_directly_issued_by(
        x509.load_pem_x509_certificate(ca.read_bytes())
    )  # raises when it is not


def test_keys_are_private_and_belong_to_their_certificates(tmp_path: Path) -> None:
    _, server, key = make_certificates(tmp_path, ["broker.example"], now=NOW)
    for private in (key, tmp_path / "secrets" / "ca.key"):
        assert stat.S_IMODE(private.stat().st_mode) == 0o600
    loaded = serialization.load_pem_private_key(key.read_bytes(), None)
    assert loaded.public_key() == x509.load_pem_x509_certificate(server.read_bytes()).public_key()
