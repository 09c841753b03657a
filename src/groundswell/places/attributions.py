"""Whose facts about places these are, and under which licence they may be used (see data/README.md)."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PARLIAMENT = ("Open Parliament Licence v3.0", "https://www.parliament.uk/site-information/copyright-parliament/")
GOVERNMENT = (
    "Open Government Licence v3.0",
    "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
)
CC_BY = ("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/")


@dataclass(frozen=True, slots=True)
class Attribution:
    """One kind of fact; the sentences its licences ask for, as they ask for them."""

    what: str | Promise
    from_whom: str
    licences: tuple[tuple[str, str], ...]


ATTRIBUTIONS = (
    Attribution(
        _("Constituencies of 2024 and 2010, election results, Members of Parliament"),
        "Contains Parliamentary information licensed under the Open Parliament Licence v3.0.",
        (PARLIAMENT,),
    ),
    Attribution(
        _("Centres of constituencies"),
        "Source: Office for National Statistics licensed under the Open Government Licence v3.0. "
        "Contains OS data © Crown copyright and database right 2024.",
        (GOVERNMENT,),
    ),
    Attribution(
        _("Postcodes to constituencies"),
        "mySociety, from Code-Point Open. Contains OS data © Crown copyright and database right 2024. Contains Royal Mail "
        "data © Royal Mail copyright and database right 2024. Contains National Statistics data © Crown copyright and "
        "database right 2024.",
        (CC_BY, GOVERNMENT),
    ),
)
