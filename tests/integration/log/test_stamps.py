"""Checkpoints are stamped by an authority that speaks RFC 3161 (OpenSSL); what is not its stamp over this note is refused."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.attesting.stamps import read_stamp, request_over, stamp
from store.clock import now
from store.errors import LogError, SettingsError
from store.log.sealing import latest
from tests.fixtures.tsa import Authority, open_authority
from tests.integration.log.world import World


@pytest.fixture
def authority(world: World, tmp_path: Path) -> Iterator[Authority]:
    world.now = now()
    world.messages(5)
    world.seal_all()
    with open_authority(tmp_path / "tsa") as opened:
        world.settings = world.settings.model_copy(
            update={"tsa_url": opened.url, "tsa_certificate": opened.root, "tsa_minutes": 60}
        )
        yield opened


def stamped(world: World, size: int = 0) -> int:
    return stamp(world.connection, world.settings, size, world.now)


def grow(world: World) -> None:
    world.messages(5)
    world.seal_all()


def test_a_stamp_is_kept_that_openssl_verifies_over_the_note(
    world: World, authority: Authority, tmp_path: Path
) -> None:
    size = stamped(world)
    [kept] = world.ask("attestations")
    assert (kept["size"], kept["kind"], kept["source"]) == (size, "rfc3161", authority.url)
    assert abs(kept["told_time"] - now()) < timedelta(minutes=5)
    head = latest(world.connection)
    assert head is not None
    assert head.size == size
    (tmp_path / "note").write_bytes(head.note.encode())
    (tmp_path / "stamp.tsr").write_bytes(kept["token"])
    command = [
        "openssl",
        "ts",
        "-verify",
        "-in",
        str(tmp_path / "stamp.tsr"),
        "-data",
        str(tmp_path / "note"),
    ]
    done = subprocess.run(
        [*command, "-CAfile", str(authority.root)], capture_output=True, check=False, timeout=20
    )
    assert b"Verification: OK" in done.stdout, done.stderr


def test_a_stamp_is_due_once_an_interval_and_only_over_something_new(
    world: World, authority: Authority
) -> None:
    size = stamped(world)
    grow(world)
    assert stamped(world, size) == size
    world.now += timedelta(minutes=61)
    size = stamped(world, size)
    assert len(authority.answers) == 2
    world.now += timedelta(minutes=61)
    # What came since is the record of the stamp itself.
    world.seal_all()
    assert stamped(world, size) == size
    grow(world)
    assert stamped(world, size) > size
    assert len(world.ask("attestations")) == 3


WRONG = [
    ("refuse", "tsa_refused", "grants no"),
    ("busy", "tsa_refused", "503"),
    ("garbage", "tsa_answer_wrong", "no time-stamp"),
    ("cut", "tsa_answer_wrong", "no time-stamp"),
    ("long", "tsa_away", "longer"),
    ("hang_up", "tsa_away", "No answer"),
    ("other", "tsa_answer_wrong", "something else"),
    ("old", "tsa_answer_wrong", "something else"),
]


@pytest.mark.parametrize(("mood", "code", "why"), WRONG)
def test_an_answer_that_is_no_stamp_over_this_note_is_not_kept(
    world: World, authority: Authority, mood: str, code: str, why: str
) -> None:
    size = stamped(world)
    grow(world)
    world.now += timedelta(minutes=61)
    authority.mood = mood
    with pytest.raises(LogError, match=why) as refused:
        stamped(world, size)
    assert refused.value.code == code
    assert len(world.ask("attestations")) == 1


def test_an_old_answer_over_the_same_note_is_known_by_its_nonce(world: World, authority: Authority) -> None:
    stamped(world)
    world.now += timedelta(minutes=61)
    authority.mood = "old"
    with pytest.raises(LogError, match="nonce") as refused:
        stamped(world, 0)
    assert refused.value.code == "tsa_answer_wrong"


def test_the_stamp_of_another_authority_is_refused(
    world: World, authority: Authority, tmp_path: Path
) -> None:
    with open_authority(tmp_path / "other") as other:
        world.settings = world.settings.model_copy(update={"tsa_certificate": other.root})
        with pytest.raises(LogError, match="not by the authority") as refused:
            stamped(world)
    assert refused.value.code == "tsa_answer_wrong"


def test_without_a_certificate_a_stamp_is_kept_for_others_to_verify(
    world: World, authority: Authority
) -> None:
    world.settings = world.settings.model_copy(update={"tsa_certificate": None})
    stamped(world)
    assert len(world.ask("attestations")) == 1


def test_a_certificate_that_is_none_is_a_wrong_setting(
    world: World, authority: Authority, tmp_path: Path
) -> None:
    for content in (None, b"", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"):
        path = tmp_path / "wrong.pem"
        if content is not None:
            path.write_bytes(content)
        world.settings = world.settings.model_copy(update={"tsa_certificate": path})
        with pytest.raises(SettingsError) as refused:
            stamped(world)
        assert refused.value.code == "tsa_certificate_wrong"


def test_a_clock_that_the_authority_contradicts_is_noted(
    world: World, authority: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    world.now += timedelta(minutes=30)
    stamped(world)
    assert "clock_differs" in caplog.text


def test_a_stamp_with_a_bit_turned_is_refused_or_says_the_same(authority: Authority) -> None:
    note = b"a note\n"
    request = request_over(note)
    _, answer = authority.reply(request.as_bytes())
    told = read_stamp(answer, request, note, authority.root).tst_info
    refused = 0
    for place in range(0, 8 * len(answer), 13):
        changed = bytearray(answer)
        changed[place // 8] ^= 1 << place % 8
        try:
            found = read_stamp(bytes(changed), request, note, authority.root).tst_info
        except LogError:
            refused += 1
            continue
        # Nothing signs the further certificates of the chain; what the stamp tells stands.
        assert (found.gen_time, found.serial_number, found.message_imprint.message) == (
            told.gen_time,
            told.serial_number,
            told.message_imprint.message,
        )
    assert refused > len(answer) * 8 // 13 // 2
