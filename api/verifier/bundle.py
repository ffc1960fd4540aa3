"""The verifier as one file, ``verify.pyz``: a ZIP that Python runs as it is.

What goes in is found by walking the imports of the verifier's command, so nothing is forgotten. The bytes follow from the modules
alone: nothing is compressed, because the package around it does that.
"""

from __future__ import annotations

import ast
import io
import json
import zipfile
from collections.abc import Iterator
from functools import cache
from importlib import resources

from api.verifier.words import BUNDLED, of_catalogue
from store.texts import catalogue

ENTRY = "api.verifier.command"
COMPAT = "api.verifier.compat"
OWN = ("store", "ingest", "alerts", "api")
"""Packages whose modules go into the bundle; everything else must be there: the standard library and ``cryptography``."""

DATA = {"store/factors.csv": ("store", "factors.csv")}
"""Files that the modules read."""

_MAIN = """\
import sys

if sys.version_info < (3, 9):
    sys.exit("Python 3.9 or newer is needed; this is " + sys.version.split()[0])
try:
    import cryptography  # noqa: F401
except ImportError:
    sys.exit("The library cryptography is needed: python3 -m pip install cryptography")
from api.verifier import compat

compat.provide()
from api.verifier.command import main

sys.exit(main())
"""
_DATE = (1980, 1, 1, 0, 0, 0)
_UNIX, _MODE = 3, 0o100644 << 16


@cache
def bundle() -> bytes:
    """The file. The same bytes for the same release."""
    files = {"__main__.py": _MAIN.encode()}
    for module in modules():
        files[_path(module)] = _source(module).encode()
    for path, (package, name) in DATA.items():
        files[path] = resources.files(package).joinpath(name).read_bytes()
    words = json.dumps(of_catalogue(catalogue()), ensure_ascii=False, sort_keys=True, indent=0)
    files[f"api/verifier/{BUNDLED}"] = words.encode()
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, _DATE)
            info.create_system, info.external_attr = _UNIX, _MODE
            packed.writestr(info, files[name])
    return made.getvalue()


@cache
def modules() -> tuple[str, ...]:
    """The modules of Outfall that the verifier needs, sorted; packages among them."""
    found: set[str] = set()
    waiting = [ENTRY, COMPAT]
    while waiting:
        module = waiting.pop()
        if module in found:
            continue
        found.add(module)
        package = module.rpartition(".")[0]
        if package:
            waiting.append(package)
        waiting += [name for name in imported(module) if name.partition(".")[0] in OWN]
    return tuple(sorted(found))


def imported(module: str) -> set[str]:
    """Every module that a module imports anywhere, except for type checking only."""
    found: set[str] = set()
    for node in _running(ast.parse(_source(module))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            found.add(node.module)
            inner = (f"{node.module}.{alias.name}" for alias in node.names)
            found.update(name for name in inner if name.partition(".")[0] in OWN and _exists(name))
    return found


def _running(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            continue
        yield node
        yield from _running(node)


def _exists(module: str) -> bool:
    return _file(module) is not None


def _file(module: str) -> str | None:
    """Path of a module below the folder of its room; None when it is none."""
    room, _, rest = module.partition(".")
    parts = rest.split(".") if rest else []
    folder = resources.files(room)
    for part in parts[:-1]:
        folder = folder.joinpath(part)
    if not parts:
        return "__init__.py"
    if folder.joinpath(f"{parts[-1]}.py").is_file():
        return "/".join([*parts[:-1], f"{parts[-1]}.py"])
    if folder.joinpath(parts[-1], "__init__.py").is_file():
        return "/".join([*parts, "__init__.py"])
    return None


def _path(module: str) -> str:
    return f"{module.partition('.')[0]}/{_file(module)}"


def _source(module: str) -> str:
    file = _file(module)
    if file is None:
        raise ModuleNotFoundError(f"{module} is imported by the verifier and is not there")
    room = module.partition(".")[0]
    return resources.files(room).joinpath(*file.split("/")).read_text(encoding="utf-8")
