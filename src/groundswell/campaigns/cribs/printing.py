"""The crib sheet on paper: one A4 page with the seat's figures, its result history and the imprint (rule I6)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise

from django.utils.translation import gettext as _
from fpdf import FPDF
from markdown_it.token import Token

from groundswell.accounts.models import Organisation
from groundswell.campaigns.cribs.chart import (
    BOTTOM,
    LABEL_X,
    LEFT,
    MARK,
    RIGHT,
    WIDTH,
    ResultChart,
    Series,
    chart_of,
    corners,
)
from groundswell.campaigns.cribs.facts import CribFacts, facts_for, swing_of, whole
from groundswell.campaigns.cribs.markup import crib_tokens
from groundswell.campaigns.models import CribSheet
from groundswell.campaigns.papers import (
    Block,
    Drawing,
    Heading,
    Paper,
    Run,
    Table,
    Words,
    day,
    print_imprint,
    print_paper,
)
from groundswell.campaigns.papers.fonts import FAMILY, Style
from groundswell.campaigns.queries import only_seat
from groundswell.places.models import Area

# Of each party's line: its colour, how thick in millimetres, and its dashes. As on the page, in ink.
_STYLES = {
    1: ((107, 33, 89), 0.7, None),
    2: ((37, 26, 34), 0.45, None),
    3: ((93, 79, 89), 0.45, (1.6, 0.9)),
    4: ((93, 79, 89), 0.45, (0.5, 0.7)),
}


def crib_pdf(sheet: CribSheet, area: Area | None) -> bytes:
    """The sheet for this seat as a PDF of exactly one page.

    Raises `TooLongError` (which part to shorten) and `NoImprintError` (what to enter first).
    """
    area = area or only_seat(sheet.campaign)
    facts = facts_for(sheet.campaign, area)
    paper = Paper(
        title=area.name if area else sheet.campaign.name,
        kicker=_("Crib sheet · %(campaign)s") % {"campaign": sheet.campaign.name},
        figures=_figures(facts),
        blocks=tuple(crib_blocks(sheet.body, facts)),
        note=_("Version %(version)s of %(day)s. For callers: not a leaflet.")
        % {"version": sheet.version, "day": day(sheet.created_at.date())},
        imprint=print_imprint(Organisation.objects.filter(pk=1).first()),
    )
    return print_paper(paper)


def crib_blocks(body: str, facts: CribFacts) -> list[Block]:
    """The sheet as blocks of a paper, its facts filled in."""
    return _Reader(facts).read(crib_tokens(body))


def _figures(facts: CribFacts) -> tuple[tuple[str, str], ...]:
    seat = facts.seat
    found: list[tuple[str, str]] = []
    if seat and seat.majority is not None:
        election = seat.latest.title if seat.latest else ""
        found.append((whole(seat.majority), _("majority in %(election)s") % {"election": election}))
    if seat and seat.swing_needed is not None:
        found.append((swing_of(seat), _("swing needed")))
    if seat and seat.mp:
        found.append((seat.mp.name, _("MP, %(party)s") % {"party": seat.mp.party} if seat.mp.party else _("MP")))
    return tuple(found)


class _Reader:
    """Goes through the tokens once; keeps how deep in lists it is."""

    def __init__(self, facts: CribFacts) -> None:
        self.facts = facts
        self.blocks: list[Block] = []
        self.lists: list[int | None] = []  # of each list around: the number of its item, None for bullets
        self.marker = ""
        self.row: list[str] = []
        self.rows: list[tuple[str, ...]] = []

    def read(self, tokens: Sequence[Token]) -> list[Block]:
        for index, token in enumerate(tokens):
            self._token(token, tokens[index - 1].type if index else "")
        return self.blocks

    def _token(self, token: Token, before: str) -> None:
        match token.type:
            case "bullet_list_open":
                self.lists.append(None)
            case "ordered_list_open":
                self.lists.append(int(token.attrs.get("start", 1)) - 1)
            case "bullet_list_close" | "ordered_list_close":
                self.lists.pop()
            case "list_item_open":
                self._item()
            case "inline":
                self._inline(token, before)
            case "code_block" | "fence":
                self._words((Run(token.content.rstrip()),))
            case "tr_close":
                self.rows.append(tuple(self.row))
                self.row = []
            case "table_close":
                head, *rows = self.rows
                self.blocks.append(Table(head, tuple(rows)))
                self.rows = []
            case "fact_block":
                self.blocks += _history(self.facts)

    def _item(self) -> None:
        number = self.lists[-1]
        if number is None:
            self.marker = "•"
        else:
            self.lists[-1] = number + 1
            self.marker = f"{number + 1}."

    def _inline(self, token: Token, before: str) -> None:
        runs = _runs(token.children or [], self.facts)
        if before == "heading_open":
            self.blocks.append(Heading("".join(run.text for run in runs)))
        elif before in {"th_open", "td_open"}:
            self.row.append("".join(run.text for run in runs))
        else:
            self._words(runs)

    def _words(self, runs: tuple[Run, ...]) -> None:
        inside = len(self.lists)
        # A second paragraph of an item stands under the first, without a marker of its own.
        level = inside - 1 if self.marker else inside
        self.blocks.append(Words(runs, self.marker, max(level, 0)))
        self.marker = ""


def _runs(children: Sequence[Token], facts: CribFacts) -> tuple[Run, ...]:
    """The words of a line in their styles. A link's address stands behind its words: paper cannot be pressed."""
    runs: list[Run] = []
    strong = slanted = 0
    link, words = "", ""
    for child in children:
        style: Style = "B" if strong else "I" if slanted else ""
        text = ""
        match child.type:
            case "strong_open" | "strong_close":
                strong += child.nesting
            case "em_open" | "em_close":
                slanted += child.nesting
            case "text" | "code_inline" | "image":
                text = child.content
            case "fact":
                text = facts.line(child.content)
            case "softbreak" | "hardbreak":
                text = "\n"
            case "link_open":
                link, words = str(child.attrs.get("href", "")), ""
            case "link_close":
                shown = link.removeprefix("https://").removeprefix("http://").removeprefix("mailto:").rstrip("/")
                text = "" if shown.casefold() in words.casefold() else f" ({shown.removeprefix('tel:')})"
                link = ""
        if text:
            words += text
            runs.append(Run(text, style))
    return tuple(runs)


