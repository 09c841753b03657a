"""What a caller does on the phone's page, and what came of it."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from groundswell.phonebank.models import Call


def press(page: Page, outcome: str) -> None:
    page.get_by_role("radio", name=outcome, exact=True).check()


def save(page: Page) -> None:
    page.get_by_role("button", name="Save and next").click()


def results() -> list[tuple[str, str]]:
    """Household and outcome of each record that stands, in the order recorded."""
    calls = Call.objects.filter(undone_at__isnull=True).order_by("pk").select_related("outcome", "household")
    return [(call.household.address_lines.split(" ")[0], call.outcome.code) for call in calls]


def heading(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
