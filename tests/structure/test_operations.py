"""What every room promises of its operations: who did it is passed by name, and it is in the audit log.

An operation is a public function of a room's `operations` that says `by` whom or opens a transaction. What else stands
there is a part of one: a question (`check_...`), what a statement takes (`..._parameters`), a path, a lock.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import groundswell

ROOMS = (
    "accounts",
    "places",
    "people",
    "compliance",
    "campaigns",
    "messaging",
    "events",
    "joining",
    "surveys",
    "flows",
    "phonebank",
    "textbank",
)
ROOT = Path(groundswell.__file__).parent

# Operations without `by`, or without an audit event of their own: each with the reason.
WITHOUT_BY = {
    "accounts.set_up_installation": "nobody is there yet; the one-time link is what lets them in",
    "events.hand_over_due": "reminders whose time has come, by the worker; what caused them says by whom",
    "joining.hand_over_waiting": "letters of sign-ups, which say by whom, by the worker",
    "messaging.forget_code": "part of the confirmation that it was typed for, which says by whom",
    "messaging.forget_codes": "half an hour has passed",
    "messaging.keep": "a text that somebody sent us; the row is the record, and nobody here did it",
    "messaging.take_back": "what came back of an email; what follows for its address has its own events",
    "messaging.take_part": "a part of such a text, likewise",
    "messaging.route_incomplete": "the parts of it that came; the row is the record",
    "messaging.match_lost_receipts": "what a provider said, brought to its message; the rows are the record",
    "messaging.route": "what becomes of it, decided by what it says",
    "messaging.take_receipts": "what a provider says became of messages; the rows are the record",
    "people.start_batch": "the import that it starts says by whom",
    "phonebank.preview": "counts, in temporary tables",
    "phonebank.recheck_entry": "the list of a phone bank, kept up to date by the worker",
    "phonebank.roll_up_tallies": "totals from the ledger, by the worker",
    "phonebank.rebuild_tallies": "totals from the ledger, by the worker",
    "places.load_reference_data": "part of the installation, like its tables",
    "textbank.take_reply": "whose turn it is, by what somebody wrote",
    "textbank.take_back_lapsed": "an hour has passed",
}
WITHOUT_AUDIT = {
    "campaigns.record_answers": "part of the call that brings them, whose line in the ledger is the record",
    "compliance.close_person": "part of an objection and of an erasure",
    "compliance.settle_requests": "part of an erasure",
    "events.hand_over_due": WITHOUT_BY["events.hand_over_due"],
    "joining.hand_over_waiting": WITHOUT_BY["joining.hand_over_waiting"],
    "messaging.forget_code": WITHOUT_BY["messaging.forget_code"],
    "messaging.forget_codes": WITHOUT_BY["messaging.forget_codes"],
    "messaging.keep": WITHOUT_BY["messaging.keep"],
    "messaging.take_part": WITHOUT_BY["messaging.take_part"],
    "messaging.route_incomplete": WITHOUT_BY["messaging.route_incomplete"],
    "messaging.match_lost_receipts": WITHOUT_BY["messaging.match_lost_receipts"],
    "messaging.take_receipts": WITHOUT_BY["messaging.take_receipts"],
    "people.start_batch": WITHOUT_BY["people.start_batch"],
    "phonebank.claim_next": "the event is written by the statement itself (sql/install/40_claim.sql)",
    "phonebank.extend_lease": "nothing is seen or changed but until when",
    "phonebank.leave": "nothing is seen or changed but who has the household",
    "phonebank.pause": "nothing is seen or changed but who has the household",
    "phonebank.preview": WITHOUT_BY["phonebank.preview"],
    "phonebank.rebuild_tallies": WITHOUT_BY["phonebank.rebuild_tallies"],
    "phonebank.recheck_entry": WITHOUT_BY["phonebank.recheck_entry"],
    "phonebank.practise": "of a practice call nothing is kept but that there was one",
    "phonebank.resume": "nothing is seen or changed but that the break is over",
    "phonebank.roll_up_tallies": WITHOUT_BY["phonebank.roll_up_tallies"],
    "phonebank.seen": "nothing is seen or changed but that their page is open",
    "places.load_reference_data": WITHOUT_BY["places.load_reference_data"],
    "textbank.locked_status": "nothing is seen or changed but that they are here",
    "textbank.take_back_lapsed": WITHOUT_BY["textbank.take_back_lapsed"],
    "textbank.take_reply": WITHOUT_BY["textbank.take_reply"],
}
PARTS = re.compile(r"(check|can|is|access)_|.*_parameters$")
# A page in a file that is handed to the person it is about, and opened without us and our policy.
HANDED_OUT = {"compliance/templates/compliance/held_data.html"}


def modules(room: str) -> Iterator[Any]:
    """The room's operations, whether a module or a package of them."""
    if not ((ROOT / room / "operations.py").exists() or (ROOT / room / "operations").is_dir()):
        return
    top = importlib.import_module(f"groundswell.{room}.operations")
    yield top
    for found in pkgutil.iter_modules(getattr(top, "__path__", [])):
        yield importlib.import_module(f"{top.__name__}.{found.name}")


def opens_a_transaction(function: Callable[..., Any]) -> bool:
    """Whether `transaction.atomic` stands before it or in it."""
    return "transaction.atomic" in inspect.getsource(function)


def operations() -> dict[str, Callable[..., Any]]:
    """Every operation of every room, as "room.function"."""
    found = {}
    for room in ROOMS:
        for module in modules(room):
            for name, function in vars(module).items():
                ours = inspect.unwrap(function) if inspect.isfunction(function) else None
                if ours is None or ours.__module__ != module.__name__ or name.startswith("_") or PARTS.match(name):
                    continue
                if "by" in inspect.signature(ours).parameters or opens_a_transaction(ours):
                    found[f"{room}.{name}"] = ours
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
def test_an_operation_takes_by_name_whatever_it_is_not_about(name: str):
    parameters = inspect.signature(OPERATIONS[name]).parameters
    positional = [p.name for p in parameters.values() if p.kind not in (p.KEYWORD_ONLY, p.VAR_KEYWORD)]
    assert len(positional) <= 1, f"{name} takes {positional} by position"
    assert not {"by", "now"} & set(positional), f"{name} takes {positional} by position"
    if name in WITHOUT_BY:
        assert "by" not in parameters, f"{name} takes `by` by now: strike it from WITHOUT_BY"
    else:
        assert "by" in parameters, f"{name} does not say who did it"


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_an_operation_is_in_the_audit_log(name: str):
    audits = bool({"record", "record_each"} & calls(OPERATIONS[name]))
    if name in WITHOUT_AUDIT:
        assert not audits, f"{name} writes an event by now: strike it from WITHOUT_AUDIT"
    else:
        assert audits, f"{name} writes no audit event"


def test_every_reason_speaks_of_an_operation_there_is():
    assert {*WITHOUT_BY, *WITHOUT_AUDIT} <= set(OPERATIONS)


def test_there_are_operations_to_look_at():
    assert {"accounts.accept_invitation", "phonebank.record_outcome", "people.undo_import"} <= set(OPERATIONS)


TEMPLATES = sorted({str(path.relative_to(ROOT)) for path in ROOT.rglob("*.html")} - HANDED_OUT)


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_template_needs_what_the_content_policy_forbids(name: str):
    text = (ROOT / name).read_text(encoding="utf-8")
    for forbidden in (" style=", " onclick=", " onload=", " onsubmit=", "hx-on", "js:", "javascript:", "<style"):
        assert forbidden not in text, f"{name} has {forbidden}"
