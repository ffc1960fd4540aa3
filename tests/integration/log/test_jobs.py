"""The jobs of the log as the alerts process runs them: sealed, appended, cosigned and stamped, and told when tampered."""

from __future__ import annotations

from pathlib import Path

from alerts.attesting.checkpointfile import checkpoint_file
from alerts.jobs import run_job
from alerts.sealing import sealing_jobs
from store.channels import apply_channels
from store.channelsfile import read_channels_file
from store.clock import now
from store.log.keys import public_keys
from tests.fixtures.tsa import open_authority
from tests.fixtures.witness import open_witness
from tests.integration.log.world import World

CHANNELS = """
channels:
  - {id: webhook, kind: webhook, url: "http://127.0.0.1:1/invented", secret: "secret-invented-for-tests"}
default: [webhook]
"""


def run(world: World) -> dict[str, bool]:
    """Every job once, in their order; which went well."""
    return {job.name: run_job(job, world.settings.database()) for job in sealing_jobs(world.settings)}


def test_without_a_witness_and_an_authority_there_is_the_file_alone(world: World) -> None:
    assert run(world) == {"seal": True, "checkpoints_file": True}
    world.check()


def test_what_was_written_is_sealed_and_its_head_goes_everywhere(world: World, tmp_path: Path) -> None:
    world.messages(300)
    assert run(world)["seal"]
    with (
        open_witness(*(known.key for known in public_keys(world.connection))) as witness,
        open_authority(tmp_path / "tsa") as authority,
    ):
        given = {
            "witness_url": witness.url,
            "witness_key": witness.key.vkey(),
            "tsa_url": authority.url,
            "tsa_certificate": authority.root,
        }
        world.settings = world.settings.model_copy(update=given)
        every = {"seal", "checkpoints_file", "checkpoints_witness", "checkpoints_rfc3161"}
        assert run(world) == dict.fromkeys(every, True)
        # What they have signed is a record of its own, and no reason to ask them again.
        assert run(world) == dict.fromkeys(every, True)
        assert run(world) == dict.fromkeys(every, True)
    attested = world.ask("attestations")
    assert sorted(row["kind"] for row in attested) == ["rfc3161", "witness"]
    sizes = [checkpoint.size for checkpoint in world.checkpoints()]
    assert len(sizes) == 2
    assert {row["size"] for row in attested} == {sizes[0]}
    assert world.ask("outgoing", target="file")[0]["size"] == sizes[-1]
    assert any(b'"table":"log_attestation"' in leaf for leaf in world.check())


def test_operations_is_told_once_when_the_file_and_the_database_differ(world: World) -> None:
    apply_channels(world.connection, read_channels_file(CHANNELS), actor="test", origin="cli", at=now())
    assert all(run(world).values())
    path = checkpoint_file(world.settings)
    path.write_text(path.read_text(encoding="utf-8").replace("Z\n", "Y\n"), encoding="utf-8")
    assert run(world) == {"seal": True, "checkpoints_file": False}
    # It rests; when it is tried again it fails again, and nobody is told a second time.
    assert run(world)["checkpoints_file"]
    world.ask("clear_outgoing")
    assert not run(world)["checkpoints_file"]
    [told] = world.ask("told_operations")
    assert "检查点文件" in told["title"]
    assert str(path) in told["body"]
