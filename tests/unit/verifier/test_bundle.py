"""The bundle: one file that runs with the library ``cryptography`` alone, on every Python since 3.9."""

from __future__ import annotations

import ast
import builtins
import importlib.util
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.verifier import compat
from api.verifier.bundle import OWN, bundle, imported, modules

ALONE = ("cryptography", "cffi", "_cffi_backend", "pycparser", "typing_extensions")
"""What may be there: the library and what it is made of."""


def sources() -> Iterator[tuple[str, str]]:
    """Every Python file in the bundle."""
    with zipfile.ZipFile(io.BytesIO(bundle())) as packed:
        for name in packed.namelist():
            if name.endswith(".py"):
                yield name, packed.read(name).decode()


def test_the_bundled_modules_import_nothing_but_the_standard_library_and_cryptography() -> None:
    for module in modules():
        foreign = {name.partition(".")[0] for name in imported(module)} - {*OWN, "cryptography"}
        assert foreign <= sys.stdlib_module_names, module


def test_the_walk_finds_imports_within_functions_and_passes_over_those_for_types() -> None:
    assert "ingest.decode" in modules()
    assert "store.log.merkle" in modules()
    assert "alerts.judgement.hour" in modules()
    assert "store.settings" not in modules()
    assert "store.database" not in modules()


def test_the_same_release_gives_the_same_bytes() -> None:
    first = bundle()
    bundle.cache_clear()
    assert bundle() == first
    with zipfile.ZipFile(io.BytesIO(first)) as packed:
        assert packed.namelist() == sorted(packed.namelist())
        assert {info.date_time for info in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_every_bundled_file_has_the_syntax_of_python_3_9() -> None:
    for name, source in sources():
        ast.parse(source, name, feature_version=(3, 9))


NEWER = {
    # module -> names that came after Python 3.9
    "bisect": set(),
    "dataclasses": {"KW_ONLY"},
    "datetime": {"UTC"},
    "enum": {"StrEnum", "verify", "member", "nonmember", "global_enum", "ReprEnum", "EnumCheck"},
    "functools": set(),
    "hashlib": {"file_digest"},
    "inspect": {"get_annotations"},
    "itertools": {"pairwise", "batched"},
    "math": {"cbrt", "exp2", "sumprod"},
    "statistics": {"correlation"},
    "types": {"NoneType", "EllipsisType"},
    "typing": {
        "LiteralString", "Self", "TypeAlias", "TypeGuard", "ParamSpec", "Concatenate", "Never", "Required", "NotRequired",
        "Unpack", "TypeVarTuple", "assert_never", "assert_type", "reveal_type", "override", "dataclass_transform",
    },
}  # fmt: skip
NEWER_METHODS = {"bit_count", "add_note", "with_segments", "hardlink_to", "is_junction"}
NEWER_BUILTINS = {
    "aiter",
    "anext",
    "ExceptionGroup",
    "BaseExceptionGroup",
    "EncodingWarning",
    "PythonFinalizationError",
}


def test_every_newer_name_that_is_used_is_provided() -> None:
    used: set[str] = set()
    for name, source in sources():
        if name.endswith("verifier/compat.py"):
            continue
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.ImportFrom) and node.module in NEWER:
                used.update(
                    f"{node.module}.{alias.name}" for alias in node.names if alias.name in NEWER[node.module]
                )
            elif isinstance(node, ast.Attribute):
                if isinstance(node.value, ast.Name) and node.attr in NEWER.get(node.value.id, ()):
                    used.add(f"{node.value.id}.{node.attr}")
                assert node.attr not in NEWER_METHODS, f"{name}: {node.attr}"
            elif isinstance(node, ast.Name):
                assert node.id not in NEWER_BUILTINS, f"{name}: {node.id}"
            elif isinstance(node, ast.Call):
                words = {keyword.arg for keyword in node.keywords}
                assert "kw_only" not in words, name
    assert used == compat.PROVIDED.keys() & used
    assert used, "nothing was looked at"


def test_no_type_is_made_with_a_bar_when_a_module_is_loaded() -> None:
    """``int | None`` outside of annotations needs Python 3.10."""
    for name, source in sources():
        for node in running(ast.parse(source)):
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
                for side in (node.left, node.right):
                    none = isinstance(side, ast.Constant) and side.value is None
                    known = isinstance(side, ast.Name) and isinstance(getattr(builtins, side.id, None), type)
                    assert not none and not known, f"{name}:{node.lineno}"
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in {"isinstance", "issubclass"}
            ):
                assert not isinstance(node.args[1], ast.BinOp), f"{name}:{node.lineno}"


def running(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes that are evaluated: no annotations, which ``from __future__ import annotations`` keeps as text."""
    for field, value in ast.iter_fields(node):
        if field in {"annotation", "returns"}:
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield child
                yield from running(child)


def test_every_module_keeps_its_annotations_as_text() -> None:
    for name, source in sources():
        tree = ast.parse(source)
        annotated = any(isinstance(node, ast.AnnAssign | ast.FunctionDef) for node in ast.walk(tree))
        future = any(isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in tree.body)
        assert future or not annotated, name


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The bundle as a file, and a folder that has ``cryptography`` and nothing else of what is installed."""
    folder = tmp_path_factory.mktemp("alone")
    libraries = folder / "libraries"
    libraries.mkdir()
    for name in ALONE:
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None:
            continue
        origin = Path(spec.origin)
        origin = origin.parent if origin.name == "__init__.py" else origin
        (libraries / origin.name).symlink_to(origin)
    file = folder / "verify.pyz"
    file.write_bytes(bundle())
    return file, libraries


def run(
    alone: tuple[Path, Path], *arguments: str, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the bundle with nothing but those libraries: no site packages, no environment, no current folder."""
    file, libraries = alone
    start = (
        "import runpy, sys; sys.path.append(sys.argv.pop(1)); sys.argv.pop(0); sys.path.insert(0, sys.argv[0]); "
        "runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    return subprocess.run(
        [sys.executable, "-I", "-S", "-W", "error", "-c", start, str(libraries), str(file), *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={"PYTHONIOENCODING": "utf-8"},
        cwd=cwd,
        timeout=120,
        check=False,
    )


def test_the_bundle_runs_alone(alone: tuple[Path, Path], tmp_path: Path) -> None:
    nothing = tmp_path / "nothing.zip"
    nothing.write_bytes(b"")
    said = run(alone, str(nothing))
    assert (said.returncode, said.stderr) == (2, "")
    assert "文件是空的" in said.stdout
    said = run(alone, str(nothing), "--json")
    assert json.loads(said.stdout)["no_package"]["code"] == "file_empty"


def test_the_bundle_loads_nothing_of_outfall_from_elsewhere(alone: tuple[Path, Path]) -> None:
    file, libraries = alone
    code = (
        "import sys; sys.path[:0] = [sys.argv[1], sys.argv[2]]; import api.verifier.command; "
        "print([m.__file__ for n, m in sys.modules.items() if n.partition('.')[0] in ('api', 'store', 'ingest', 'alerts')])"
    )
    found = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code, str(file), str(libraries)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    paths = ast.literal_eval(found.stdout)
    assert len(paths) > 50
    assert all(path.startswith(str(file)) for path in paths)


def test_without_a_package_the_bundle_says_how_it_is_used(alone: tuple[Path, Path]) -> None:
    said = run(alone)
    assert said.returncode == 2
    assert "usage" in said.stderr
    said = run(alone, "--key", "nonsense", "package.zip")
    assert said.returncode == 2
    assert "公钥" in said.stderr
