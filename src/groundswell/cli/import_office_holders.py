"""`groundswell import office-holders`."""

from groundswell.cli.places_files import import_command

command = import_command(
    "office-holders",
    "office_holders",
    "Who holds which office, as CSV with area_code and name; a row without a name says that the office is vacant.",
)
