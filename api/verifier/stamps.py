"""Time-stamps over checkpoints (RFC 3161): what a token says, and whether its signature holds (CMS, RFC 5652 5.4)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from api.verifier.der import OCTETS, SEQUENCE, SET, Element, single
from api.verifier.heads import Head
from api.verifier.outcome import Check, Malformed
from api.verifier.sources import Source

STAMPS = "data/log/stamps/"
TOKEN_MOST = 1 << 20
CERTIFICATES_MOST = 1 << 20
CHAIN_MOST = 8
TOLERANCE = timedelta(minutes=1)
"""The clock of the stamp may be so much behind that of the checkpoint: they are two clocks."""

_FILE = re.compile(r"data/log/stamps/([0-9]{1,18})(?:-[0-9]+)?\.tsr", re.ASCII)
_SIGNED_DATA, _TST_INFO = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
_CONTENT_TYPE, _MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
_PSS = "1.2.840.113549.1.1.10"
_TIME_STAMPING = "1.3.6.1.5.5.7.3.8"
_HASHES = {
    "2.16.840.1.101.3.4.2.1": ("sha256", hashes.SHA256()),
    "2.16.840.1.101.3.4.2.2": ("sha384", hashes.SHA384()),
    "2.16.840.1.101.3.4.2.3": ("sha512", hashes.SHA512()),
}
_SIGNATURE_HASHES = {
    "1.2.840.113549.1.1.11": "2.16.840.1.101.3.4.2.1", "1.2.840.113549.1.1.12": "2.16.840.1.101.3.4.2.2",
    "1.2.840.113549.1.1.13": "2.16.840.1.101.3.4.2.3", "1.2.840.10045.4.3.2": "2.16.840.1.101.3.4.2.1",
    "1.2.840.10045.4.3.3": "2.16.840.1.101.3.4.2.2", "1.2.840.10045.4.3.4": "2.16.840.1.101.3.4.2.3",
}  # fmt: skip
"""Signature algorithms that name their hash; the others take that of the signer's digest."""


@dataclass(frozen=True)
class Token:
    """A time-stamp token taken apart.

    Attributes
    ----------
    content : the bytes of its TSTInfo, which the signed digest stands over
    imprint : algorithm and digest of what was stamped
    moment : the time that it tells
    signed : the signed attributes as they are signed; ``attributes`` their values by OID
    signer : issuer and serial number, or the key identifier, of the certificate that signed
    """

    content: bytes
    imprint: tuple[str, bytes]
    moment: datetime
    certificates: Sequence[bytes]
    signer: Element
    digest_algorithm: str
    signed: bytes
    attributes: Mapping[str, Element]
    signature_algorithm: str
    signature: bytes


def check_stamps(source: Source, heads: Sequence[Head], trusted: Sequence[x509.Certificate] | None) -> Check:
    """Whether the stamps are over the checkpoints, are signed, and by a certificate that is trusted."""
    check = Check("stamps")
    names = source.names(STAMPS)
    by_size = {head.checkpoint.size: head for head in heads}
    for name in names:
        match = _FILE.fullmatch(name)
        head = by_size.get(int(match[1])) if match is not None else None
        if head is None:
            check.fail("stamp_of_no_checkpoint", file=name)
            continue
        try:
            _check_stamp(check, name, read_token(source.read(name, TOKEN_MOST)), head, trusted)
        except Malformed as error:
            check.fail(error.code, **{"file": name, **error.facts})
        except Exception as error:  # whatever a broken certificate makes its reader raise
            check.fail("stamp_malformed", file=name, why=f"{type(error).__name__}: {error}"[:200])
    check.say(count=len(names))
    if not names:
        check.skip()
    return check


def _check_stamp(
    check: Check, name: str, token: Token, head: Head, trusted: Sequence[x509.Certificate] | None
) -> None:
    algorithm, imprint = token.imprint
    if algorithm not in _HASHES or imprint != hashlib.new(_HASHES[algorithm][0], head.note).digest():
        check.fail("stamp_of_other_content", file=name)
    signer = _signer_of(token, trusted or ())
    if signer is None:
        check.doubt("stamp_without_certificate", file=name)
        return
    if not _holds(token, signer):
        check.fail("stamp_signature_wrong", file=name)
        return
    if token.moment + TOLERANCE < head.checkpoint.sealed_at:
        check.fail("stamp_before_checkpoint", file=name, time=token.moment, sealed=head.checkpoint.sealed_at)
    authority = signer.subject.rfc4514_string()[:200]
    check.say(authority=authority, time=token.moment)
    if trusted is None:
        check.doubt("stamp_not_trusted", file=name, authority=authority, time=token.moment)
    elif not _trusted(signer, _certificates(token), trusted, token.moment):
        check.fail("stamp_of_another_authority", file=name, authority=authority)


def read_token(data: bytes) -> Token:
    """Take a time-stamp response apart (RFC 3161 2.4.2). Raises Malformed ``stamp_malformed``."""
    try:
        return _token(data)
    except (ValueError, IndexError) as error:
        raise Malformed("stamp_malformed", why=f"{type(error).__name__}"[:100]) from None


