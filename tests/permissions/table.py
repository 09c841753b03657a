"""Who may see what: every address of the site, a line each in tables/. An address without one fails the suite.

A line is `row(NAME, WHO, **arguments)`: a page to be read. A page with a form on it adds FORM, what is only posted adds
POST; any other method must be refused as such. An argument that needs something to exist is a function of the `World`
(world.py). WHO is one of EVERYONE, SIGNED_IN, NO_ONE, `only("organiser", ...)` for roles in the campaign that the
address is about, `any_campaigns("organiser", ...)` for roles in whichever; join them with |.

The test asks for each address as each viewer: whoever is not in WHO must be sent to sign in, to the second factor, or get
403 or 404, and whoever is must not.
"""

from __future__ import annotations

from permissions.tables.calling import BOARDS, CALLING, EVENING, ORGANISING, TEXTING
from permissions.tables.electors import COMPLIANCE, IMPORTS, PEOPLE
from permissions.tables.office import ACCOUNTS, ALLAUTH, CAMPAIGNS, INSIGHT, WEB
from permissions.tables.supporters import EVENTS, FLOWS, INCOMING, JOINING, MESSAGING, PREFERENCES

TABLE = [
    *WEB,
    *ACCOUNTS,
    *CAMPAIGNS,
    *EVENTS,
    *JOINING,
    *FLOWS,
    *PREFERENCES,
    *INCOMING,
    *INSIGHT,
    *MESSAGING,
    *CALLING,
    *TEXTING,
    *EVENING,
    *BOARDS,
    *ORGANISING,
    *COMPLIANCE,
    *PEOPLE,
    *IMPORTS,
    *ALLAUTH,
]
