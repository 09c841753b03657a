"""The words and figures of one import's report, and what taking it back would do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from groundswell.people.enums import ImportKind, ImportStatus
from groundswell.people.models import ImportBatch


@dataclass(slots=True)
class Report:
    """Figures with their labels, and the reasons why rows were left out, the commonest first."""

    figures: list[tuple[str, int]] = field(default_factory=list)
    reasons: list[tuple[str, int]] = field(default_factory=list)
    rejected: int = 0
    has_rejects: bool = False


def report_of(batch: ImportBatch) -> Report | None:
    """What an import did; None while it has done nothing."""
    counts: dict[str, Any] = batch.counts
    if batch.status not in {ImportStatus.DONE, ImportStatus.UNDONE} or not counts:
        return None
    figures = [(_("Rows in the file"), counts["rows"]), *_figures(batch, counts), (_("Left out"), counts["rejected"])]
    reasons = sorted(counts.get("rejects_by_reason", {}).items(), key=lambda pair: -pair[1])
    return Report(figures, reasons, counts["rejected"], bool(batch.rejects_file))


def _figures(batch: ImportBatch, counts: dict[str, Any]) -> list[tuple[str, int]]:
    if batch.kind == ImportKind.REGISTER:
        return [
            (_("New"), counts["created"]),
            (_("Changed"), counts["updated"]),
            (_("As before"), counts["unchanged"]),
            (_("Off the register"), counts["deleted"]),
        ]
    if batch.kind == ImportKind.PHONES:
        return [
            (_("Gave a new number"), counts["created"]),
            (_("Known already"), counts["unchanged"]),
            (_("New numbers"), counts["numbers"]),
            (_("People reached"), counts["people"]),
        ]
    if batch.kind == ImportKind.SCREENING:
        return [
            (_("Our numbers screened"), counts["screened"]),
            (_("Of these on the list"), counts["listed"]),
            (_("Say something new"), counts["created"]),
        ]
    return [(_("Closed now"), counts["created"]), (_("Closed before"), counts["unchanged"])]


def done_of(batch: ImportBatch) -> str:
    """One line for the list of imports."""
    if batch.status == ImportStatus.REFUSED:
        return batch.refusal
    report = report_of(batch)
    if report is None:
        return ""
    told = [
        f"{number_format(value, force_grouping=True)} {label[0].lower()}{label[1:]}"
        for label, value in report.figures[1:]
        if value
    ]
    return ", ".join(told) or _("nothing new")


def undo_sentences(batch: ImportBatch) -> list[str]:
    """What taking an import back does, in whole sentences; empty if it did nothing."""
    counts: dict[str, Any] = batch.counts
    if not counts:
        return []
    if batch.kind == ImportKind.REGISTER:
        return _undo_register(counts)
    if batch.kind == ImportKind.PHONES:
        return _undo_phones(counts)
    if batch.kind == ImportKind.SCREENING:
        return [
            _counted(
                ngettext(
                    "%(count)s number of yours counts as not screened and is not rung until the next screening.",
                    "%(count)s numbers of yours count as not screened and are not rung until the next screening.",
                    counts["screened"],
                ),
                counts["screened"],
            )
        ]
    return [
        _counted(
            ngettext(
                "%(count)s number that this list closed may be rung again.",
                "%(count)s numbers that this list closed may be rung again.",
                counts["created"],
            ),
            counts["created"],
        ),
        _("Whoever has asked since not to be rung stays closed."),
    ]


def _undo_register(counts: dict[str, Any]) -> list[str]:
    told = [
        (
            counts["created"],
            _counted(
                ngettext(
                    "%(count)s entry that came with this file is deleted, with the person if nothing else holds them.",
                    "%(count)s entries that came with this file are deleted, with the people whom it brought in.",
                    counts["created"],
                ),
                counts["created"],
            ),
        ),
        (
            counts["updated"],
            _counted(
                ngettext(
                    "%(count)s changed entry is put back as it was.",
                    "%(count)s changed entries are put back as they were.",
                    counts["updated"],
                ),
                counts["updated"],
            ),
        ),
        (
            counts["deleted"],
            _counted(
                ngettext(
                    "%(count)s entry that it took off the register returns.",
                    "%(count)s entries that it took off the register return.",
                    counts["deleted"],
                ),
                counts["deleted"],
            ),
        ),
    ]
    return [sentence for count, sentence in told if count]


def _undo_phones(counts: dict[str, Any]) -> list[str]:
    told = [
        (
            counts["contacts"],
            _counted(
                ngettext(
                    "%(count)s person loses the number that this file gave.",
                    "%(count)s numbers are taken from the people to whom this file gave them.",
                    counts["contacts"],
                ),
                counts["contacts"],
            ),
        ),
        (counts["numbers"], _("Numbers that nobody else has are deleted with their screening.")),
        (1, _("Do-not-call requests stay.")),
    ]
    return [sentence for count, sentence in told if count]


def _counted(sentence: str, count: int) -> str:
    return sentence % {"count": number_format(count, force_grouping=True)}
