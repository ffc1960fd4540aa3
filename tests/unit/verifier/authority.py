"""A time-stamping authority of the tests: RFC 3161 tokens in DER, written by hand, not with what is tested."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NOW = datetime(2026, 5, 8, 3, 4, 5, tzinfo=UTC)
SHA256, SHA512 = "2.16.840.1.101.3.4.2.1", "2.16.840.1.101.3.4.2.3"
RSA_WITH_SHA256, ECDSA_WITH_SHA256, RSA = (
    "1.2.840.113549.1.1.11",
    "1.2.840.10045.4.3.2",
    "1.2.840.113549.1.1.1",
)
TST_INFO = "1.2.840.113549.1.9.16.1.4"
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def der(tag: int, *parts: bytes) -> bytes:
    """One value."""
    content = b"".join(parts)
    size = len(content)
    if size < 128:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def integer(value: int) -> bytes:
    return der(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def oid(text: str) -> bytes:
    first, second, *rest = map(int, text.split("."))
    content = bytearray([40 * first + second])
    for number in rest:
        digits = [number & 0x7F]
        while number := number >> 7:
            digits.append(0x80 | number & 0x7F)
        content += bytes(reversed(digits))
    return der(0x06, bytes(content))


def algorithm(name: str) -> bytes:
    return der(0x30, oid(name), b"\x05\x00")


def sequence(*parts: bytes) -> bytes:
    return der(0x30, *parts)


@dataclass
class Authority:
    """Stamps with a certificate that a root issued."""

    ec_key: bool = False
    stamps_time: bool = True
    root_key: Key = field(init=False)
    key: Key = field(init=False)
    root: x509.Certificate = field(init=False)
    certificate: x509.Certificate = field(init=False)

    def __post_init__(self) -> None:
        self.root_key, self.key = self._new_key(), self._new_key()
        self.root = self._certificate("root", self.root_key, "root", self.root_key, authority=True)
        self.certificate = self._certificate("stamp", self.key, "root", self.root_key, authority=False)

    def _new_key(self) -> Key:
        if self.ec_key:
            return ec.generate_private_key(ec.SECP256R1())
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def _certificate(self, name: str, key: Key, issuer: str, by: Key, *, authority: bool) -> x509.Certificate:
        def named(text: str) -> x509.Name:
            return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

        made = (
            x509.CertificateBuilder()
            .subject_name(named(name))
            .issuer_name(named(issuer))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - timedelta(days=1))
            .not_valid_after(NOW + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        )
        if not authority and self.stamps_time:
            usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
            made = made.add_extension(usage, critical=True)
        return made.sign(by, hashes.SHA256())

    def stamp(
        self,
        content: bytes,
        *,
        at: datetime = NOW,
        with_certificate: bool = True,
        by_key_id: bool = False,
        plain_rsa: bool = False,
        digest: str = SHA256,
        told_digest: bytes | None = None,
        content_type: str = TST_INFO,
        status: int = 0,
    ) -> bytes:
        """A response over some bytes (RFC 3161 2.4.2)."""
        imprint = sequence(algorithm(SHA256), der(0x04, hashlib.sha256(content).digest()))
        moment = der(0x18, f"{at:%Y%m%d%H%M%S}.25Z".encode())
        info = sequence(integer(1), oid("1.2.3.4"), imprint, integer(77), moment, der(0x01, b"\xff"))
        hashed = {SHA256: hashlib.sha256, SHA512: hashlib.sha512}[digest](info).digest()
        attributes = b"".join(
            sorted(
                [
                    sequence(oid("1.2.840.113549.1.9.3"), der(0x31, oid(content_type))),
                    sequence(oid("1.2.840.113549.1.9.4"), der(0x31, der(0x04, told_digest or hashed))),
                ]
            )
        )
        signed = der(0x31, attributes)
        if isinstance(self.key, rsa.RSAPrivateKey):
            chosen = hashes.SHA512() if digest == SHA512 else hashes.SHA256()
            signature = self.key.sign(signed, padding.PKCS1v15(), chosen)
            signs = RSA if plain_rsa or digest == SHA512 else RSA_WITH_SHA256
        else:
            signature, signs = self.key.sign(signed, ec.ECDSA(hashes.SHA256())), ECDSA_WITH_SHA256
        if by_key_id:
            key_id = x509.SubjectKeyIdentifier.from_public_key(self.certificate.public_key()).digest
            signer = der(0x80, key_id)
        else:
            signer = sequence(self.certificate.issuer.public_bytes(), integer(self.certificate.serial_number))
        signer_info = sequence(
            integer(1),
            signer,
            algorithm(digest),
            der(0xA0, attributes),
            algorithm(signs),
            der(0x04, signature),
        )
        brought = self.certificate.public_bytes(serialization.Encoding.DER)
        signed_data = sequence(
            integer(3),
            der(0x31, algorithm(digest)),
            sequence(oid(TST_INFO), der(0xA0, der(0x04, info))),
            *([der(0xA0, brought)] if with_certificate else []),
            der(0x31, signer_info),
        )
        token = sequence(oid("1.2.840.113549.1.7.2"), der(0xA0, signed_data))
        return sequence(sequence(integer(status)), token)