def _history(facts: CribFacts) -> list[Block]:
    chart = chart_of(facts.seat) if facts.seat else None
    rows = facts.history_rows()
    if chart is None or not rows:
        return [Words((Run(_("No results of this seat are known."), "I"),))]
    head = (_("Election"), _("Won"), _("Second"), _("Majority"))
    star = {True: "*", False: ""}
    lines = tuple((f"{row.election}{star[row.earlier_boundaries]}", row.won, row.second, row.majority) for row in rows)
    blocks: list[Block] = [Drawing(chart.height / WIDTH * 0.9, partial(_draw, chart)), Table(head, lines)]
    if any(row.earlier_boundaries for row in rows):
        note = Run(_("* The seat of this name as it was drawn before."), "I")
        blocks.append(Words((note,), belongs=True))
    return blocks


def _draw(chart: ResultChart, pdf: FPDF, x: float, y: float, width: float, height: float) -> None:
    """The chart of the page, in ink; shapes, dashes and names tell the parties apart without colour."""
    scale = min(width / WIDTH, height / chart.height)

    def at(px: float, py: float) -> tuple[float, float]:
        return x + px * scale, y + py * scale

    pdf.set_font(FAMILY, "", 7)
    pdf.set_text_color(85, 72, 81)
    pdf.set_draw_color(220, 210, 216)
    pdf.set_line_width(0.15)
    for py, text in chart.grid:
        pdf.line(*at(LEFT, py), *at(RIGHT, py))
        pdf.text(at(LEFT - 4, py)[0] - pdf.get_string_width(text), at(0, py + 3)[1], text)
    for px, text in chart.elections:
        pdf.text(at(px, 0)[0] - pdf.get_string_width(text) / 2, at(0, BOTTOM + 17)[1], text)
    for party in chart.series:
        _draw_party(pdf, party, at, scale)
    for bar in chart.bars:
        ink, _thickness, _dashes = _STYLES[bar.number]
        pdf.set_fill_color(*ink)
        pdf.rect(*at(76, bar.y), bar.width * scale, 14 * scale, style="F")
        pdf.set_font(FAMILY, "B", 7.5)
        pdf.set_text_color(*ink)
        pdf.text(*at(0, bar.y + 10), bar.label)


def _draw_party(pdf: FPDF, party: Series, at: Callable[[float, float], tuple[float, float]], scale: float) -> None:
    ink, thickness, dashes = _STYLES[party.number]
    pdf.set_draw_color(*ink)
    pdf.set_fill_color(*ink)
    pdf.set_line_width(thickness)
    pdf.set_dash_pattern(*(dashes or (0, 0)))
    for run in party.runs:
        for start, end in pairwise(run):
            pdf.line(*at(*start), *at(*end))
    pdf.set_dash_pattern()
    pdf.set_line_width(0.1)
    for px, py in (point for run in party.runs for point in run):
        if party.number == 2:
            left, top = at(px - MARK, py - MARK)
            pdf.ellipse(left, top, 2 * MARK * scale, 2 * MARK * scale, style="F")
        else:
            pdf.polygon([at(*corner) for corner in corners(party.number, px, py)], style="F")
    pdf.set_font(FAMILY, "B", 7.5)
    pdf.set_text_color(*ink)
    pdf.text(*at(LABEL_X, party.label_y + 4), party.label)
