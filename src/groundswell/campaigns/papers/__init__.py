"""Papers: one A4 page to print, drawn here, with the imprint on the same side (rule I6).

The words are set in columns as large as they fit, down to a size that can be read at arm's length. What does not fit
then is never cut nor carried to a second page: `TooLongError` says which part to shorten.
"""

from __future__ import annotations

from datetime import date

from django.utils import formats
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from fpdf import FPDF

from groundswell.accounts.models import Organisation
from groundswell.campaigns.cards import NoImprintError, imprint_of
from groundswell.campaigns.papers.blocks import GUTTER, MARGIN, WIDTH, Block, Drawing, Heading, Paper, Run, Table, Words
from groundswell.campaigns.papers.fonts import add_fonts
from groundswell.campaigns.papers.press import Press, draw_block, draw_foot, draw_head
from groundswell.campaigns.papers.setting import TooLongError, fitted

__all__ = [
    "Block",
    "Drawing",
    "Heading",
    "Paper",
    "Run",
    "Table",
    "TooLongError",
    "Words",
    "day",
    "print_imprint",
    "print_paper",
]


def print_imprint(organisation: Organisation | None) -> str:
    """The imprint for print: promoter and principal as for everything published, and the printer (rule I6).

    Where the imprint entered does not name a printer, the organisation prints it itself. Raises NoImprintError where
    that cannot be said for want of an address.
    """
    imprint = imprint_of(organisation)
    assert organisation is not None  # else imprint_of raises
    if _("printed").casefold() in imprint.casefold() or "printed" in imprint.casefold():
        return imprint
    if not organisation.contact_address.strip():
        raise NoImprintError(
            _(
                "Enter the organisation’s postal address, or name the printer in its imprint: "
                "what is printed says who printed it."
            )
        )
    made = imprint_of(Organisation(name=organisation.name, contact_address=organisation.contact_address))
    if imprint == made:
        printed = _("Printed and promoted by %(name)s, %(address)s")
    else:
        imprint = imprint.rstrip(". ") + ". "
        printed = imprint.replace("%", "%%") + _("Printed by %(name)s, %(address)s")
    return printed % {"name": organisation.name, "address": _one_line(organisation.contact_address)}


def print_paper(paper: Paper) -> bytes:
    """The page as a PDF. Raises `TooLongError`, and NoImprintError for a paper without an imprint."""
    if not paper.imprint.strip():
        raise NoImprintError(_("A page to print needs an imprint."))
    pdf = FPDF(format="A4", unit="mm")
    pdf.set_auto_page_break(False)
    pdf.set_title(paper.title)
    pdf.set_lang(get_language() or "en-gb")
    pdf.set_creator("Groundswell")
    add_fonts(pdf)
    pdf.add_page()
    press = Press(pdf)
    top = draw_head(press, paper)
    bottom = draw_foot(press, paper)
    width = (WIDTH - 2 * MARGIN - GUTTER * (paper.columns - 1)) / paper.columns
    for placed in fitted(press.face, paper, width, bottom - top):
        draw_block(press, placed, x=MARGIN + placed.column * (width + GUTTER), y=top + placed.y, width=width)
    return bytes(pdf.output())


def day(value: date) -> str:
    """A day as papers write it: 21 November 2026."""
    return formats.date_format(value, "j F Y")


def _one_line(address: str) -> str:
    return ", ".join(line.strip().rstrip(",") for line in address.splitlines() if line.strip())
