"""The report of a session as one A4 page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from fpdf import FPDF

from groundswell.accounts.models import Organisation
from groundswell.campaigns.papers import (
    Block,
    Drawing,
    Heading,
    Paper,
    Run,
    Table,
    Words,
    print_imprint,
    print_paper,
)
from groundswell.phonebank.boards import clock
from groundswell.phonebank.session_report import Report, Total

# More names than this fit no page; the rest are in one line, and all of them in the table to download.
CALLERS_PRINTED = 24
ACCENT = (107, 33, 89)
RULE = (196, 182, 190)
# Room for the words over and under the columns, in millimetres.
ABOVE, BELOW = 3.5, 4.5


def report_paper(report: Report, *, organisation: Organisation | None, poll_open: bool, now: datetime) -> bytes:
    """The page as a PDF. Raises NoImprintError, TooLongError."""
    total = report.total
    zone = ZoneInfo(total.time_zone)
    kicker = _("Report of a session")
    if total.begun_at:
        kicker += " · " + date_format(total.begun_at.astimezone(zone), "j F Y")
    if report.numbers.facts.is_rehearsal:
        kicker += " · " + _("a rehearsal with invented people")
    note = _("Printed on %(day)s.") % {"day": date_format(now.astimezone(zone), "j F Y, H:i")}
    if poll_open and report.said:
        secret = _("Not for publication before the poll closes (Representation of the People Act 1983, s66A).")
        note = f"{secret} {note}"
    return print_paper(
        Paper(
            kicker=kicker,
            title=report.headline,
            figures=_figures(total),
            blocks=tuple(_blocks(report)),
            note=note,
            imprint=print_imprint(organisation),
        )
    )


def _figures(total: Total) -> tuple[tuple[str, str], ...]:
    calls = _("calls, of %(target)s") % {"target": intcomma(total.target)} if total.target else _("calls")
    figures = [
        (intcomma(total.work.dials), calls),
        (intcomma(total.work.contacts), _("conversations")),
        (intcomma(total.work.identified), _("voter IDs")),
        (f"{total.work.contact_rate}%", _("contact rate")),
    ]
    if total.an_hour is not None:
        figures.append((str(total.an_hour), _("calls a caller an hour")))
    return tuple(figures)


def _blocks(report: Report) -> list[Block]:
    total = report.total
    blocks: list[Block] = [Heading(_("The evening"))]
    if total.begun_at:
        blocks.append(Words((Run(_when(report)),)))
    if report.columns:
        blocks.append(Drawing(0.42, _columns_drawn(report)))
    if report.said:
        rows = tuple((str(row.meaning.label), intcomma(row.people)) for row in report.said)
        blocks += [Heading(_("What they said")), Table((_("Meaning"), _("People")), rows)]
    if report.earlier:
        blocks.append(Heading(_("Beside the sessions before")))
        if report.beside_usual:
            blocks.append(Words((Run(report.beside_usual),)))
        blocks.append(_comparison(report))
    callers = report.callers
    if callers:
        names = tuple(
            (caller.name, intcomma(caller.work.dials), intcomma(caller.work.contacts), intcomma(caller.work.identified))
            for caller in callers[:CALLERS_PRINTED]
        )
        blocks += [Heading(_("Callers")), Table((_("Name"), _("Calls"), _("Talks"), _("IDs")), names)]
    if len(callers) > CALLERS_PRINTED:
        blocks.append(Words((Run(_("and %(n)s more.") % {"n": len(callers) - CALLERS_PRINTED}),)))
    return blocks


def _when(report: Report) -> str:
    total = report.total
    assert total.begun_at is not None
    begin = clock(total.begun_at, total.time_zone)
    end = clock(total.ended_at, total.time_zone)
    return _("From %(begin)s to %(end)s. Calls in each stretch of it:") % {"begin": begin, "end": end}


def _comparison(report: Report) -> Table:
    head = (_("Session"), _("Callers"), _("Calls"), _("Talks"), _("IDs"), _("An hour"))
    return Table(head, tuple(_line(total) for total in (report.total, *report.earlier)))


def _line(total: Total) -> tuple[str, ...]:
    day = date_format(total.day, "j M") if total.day else ""
    return (
        f"{day} {total.seat or total.title}".strip(),
        intcomma(total.callers),
        intcomma(total.work.dials),
        intcomma(total.work.contacts),
        intcomma(total.work.identified),
        "" if total.an_hour is None else str(total.an_hour),
    )


def _columns_drawn(report: Report) -> Callable[[FPDF, float, float, float, float], None]:
    """The evening's calls as columns: the first and the last with their time, the highest with its number."""
    columns = report.columns

    def draw(pdf: FPDF, x: float, y: float, width: float, height: float) -> None:
        calls = [column["values"][0] for column in columns]
        largest = max(calls) or 1
        slot = width / max(len(columns), 7)
        y, plot = y + ABOVE, height - BELOW - ABOVE
        pdf.set_fill_color(*ACCENT)
        for index, value in enumerate(calls):
            tall = plot * value / largest
            if tall:
                pdf.rect(x + (index + 0.12) * slot, y + plot - tall, slot * 0.76, tall, style="F")
        pdf.set_draw_color(*RULE)
        pdf.line(x, y + plot, x + width, y + plot)
        pdf.set_font_size(7)
        pdf.set_text_color(85, 72, 81)
        foot = y + plot + BELOW - 0.8
        pdf.text(x, foot, columns[0]["label"])
        end = columns[-1]["label"]
        pdf.text(x + len(columns) * slot - pdf.get_string_width(end), foot, end)
        peak = intcomma(max(calls))
        pdf.text(x + (calls.index(max(calls)) + 0.5) * slot - pdf.get_string_width(peak) / 2, y - 0.8, peak)

    return draw
