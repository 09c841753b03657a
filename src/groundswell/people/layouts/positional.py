"""No header at all: 22 columns known by their place."""

from django.utils.translation import gettext_lazy as _

from groundswell.people.layouts.layout import Field, Layout

POSITIONAL = Layout(
    name="positional",
    title=_("22 columns without a header"),
    columns={},
    positions=(
        Field.PREFIX,
        Field.NUMBER,
        Field.MARKERS,
        Field.ATTAINMENT,
        Field.SURNAME,
        Field.FORENAME,
        *[Field.ADDRESS] * 8,
        Field.HOUSE_NUMBER,
        Field.HOUSE_NAME,
        Field.STREET,
        *[Field.IGNORE] * 4,
        Field.POSTCODE,
    ),
)
