"""The pages of rules, figures, do-not-call and retention."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

import groundswell
from groundswell.accounts.enums import Role
from groundswell.accounts.models import AuditEvent
from groundswell.accounts.tests.builders import make_campaign, make_member, make_organisation, sign_in
from groundswell.compliance.enums import Refusal, SuppressionReason, SuppressionScope
from groundswell.compliance.figure_names import FIGURE_NAMES
from groundswell.compliance.figures import figure, figures_in_force
from groundswell.compliance.forms import read_lines, written_lines
from groundswell.compliance.models import Figure, Suppression
from groundswell.compliance.operations import add_figure, suppress
from groundswell.compliance.rule_texts import RULES, explanation_anchor

ROOT = Path(groundswell.__file__).parent
NUMBER = "+441632960001"


@pytest.fixture(autouse=True)
def _installation(db: None) -> None:
    make_organisation()


def client_of(role: Role) -> Client:
    campaign = make_campaign("seat", name="The seat") if role == Role.CALLER else None
    return sign_in(Client(), make_member(role, campaign).user)


def page(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def said(response: Any) -> str:
    return " ".join(str(m) for m in response.context["messages"])


def test_every_reason_and_every_rule_has_its_place_and_every_link_leads_to_one() -> None:
    ids = set(re.findall(r'id="([^"]+)"', Client().get("/compliance/rules/").content.decode()))
    assert {explanation_anchor(refusal) for refusal in Refusal} | set(RULES) <= ids
    linked = {
        anchor
        for template in ROOT.rglob("*.html")
        for anchor in re.findall(r'compliance:rules" %}#([\w-]+)"', template.read_text(encoding="utf-8"))
    }
    assert {"C10", "D13"} <= linked
    assert linked - ids == set()


def test_the_rules_show_the_figures_in_force() -> None:
    text = page(Client(), "/compliance/rules/")
    assert "A screening counts for, in days" in text
    assert "not legal advice" in text


def test_every_packaged_figure_has_a_name_a_source_and_its_day() -> None:
    packaged = Figure.objects.filter(packaged=True)
    assert set(packaged.values_list("key", flat=True)) == set(FIGURE_NAMES)
    text = page(client_of(Role.DATA_MANAGER), "/compliance/figures/")
    for row in figures_in_force(on=timezone.localdate()):
        assert str(FIGURE_NAMES[row.key]) in text
        assert row.source.split("(")[0].strip() in text
    assert "/compliance/figures/attempt_cap/" not in text


def test_the_owner_adds_a_figure_of_their_own() -> None:
    owner = client_of(Role.OWNER)
    today = timezone.localdate()
    url = "/compliance/figures/attempt_cap/"
    assert 'value="3"' in page(owner, url)
    form = {"value": "2", "valid_from": today, "source": "our committee"}
    assert owner.post(url, form | {"value": "often"}).status_code == 200
    assert "no call could be made" in owner.post(url, form | {"value": "0"}).content.decode()
    assert not Figure.objects.filter(packaged=False).exists()
    assert "has your value" in said(owner.post(url, form, follow=True))
    assert figure("attempt_cap", on=today) == 2
    assert figure("attempt_cap", on=today - timedelta(days=1)) == 3
    assert AuditEvent.objects.filter(verb="add_figure").count() == 1
    owner.post(url, form | {"value": "5", "valid_from": today + timedelta(days=3)})
    assert "To come" in page(owner, "/compliance/figures/")
    assert owner.get("/compliance/figures/nonsense/").status_code == 404
    # What the product cannot do is no figure to change.
    assert owner.get("/compliance/figures/recorded_calls/").status_code == 404
    with pytest.raises(ValidationError, match="no means"):
        add_figure(key="recorded_calls", value=True, valid_from=today, source="us", by=None)
    assert client_of(Role.DATA_MANAGER).get(url).status_code == 403


def test_hours_and_answers_are_written_as_people_write_them() -> None:
    owner = client_of(Role.OWNER)
    today = timezone.localdate()
    form = {"valid_from": today, "source": "our committee"}
    url = "/compliance/figures/contact_hours/"
    assert "mon 09:00-21:00" in page(owner, url)
    assert "is not a day" in owner.post(url, form | {"value": "mon nine"}).content.decode()
    assert "closing time" in owner.post(url, form | {"value": "Mon 20:00-10:00"}).content.decode()
    owner.post(url, form | {"value": "Monday 10:00-20:00\nsat 11:00–12:30"})
    assert figure("contact_hours", on=today) == {"mon": ["10:00", "20:00"], "sat": ["11:00", "12:30"]}
    owner.post("/compliance/figures/bank_holidays_closed/", form | {"value": "no"})
    assert figure("bank_holidays_closed", on=today) is False
    ages = figure("attainment_age", on=today)
    assert read_lines(written_lines(ages), is_hours=False) == ages


def test_a_number_is_looked_up_closed_and_opened_with_a_reason() -> None:
    keeper = client_of(Role.DATA_MANAGER)
    url = "/compliance/do-not-call/"
    assert "not on the list" in keeper.post(url, {"number": "01632 960001", "look": ""}).content.decode()
    assert AuditEvent.objects.filter(verb="look_up_suppression", action="view").count() == 1
    assert "is closed" in said(keeper.post(url, {"number": "01632 960001", "close": ""}))
    lift = f"{url}{Suppression.objects.get().pk}/lift/"
    assert "Say why" in said(keeper.post(lift, {"reason": ""}, follow=True))
    assert "may be called again" in said(keeper.post(lift, {"reason": "a slip"}, follow=True))
    assert Suppression.objects.get().lifted_reason == "a slip"
    suppress(address=NUMBER, by=None, reason=SuppressionReason.OBJECTED, scope=SuppressionScope.ALL)
    shown = keeper.post(url, {"number": NUMBER, "look": ""}).content.decode()
    assert "cannot be opened again" in shown


def test_retention_says_what_would_go_and_deletes_on_request() -> None:
    keeper = client_of(Role.DATA_MANAGER)
    text = page(keeper, "/compliance/retention/")
    assert "Files of imports" in text
    assert "nothing else does" in text
    assert "0 rows deleted" in said(keeper.post("/compliance/retention/answers/delete/", follow=True))
    assert keeper.post("/compliance/retention/people/delete/").status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_retention_asks_as_little_whatever_is_due(rows: int) -> None:
    keeper = client_of(Role.DATA_MANAGER)
    long_ago = timezone.now() - timedelta(days=3000)
    for _ in range(rows):
        AuditEvent.objects.create(at=long_ago, action="view", verb="look")
    page(keeper, "/compliance/retention/")
    with CaptureQueriesContext(connection) as queries:
        found = keeper.get("/compliance/retention/")
    assert {e.category.key: e.rows for e in found.context["expiries"]}["audit"] == rows
    # Who asks (2), the months, all categories in one, whether it goes every night.
    assert len(queries) == 5, [q["sql"] for q in queries]


@pytest.mark.parametrize("role", [Role.CALLER, Role.ORGANISER])
@pytest.mark.parametrize("path", ["figures/", "do-not-call/", "retention/", "screening/"])
def test_others_see_the_rules_and_no_more(role: Role, path: str) -> None:
    client = client_of(role)
    assert client.get(f"/compliance/{path}").status_code == 403
    assert client.get("/compliance/rules/").status_code == 200
