"""Every action and every detail that the audit trail records has a word in the catalogue."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from store.handling.steps import Action
from store.leads.actions import EVENT_OF, LINKED, RAISED
from store.texts import catalogue, has

ROOT = Path(__file__).resolve().parents[3]
ROOMS = ("store", "ingest", "alerts", "api", "deploy")
Function = ast.FunctionDef | ast.AsyncFunctionDef

STEPS = {
    "alerts:alert:": {action.value for action in Action},
    "leads:lead:": {*EVENT_OF.values(), RAISED, LINKED},
}
"""Actions that a table of steps gives: the beginning -> what can follow."""


@cache
def modules() -> dict[str, ast.Module]:
    """Every module: what one records, another may have said."""
    return {
        str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8"))
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*.py"))
    }


def functions(tree: ast.Module) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def name_of(expression: ast.expr) -> str:
    if isinstance(expression, ast.Attribute):
        return expression.attr
    return expression.id if isinstance(expression, ast.Name) else ""


def texts(expression: ast.expr) -> set[str]:
    """Every literal text of an expression, also of both sides of a condition."""
    return {
        part.value
        for part in ast.walk(expression)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    }


def given(function: Function, parameter: str, module: str) -> set[str]:
    """The literal texts that callers give a parameter, also through functions between."""
    names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
    places = [module] if function.name.startswith("_") else list(modules())
    found: set[str] = set()
    for place in places:
        for caller in functions(modules()[place]):
            own = {argument.arg for argument in (*caller.args.args, *caller.args.kwonlyargs)}
            for call in (node for node in ast.walk(caller) if isinstance(node, ast.Call)):
                if name_of(call.func) != function.name:
                    continue
                values = [word.value for word in call.keywords if word.arg == parameter]
                if parameter in names and len(call.args) > names.index(parameter):
                    values.append(call.args[names.index(parameter)])
                for value in values:
                    found |= texts(value)
                    if name_of(value) in own and caller is not function:
                        found |= given(caller, name_of(value), place)
                    elif isinstance(value, ast.Name):
                        found |= assigned(caller, value.id)
    return found


def assigned(function: Function, name: str) -> set[str]:
    """The literal texts that a name is given within a function."""
    return {
        word
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and any(name_of(target) == name for target in node.targets)
        for word in texts(node.value)
    }


def put_together(text: ast.JoinedStr, function: Function, module: str) -> set[str]:
    """The actions that ``f"source:subject:{name}"`` can become."""
    start, *rest = text.values
    assert isinstance(start, ast.Constant) and isinstance(start.value, str)
    if start.value in STEPS:
        return {start.value + end for end in STEPS[start.value]}
    assert len(rest) == 1 and isinstance(rest[0], ast.FormattedValue), (
        f"{module} puts an action together oddly"
    )
    ends = given(function, name_of(rest[0].value), module) | assigned(function, name_of(rest[0].value))
    assert ends, f"nobody says what follows {start.value} in {module}"
    return {start.value + end for end in ends}


@cache
def actions() -> dict[str, str]:
    """Action -> the module that records it."""
    found: dict[str, str] = {}
    for module, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and is_action(node.value):
                found[node.value] = module
        for function in functions(tree):
            for node in ast.walk(function):
                if (
                    isinstance(node, ast.keyword)
                    and node.arg == "action"
                    and isinstance(node.value, ast.JoinedStr)
                ):
                    found |= dict.fromkeys(put_together(node.value, function, module), module)
    return found


def is_action(text: str) -> bool:
    parts = text.split(":")
    return len(parts) == 3 and all(part.replace("_", "").isalpha() and part.islower() for part in parts)


def details() -> dict[str, str]:
    """Name of a detail -> a module that records it: keys of what is called ``detail``, or the third of a ``Step``."""
    found: dict[str, str] = {}
    for module, tree in modules().items():
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        steps = [call for call in calls if name_of(call.func) == "Step"]
        if not steps and not any(ast.unparse(call.func) == "audit.record" for call in calls):
            continue
        written = [step.args[2] for step in steps if len(step.args) > 2]
        for node in ast.walk(tree):
            names = (
                [node.arg]
                if isinstance(node, ast.keyword)
                else [name_of(target) for target in node.targets]
                if isinstance(node, ast.Assign)
                else []
            )
            if "detail" in names and isinstance(node, ast.keyword | ast.Assign):
                written.append(node.value)
        for value in written:
            for part in ast.walk(value):
                if isinstance(part, ast.Dict):
                    found |= dict.fromkeys(set().union(*(texts(key) for key in part.keys if key)), module)
    return found


def test_every_action_of_the_audit_trail_has_a_word() -> None:
    words = {action: f"audit.action.{action.replace(':', '.')}" for action in actions()}
    assert {action: actions()[action] for action, key in words.items() if not has(key)} == {}


def test_no_word_stands_for_an_action_that_nothing_records() -> None:
    prefix = "audit.action."
    words = [key.removeprefix(prefix).replace(".", ":") for key in catalogue() if key.startswith(prefix)]
    assert [action for action in words if action not in actions()] == []


def test_every_source_of_actions_has_a_word() -> None:
    assert [action for action in actions() if not has(f"audit.source.{action.partition(':')[0]}")] == []


def test_every_detail_of_the_audit_trail_has_a_word() -> None:
    assert {key: module for key, module in details().items() if not has(f"audit.detail.{key}")} == {}


@pytest.mark.parametrize(
    ("action", "remark"),
    [
        ("people:user:add", "as it is"),
        ("log:key:lost", "one side of a condition"),
        ("alerts:alert:acknowledge", "from the table of steps"),
        ("leads:lead:raised", "from the table of steps"),
        ("tasks:task:opened", "put together from what the callers give"),
        ("tasks:task:done", "through a function between"),
        ("evidence:package:read", "given in another module"),
    ],
)
def test_the_search_finds_what_is_known_to_be_there(action: str, remark: str) -> None:
    assert action in actions(), remark
