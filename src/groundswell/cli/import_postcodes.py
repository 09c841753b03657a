"""`groundswell import postcodes`."""

from groundswell.cli.places_files import import_command

command = import_command(
    "postcodes", "postcodes", "A postcode look-up of your own, as CSV with postcode and area_code."
)
