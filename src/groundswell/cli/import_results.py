"""`groundswell import results`."""

from groundswell.cli.places_files import import_command

command = import_command("results", "results", "Election results, as CSV with area_code, election, party and votes.")
