"""The pages that organisers and data managers have, with what there is to see on them after some months."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from groundswell.cli.benching.scratch import Scratch

if TYPE_CHECKING:
    from django.test import Client


@dataclass(frozen=True, slots=True)
class Page:
    """Its name, its address, what is posted to it (None: it is read), and what is done before each visit."""

    name: str
    path: str
    data: dict[str, Any] | None = None
    before: Callable[[], object] | None = None

    def visit(self, client: Client) -> tuple[int, bytes]:
        """Status and content, all of it."""
        headers = {"host": "localhost"}
        if self.data is None:
            page = client.get(self.path, headers=headers)
        else:
            page = client.post(self.path, self.data, headers=headers)
        content = b"".join(page) if page.streaming else page.content
        return page.status_code, content


def pages_of_all(scratch: Scratch, person: int) -> list[Page]:
    """Every list, dashboard and detail page of an owner, who sees what organisers and data managers see."""
    return [
        *_calling(scratch),
        *_counts(scratch),
        *_campaign(scratch),
        *_messages(scratch),
        *_team(),
        *_people(person),
        *_data(person),
    ]


def pages_of_some_areas(scratch: Scratch) -> list[Page]:
    """Those that read otherwise for a member who is limited to some areas."""
    slug = scratch.campaign.slug
    results = _at("", "phonebank:results", slug).path
    return [
        _at("some areas: overview", "phonebank:overview", slug),
        _at("some areas: overview, live part", "phonebank:overview_live", slug),
        Page("some areas: results, asked", results, before=forget_counts),
        Page("some areas: results, counted", results, before=count_what_waits),
        _at("some areas: builder", "phonebank:new_bank", slug),
        _at("some areas: callers", "phonebank:callers", slug),
        _at("some areas: search", "person:search", query="q=Sian"),
    ]


def _at(name: str, route: str, *arguments: Any, query: str = "") -> Page:
    from django.urls import reverse

    return Page(name, reverse(route, args=arguments) + (f"?{query}" if query else ""))


def _calling(scratch: Scratch) -> list[Page]:
    from groundswell.phonebank.models import Outcome

    slug, bank = scratch.campaign.slug, scratch.bank.pk
    results = _at("", "phonebank:results", slug).path
    return [
        _at("phone banks of all campaigns", "phonebank:index"),
        _at("overview", "phonebank:overview", slug),
        _at("overview, live part", "phonebank:overview_live", slug),
        _at("phone bank", "phonebank:bank", slug, bank),
        _at("phone bank, live part", "phonebank:bank_live", slug, bank),
        _at("phone bank, settings", "phonebank:edit_bank", slug, bank),
        _at("builder", "phonebank:new_bank", slug),
        Page("results, asked", results, before=forget_counts),
        Page("results, awaited", results),
        Page("results, counted", results, before=count_what_waits),
        Page("results, export", _at("", "phonebank:results_export", slug).path, {}),
        _at("callers", "phonebank:callers", slug),
        _at("caller", "phonebank:caller", slug, newest_caller()),
        _at("flags", "phonebank:flags", slug),
        _at("outcomes", "phonebank:outcomes"),
        _at("outcome", "phonebank:outcome", Outcome.objects.values_list("pk", flat=True)[0]),
    ]


def _counts(scratch: Scratch) -> list[Page]:
    """The live counts: asked for the first time, asked again while they are awaited, and as they are when counted."""
    slug, bank = scratch.campaign.slug, scratch.bank.pk
    tag = _first("people.Tag")
    ward = str(_ward())
    builder = _at("", "phonebank:bank_count", slug).path
    data: dict[str, dict[str, Any]] = {
        "everybody": {"attempt_cap": "3"},
        "one ward": {"attempt_cap": "3", "areas": ward},
        "not yet asked": {"attempt_cap": "3", "not_asked": str(scratch.question.pk)},
        "everything chosen": {
            "attempt_cap": "3",
            "areas": ward,
            "not_asked": str(scratch.question.pk),
            "answered": [str(option.pk) for option in scratch.options],
            "tag": str(tag),
            "age_from": "16",
            "has_phone": "on",
        },
    }
    pages = []
    for name, chosen in data.items():
        pages.append(Page(f"live count, asked: {name}", f"{builder}?bank={bank}", chosen, before=forget_counts))
        pages.append(Page(f"live count, awaited: {name}", f"{builder}?bank={bank}", chosen))
        pages.append(Page(f"live count, counted: {name}", f"{builder}?bank={bank}", chosen, before=count_what_waits))
    reach = _at("", "phonebank:reach", slug, bank).path
    pages.append(Page("whom it will ring, asked", reach, before=forget_counts))
    pages.append(Page("whom it will ring, awaited", reach))
    pages.append(Page("whom it will ring, counted", reach, before=count_what_waits))
    return pages


def _campaign(scratch: Scratch) -> list[Page]:
    slug = scratch.campaign.slug
    return [
        _at("campaigns", "campaigns:index"),
        _at("campaign, settings", "campaigns:settings", slug),
        _at("crib sheets", "campaigns:cribs", slug),
        _at("scripts", "campaigns:scripts", slug),
        _at("script", "campaigns:script", slug, scratch.bank.script_id),
        _at("question", "campaigns:question", slug, scratch.question.pk),
    ]


def _messages(scratch: Scratch) -> list[Page]:
    """Messages, what came of them, and what matters to people: asked for, and as they are when the worker has counted."""
    slug = scratch.campaign.slug
    to_all = _first("messaging.Message")
    funnel = _at("", "insight:follow_through", slug).path
    of_one = _at("", "insight:message_follow_through", slug, to_all).path
    issues = _at("", "insight:issues", slug).path
    return [
        _at("messages", "messaging:index", slug),
        _at("message to everybody", "messaging:message", slug, to_all),
        _at("message to everybody, live part", "messaging:message_live", slug, to_all),
        _at("not reached", "messaging:not_reached", slug, to_all),
        _at("not reached, a later page", "messaging:not_reached", slug, to_all, query="page=200"),
        _at("inbox", "incoming:inbox"),
        Page("what came of messages, asked", funnel, before=forget_counts),
        Page("what came of messages, counted", funnel, before=count_what_waits),
        Page("what came of one, asked", of_one, before=forget_counts),
        Page("what came of one, counted", of_one, before=count_what_waits),
        Page("issues, asked", issues, before=forget_counts),
        Page("issues, counted", issues, before=count_what_waits),
        _at("issues, one of them by text", "insight:issues", slug, query="issue=issue+3&source=text&period=12"),
        _at("sign-up pages", "joining:list", slug),
        _at("surveys", "surveys:list", slug),
    ]


def _team() -> list[Page]:
    member = _first("accounts.Membership", role="caller")
    link = _first("accounts.Invitation")
    return [
        _at("team", "accounts:team"),
        _at("team, a name", "accounts:team", query="q=Volunteer+7"),
        _at("member", "accounts:member", member),
        _at("invitations", "accounts:invitations"),
        _at("invitation", "accounts:invitation", link),
        _at("new invitation", "accounts:invite"),
        _at("organisation", "accounts:organisation"),
    ]


def _people(person: int) -> list[Page]:
    from groundswell.people.models import Person

    last = Person.objects.order_by("-pk").values_list("pk", flat=True)[0]
    home = last // 4
    return [
        _at("search: a name", "person:search", query=f"q=Number+{home}"),
        _at("search: the commonest name", "person:search", query="q=Sian"),
        _at("search: a family of a million", "person:search", query="q=Number"),
        _at("search: a number", "person:search", query=f"q=%2B999{home * 4:09d}"),
        _at("search: a postcode", "person:search", query="q=ZZ99+9ZZ"),
        _at("search: an elector number", "person:search", query=f"q=ZZ{last}"),
        _at("person", "person:page", last),
        _at("person of whom much is known", "person:page", person),
    ]


def _data(person: int) -> list[Page]:
    from django.db.models.functions import Mod

    from groundswell.people.models import ContactPoint

    batch = _first("people.ImportBatch")
    # Closed by paperwork.sql.
    with_rest = ContactPoint.objects.annotate(rest=Mod("pk", 31)).filter(rest=1)
    closed = with_rest.order_by("pk").values_list("value", flat=True)[0]
    return [
        _at("imports", "imports:index"),
        _at("imports, a later page", "imports:index", query="page=3"),
        _at("import, report", "imports:import", batch),
        _at("new import", "imports:new", "register"),
        _at("audit log", "accounts:audit"),
        _at("audit log, somebody", "accounts:audit", query="who=Caller+7"),
        _at("audit log, exports", "accounts:audit", query="action=export"),
        _at("audit log, one person's record", "accounts:audit", query=f"subject=people.person:{person}"),
        _at("audit log, old days", "accounts:audit", query="since=2026-01-01&until=2026-01-02"),
        _at("screening", "compliance:screening"),
        _at("do not call", "compliance:do_not_call"),
        Page("do not call: a number", _at("", "compliance:do_not_call").path, {"number": closed}),
        _at("figures", "compliance:figures"),
        _at("rules", "compliance:rules"),
        _at("retention", "compliance:retention"),
    ]


def forget_counts() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM phonebank_reckoning")
        cursor.execute("DELETE FROM insight_keptcount")
        cursor.execute("DELETE FROM procrastinate_jobs")


def count_what_waits() -> None:
    """What the worker would do meanwhile: every count that was asked for, by the job that was enqueued for it."""
    from procrastinate.contrib.django.models import ProcrastinateJob

    from groundswell.insight.tasks import count_follow_through, count_issues
    from groundswell.phonebank.tasks import reckon_figures

    tasks = {task.name: task for task in (reckon_figures, count_follow_through, count_issues)}
    for job in ProcrastinateJob.objects.filter(task_name__in=tasks, status="todo"):
        tasks[job.task_name](**job.args)
    _forget_jobs()


def _forget_jobs() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def _first(label: str, **only: Any) -> int:
    from django.apps import apps

    return int(apps.get_model(label)._default_manager.filter(**only).order_by("pk").values_list("pk", flat=True)[0])


def _ward() -> int:
    return _first("places.Area", boundary_set="measurement", kind="ward")


def newest_caller() -> int:
    from groundswell.phonebank.models import CallerStatus

    return int(CallerStatus.objects.order_by("-pk").values_list("caller", flat=True)[0])
