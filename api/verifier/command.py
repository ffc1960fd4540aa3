"""The command: arguments as they are typed, the verification, the report; of the bundle and of ``outfall evidence verify``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from api.verifier.keys import read_trusted
from api.verifier.outcome import NO_PACKAGE, Detail, Malformed
from api.verifier.printing import as_json, as_text, detail_text
from api.verifier.progress import Progress
from api.verifier.sources import BAG_MARK
from api.verifier.stamps import read_certificates
from api.verifier.verify import Options, verify
from api.verifier.words import Words, bundled

SM4_BYTES = 16
SM4_MOST = 2


def options_of(
    *, key: str | None, tsa_certificate: str | None, sm4_keys: Sequence[str], proofs_only: bool
) -> Options:
    """The options as they were typed. Raises Malformed with what is wrong with one."""
    return Options(
        keys=None if key is None else read_trusted(key),
        authorities=None if tsa_certificate is None else read_certificates(tsa_certificate),
        sm4_keys=_sm4_keys(sm4_keys),
        proofs_only=proofs_only,
    )


def _sm4_keys(given: Sequence[str]) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = {}
    for text in given:
        mn, _, digits = text.partition("=")
        try:
            key = bytes.fromhex(digits)
        except ValueError:
            key = b""
        if not mn or len(key) != SM4_BYTES or len(found.get(mn, ())) == SM4_MOST:
            raise Malformed("sm4_key_malformed", mn=mn[:40])
        found.setdefault(mn, []).append(key)
    return found


def run(path: Path, options: Options, words: Words, *, as_document: bool, out: TextIO, err: TextIO) -> int:
    """Verify and print; the exit code."""
    progress = Progress(err, lambda step: words.text(f"progress.{step}"))
    report = verify(path, options, progress)
    out.write(as_json(report, words) + "\n" if as_document else as_text(report, words))
    return report.exit_code


def usage_error(error: Malformed, words: Words, err: TextIO) -> int:
    """Say what is wrong with an argument; the exit code."""
    err.write(detail_text(Detail(error.code, error.facts), words) + "\n")
    return NO_PACKAGE


def main() -> int:
    """The bundle's command line; the exit code."""
    words = bundled()
    for stream in (sys.stdout, sys.stderr):
        # A console that cannot show a character shows a question mark rather than a stack trace.
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    parser = argparse.ArgumentParser(prog="verify.pyz", description=words.text("usage.description"))
    parser.add_argument("package", nargs="?", help=words.text("usage.package"))
    parser.add_argument("--key", metavar="VKEY|FILE", help=words.text("usage.key"))
    parser.add_argument("--tsa-certificate", metavar="FILE", help=words.text("usage.tsa_certificate"))
    parser.add_argument(
        "--sm4-key", metavar="MN=HEX", action="append", default=[], help=words.text("usage.sm4_key")
    )
    parser.add_argument("--proofs-only", action="store_true", help=words.text("usage.proofs_only"))
    parser.add_argument("--json", action="store_true", help=words.text("usage.json"))
    given = parser.parse_args()
    folder = Path(sys.argv[0]).resolve().parent
    if given.package is None and not (folder / BAG_MARK).is_file():
        parser.print_usage(sys.stderr)
        sys.stderr.write(words.text("usage.no_package") + "\n")
        return NO_PACKAGE
    path = folder if given.package is None else Path(given.package)
    try:
        options = options_of(
            key=given.key,
            tsa_certificate=given.tsa_certificate,
            sm4_keys=given.sm4_key,
            proofs_only=given.proofs_only,
        )
    except Malformed as error:
        return usage_error(error, words, sys.stderr)
    return run(path, options, words, as_document=given.json, out=sys.stdout, err=sys.stderr)
