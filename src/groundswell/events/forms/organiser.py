"""What an organiser says of an event."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.db.models import TextChoices
from django.utils.text import capfirst
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from groundswell.accounts.models import Membership, User
from groundswell.campaigns.models import Campaign, Candidate
from groundswell.events.enums import EventKind, Venue
from groundswell.events.models import Event
from groundswell.events.operations import EventDetails, Week
from groundswell.events.rules import EventRuleError, Window, following_weeks, is_zone, wall_time
from groundswell.places.models import Area

# Most campaigns are in one of these; any other is typed by its name.
COMMON_ZONES = (
    *("Europe/London", "Europe/Dublin", "Europe/Paris", "Europe/Berlin", "Europe/Madrid", "Europe/Warsaw"),
    *("Atlantic/Reykjavik", "America/New_York", "America/Chicago", "America/Los_Angeles", "America/Toronto"),
    *("Asia/Kolkata", "Australia/Sydney", "Pacific/Auckland", "UTC"),
)
WEEKS_OFFERED = 8


def _named(choices: type[TextChoices]) -> list[tuple[str, str]]:
    return [(choice.value, capfirst(choice.label)) for choice in choices]


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _clock() -> forms.TimeInput:
    return forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class WhenForm(forms.Form):
    """A day, two hours and a zone; an end before the beginning is on the next day."""

    day = forms.DateField(label=_("Day"), widget=_day())
    begins = forms.TimeField(label=_("From"), widget=_clock())
    ends = forms.TimeField(label=_("Until"), widget=_clock())
    time_zone = forms.CharField(
        label=_("Time zone"),
        max_length=64,
        widget=forms.TextInput(attrs={"list": "known-zones", "autocomplete": "off"}),
        help_text=_("The hours are meant by this clock. Visitors elsewhere see their own beside it."),
    )
    zones = COMMON_ZONES

    def clean_time_zone(self) -> str:
        """A zone that there is."""
        zone: str = self.cleaned_data["time_zone"].strip()
        if not is_zone(zone):
            raise forms.ValidationError(
                _t("There is no time zone “%(zone)s”. Try Europe/London.") % {"zone": zone[:64]}
            )
        return zone

    def clean(self) -> dict[str, Any]:
        """The window, from what the three say together."""
        data = super().clean() or {}
        if {"day", "begins", "ends", "time_zone"} <= set(data):
            try:
                data["window"] = self._window(data["day"], data["begins"], data["ends"], data["time_zone"])
            except EventRuleError as error:
                self.add_error("begins", str(error))
        return data

    @staticmethod
    def _window(day: date, begins: time, ends: time, zone: str) -> Window:
        last = day if ends > begins else day + timedelta(days=1)
        return Window(wall_time(day, begins, zone), wall_time(last, ends, zone), zone)

    @staticmethod
    def initial_when(starts_at: datetime, ends_at: datetime, zone: str) -> dict[str, Any]:
        """The fields' values for a window as it is."""
        begins, last = starts_at.astimezone(ZoneInfo(zone)), ends_at.astimezone(ZoneInfo(zone))
        return {"day": begins.date(), "begins": begins.time(), "ends": last.time(), "time_zone": zone}


class MoveForm(WhenForm):
    """Another time for an event."""


