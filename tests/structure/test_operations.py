"""What every room promises of its operations: who did it is passed by name, and it is in the audit log."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import groundswell

ROOMS = ("accounts", "places", "people", "compliance", "campaigns", "phonebank")
ROOT = Path(groundswell.__file__).parent

# Operations without `by`, or without an audit event of their own: each with the reason. "room.function": reason.
WITHOUT_BY = {
    "accounts.set_up_installation": "nobody is there yet; the one-time link is what lets them in",
    "accounts.is_set_up": "reads",
}
WITHOUT_AUDIT = {
    "accounts.is_set_up": "reads",
}


def modules(room: str) -> Iterator[Any]:
    """The room's operations, whether a module or a package of them."""
    if not ((ROOT / room / "operations.py").exists() or (ROOT / room / "operations").is_dir()):
        return
    top = importlib.import_module(f"groundswell.{room}.operations")
    yield top
    for found in pkgutil.iter_modules(getattr(top, "__path__", [])):
        yield importlib.import_module(f"{top.__name__}.{found.name}")


def operations() -> dict[str, Callable[..., Any]]:
    """Every public function defined in a room's operations."""
    found = {}
    for room in ROOMS:
        for module in modules(room):
            for name, function in vars(module).items():
                is_ours = inspect.isfunction(function) and inspect.unwrap(function).__module__ == module.__name__
                if is_ours and not name.startswith("_"):
                    found[f"{room}.{name}"] = inspect.unwrap(function)
    return found


OPERATIONS = operations()


def calls(function: Callable[..., Any]) -> set[str]:
    """The names a function calls, and those that the functions of its own module call for it."""
    module = inspect.getmodule(function)
    seen: set[str] = set()
    todo = [function]
    while todo:
        tree = ast.parse(inspect.cleandoc("\n" + inspect.getsource(todo.pop())))
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in seen:
                continue
            seen.add(name)
            own = inspect.unwrap(getattr(module, name, None)) if hasattr(module, name) else None
            if (
                inspect.isfunction(own)
                and own.__module__.startswith("groundswell.")
                and ".operations" in own.__module__
            ):
                todo.append(own)
    return seen


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_an_operation_takes_everything_by_name_and_by_whom(name: str):
    parameters = inspect.signature(OPERATIONS[name]).parameters
    positional = [p.name for p in parameters.values() if p.kind not in (p.KEYWORD_ONLY, p.VAR_KEYWORD)]
    if name in WITHOUT_BY:
        assert "by" not in parameters, f"{name} takes `by` by now: strike it from WITHOUT_BY"
        return
    assert not positional, f"{name} takes {positional} by position"
    assert "by" in parameters, f"{name} does not say who did it"


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_an_operation_is_in_the_audit_log(name: str):
    audits = bool({"record", "record_many"} & calls(OPERATIONS[name]))
    if name in WITHOUT_AUDIT:
        assert not audits, f"{name} writes an event by now: strike it from WITHOUT_AUDIT"
    else:
        assert audits, f"{name} writes no audit event"


def test_every_reason_speaks_of_an_operation_there_is():
    assert {*WITHOUT_BY, *WITHOUT_AUDIT} <= set(OPERATIONS)


def test_there_are_operations_to_look_at():
    assert {"accounts.accept_invitation", "accounts.revoke_membership"} <= set(OPERATIONS)


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.html")), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_template_needs_what_the_content_policy_forbids(path: Path):
    text = path.read_text(encoding="utf-8")
    for forbidden in (" style=", " onclick=", " onload=", " onsubmit=", "hx-on", "js:", "javascript:", "<style"):
        assert forbidden not in text, f"{path.name} has {forbidden}"
