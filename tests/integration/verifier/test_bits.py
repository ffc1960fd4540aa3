"""A thousand random changes of one bit: every one is found."""

from __future__ import annotations

import random
import secrets
from pathlib import Path

from api.verifier.outcome import Report
from api.verifier.printing import as_text
from api.verifier.progress import silent
from api.verifier.verify import Options, verify
from api.verifier.words import Words, of_catalogue
from store.log.keys import load_signer
from store.texts import catalogue
from tests.integration.verifier.forging import named
from tests.integration.verifier.yard import Yard

CHANGES = 1000


def test_every_change_of_one_bit_is_found(yard: Yard, tmp_path: Path) -> None:
    seed = secrets.randbits(32)
    print(f"seed {seed}")  # shown when the test fails
    chosen = random.Random(seed)
    package = bytearray(yard.package("v-late").read_bytes())
    options = Options(keys=[load_signer(yard.settings, yard.connection).key], proofs_only=True)
    path, words = tmp_path / "package.zip", Words(of_catalogue(catalogue()))

    def verified() -> Report:
        path.write_bytes(package)
        return verify(path, options, silent())

    assert verified().exit_code == 0
    for bit in chosen.sample(range(8 * len(package)), CHANGES):
        package[bit // 8] ^= 1 << bit % 8
        report = verified()
        assert report.exit_code in (1, 2), f"bit {bit}"
        assert "check_broke_off" not in named(report), f"bit {bit}"
        assert as_text(report, words), f"bit {bit}"
        package[bit // 8] ^= 1 << bit % 8
    assert verified().exit_code == 0


def test_a_change_in_any_byte_at_the_end_of_the_file_is_found(yard: Yard, tmp_path: Path) -> None:
    """The directory and the signature, where the structure of the ZIP itself is hit."""
    package = bytearray(yard.package("v-late").read_bytes())
    options = Options(keys=[load_signer(yard.settings, yard.connection).key], proofs_only=True)
    path = tmp_path / "package.zip"
    for byte in range(len(package) - 400, len(package)):
        bit = 8 * byte + random.randrange(8)
        package[bit // 8] ^= 1 << bit % 8
        path.write_bytes(package)
        report = verify(path, options, silent())
        assert report.exit_code in (1, 2), f"bit {bit}"
        assert "check_broke_off" not in named(report), f"bit {bit}"
        package[bit // 8] ^= 1 << bit % 8
