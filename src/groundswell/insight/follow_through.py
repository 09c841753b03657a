"""What came of messages: reached, replied, acted. Of one message, flow or text bank, or of all of a campaign."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from groundswell.campaigns.enums import AskKind
from groundswell.campaigns.ready_questions import ReadyQuestion
from groundswell.insight.counting import SQL
from groundswell.insight.keeping import Kept, keep_count, kept_count

TABLE = "messaging_delivery"
# With fewer deliveries than fit into this (some 40,000) counting takes no longer than the page.
FEW_BYTES = 8 * 1024 * 1024
# Weeks in the picture.
WEEKS = 26


@dataclass(frozen=True, slots=True)
class Origin:
    """What set things off: everything a campaign said, or one message; `author`: only what this user wrote.

    A keyword flow, a text bank and a broadcast each have one message (`flow.message`, `text_bank.message`).
    """

    campaign_id: int
    message_id: int | None = None
    author_id: int | None = None

    @property
    def subject(self) -> str:
        """By which its figures are kept."""
        if self.message_id is not None:
            return f"message-{self.message_id}"
        return f"follow-through-{self.author_id}" if self.author_id is not None else "follow-through"


@dataclass(frozen=True, slots=True)
class Funnel:
    """Numbers of people, each counted once; `acted` are never more than `reached`."""

    reached: int = 0
    replied: int = 0
    acted: int = 0

    @property
    def share(self) -> float | None:
        """Of those reached, who acted: from 0 to 1; None where nobody was reached."""
        return self.acted / self.reached if self.reached else None

    @property
    def bars(self) -> list[tuple[str, int, float | None, str]]:
        """The steps as they narrow: name, people, share of those reached, and the width of the bar in per cent."""
        steps = ((_("Reached"), self.reached), (_("Replied"), self.replied), (_("Acted"), self.acted))
        most = self.reached or 1
        shares = (None, self.replied_share, self.share)
        return [
            (name, people, share, f"{100 * people / most:.2f}")
            for (name, people), share in zip(steps, shares, strict=True)
        ]

    @property
    def replied_share(self) -> float | None:
        """The same of who replied."""
        return self.replied / self.reached if self.reached else None


@dataclass(frozen=True)
class FollowThrough:
    """An origin's funnel, by action, by week of reaching and by message; who acted without having been reached
    (`friends`, to whom a link was passed on), who stopped, and how many of the volunteers did something."""

    total: Funnel
    by_action: list[tuple[str, int, float | None]]
    by_week: list[tuple[date, Funnel]]
    by_message: dict[int, Funnel]
    friends: int
    stopped: int
    volunteers: Funnel

    @property
    def columns(self) -> list[dict[str, Any]]:
        """The weeks as nested columns."""
        return [
            {"label": date_format(week, "j M"), "values": (funnel.reached, funnel.acted)}
            for week, funnel in self.by_week[-WEEKS:]
        ]


def follow_through(origin: Origin, *, now: datetime) -> tuple[FollowThrough | None, Kept]:
    """What came of it, and from when the figures are; None while they are counted for the first time."""
    from groundswell.insight.tasks import count_follow_through  # the job calls this module

    kept = kept_count(
        origin.campaign_id,
        origin.subject,
        table=TABLE,
        few_bytes=FEW_BYTES,
        count=lambda: counted(origin),
        ask=lambda: count_follow_through.defer(
            campaign_id=origin.campaign_id, message_id=origin.message_id, author_id=origin.author_id
        ),
        now=now,
    )
    return (told(kept.figures) if kept.figures is not None else None), kept


def keep_follow_through(origin: Origin, *, now: datetime) -> None:
    """Count it anew, for who looks next."""
    keep_count(origin.campaign_id, origin.subject, count=lambda: counted(origin), now=now)


def counted(origin: Origin) -> list[list[Any]]:
    """The rows of the statement; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            (SQL / "follow_through.sql").read_text(encoding="utf-8"),
            {
                "campaign": origin.campaign_id,
                "message": origin.message_id,
                "author": origin.author_id,
                "volunteer": ReadyQuestion.VOLUNTEER.value,
                "zone": settings.TIME_ZONE,
            },
        )
        return [list(row) for row in cursor.fetchall()]


def told(rows: list[list[Any]]) -> FollowThrough:
    """The rows in order."""
    of = {(scope, key): Funnel(*numbers) for scope, key, *numbers in rows}
    total = of.get(("all", ""), Funnel())
    actions = sorted(((funnel.acted, key) for (scope, key), funnel in of.items() if scope == "action"), reverse=True)
    weeks = sorted((date.fromisoformat(key), funnel) for (scope, key), funnel in of.items() if scope == "week")
    return FollowThrough(
        total=total,
        by_action=[(_name(key), people, people / total.reached if total.reached else None) for people, key in actions],
        by_week=weeks,
        by_message={int(key): funnel for (scope, key), funnel in of.items() if scope == "message"},
        friends=of.get(("friends", ""), Funnel()).acted,
        stopped=of.get(("stopped", ""), Funnel()).replied,
        volunteers=of.get(("volunteers", ""), Funnel()),
    )


def _name(action: str) -> str:
    names = {
        "came": _("came to it"),
        "rang": _("rang voters"),
        AskKind.ATTEND: _("signed up for a session or event"),
        AskKind.SIGN_UP: _("signed up"),
        AskKind.VOLUNTEER: _("volunteered"),
        AskKind.SURVEY: _("answered a survey"),
    }
    return names.get(action) or str(AskKind(action).label)
