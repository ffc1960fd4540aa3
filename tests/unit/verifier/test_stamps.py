"""Time-stamps: over what, by whom, when; and whatever bytes come, an answer."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any, BinaryIO

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from api.verifier.heads import Head
from api.verifier.outcome import FAILED, NOT_APPLICABLE, NOT_PROVED, OK, Malformed, Result
from api.verifier.sources import Source
from api.verifier.stamps import check_stamps, read_certificates, read_token
from store.log.checkpoint import Checkpoint
from tests.unit.verifier.authority import NOW, SHA512, Authority

NOTE = "the note — of a checkpoint\n".encode()
HEAD = Head(Checkpoint("outfall/test", 7, bytes(32), NOW - timedelta(seconds=5)), NOTE)
FILE = "data/log/stamps/7.tsr"


class Files(Source):
    """Files in memory."""

    def __init__(self, files: dict[str, bytes]) -> None:
        super().__init__()
        self._files = files
        self.sizes = {name: len(content) for name, content in files.items()}

    def _open(self, name: str) -> BinaryIO:
        return io.BytesIO(self._files[name])

    def close(self) -> None:
        """Nothing to do."""


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


def checked(
    token: bytes, trusted: list[x509.Certificate] | None = None, *, head: Head = HEAD, file: str = FILE
) -> Result:
    return check_stamps(Files({file: token}), [head], trusted).result()


def codes(result: Result) -> set[str]:
    return {detail.code for detail in result.details}


WAYS: list[tuple[str, dict[str, Any]]] = [
    ("issuer and serial number", {}),
    ("key identifier", {"by_key_id": True}),
    ("RSA without a hash in its name", {"plain_rsa": True}),
    ("SHA-512 in the signature", {"digest": SHA512}),
]


@pytest.mark.parametrize(("remark", "given_"), WAYS, ids=[row[0] for row in WAYS])
def test_a_stamp_holds_in_every_way_that_it_can_be_written(
    authority: Authority, remark: str, given_: dict[str, Any]
) -> None:
    result = checked(authority.stamp(NOTE, **given_), [authority.root])
    assert (result.outcome, codes(result)) == (OK, set())
    assert result.facts["time"] == NOW + timedelta(microseconds=250_000)
    assert result.facts["authority"] == "CN=stamp"


def test_a_stamp_of_an_elliptic_key_holds() -> None:
    authority = Authority(ec_key=True)
    assert checked(authority.stamp(NOTE), [authority.root]).outcome == OK


def test_the_certificate_itself_may_be_the_trusted_one_and_need_not_be_in_the_token(
    authority: Authority,
) -> None:
    assert checked(authority.stamp(NOTE), [authority.certificate]).outcome == OK
    without = authority.stamp(NOTE, with_certificate=False)
    assert checked(without, [authority.certificate]).outcome == OK
    result = checked(without)
    assert (result.outcome, codes(result)) == (NOT_PROVED, {"stamp_without_certificate"})


def test_without_a_trusted_certificate_it_is_said_that_the_authority_is_not_known(
    authority: Authority,
) -> None:
    result = checked(authority.stamp(NOTE))
    assert (result.outcome, codes(result)) == (NOT_PROVED, {"stamp_not_trusted"})


def test_no_stamp_is_no_failure() -> None:
    assert check_stamps(Files({}), [HEAD], None).result().outcome == NOT_APPLICABLE


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("another digest than that of the content", {"told_digest": bytes(32)}, "stamp_signature_wrong"),
    ("another content type", {"content_type": "1.2.3"}, "stamp_signature_wrong"),
    ("long before the checkpoint", {"at": NOW - timedelta(hours=1)}, "stamp_before_checkpoint"),
    ("after the certificate ended", {"at": NOW + timedelta(days=2)}, "stamp_of_another_authority"),
    ("refused", {"status": 2}, "stamp_malformed"),
]


@pytest.mark.parametrize(("remark", "given_", "code"), WRONG, ids=[row[0] for row in WRONG])
def test_a_wrong_stamp_is_named(authority: Authority, remark: str, given_: dict[str, Any], code: str) -> None:
    result = checked(authority.stamp(NOTE, **given_), [authority.root])
    assert (result.outcome, codes(result)) == (FAILED, {code})


def test_a_stamp_over_something_else_is_named(authority: Authority) -> None:
    assert codes(checked(authority.stamp(NOTE + b"x"), [authority.root])) == {"stamp_of_other_content"}


def test_a_stamp_by_somebody_else_is_named(authority: Authority) -> None:
    assert codes(checked(Authority().stamp(NOTE), [authority.root])) == {"stamp_of_another_authority"}


def test_a_certificate_that_may_not_stamp_is_no_authority() -> None:
    signer = Authority(stamps_time=False)
    assert codes(checked(signer.stamp(NOTE), [signer.root])) == {"stamp_of_another_authority"}


@pytest.mark.parametrize("file", ["data/log/stamps/8.tsr", "data/log/stamps/x.tsr", "data/log/stamps/7.txt"])
def test_a_stamp_of_no_checkpoint_is_named(authority: Authority, file: str) -> None:
    assert codes(checked(authority.stamp(NOTE), [authority.root], file=file)) == {"stamp_of_no_checkpoint"}


def test_a_changed_bit_never_gives_a_good_stamp_over_other_content(authority: Authority) -> None:
    token = authority.stamp(NOTE)
    good = read_token(token)
    for bit in range(0, 8 * len(token), 5):
        changed = bytearray(token)
        changed[bit // 8] ^= 1 << bit % 8
        result = checked(bytes(changed), [authority.root])
        if result.outcome == OK:
            # What no signature covers: the status, the versions, the certificates that are not used.
            again = read_token(bytes(changed))
            assert (again.content, again.signed) == (good.content, good.signed)


@given(st.binary(max_size=200))
def test_any_bytes_give_an_answer(data: bytes) -> None:
    assert checked(data).outcome == FAILED


def test_certificates_are_read_from_pem_and_der(authority: Authority, tmp_path: Any) -> None:
    both = [authority.root, authority.certificate]
    pem = tmp_path / "chain.pem"
    pem.write_bytes(b"".join(each.public_bytes(Encoding.PEM) for each in both))
    assert read_certificates(str(pem)) == both
    der = tmp_path / "root.der"
    der.write_bytes(authority.root.public_bytes(Encoding.DER))
    assert read_certificates(str(der)) == [authority.root]
    der.write_bytes(b"nonsense")
    with pytest.raises(Malformed) as caught:
        read_certificates(str(der))
    assert caught.value.code == "certificate_not_read"