class EventForm(WhenForm):
    """Everything about an event."""

    title = forms.CharField(
        label=_("Title"), max_length=120, help_text=_("What people see first: “Monday calls for Bury North”.")
    )
    kind = forms.ChoiceField(label=_("What is it?"), choices=_named(EventKind), widget=forms.RadioSelect)
    area = forms.ModelChoiceField(
        label=_("Seat"),
        queryset=Area.objects.none(),
        required=False,
        empty_label=_("None in particular"),
        help_text=_("Its page says why the seat matters: the last result, the majority, the swing needed."),
    )
    candidate = forms.ModelChoiceField(
        label=_("Candidate"), queryset=Candidate.objects.none(), required=False, empty_label=_("Nobody in particular")
    )
    about = forms.CharField(
        label=_("About"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("What happens, who may come, what to bring. **bold**, lists with -, [words](https://…)."),
    )
    venue = forms.ChoiceField(label=_("Where?"), choices=_named(Venue), widget=forms.RadioSelect)
    place = forms.CharField(
        label=_("Address of the room"),
        max_length=300,
        required=False,
        help_text=_("As people need it to find the door; how a wheelchair gets in, too."),
    )
    host = forms.ModelChoiceField(
        label=_("Host"), queryset=User.objects.none(), required=False, empty_label=_("Not settled yet")
    )
    target = forms.IntegerField(label=_("Target in calls"), required=False, min_value=1, max_value=1_000_000)
    capacity = forms.IntegerField(
        label=_("Places"),
        required=False,
        min_value=1,
        max_value=100_000,
        help_text=_("Leave it empty if everybody may come. Whoever comes later goes on a waiting list."),
    )
    hashtag = forms.CharField(label=_("Hashtag"), max_length=50, required=False)
    field_order = (
        *("title", "kind", "day", "begins", "ends", "time_zone", "area", "candidate", "about"),
        *("venue", "place", "host", "target", "capacity", "hashtag"),
    )

    def __init__(self, *args: Any, campaign: Campaign, event: Event | None = None, **kwargs: Any) -> None:
        kwargs["initial"] = {**self.initial_for(campaign, event), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self._choices("area", campaign.areas.order_by("name"))
        self._choices("candidate", campaign.candidates.order_by("name"))
        members = Membership.objects.live().filter(campaign__in=[campaign]) | Membership.objects.live().filter(
            campaign__isnull=True
        )
        self._choices("host", User.objects.filter(pk__in=members.values("user")).order_by("name"))
        if event is not None:
            # What it is hangs on it from the start: a list of households, letters, a page's address.
            self.fields["kind"].disabled = True

    def _choices(self, name: str, rows: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = rows

    def clean_hashtag(self) -> str:
        """Letters and figures, without the sign before it."""
        tag: str = self.cleaned_data["hashtag"].strip().lstrip("#")
        if tag and not tag.replace("_", "").isalnum():
            raise forms.ValidationError(_t("A hashtag is one word of letters and figures: MobMonday."))
        return tag

    def clean(self) -> dict[str, Any]:
        """A room needs an address, a candidate stands in the seat chosen."""
        data = super().clean()
        if data.get("venue") in {Venue.ROOM, Venue.BOTH} and not data.get("place", "").strip():
            self.add_error("place", _t("Say where the room is, so that people find it."))
        candidate, area = data.get("candidate"), data.get("area")
        if candidate is not None and (area is None or candidate.area_id != area.pk):
            self.add_error("candidate", _t("%(name)s stands in another seat.") % {"name": candidate.name})
        return data

    def details(self) -> EventDetails:
        """The event as the form describes it."""
        data = self.cleaned_data
        window: Window = data["window"]
        named = (
            "title",
            "kind",
            "about",
            "venue",
            "place",
            "area",
            "candidate",
            "host",
            "target",
            "hashtag",
            "capacity",
        )
        return EventDetails(
            starts_at=window.starts_at,
            ends_at=window.ends_at,
            time_zone=window.time_zone,
            **{name: data[name] for name in named},
        )

    @classmethod
    def initial_for(cls, campaign: Campaign, event: Event | None) -> dict[str, Any]:
        """The event as it is; of a new one next Monday from six to eight, in the campaign's only seat if it has one."""
        if event is not None:
            named = ("title", "kind", "area", "candidate", "about", "venue", "place", "host", "target", "capacity")
            when = cls.initial_when(event.starts_at, event.ends_at, event.time_zone)
            return {name: getattr(event, name) for name in (*named, "hashtag")} | when
        seats = list(campaign.areas.all()[:2])
        only = seats[0] if len(seats) == 1 else None
        zone = seats[0].time_zone if seats else settings.TIME_ZONE
        today = datetime.now(ZoneInfo(zone)).date()
        return {
            "kind": EventKind.PHONE_BANK,
            "venue": Venue.ONLINE,
            "area": only,
            "candidate": campaign.candidates.filter(area=only).first() if only else None,
            "day": today + timedelta(days=7 - today.weekday()),
            "begins": time(18),
            "ends": time(20),
            "time_zone": zone,
        }


class CancelForm(forms.Form):
    """Why it is off."""

    reason = forms.CharField(
        label=_("Why is it off?"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One sentence. Everybody who signed up reads it in their letter, and it stands on the page."),
    )


class WeeksForm(forms.Form):
    """The following weeks: which of them, and which seat in each."""

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        window = Window(event.starts_at, event.ends_at, event.time_zone)
        self.days = following_weeks(window, WEEKS_OFFERED)
        self.seats = {str(area.pk): area for area in event.campaign.areas.order_by("name")}
        named = [("", _("None in particular")), *((key, area.name) for key, area in self.seats.items())]
        for number, day in enumerate(self.days):
            self.fields[f"week_{number}"] = forms.BooleanField(required=False, label=day)  # type: ignore[arg-type]
            self.fields[f"seat_{number}"] = forms.ChoiceField(
                required=False, choices=named, initial=event.area_id or "", label=_("Seat")
            )

    @property
    def rows(self) -> list[tuple[date, forms.BoundField, forms.BoundField]]:
        """Week by week: the day, its box, its seat."""
        return [(day, self[f"week_{n}"], self[f"seat_{n}"]) for n, day in enumerate(self.days)]

    def weeks(self) -> list[Week]:
        """Those that were ticked."""
        data = self.cleaned_data
        return [
            Week(day, self.seats.get(data[f"seat_{number}"]))
            for number, day in enumerate(self.days)
            if data[f"week_{number}"]
        ]
