"""Fixtures of the tests of the verifier: the yard is filled and its packages are built once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from api.verifier.outcome import Report
from deploy import stack as local
from store.database import connect
from store.log.keys import load_signer
from store.log.notes import Signer
from store.settings import load_settings
from tests.fixtures.database import copied
from tests.integration.verifier.forging import Files, Package, failures, report_of, sealed, signed, unpack
from tests.integration.verifier.yard import Yard


@pytest.fixture(scope="session")
def yard(
    stack: local.StackAddress, database_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Yard]:
    """A yard that tests only read."""
    with copied(stack, database_template) as url, connect(url, name="test", autocommit=True) as connection:
        home = tmp_path_factory.mktemp("yard")
        quiet = {"evidence_wait_seconds": 0, "settle_quiet_seconds": 0, "absent_quiet_seconds": 0}
        made = Yard(connection, load_settings(database_url=url, home=home, **quiet))
        made.fill()
        yield made


@pytest.fixture(scope="session")
def kiln(yard: Yard) -> Path:
    """The package of an outlet of which nearly everything can be told."""
    return yard.package("v-kiln")


@pytest.fixture(scope="session")
def packages(yard: Yard, kiln: Path) -> dict[str, Package]:
    return {
        "v-kiln": unpack(kiln),
        "v-water": unpack(yard.package("v-water")),
        "v-late": unpack(yard.package("v-late")),
    }


@pytest.fixture(scope="session")
def signer(yard: Yard) -> Signer:
    return load_signer(yard.settings, yard.connection)


@pytest.fixture
def forged(packages: dict[str, Package], signer: Signer, tmp_path: Path) -> Callable[..., Report]:
    """Change the files of a package, have it all proved and signed again, and verify it."""

    def forge(change: Callable[[Files], None], outlet: str = "v-kiln") -> Report:
        package = packages[outlet]
        files = package.copy()
        change(files)
        sealed(files, signer)
        report = report_of(signed(files, package.root, signer), tmp_path, keys=[signer.key])
        assert report.failed == (report.exit_code == 1)
        proofs = {"container", "bag", "signature", "records", "inclusion", "times"}
        assert not proofs & failures(report).keys(), "the forger knows his trade"
        return report

    return forge
