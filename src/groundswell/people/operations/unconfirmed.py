"""People whom a page made up from what somebody typed, and of whom nothing was ever confirmed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db import transaction
from django.db.models import Exists, Model, OuterRef, QuerySet

from groundswell.accounts import audit
from groundswell.accounts.enums import AuditAction
from groundswell.accounts.models import User
from groundswell.people.models import ContactPoint, Person, PersonContact
from groundswell.people.operations.supporters import OWN_WORDS


@transaction.atomic
def let_go_of_strangers(*, person_ids: Iterable[int], but: Collection[type[Model]], by: User | None) -> int:
    """Delete those of these people who came by a page of ours and of whom nothing but their addresses is held; how many.

    The addresses go with them unless something else names those. No suppression is left: whoever typed the address need
    not be who has it. Who signs up at this moment waits for the address, or is waited for. Rows of `but` hold nobody: the
    letter that asked them to confirm.
    """
    ids = list(person_ids)
    points = list(
        ContactPoint.objects.select_for_update().filter(people__in=ids).order_by("pk").values_list("pk", flat=True)
    )
    made_by_a_page = Person.objects.filter(
        pk__in=ids, source__name=OWN_WORDS, household__isnull=True, batch__isnull=True, erased_at__isnull=True
    )
    alone = list(_named_by_nothing(made_by_a_page, but={PersonContact, *but}).values_list("pk", flat=True))
    PersonContact.objects.filter(person__in=alone).delete()
    Person.objects.filter(pk__in=alone).delete()
    _named_by_nothing(ContactPoint.objects.filter(pk__in=points), but=but).delete()
    if alone:
        audit.record("let_go_of_strangers", by=by, action=AuditAction.DELETE, people=len(alone))
    return len(alone)


def _named_by_nothing(rows: QuerySet[Any], *, but: Collection[type[Model]]) -> QuerySet[Any]:
    """Those that no row of any table names, but those of these."""
    for field in rows.model._meta.get_fields(include_hidden=True):
        naming = field.related_model
        is_key = field.auto_created and not field.concrete and (field.one_to_many or field.one_to_one)
        if not is_key or naming in but or naming is None or isinstance(naming, str) or naming._meta.managed is False:
            continue
        rows = rows.exclude(Exists(naming._base_manager.filter(**{field.field.name: OuterRef("pk")})))
    return rows
