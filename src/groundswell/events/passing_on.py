"""What is passed on of an event: words to choose from, the picture, and what a network's preview says."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from groundswell.accounts.models import Organisation
from groundswell.campaigns.cards import Card, imprint_of
from groundswell.events.enums import EventKind, EventStatus, Venue
from groundswell.events.models import Event
from groundswell.events.wall_clock import shown
from groundswell.places.queries import seat_facts

# A majority is spoken of where it is small enough to be worth a conversation: a tenth of the votes.
MARGINAL = 0.1


def wordings(event: Event) -> list[str]:
    """Several ways to say it, different enough that no two people need post the same (rule S2). Facts from data only."""
    said = _said(event)
    tag = f" #{event.hashtag.lstrip('#')}" if event.hashtag else ""
    if event.kind != EventKind.PHONE_BANK or event.area is None:
        return [
            _("I am going to “%(title)s” on %(day)s. Come with me?") % said + tag,
            _("“%(title)s”: %(day)s, %(hours)s. Everybody is welcome, first time or not.") % said + tag,
            _("Free on %(day)s? There is a place for you: “%(title)s”.") % said,
        ]
    found = [
        _("I am ringing voters in %(seat)s on %(day)s. Join me? You can make 10 contacts in half an hour.") % said
        + tag,
        _(
            "Never rung anybody for a campaign? Neither had most of us. %(day)s, %(hours)s, with a script and in company."
        )
        % said
        + tag,
    ]
    if majority := _majority(event):
        found.insert(
            1,
            _("%(seat)s was won by %(majority)s votes. Conversations decide such seats: have a few with us on %(day)s.")
            % {**said, "majority": f"{majority:,}"},
        )
    else:
        found.insert(1, _("Conversations win seats. Have a few with us for %(seat)s: %(day)s, %(hours)s.") % said)
    return found


def description(event: Event) -> str:
    """One sentence for previews and search."""
    said = _said(event)
    if event.status == EventStatus.CANCELLED:
        return _("Cancelled. It was planned for %(day)s, %(hours)s.") % said
    if event.kind == EventKind.PHONE_BANK:
        return _("%(day)s, %(hours)s. You can make 10 contacts in half an hour, from your own phone.") % said
    return _("%(day)s, %(hours)s. Come along.") % said


def card_of(event: Event) -> Card:
    """The picture of an event. Raises NoImprintError where the organisation has none."""
    said = _said(event)
    kind = str(event.get_kind_display())
    kicker = _("Cancelled") if event.status == EventStatus.CANCELLED else f"{kind[:1].upper()}{kind[1:]}"
    lines = [_("%(day)s, %(hours)s") % said]
    if event.venue != Venue.ONLINE:
        lines.append(" ".join(event.place.split()))
    if event.area is not None and (majority := _majority(event)):
        lines.append(_("%(seat)s: won by %(majority)s votes") % {"seat": event.area.name, "majority": f"{majority:,}"})
    if event.kind == EventKind.PHONE_BANK and event.status != EventStatus.CANCELLED:
        lines.append(_("You can make 10 contacts in half an hour."))
    organisation = Organisation.objects.filter(pk=1).first()
    return Card(title=event.title, imprint=imprint_of(organisation), kicker=kicker, lines=tuple(lines))


def card_words(card: Card) -> str:
    """The picture in words, for whoever does not see it; the imprint included, as it is in the picture."""
    return ". ".join(part.rstrip(".") for part in (card.kicker, card.title, *card.lines, card.imprint) if part)


def _said(event: Event) -> dict[str, str]:
    when = shown(event)
    return {
        "title": event.title,
        "seat": event.area.name if event.area is not None else "",
        "day": date_format(when.starts_at, "l j F"),
        "hours": when.hours,
    }


def _majority(event: Event) -> int | None:
    """By how many votes a marginal seat was won last; None for others, and where it is only reckoned for new boundaries."""
    if event.area is None:
        return None
    facts = seat_facts(event.area, own_party=event.campaign.own_party)
    share = facts.majority_share
    return facts.majority if share is not None and share <= MARGINAL and not facts.notional else None
