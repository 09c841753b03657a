"""What is done to places: the packaged data loaded, somebody's own CSV imported."""

from __future__ import annotations

from django.db import connection, transaction

from groundswell.places import reference
from groundswell.places.enums import PACKAGED
from groundswell.places.models import Area, OfficeHolder, ReferenceSet

# One number, any, that says to PostgreSQL "the load of the packaged places": two processes may start at once.
_LOAD_LOCK = 7_100_317_001
_NAME = "places"


@transaction.atomic
def load_reference_data() -> dict[str, int | bool]:
    """Brings the packaged constituencies, results and office-holders into the database; run after each migration.

    Does nothing, in one query, where this version is loaded already. Rows that somebody imported or changed stay as
    they are. Answers `loaded`, and how many packaged `areas` and `office_holders` there now are.
    """
    digest = reference.digest()
    if ReferenceSet.objects.filter(name=_NAME, digest=digest).exists():
        return {"loaded": False, **_counts()}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOAD_LOCK])
        if ReferenceSet.objects.filter(name=_NAME, digest=digest).exists():
            return {"loaded": False, **_counts()}
        reference.stage()
        parameters = {"source": PACKAGED, "as_of": reference.OFFICE_HOLDERS_AS_OF}
        for statement in reference.statements():
            cursor.execute(statement, {key: value for key, value in parameters.items() if f"%({key})s" in statement})
    ReferenceSet.objects.update_or_create(name=_NAME, defaults={"digest": digest})
    return {"loaded": True, **_counts()}


def _counts() -> dict[str, int]:
    return {
        "areas": Area.objects.filter(source=PACKAGED).count(),
        "office_holders": OfficeHolder.objects.current().filter(source=PACKAGED).count(),
    }
