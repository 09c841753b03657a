"""Xpress, full register: 14 columns, or 13 with one `Elector Name` that puts the surname first."""

from django.utils.translation import gettext_lazy as _

from groundswell.people.layouts.layout import Field, Layout, numbered

XPRESS = Layout(
    name="xpress",
    title=_("Xpress, full register"),
    columns={
        "Elector Number Prefix": Field.PREFIX,
        "Elector Number": Field.NUMBER,
        "Elector Number Suffix": Field.SUFFIX,
        "Elector Markers": Field.MARKERS,
        # A date of attainment, whatever its name says (rule R5).
        "Elector DOB": Field.ATTAINMENT,
        "Elector Surname": Field.SURNAME,
        "Elector Forename": Field.FORENAME,
        "Elector Name": Field.NAME,
        "PostCode": Field.POSTCODE,
        **numbered("Address", 9),
    },
    essential=frozenset({"Elector Number Prefix", "Elector Number"}),
)
