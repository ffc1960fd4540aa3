"""The parser of .sql files, and the statements that ship."""

from __future__ import annotations

from importlib import resources

import pytest

from store.queries import parse, queries


def test_each_named_block_becomes_a_statement_without_its_comments() -> None:
    text = (
        "-- A file.\n\n-- name: one\n-- What for.\nselect 1\n\n-- name: two\nselect %(x)s\n-- inner\nfrom t\n"
    )
    assert parse(text) == {"one": "select 1", "two": "select %(x)s\nfrom t"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("select 1\n-- name: one\nselect 2", "before the first name"),
        ("-- name: one\n-- only a comment\n", "is empty"),
        ("-- name: one\nselect 1\n-- name: one\nselect 2", "defined twice"),
    ],
)
def test_a_file_that_could_be_misread_is_refused(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse(text)


def test_every_group_that_ships_parses_and_every_statement_says_what_it_is_for() -> None:
    folder = resources.files("store").joinpath("sql")
    groups = [file.name.removesuffix(".sql") for file in folder.iterdir() if file.name.endswith(".sql")]
    assert "registry" in groups
    for group in groups:
        text = folder.joinpath(f"{group}.sql").read_text(encoding="utf-8")
        for block in text.split("-- name: ")[1:]:
            name, _, rest = block.partition("\n")
            assert rest.startswith("--"), f"{group}.{name} has no comment"
        assert queries(group)
