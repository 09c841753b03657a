"""People, what is kept of them, and what the law asks of whoever keeps it."""

from __future__ import annotations

from permissions.rows import FORM, KEEPERS, KEEPERS_ANYWHERE, POST, STAFF, STAFF_ANYWHERE, row
from permissions.viewers import EVERYONE, any_campaigns

# Closed numbers, screening and retention are the organisation's: whoever answers for the law in any campaign.
COMPLIANCE = [
    row("compliance:rules", EVERYONE),
    row("compliance:figures", KEEPERS_ANYWHERE),
    row("compliance:figure", any_campaigns("owner"), FORM, key="attempt_cap"),
    row("compliance:screening", KEEPERS_ANYWHERE),
    row("compliance:do_not_call", KEEPERS_ANYWHERE, FORM),
    row("compliance:lift", KEEPERS_ANYWHERE, POST, pk=lambda w: w.suppression.pk),
    row("compliance:retention", KEEPERS_ANYWHERE),
    row("compliance:requests", KEEPERS_ANYWHERE),
    row("compliance:request_handled", KEEPERS_ANYWHERE, POST, pk=lambda w: w.data_request.pk),
    row("compliance:delete_expired", KEEPERS_ANYWHERE, POST, category="answers"),
]

# A person of the campaign's areas. Callers see none: they are handed one household at a time (rule D12).
PEOPLE = [
    row("person:search", STAFF_ANYWHERE),
    row("person:page", STAFF, pk=lambda w: w.person.pk),
    row("person:close", STAFF, POST, lambda w: {"contact_point": w.number.pk}, pk=lambda w: w.person.pk),
    row("person:lift", KEEPERS, POST, pk=lambda w: w.person.pk, suppression=lambda w: w.suppression.pk),
    row("person:object", STAFF, POST, pk=lambda w: w.person.pk),
    row("person:erase", KEEPERS, FORM, pk=lambda w: w.person.pk),
    row("person:export", KEEPERS, POST, pk=lambda w: w.person.pk),
    row("person:rename", KEEPERS, POST, pk=lambda w: w.person.pk),
    row("person:put_back", KEEPERS, POST, pk=lambda w: w.person.pk),
    row("person:add_address", KEEPERS, POST, pk=lambda w: w.person.pk),
    row("person:retire_address", KEEPERS, POST, lambda w: {"contact_point": w.number.pk}, pk=lambda w: w.person.pk),
    row("person:tag", STAFF, POST, pk=lambda w: w.person.pk),
    row("person:untag", STAFF, POST, pk=lambda w: w.person.pk, tag=lambda w: w.tag.pk),
    row("person:consent", KEEPERS, FORM, pk=lambda w: w.person.pk),
    row("person:withdraw", STAFF, POST, pk=lambda w: w.person.pk, consent=lambda w: w.consent.pk),
]

IMPORTS = [
    row("imports:index", KEEPERS_ANYWHERE),
    row("imports:new", KEEPERS_ANYWHERE, FORM, kind="register"),
    row("imports:import", KEEPERS, pk=lambda w: w.imported.pk),
    row("imports:columns", KEEPERS, FORM, pk=lambda w: w.upload.pk),
    row("imports:preview", KEEPERS, pk=lambda w: w.upload.pk),
    row("imports:run", KEEPERS, POST, pk=lambda w: w.upload.pk),
    row("imports:discard", KEEPERS, POST, pk=lambda w: w.upload.pk),
    row("imports:progress", KEEPERS, pk=lambda w: w.imported.pk),
    row("imports:rejects", KEEPERS, pk=lambda w: w.imported.pk),
    row("imports:undo", KEEPERS, FORM, pk=lambda w: w.imported.pk),
]