def _token(data: bytes) -> Token:
    status, content_info = single(data).parts()
    if status.parts()[0].integer() not in (0, 1):
        raise Malformed("stamp_malformed", why="the stamp was refused")
    kind, wrapped = content_info.parts()
    _, digests, encapsulated, *rest = single(wrapped.content).parts()
    content_type, octets = encapsulated.parts()
    if kind.oid() != _SIGNED_DATA or content_type.oid() != _TST_INFO or digests.tag != SET:
        raise Malformed("stamp_malformed", why="no signed time-stamp")
    inner = single(octets.content)
    if inner.tag != OCTETS:
        raise Malformed("stamp_malformed", why="no content")
    certificates = [each.whole for part in rest if part.tag == 0xA0 for each in part.parts()]
    (signer,) = rest[-1].parts()
    _, sid, digest, attributes, algorithm, signature, *_ = signer.parts()
    if attributes.tag != 0xA0 or signature.tag != OCTETS:
        raise Malformed("stamp_malformed", why="no signed attributes")
    _, _, imprint, _, moment, *_ = single(inner.content).parts()
    hashed, value = imprint.parts()
    return Token(
        content=inner.content,
        imprint=(hashed.parts()[0].oid(), value.content),
        moment=moment.time(),
        certificates=certificates,
        signer=sid,
        digest_algorithm=digest.parts()[0].oid(),
        # They are signed as the SET that they are, not under the tag that they have in the token (RFC 5652 5.4).
        signed=bytes([SET]) + attributes.whole[1:],
        attributes={part.parts()[0].oid(): part.parts()[1].parts()[0] for part in attributes.parts()},
        signature_algorithm=algorithm.parts()[0].oid(),
        signature=signature.content,
    )


def _certificates(token: Token) -> list[x509.Certificate]:
    return [x509.load_der_x509_certificate(data) for data in token.certificates[:CHAIN_MOST]]


def _signer_of(token: Token, trusted: Sequence[x509.Certificate]) -> x509.Certificate | None:
    """The certificate that the signature names, from the token or among those that are trusted."""
    for certificate in (*_certificates(token), *trusted):
        if token.signer.tag == SEQUENCE:
            issuer, serial = token.signer.parts()
            if (certificate.issuer.public_bytes(), certificate.serial_number) == (
                issuer.whole,
                serial.integer(),
            ):
                return certificate
        elif (
            token.signer.content == x509.SubjectKeyIdentifier.from_public_key(certificate.public_key()).digest
        ):
            return certificate
    return None


def _holds(token: Token, signer: x509.Certificate) -> bool:
    """Whether the token is signed by this certificate's key: the digest in the signed attributes, and the signature over them."""
    told = token.attributes.get(_MESSAGE_DIGEST)
    content_type = token.attributes.get(_CONTENT_TYPE)
    name, _ = _HASHES.get(token.digest_algorithm, ("", None))
    if told is None or content_type is None or content_type.oid() != _TST_INFO or not name:
        return False
    if told.content != hashlib.new(name, token.content).digest():
        return False
    named = _SIGNATURE_HASHES.get(token.signature_algorithm, token.digest_algorithm)
    algorithm = _HASHES[named][1]
    key = signer.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            scheme: padding.AsymmetricPadding = padding.PKCS1v15()
            if token.signature_algorithm == _PSS:
                scheme = padding.PSS(padding.MGF1(algorithm), padding.PSS.AUTO)
            key.verify(token.signature, token.signed, scheme, algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(token.signature, token.signed, ec.ECDSA(algorithm))
        elif isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(token.signature, token.signed)
        else:
            return False
    except InvalidSignature:
        return False
    return True


def _trusted(
    signer: x509.Certificate,
    brought: Sequence[x509.Certificate],
    trusted: Sequence[x509.Certificate],
    moment: datetime,
) -> bool:
    """Whether the certificate may stamp and is one that is trusted, or issued by one, over those that the token brings along."""
    try:
        usage = signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (x509.ExtensionNotFound, ValueError):
        return False
    if not any(use.dotted_string == _TIME_STAMPING for use in usage):
        return False
    found = signer
    for _ in range(CHAIN_MOST):
        if not _valid(found, moment):
            return False
        if found in trusted or any(_issued(found, issuer) for issuer in trusted):
            return True
        above = next((issuer for issuer in brought if issuer != found and _issued(found, issuer)), None)
        if above is None:
            return False
        found = above
    return False


def _valid(certificate: x509.Certificate, moment: datetime) -> bool:
    if hasattr(certificate, "not_valid_before_utc"):
        return certificate.not_valid_before_utc <= moment <= certificate.not_valid_after_utc
    naive = moment.astimezone(UTC).replace(tzinfo=None)
    return certificate.not_valid_before <= naive <= certificate.not_valid_after


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def read_certificates(path: str) -> list[x509.Certificate]:
    """The certificates in a file, PEM or DER. Raises Malformed ``certificate_not_read``."""
    try:
        with Path(path).open("rb") as file:
            data = file.read(CERTIFICATES_MOST)
        if b"-----BEGIN" not in data:
            return [x509.load_der_x509_certificate(data)]
        parts = data.split(b"-----BEGIN CERTIFICATE-----")[1:]
        found = [x509.load_pem_x509_certificate(b"-----BEGIN CERTIFICATE-----" + part) for part in parts]
    except (OSError, ValueError) as error:
        raise Malformed("certificate_not_read", file=path[:200], why=type(error).__name__) from error
    if not found:
        raise Malformed("certificate_not_read", file=path[:200], why="empty")
    return found
