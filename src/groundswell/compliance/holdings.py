"""What the floors up to this one hold on a person: the register entry, addresses, consents, the access log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from groundswell.accounts.models import AuditEvent
from groundswell.compliance.models import Consent, DataRequest, Pause, Screening, Suppression
from groundswell.compliance.personal_data import exempt, plain, register, rows_of
from groundswell.compliance.queries import consents_about, hashes_of, suppressions_of
from groundswell.compliance.retention import register_category
from groundswell.people.enums import ImportStatus
from groundswell.people.models import (
    ContactPoint,
    Elector,
    Household,
    ImportBatch,
    ImportChange,
    MarkedRegister,
    Person,
    PersonContact,
    PersonTag,
)


def _person(person: Person) -> list[dict[str, Any]]:
    names = (
        "title",
        "given_names",
        "family_name",
        "date_of_birth",
        "created_at",
        "moved_at",
        "deceased_at",
        "objected_at",
    )
    return [
        {
            **{name.replace("_", " "): plain(getattr(person, name)) for name in names},
            "constituency, as you told us": person.constituency.name if person.constituency else "",
            "source": person.source.name,
            "lawful basis": person.source.lawful_basis,
            "purpose": person.source.purpose,
        }
    ]


def _empty_person(person: Person) -> int:
    person.title = person.given_names = person.family_name = person.name_key = ""
    person.household = person.constituency = None
    person.date_of_birth = None
    person.erased_at = timezone.now()
    person.save(
        update_fields=[
            "title",
            "given_names",
            "family_name",
            "name_key",
            "household",
            "constituency",
            "date_of_birth",
            "erased_at",
        ]
    )
    return 1


def _household(person: Person) -> list[dict[str, Any]]:
    return rows_of(
        Household.objects.filter(pk=person.household_id or 0),
        "address_lines",
        "postcode",
        "area__name",
        "constituency__name",
    )


def _leave_household(person: Person) -> int:
    """The address stays while somebody else lives there; it says nothing of the one who is gone."""
    others = Person.objects.filter(household=OuterRef("pk")).exclude(pk=person.pk)
    return Household.objects.filter(Exists(others), pk=person.household_id or 0).count()


def _contacts(person: Person) -> list[dict[str, Any]]:
    return rows_of(
        PersonContact.objects.filter(person=person).order_by("position", "pk"),
        "contact_point__kind",
        "contact_point__value",
        "contact_point__retired_at",
        "contact_point__retired_reason",
        "source__name",
        "source__lawful_basis",
    )


def _forget_contacts(person: Person) -> int:
    """Addresses that nobody else has go; a shared one stays with the others, closed by its suppression."""
    points = list(person.contact_points.values_list("pk", flat=True))
    PersonContact.objects.filter(person=person).delete()
    alone = ~Exists(PersonContact.objects.filter(contact_point=OuterRef("pk")))
    mine = list(ContactPoint.objects.filter(alone, pk__in=points).values_list("pk", flat=True))
    _forget_changes("people_contactpoint", mine)
    ContactPoint.objects.filter(pk__in=mine).delete()
    return len(points)


def _screenings(person: Person) -> list[dict[str, Any]]:
    return rows_of(
        Screening.objects.filter(contact_point__people=person).order_by("pk"),
        "contact_point__value",
        "list",
        "screened_on",
        "listed",
    )


def _forget_screenings(person: Person) -> int:
    """Those of numbers that nobody else has; they would go with the number, which goes after them."""
    shared = PersonContact.objects.filter(contact_point=OuterRef("contact_point")).exclude(person=person)
    mine = Screening.objects.filter(~Exists(shared), contact_point__people=person).values_list("pk", flat=True)
    return Screening.objects.filter(pk__in=list(mine)).delete()[0]


def _register_entries(person: Person) -> list[dict[str, Any]]:
    return rows_of(
        Elector.objects.filter(person=person).order_by("pk"),
        "register__constituency__name",
        "register__entitlement",
        "register__purpose",
        "area__name",
        "prefix",
        "number",
        "suffix",
        "markers",
        "franchise",
        "attainment_date",
        "register_date",
        "removed_on",
    )


def _forget_register_entries(person: Person) -> int:
    entries = list(Elector.objects.filter(person=person).values_list("pk", flat=True))
    _forget_changes("people_elector", entries)
    Elector.objects.filter(pk__in=entries).delete()
    return len(entries)


def _marks(person: Person) -> list[dict[str, Any]]:
    marks = MarkedRegister.objects.filter(elector__person=person).order_by("pk")
    return rows_of(marks, "election", "voted", "postal_voter", "purpose")


def _forget_marks(person: Person) -> int:
    return MarkedRegister.objects.filter(elector__person=person).delete()[0]


def _tags(person: Person) -> list[dict[str, Any]]:
    return rows_of(PersonTag.objects.filter(person=person).order_by("pk"), "tag__name", "added_at")


def _forget_tags(person: Person) -> int:
    return PersonTag.objects.filter(person=person).delete()[0]


def _consents(person: Person) -> list[dict[str, Any]]:
    fields = (
        "channel",
        "purpose",
        "state",
        "wording",
        "wording_version",
        "source",
        "evidence",
        "given_at",
        "recorded_at",
    )
    return rows_of(consents_about(person), *fields)


def _suppressions(person: Person) -> list[dict[str, Any]]:
    return rows_of(suppressions_of(hashes_of(person)), "kind", "scope", "reason", "source", "created_at", "lifted_at")


def _pauses(person: Person) -> list[dict[str, Any]]:
    return rows_of(Pause.objects.filter(address_hash__in=hashes_of(person)).order_by("pk"), "asked_at", "until")


def _forget_pauses(person: Person) -> int:
    """Those of addresses that nobody else has."""
    shared = PersonContact.objects.filter(contact_point=OuterRef("pk")).exclude(person=person)
    mine = person.contact_points.filter(~Exists(shared))
    digests = [bytes(digest) for digest in mine.values_list("address_hash", flat=True)]
    return Pause.objects.filter(address_hash__in=digests).delete()[0]


def _requests(person: Person) -> list[dict[str, Any]]:
    return rows_of(
        DataRequest.objects.filter(person=person).order_by("asked_at", "pk"), "kind", "source", "asked_at", "handled_at"
    )


def _changes(person: Person) -> list[dict[str, Any]]:
    about = Q(table="people_person", row_id=person.pk)
    for table, rows in (
        ("people_elector", Elector.objects.filter(person=person)),
        ("people_contactpoint", ContactPoint.objects.filter(people=person)),
    ):
        about |= Q(table=table, row_id__in=rows.values("pk"))
    return rows_of(ImportChange.objects.filter(about).order_by("pk"), "batch__file_name", "table", "before")


def _forget_changes_of_person(person: Person) -> int:
    return _forget_changes("people_person", [person.pk])


def _forget_changes(table: str, ids: list[int]) -> int:
    """What an import kept for its undo is personal data as well."""
    return ImportChange.objects.filter(table=table, row_id__in=ids).delete()[0]


def _access_log(person: Person) -> list[dict[str, Any]]:
    """Who looked, as what they did and when; staff appear by number, for their names are theirs."""
    events = AuditEvent.objects.filter(subject_kind="people.person", subject_id=person.pk).order_by("at", "pk")
    return rows_of(events, "at", "action", "verb", "actor_id")


def _old_events(before: datetime) -> QuerySet[AuditEvent]:
    return AuditEvent.objects.filter(at__lt=before)


def _delete_old_events(before: datetime, limit: int) -> int:  # noqa: ARG001 - the log goes by whole sealed ranges
    with connection.cursor() as cursor:
        cursor.execute("SELECT accounts_audit_forget(%s)", [before])
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def _old_files(before: datetime) -> QuerySet[ImportBatch]:
    """Imports whose uploaded file or file of rejected rows is still kept; a running one still needs its own."""
    settled = ImportBatch.objects.exclude(status=ImportStatus.RUNNING).filter(created_at__lt=before)
    return settled.exclude(file="", rejects_file="")


def _delete_old_files(before: datetime, limit: int) -> int:
    batches = list(_old_files(before).order_by("pk")[:limit])
    for batch in batches:
        batch.file.delete(save=False)
        batch.rejects_file.delete(save=False)
        batch.save(update_fields=["file", "rejects_file"])
    return len(batches)


def register_holdings() -> None:
    """Register what accounts, people and compliance hold; called when Django starts."""
    register("person", order=0, label=_("Who you are"), models=[Person], export=_person, erase=_empty_person)
    register(
        "household", order=10, label=_("Where you live"), models=[Household], export=_household, erase=_leave_household
    )
    register(
        "contacts",
        order=20,
        label=_("Numbers and addresses"),
        models=[ContactPoint, PersonContact],
        export=_contacts,
        erase=_forget_contacts,
    )
    register(
        "register",
        order=30,
        label=_("Entry on the electoral register"),
        models=[Elector],
        export=_register_entries,
        erase=_forget_register_entries,
    )
    register(
        "marks", order=40, label=_("Whether you voted"), models=[MarkedRegister], export=_marks, erase=_forget_marks
    )
    register("tags", order=50, label=_("Tags"), models=[PersonTag], export=_tags, erase=_forget_tags)
    register(
        "changes",
        order=60,
        label=_("What imports changed"),
        models=[ImportChange],
        export=_changes,
        erase=_forget_changes_of_person,
    )
    register(
        "consents",
        order=400,
        label=_("Consents"),
        models=[Consent],
        export=_consents,
        kept_because=_("Proof that contact was lawful, kept without the address."),
    )
    register(
        "suppressions",
        order=410,
        label=_("Do not contact"),
        models=[Suppression],
        export=_suppressions,
        kept_because=_("A fingerprint of the address, so that nobody is contacted again."),
    )
    register("pauses", order=415, label=_("Breaks"), models=[Pause], export=_pauses, erase=_forget_pauses)
    register(
        "requests",
        order=420,
        label=_("What you asked of us about your data"),
        models=[DataRequest],
        export=_requests,
        kept_because=_("Proof that you asked and when it was done, without your name."),
    )
    register(
        "screenings",
        order=70,
        label=_("Screening"),
        models=[Screening],
        export=_screenings,
        erase=_forget_screenings,
    )
    register(
        "access",
        order=900,
        label=_("Who looked at this"),
        models=[AuditEvent],
        export=_access_log,
        kept_because=_("The log of who saw what is kept for its own period, and names nobody."),
    )
    exempt(
        ImportBatch,
        "Says what a file did, not to whom. The rows it could not bring in lie in a file that goes by retention.",
    )
    register_category(
        "imports",
        label=_("Files of imports"),
        figure="retention_months_imports",
        older=_old_files,
        delete=_delete_old_files,
    )
    register_category(
        "audit", label=_("Audit log"), figure="retention_months_audit", older=_old_events, delete=_delete_old_events
    )
