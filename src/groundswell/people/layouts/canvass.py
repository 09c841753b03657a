"""The export of canvass tools: the register's columns, then party, voted, postal voter and intention per election.

Only the register's part is read: what a tool noted about how somebody will vote is not part of a register, and came
under another purpose (rules R2, R8).
"""

from django.utils.translation import gettext_lazy as _

from groundswell.people.layouts.layout import Field, Layout, numbered

CANVASS = Layout(
    name="canvass",
    title=_("Export of a canvass tool"),
    columns={
        "Elector No. Prefix": Field.PREFIX,
        "Elector No.": Field.NUMBER,
        "Elector No. Suffix": Field.SUFFIX,
        # Repeats the three before it.
        "Full Elector No.": Field.IGNORE,
        "Surname": Field.SURNAME,
        "Forename": Field.FORENAME,
        "Middle Names": Field.MIDDLE,
        **numbered("Address", 6),
        "PostCode": Field.POSTCODE,
        "UPRN": Field.UPRN,
    },
    essential=frozenset({"Elector No. Prefix", "Elector No.", "Surname"}),
)
