"""``outfall evidence verify``: a package checked offline, without settings, database or network."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from api.verifier.command import options_of, run, usage_error
from api.verifier.outcome import Malformed
from api.verifier.words import Words, of_catalogue
from store.texts import catalogue


def verify(
    package: Annotated[
        Path, typer.Argument(help="The package (.zip), or the folder that it was unpacked into.")
    ],
    key: Annotated[
        str | None,
        typer.Option(metavar="VKEY|FILE", help="Trusted public key of the log, or a file with one a line."),
    ] = None,
    tsa_certificate: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Certificate of a time-stamping authority that is trusted."),
    ] = None,
    sm4_key: Annotated[
        list[str] | None,
        typer.Option(metavar="MN=HEX", help="SM4 key of a logger that encrypts; no package holds it."),
    ] = None,
    proofs_only: Annotated[
        bool, typer.Option("--proofs-only", help="Leave out decoding and judging anew.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Write one JSON object.")] = False,
) -> None:
    """Verify an evidence package and report in Chinese what is proved, what is not, and what cannot be.

    The same as `python3 verify.pyz PACKAGE` with the file that lies in every package. Exit 0 when nothing contradicts (what could
    not be proved is named), 1 when something does, 2 when it is no package.
    """
    words = Words(of_catalogue(catalogue()))
    try:
        options = options_of(
            key=key,
            tsa_certificate=tsa_certificate,
            sm4_keys=sm4_key or (),
            proofs_only=proofs_only,
        )
    except Malformed as error:
        raise typer.Exit(usage_error(error, words, sys.stderr)) from None
    code = run(package, options, words, as_document=as_json, out=sys.stdout, err=sys.stderr)
    raise typer.Exit(code)
