"""`groundswell import areas`."""

from groundswell.cli.places_files import import_command

command = import_command("areas", "areas", "Areas of any country or body, as CSV with code and name.")
