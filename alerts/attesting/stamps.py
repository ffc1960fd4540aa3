"""Time-stamps over checkpoints (RFC 3161): an authority says that this head existed at its time, whatever our clock says."""

from __future__ import annotations

import hashlib
import logging
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    PKIStatus,
    TimeStampRequest,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerifierBuilder,
    decode_timestamp_response,
)

from alerts.attesting.der import with_sorted_certificates
from alerts.attesting.outgoing import post
from store.database import Connection
from store.errors import LogError, SettingsError
from store.log.sealing import latest
from store.queries import queries
from store.settings import Settings

log = logging.getLogger(__name__)

AWAY = "tsa_away"

SHA256 = x509.ObjectIdentifier("2.16.840.1.101.3.4.2.1")

CLOCK_TOLERANCE = timedelta(minutes=5)
"""Our clock and the authority's differ by more: it is noted. Retention, deadlines and marks all go by ours."""


def stamp(connection: Connection, settings: Settings, size: int, at: datetime) -> int:
    """Have the newest checkpoint stamped when one is due and the log has grown by more than attestations.

    ``size`` is what was stamped last; returns what is stamped now. The token covers the bytes of the whole note.

    Raises LogError: ``tsa_away``, ``tsa_refused``, ``tsa_answer_wrong`` (not over this note, another nonce, garbage, or not by
    the authority of OUTFALL_TSA_CERTIFICATE). Raises SettingsError ``tsa_certificate_wrong``.
    """
    head = latest(connection)
    assert settings.tsa_url is not None
    if head is None or head.size <= size or not _due(connection, settings, size, at):
        return size
    note = head.note.encode()
    request = request_over(note)
    headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
    answer = post(settings.tsa_url, request.as_bytes(), headers, AWAY)
    if answer.status != 200:
        raise LogError(
            f"The authority answers with status {answer.status}.", code="tsa_refused", status=answer.status
        )
    told = read_stamp(answer.body, request, note, settings.tsa_certificate).tst_info.gen_time
    if abs(told - at) > CLOCK_TOLERANCE:
        log.warning("clock_differs: the time-stamp authority says %s, and it is %s", told, at)
    arguments = {
        "size": head.size,
        "kind": "rfc3161",
        "source": settings.tsa_url,
        "token": answer.body,
        "told_time": told,
        "received_at": at,
    }
    connection.execute(queries("log")["add_attestation"], arguments)
    return head.size


def _due(connection: Connection, settings: Settings, size: int, at: datetime) -> bool:
    sql = queries("log")
    row = connection.execute(sql["newest_attestation"], {"kind": "rfc3161"}).fetchone()
    if row is not None and row[1] > at - timedelta(minutes=settings.tsa_minutes):
        return False
    worth = connection.execute(sql["worth_attesting"], {"size": size}).fetchone()
    return bool(worth and worth[0])


def request_over(note: bytes) -> TimeStampRequest:
    """The question for a stamp over these bytes, with a nonce of its own."""
    builder = TimestampRequestBuilder().data(note).hash_algorithm(HashAlgorithm.SHA256)
    return builder.nonce(nonce=True).cert_request(cert_request=True).build()


def read_stamp(
    body: bytes, request: TimeStampRequest, note: bytes, certificate: Path | None
) -> TimeStampResponse:
    """The answer to ``request``, after it was found to be a stamp over this note, by the authority of ``certificate``.

    Raises what ``stamp`` raises for an answer.
    """
    response = _checked(body, request, note)
    if certificate is not None:
        _verified(response, request, note, certificate)
    return response


def _checked(body: bytes, request: TimeStampRequest, note: bytes) -> TimeStampResponse:
    """The response, when it is granted and over this note."""
    try:
        response = _decoded(body)
        status = PKIStatus(response.status)
    except ValueError as error:
        raise _wrong(f"it is no time-stamp ({error})") from error
    if status not in (PKIStatus.GRANTED, PKIStatus.GRANTED_WITH_MODS):
        said = "; ".join(response.status_string)
        raise LogError(f"The authority grants no time-stamp: {status.name} {said}", code="tsa_refused")
    try:
        imprint = response.tst_info.message_imprint
        nonce = response.tst_info.nonce
    except ValueError as error:
        raise _wrong(f"its token cannot be read ({error})") from error
    if imprint.hash_algorithm != SHA256 or imprint.message != hashlib.sha256(note).digest():
        raise _wrong("it is over something else")
    if nonce != request.nonce:
        raise _wrong("it repeats another nonce: an old answer")
    return response


def _decoded(body: bytes) -> TimeStampResponse:
    try:
        return decode_timestamp_response(body)
    except ValueError:
        return decode_timestamp_response(with_sorted_certificates(body))


def _verified(response: TimeStampResponse, request: TimeStampRequest, note: bytes, certificate: Path) -> None:
    """The token is by the authority whose certificate was given."""
    try:
        trusted = x509.load_pem_x509_certificates(certificate.read_bytes())
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"OUTFALL_TSA_CERTIFICATE is wrong: {certificate} holds no certificate in PEM.",
            code="tsa_certificate_wrong",
        ) from error
    builder = VerifierBuilder(
        policy_id=request.policy,
        nonce=request.nonce,
        roots=[one for one in trusted if one.issuer == one.subject],
        intermediates=[one for one in trusted if one.issuer != one.subject],
    )
    try:
        builder.build().verify_message(response, note)
    except Exception as error:  # beside its own errors whatever a broken certificate makes its reader raise
        raise _wrong(f"it is not by the authority of OUTFALL_TSA_CERTIFICATE ({error})") from error


def _wrong(why: str) -> LogError:
    return LogError(f"The answer of the time-stamp authority is wrong: {why}.", code="tsa_answer_wrong")
