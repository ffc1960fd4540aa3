"""Packages as they are built: everything in them is proved, and what cannot be is said."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.evidence.plan import Asked
from api.verifier.outcome import NOT_APPLICABLE, NOT_PROVED, OK
from api.verifier.progress import silent
from api.verifier.verify import CHECKS, RECOMPUTED, Options, verify
from deploy.cli import app
from store.log.keys import load_signer
from tests.integration.verifier.forging import named
from tests.integration.verifier.yard import KEY, MN, Yard


def options_of(yard: Yard, **more: object) -> Options:
    """Verify with the key of the yard's log."""
    return Options(keys=[load_signer(yard.settings, yard.connection).key], **more)  # type: ignore[arg-type]


# outlet, what is not proved, what the package does not have, why this outlet
OUTLETS = [
    (
        "v-kiln",
        {"refused"},
        set(),
        "folding, marks, checks, an exemption, revisions, cut frames, a refused password",
    ),
    ("v-head", set(), {"uploads", "refused"}, "judged from realtime values alone"),
    ("v-water", set(), {"refused"}, "JSON, conditions, low values, a comparison along the chain"),
    ("v-late", set(), {"uploads", "refused"}, "registered after its frame came: replayed"),
    ("v-secret", set(), {"uploads", "refused"}, "encrypts; the key is given"),
]


@pytest.mark.parametrize(("outlet", "open_", "absent", "remark"), OUTLETS)
def test_all_of_a_package_follows_from_its_bytes(
    yard: Yard, outlet: str, open_: set[str], absent: set[str], remark: str
) -> None:
    report = verify(yard.package(outlet), options_of(yard, sm4_keys={MN["secret"]: [KEY]}), silent())
    outcomes = {result.code: result.outcome for result in report.results}
    assert list(outcomes) == list(CHECKS)
    optional = {"earlier", "stamps", "attachments"}
    assert {code for code, outcome in outcomes.items() if outcome == NOT_PROVED} == open_
    assert {code for code, outcome in outcomes.items() if outcome == NOT_APPLICABLE} - optional == absent
    assert all(outcome == OK for code, outcome in outcomes.items() if code not in open_ | absent | optional)
    assert report.exit_code == 0


@pytest.mark.parametrize("keys", [{}, {MN["secret"]: [bytes(16)]}], ids=["no key", "a wrong key"])
def test_of_encrypted_frames_is_said_what_is_missing(yard: Yard, keys: dict[str, list[bytes]]) -> None:
    report = verify(yard.package("v-secret"), options_of(yard, sm4_keys=keys), silent())
    assert report.outcome_of("redecoding") == NOT_PROVED
    (detail,) = next(result.details for result in report.results if result.code == "redecoding")
    assert (detail.code, detail.facts) == ("encrypted", {"count": 48, "messages": 48})
    assert report.outcome_of("judgement") == OK


def test_without_a_key_it_is_said_what_the_package_s_own_key_does_not_prove(kiln: Path) -> None:
    report = verify(kiln, Options(), silent())
    assert report.outcome_of("key") == NOT_PROVED
    assert "key_own" in named(report)
    assert report.exit_code == 0


def test_an_earlier_checkpoint_is_consistent(yard: Yard) -> None:
    yard.package("v-head")
    report = verify(yard.package("v-kiln"), options_of(yard), silent())
    assert report.outcome_of("earlier") == OK


def test_the_package_of_an_alert_has_its_papers(yard: Yard) -> None:
    package = yard.package_of(Asked("alert", str(yard.alert_with_a_paper())))
    report = verify(package, options_of(yard), silent())
    assert report.outcome_of("attachments") == OK
    assert report.exit_code == 0


def test_the_proofs_alone_leave_decoding_and_judging_out(yard: Yard, kiln: Path) -> None:
    report = verify(kiln, options_of(yard, proofs_only=True), silent())
    assert [result.code for result in report.results] == [code for code in CHECKS if code not in RECOMPUTED]
    assert report.exit_code == 0


def test_an_unpacked_package_is_verified_but_for_its_container(
    yard: Yard, kiln: Path, tmp_path: Path
) -> None:
    with zipfile.ZipFile(kiln) as packed:
        packed.extractall(tmp_path)
    (folder,) = tmp_path.iterdir()
    report = verify(folder, options_of(yard), silent())
    assert {result.code for result in report.results if result.outcome == NOT_PROVED} == {
        "container",
        "refused",
    }
    assert report.exit_code == 0
    (folder / "data" / "more.txt").write_text("more")
    (folder / "README.txt").unlink()
    report = verify(folder, options_of(yard), silent())
    assert report.exit_code == 1
    assert {"file_added", "file_missing"} <= named(report)


def test_the_command_reports_in_three_parts_and_as_json(yard: Yard, kiln: Path, tmp_path: Path) -> None:
    key = tmp_path / "key.txt"
    key.write_text(f"# key of the log\n{load_signer(yard.settings, yard.connection).key.vkey()}\n")
    runner = CliRunner()
    said = runner.invoke(app, ["evidence", "verify", str(kiln), "--key", str(key)])
    assert said.exit_code == 0
    parts = ["一、已证明", "二、未能证明", "三、任何证据包都无法证明", "结论："]
    assert [part for part in parts if part in said.stdout] == parts
    said = runner.invoke(app, ["evidence", "verify", str(kiln), "--json", "--proofs-only"])
    document = json.loads(said.stdout)
    assert document["exit_code"] == 0
    assert document["proved"] is False  # nobody said which key to trust
    assert [result["code"] for result in document["results"]] == [c for c in CHECKS if c not in RECOMPUTED]
    assert all(result["text"] for result in document["results"])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--key", "nonsense"], "不是公钥"),
        (["--sm4-key", "123=xyz"], "SM4"),
        (["--tsa-certificate", "/nowhere"], "证书文件"),
    ],
)
def test_a_wrong_argument_is_named(kiln: Path, arguments: list[str], words: str) -> None:
    said = CliRunner().invoke(app, ["evidence", "verify", str(kiln), *arguments])
    assert said.exit_code == 2
    assert words in said.stderr
