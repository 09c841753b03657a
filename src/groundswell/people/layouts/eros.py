"""Halarose and Idox EROS: 20 or 21 columns; `Status` is missing at some councils, the 21st may hold a UPRN."""

from django.utils.translation import gettext_lazy as _

from groundswell.people.layouts.layout import Field, Layout, numbered

EROS = Layout(
    name="eros",
    title=_("Halarose or Idox EROS"),
    columns={
        "PD": Field.PREFIX,
        "ENO": Field.NUMBER,
        "Status": Field.IGNORE,
        "Title": Field.TITLE,
        "First Names": Field.FORENAME,
        "First Name": Field.FORENAME,
        # Initials repeat the first names.
        "Initials": Field.IGNORE,
        "Surname": Field.SURNAME,
        # Of the name (Jr, OBE), not of the number.
        "Suffix": Field.IGNORE,
        "Date of Attainment": Field.ATTAINMENT,
        "Franchise Flag": Field.FRANCHISE,
        **numbered("Address ", 9),
        "Postcode": Field.POSTCODE,
        "Opt Out": Field.OPT_OUT,
        "UPRN": Field.UPRN,
    },
    essential=frozenset({"PD", "ENO", "Surname"}),
)
