"""Who comes to a page in the permission table: the roles in the table's campaign ("seat") and in another."""

from __future__ import annotations

from groundswell.accounts.enums import Role

HERE = ("caller", "organiser", "data_manager", "owner")
ELSEWHERE = ("other_caller", "other_organiser", "other_data_manager", "other_owner")
# "nobody" is signed in without a membership; "bare_owner" is an owner who has not set up a second factor (rule X1).
VIEWERS = ("anonymous", "nobody", "revoked", "bare_owner", *HERE, *ELSEWHERE)

# In the fast part of the suite come those from whom a forgotten check shows soonest, in the whole of it the others too.
FIRST = ("anonymous", "caller", "other_owner")
OTHERS = tuple(viewer for viewer in VIEWERS if viewer not in FIRST)

EVERYONE = frozenset(VIEWERS)
SIGNED_IN = EVERYONE - {"anonymous"}
NO_ONE: frozenset[str] = frozenset()


def role_of(viewer: str) -> Role:
    """The role that a viewer's name speaks of."""
    return Role(viewer.removeprefix("other_").removeprefix("bare_"))


def only(*roles: str) -> frozenset[str]:
    """These roles of the campaign in question."""
    unknown = set(roles) - set(HERE)
    if unknown:
        raise ValueError(f"no such role: {sorted(unknown)}")
    return frozenset(roles)


def any_campaigns(*roles: str) -> frozenset[str]:
    """These roles of whichever campaign: for pages that are about no single one, or show each their own."""
    return only(*roles) | {f"other_{role}" for role in roles}
