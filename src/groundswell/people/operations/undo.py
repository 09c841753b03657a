"""Taking a whole import back, as long as nothing has been built on it."""

from __future__ import annotations

from typing import Any, cast

from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg.sql import SQL, Identifier, Literal

from groundswell.accounts.audit import record
from groundswell.accounts.enums import AuditAction
from groundswell.accounts.models import User
from groundswell.people.enums import ImportKind, ImportStatus
from groundswell.people.files.refusal import ImportRefusedError
from groundswell.people.models import ContactPoint, Elector, Household, ImportBatch, ImportChange, Person, Register
from groundswell.people.operations.batches import PHONES_LOCK, lock_imports
from groundswell.people.operations.statements import Script


def check_can_undo(batch: ImportBatch) -> None:
    """Raises ImportRefusedError, with the sentence to show, if the import of a register or phones must stay."""
    if batch.status != ImportStatus.DONE:
        raise ImportRefusedError(
            _("This import is %(status)s, so there is nothing to take back.") % {"status": batch.get_status_display()}
        )
    if batch.kind == ImportKind.REGISTER:
        _check_nothing_later(batch, Script("undo", batch=batch.pk))
        _check_unused(batch, (Person, Household, Elector))
    else:
        _check_unused(batch, (ContactPoint,))


@transaction.atomic
def undo_import(*, batch: ImportBatch, by: User | None) -> dict[str, int]:
    """Put everything back as it was before the import; what was taken back, by kind.

    Raises ImportRefusedError, with the sentence to show, when later work stands on it: another import of the same seat
    or of phones for its people, calls, answers. Suppressions are nobody's import and stay.
    """
    batch = ImportBatch.objects.select_for_update(of=("self",)).select_related("constituency").get(pk=batch.pk)
    lock_imports(batch.constituency_id if batch.kind == ImportKind.REGISTER and batch.constituency_id else PHONES_LOCK)
    check_can_undo(batch)
    script = Script("undo", batch=batch.pk)
    if batch.kind == ImportKind.REGISTER:
        taken = _undo_register(batch, script)
    else:
        taken = {"contacts": script.run("drop_contacts")}
        _drop_what_hangs_on(batch)
        taken["numbers"] = script.run("drop_contact_points")
    script.run("forget_changes")
    batch.status, batch.undone_at = ImportStatus.UNDONE, timezone.now()
    batch.save(update_fields=["status", "undone_at"])
    if batch.rejects_file:
        transaction.on_commit(lambda: batch.rejects_file.delete(save=True))
    record("undo_import", by=by, action=AuditAction.DELETE, subject=batch, **taken)
    return taken


def _undo_register(batch: ImportBatch, script: Script) -> dict[str, int]:
    taken = {"electors": script.run("drop_electors")}
    script.run("restore_removed")
    taken["changed_electors"] = script.run("restore_electors")
    taken["changed_people"] = script.run("restore_people")
    script.run("restore_households")
    script.run("drop_contacts_of_people")
    script.run("drop_tags_of_people")
    taken["people"] = script.run("drop_people")
    taken["households"] = script.run("drop_households")
    for change in ImportChange.objects.filter(batch=batch, table="people_register"):
        register = Register.objects.filter(pk=change.row_id)
        if change.before:
            register.update(**change.before)
        elif not Elector.objects.filter(register_id=change.row_id).exists():
            register.delete()
    return taken


def _check_nothing_later(batch: ImportBatch, script: Script) -> None:
    later = (
        ImportBatch.objects.filter(
            kind=batch.kind, constituency=batch.constituency, status=ImportStatus.DONE, pk__gt=batch.pk
        )
        .order_by("-pk")
        .first()
    )
    if later is not None:
        raise ImportRefusedError(
            _("“%(file)s” was imported for the same seat later. Take that back first.") % {"file": later.file_name}
        )
    if phones := script.fetch("later_contacts"):
        raise ImportRefusedError(
            _("Phone numbers were imported for these people later (“%(file)s”). Take that back first.")
            % {"file": phones[0][0]}
        )


def _check_unused(batch: ImportBatch, made: tuple[type[models.Model], ...]) -> None:
    """Raises ImportRefusedError if another room's rows refer to what the batch made: they would lose their subject."""
    for model in made:
        for relation in _relations_from_above(model):
            if model is ContactPoint and relation.on_delete is models.CASCADE:
                continue  # a screening of the number: it goes with it
            found = _run(_REFERRING, relation, model, batch, read=True)
            if found:
                raise ImportRefusedError(
                    _("%(count)d %(what)s stand on what this import brought in, so it can no longer be taken back.")
                    % {"count": found, "what": relation.related_model._meta.verbose_name_plural}
                )


def _drop_what_hangs_on(batch: ImportBatch) -> None:
    """Screenings of numbers that nobody has any more."""
    for relation in _relations_from_above(ContactPoint):
        if relation.on_delete is models.CASCADE:
            _run(_HANGING, relation, ContactPoint, batch)


def _relations_from_above(model: type[models.Model]) -> list[Any]:
    return [
        relation
        for relation in model._meta.related_objects
        if not relation.many_to_many and cast("type[models.Model]", relation.related_model)._meta.app_label != "people"
    ]


_REFERRING = "SELECT count(*) FROM {other} AS o JOIN {made} AS m ON m.id = o.{column} WHERE m.batch_id = {batch}"
_HANGING = (
    "DELETE FROM {other} AS o USING {made} AS m WHERE m.id = o.{column} AND m.batch_id = {batch} "
    "AND NOT EXISTS (SELECT FROM people_personcontact AS pc WHERE pc.contact_point_id = m.id)"
)


def _run(template: str, relation: Any, made: type[models.Model], batch: ImportBatch, *, read: bool = False) -> int:
    statement = SQL(template).format(
        other=Identifier(relation.related_model._meta.db_table),
        made=Identifier(made._meta.db_table),
        column=Identifier(relation.field.column),
        batch=Literal(batch.pk),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.fetchone()[0]) if read else int(cursor.rowcount)
