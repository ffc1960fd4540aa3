"""Files are read strictly and within bounds, out of a ZIP as out of a folder."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.verifier import sources
from api.verifier.outcome import Malformed, NotAPackage
from api.verifier.plainjson import DEPTH_MOST, read_json, read_object
from api.verifier.sources import FolderSource, ZipSource

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(PLAIN)
def test_what_json_writes_is_read_back(value: object) -> None:
    assert read_json(json.dumps(value).encode()) == value


@pytest.mark.parametrize(
    ("data", "remark"),
    [
        (b"", "nothing"),
        (b"{} {}", "two of them"),
        (b'{"a":1,"a":1}', "a name twice"),
        (b"1.5", "no integer"),
        (b"1e3", "no integer"),
        (b"NaN", "no number"),
        (b"9" * 21, "too many digits"),
        (b"9" * 10_000, "far too many digits"),
        (b"[" * (DEPTH_MOST + 1) + b"]" * (DEPTH_MOST + 1), "too deep"),
        (b"[" * 200_000, "deeper than Python recurses"),
        (b"\xff", "no UTF-8"),
        (b"\xef\xbb\xbf{}", "a byte order mark"),
    ],
)
def test_json_that_is_not_strict_is_refused(data: bytes, remark: str) -> None:
    with pytest.raises(Malformed) as caught:
        read_json(data, file="x")
    assert (caught.value.code, caught.value.facts["file"]) == ("json_malformed", "x")


def test_depth_within_the_bound_is_read() -> None:
    assert read_json(b"[" * DEPTH_MOST + b"]" * DEPTH_MOST)
    with pytest.raises(Malformed):
        read_object(b"[]")


def packed(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return path


def test_files_are_read_by_name_below_the_root(tmp_path: Path) -> None:
    source = ZipSource(
        packed(tmp_path / "x.zip", {"root/bagit.txt": b"a\nb\n", "root/data/y.txt": b"cut off"})
    )
    assert (source.root, source.names()) == ("root", ["bagit.txt", "data/y.txt"])
    assert list(source.lines("bagit.txt")) == [b"a", b"b"]
    for act, code in (
        (lambda: list(source.lines("data/y.txt")), "line_cut_off"),
        (lambda: source.read("nowhere"), "file_missing"),
        (lambda: source.read("data/y.txt", most=3), "file_too_large"),
    ):
        with pytest.raises(Malformed) as caught:
            act()
        assert caught.value.code == code
    source.close()


def test_lines_are_put_together_over_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "BLOCK", 3)
    content = b"".join(b"%d\n" % number for number in range(50)) + b"\n\nlong line here\n"
    source = ZipSource(packed(tmp_path / "x.zip", {"root/bagit.txt": content}))
    assert list(source.lines("bagit.txt")) == content[:-1].split(b"\n")
    monkeypatch.setattr(sources, "LINE_MOST", 5)
    with pytest.raises(Malformed) as caught:
        list(source.lines("bagit.txt"))
    assert caught.value.code == "line_too_long"
    source.close()


def test_a_package_of_too_many_files_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "FILES_MOST", 3)
    with pytest.raises(NotAPackage) as caught:
        ZipSource(packed(tmp_path / "x.zip", {f"root/{number}": b"" for number in range(4)}))
    assert caught.value.code == "too_many_files"


def test_a_link_in_a_folder_is_not_followed(tmp_path: Path) -> None:
    folder = tmp_path / "bag"
    folder.mkdir()
    (folder / "bagit.txt").write_text("x")
    (folder / "passwd").symlink_to("/etc/passwd")
    (folder / "etc").symlink_to("/etc")
    source = FolderSource(folder)
    assert source.names() == ["bagit.txt"]
    assert {problem.facts["file"] for problem in source.problems} == {"passwd", "etc"}
