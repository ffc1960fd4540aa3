"""The files of a package, out of its ZIP or out of a folder that it was unpacked into. Everything is read within bounds.

Nothing is ever written or unpacked, so a name that points elsewhere does no harm; it is named all the same.
"""

from __future__ import annotations

import os
import zipfile
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from api.verifier.outcome import Malformed, NotAPackage

FILES_MOST = 20_000
BYTES_MOST = 8 << 30
"""All files of a package together, unpacked."""

RATIO_MOST = 200
"""Text of records packs some twenty times; what packs a thousand times is made to fill a memory."""

RATIO_FROM = 64 << 20
"""A ratio means something from this size on."""

READ_MOST = 64 << 20
"""A file that is taken in whole."""

LINE_MOST = 16 << 20
BLOCK = 1 << 20
BAG_MARK = "bagit.txt"


class Source(ABC):
    """Files by name below the root folder of the package, and what is wrong with their names."""

    def __init__(self) -> None:
        self.sizes: dict[str, int] = {}
        self.problems: list[Malformed] = []
        self.root = ""

    @abstractmethod
    def _open(self, name: str) -> BinaryIO: ...

    @abstractmethod
    def close(self) -> None:
        """Let go of the file."""

    def names(self, prefix: str = "", suffix: str = "") -> list[str]:
        """The files whose names begin and end so, in order."""
        return sorted(name for name in self.sizes if name.startswith(prefix) and name.endswith(suffix))

    def __contains__(self, name: object) -> bool:
        return name in self.sizes

    def blocks(self, name: str) -> Iterator[bytes]:
        """The bytes of a file. Raises Malformed ``file_missing``, ``file_unreadable``."""
        if name not in self.sizes:
            raise Malformed("file_missing", file=name)
        left = self.sizes[name]
        try:
            with self._open(name) as file:
                while block := file.read(BLOCK):
                    left -= len(block)
                    if left < 0:
                        raise Malformed("file_unreadable", file=name, why="longer than the ZIP says")
                    yield block
        except Malformed:
            raise
        except Exception as error:  # whatever a broken ZIP makes its reader raise
            raise Malformed("file_unreadable", file=name, why=_why(error)) from error
        if left:
            raise Malformed("file_unreadable", file=name, why="shorter than the ZIP says")

    def read(self, name: str, most: int = READ_MOST) -> bytes:
        """A whole file. Raises Malformed, also ``file_too_large``."""
        if self.sizes.get(name, 0) > most:
            raise Malformed("file_too_large", file=name, most=most)
        return b"".join(self.blocks(name))

    def text(self, name: str, most: int = READ_MOST) -> str:
        """A whole file of UTF-8. Raises Malformed, also ``file_not_text``."""
        try:
            return self.read(name, most).decode("utf-8")
        except UnicodeDecodeError:
            raise Malformed("file_not_text", file=name) from None

    def lines(self, name: str) -> Iterator[bytes]:
        """The lines of a file without their ends. Raises Malformed ``line_cut_off`` where the last one has no end."""
        rest = b""
        for block in self.blocks(name):
            parts = (rest + block).split(b"\n")
            rest = parts.pop()
            if len(rest) > LINE_MOST:
                raise Malformed("line_too_long", file=name)
            yield from parts
        if rest:
            raise Malformed("line_cut_off", file=name)

    def _take(self, name: str, size: int) -> None:
        if name in self.sizes:
            self.problems.append(Malformed("name_twice", file=name))
        elif not _safe(name):
            self.problems.append(Malformed("name_unsafe", file=name[:200]))
        else:
            self.sizes[name] = size
        if len(self.sizes) + len(self.problems) > FILES_MOST:
            raise NotAPackage("too_many_files", most=FILES_MOST)


class ZipSource(Source):
    """The files in a ZIP, all of them below one folder."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        try:
            self._zip = zipfile.ZipFile(path)
            found = self._zip.infolist()
        except Exception as error:  # whatever a broken ZIP makes its reader raise
            raise NotAPackage("zip_unreadable", why=_why(error)) from error
        self._infos: dict[str, zipfile.ZipInfo] = {}
        total = 0
        roots = Counter(info.filename.partition("/")[0] for info in found if "/" in info.filename)
        marked = [
            info.filename[: -len(BAG_MARK) - 1]
            for info in found
            if info.filename.endswith("/" + BAG_MARK) and info.filename.count("/") == 1
        ]
        self.root = marked[0] if marked else roots.most_common(1)[0][0] if roots else ""
        for info in found:
            total += info.file_size
            big = info.file_size > RATIO_FROM and info.file_size > RATIO_MOST * max(info.compress_size, 1)
            if big or total > BYTES_MOST:
                raise NotAPackage("zip_bomb", file=info.filename[:200], size=info.file_size)
            folder, _, name = info.filename.partition("/")
            if info.is_dir() and _safe(info.filename.rstrip("/")):
                continue
            if folder != self.root or not name or info.orig_filename != info.filename:
                self.problems.append(Malformed("name_unsafe", file=info.orig_filename[:200]))
                continue
            self._infos.setdefault(name, info)
            self._take(name, info.file_size)

    def _open(self, name: str) -> BinaryIO:
        return self._zip.open(self._infos[name])  # type: ignore[return-value]

    def close(self) -> None:
        self._zip.close()


class FolderSource(Source):
    """The files below a folder that a package was unpacked into."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.root = folder.resolve().name
        self._folder = folder
        total = 0
        for place, folders, files in os.walk(folder):
            folders.sort()
            links = [name for name in folders if (Path(place) / name).is_symlink()]
            for name in sorted([*files, *links]):
                path = Path(place) / name
                below = path.relative_to(folder).as_posix()
                if path.is_symlink() or not path.is_file():
                    self.problems.append(Malformed("name_unsafe", file=below[:200]))
                    continue
                size = path.stat().st_size
                total += size
                if total > BYTES_MOST:
                    raise NotAPackage("zip_bomb", file=below, size=size)
                self._take(below, size)

    def _open(self, name: str) -> BinaryIO:
        return (self._folder / name).open("rb")

    def close(self) -> None:
        """Nothing is held open."""


def _safe(name: str) -> bool:
    """Whether a name is a plain path below the root: no way up, no drive, nothing that a terminal would act on."""
    parts = name.split("/")
    return name.isprintable() and not any(
        part in ("", ".", "..") or "\\" in part or ":" in part for part in parts
    )


def _why(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]
