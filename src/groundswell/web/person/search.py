"""Finding a person among a million: each kind of question goes to an index of its own, and pages by its last row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from groundswell.accounts.models import Membership
from groundswell.config.numbers import read_whole_number
from groundswell.people.addresses import (
    AddressError,
    fold,
    normalise_email,
    normalise_phone,
    normalise_postcode,
)
from groundswell.people.enums import ContactKind
from groundswell.web.person.access import AREAS_ALLOWED, is_limited

PAGE = 25
LEAST_LETTERS = 2
# Sorts behind whatever a name may go on with.
LAST_CHARACTER = chr(0x10FFFF)
ELECTOR_NUMBER = re.compile(r"([A-Z][A-Z0-9/ -]{0,15}?)[ -]?([0-9]{1,12})(?:/([0-9A-Z]{1,8}))?")


class Kind(TextChoices):
    """What was asked for, as we read it."""

    NAME = "name", _("name")
    PHONE = "phone", _("telephone number")
    EMAIL = "email", _("email")
    POSTCODE = "postcode", _("postcode")
    ELECTOR = "elector", _("elector number")


@dataclass(frozen=True)
class Question:
    """A search as we read it; `values` are normalised."""

    kind: Kind
    values: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """A person in a list: no more than it takes to know them apart."""

    person_id: int
    name_key: str
    name: str
    address: str
    postcode: str
    elector_numbers: Sequence[str]
    numbers: int
    removed: bool


@dataclass
class Page:
    """Some of the people found, and the key of the last, by which the next page begins; empty: there is none."""

    people: list[Found] = field(default_factory=list)
    after: str = ""


def read_question(text: str) -> Question | None:
    """What a search box holds: a number, an email, a postcode, an elector number, else a name. None: too little."""
    text = " ".join(text.split())[:120]
    if "@" in text:
        try:
            return Question(Kind.EMAIL, (normalise_email(text),))
        except AddressError:
            return None
    if postcode := normalise_postcode(text):
        return Question(Kind.POSTCODE, (postcode,))
    if sum(c.isdigit() for c in text) >= 7 and not any(c.isalpha() for c in text):
        try:
            return Question(Kind.PHONE, (normalise_phone(text),))
        except AddressError:
            return None
    if ELECTOR_NUMBER.fullmatch(text.upper()):
        return Question(Kind.ELECTOR, (text.upper(),))
    folded = fold(text)
    if len(folded) < LEAST_LETTERS:
        return None
    words = folded.split()
    # Names are kept family name first; people type them the other way round.
    turned = " ".join([words[-1], *words[:-1]])
    return Question(Kind.NAME, tuple(dict.fromkeys((folded, turned))))


def find_people(question: Question, membership: Membership, *, after: str = "") -> Page:
    """A page of the people found, in the order of their names. `after` is the key the page before ended with."""
    last_key, _sep, last_id = after.rpartition("~")
    parameters: dict[str, Any] = {
        "last_key": last_key,
        "last_id": read_whole_number(last_id) or 0,
        "limit": PAGE + 1,
        "phone": ContactKind.PHONE.value,
        "member": membership.pk,
    }
    found, more = _by_name(question.values, last_key) if question.kind == Kind.NAME else _by_key(question)
    limited = is_limited(membership)
    sql = _DESCRIBE.replace("{found}", (_WITH_AREAS if limited else "") + found)
    sql = sql.replace("{after}", _AFTER_LAST)
    sql = sql.replace("{area}", "AND h.area_id IN (SELECT id FROM allowed)" if limited else "")
    with connection.cursor() as cursor:
        cursor.execute(sql, {**parameters, **more})
        people = [Found(*row) for row in cursor.fetchall()]
    page = Page(people[:PAGE])
    if len(people) > PAGE:
        page.after = f"{page.people[-1].name_key}~{page.people[-1].person_id}"
    return page


_WITH_AREAS = "WITH allowed AS MATERIALIZED (" + AREAS_ALLOWED.replace("%s", "%(member)s") + ")"

# Names are compared byte by byte (~<~), in the order of their index, whatever the database's language. The bounds are
# parameters and not a LIKE: a prepared plan must know where in the index to begin and end.
_AFTER_LAST = "(p.name_key ~>~ %(last_key)s OR (p.name_key = %(last_key)s AND p.id > %(last_id)s))"
_BY_NAME = """
    (SELECT p.id, p.name_key
       FROM people_person p
       LEFT JOIN people_household h ON h.id = p.household_id
      WHERE p.name_key ~>=~ %(low#)s AND p.name_key ~<~ %(high#)s AND {after} {area}
      ORDER BY p.name_key USING ~<~, p.id
      LIMIT %(limit)s)
"""
_EITHER_WAY = " SELECT DISTINCT id, name_key FROM ({parts}) both_ways"
_BY_KEY = """
    SELECT p.id, p.name_key
      FROM people_person p
      LEFT JOIN people_household h ON h.id = p.household_id
     WHERE p.id IN ({ids}) AND {after} {area}
     ORDER BY p.name_key USING ~<~, p.id
     LIMIT %(limit)s
"""
_BY_ADDRESS = """
    SELECT pc.person_id FROM people_personcontact pc JOIN people_contactpoint c ON c.id = pc.contact_point_id
     WHERE c.kind = %(kind)s AND c.value = %(value)s
"""
# The index on households leads with the constituency; there are some hundreds of them, each one probe.
_BY_POSTCODE = """
    SELECT p2.id
      FROM people_person p2
      JOIN people_household h2 ON h2.id = p2.household_id
     WHERE h2.postcode = %(value)s
       AND h2.constituency_id IN (SELECT id FROM places_area WHERE kind = 'constituency')
"""
# `KD2124` may be 2124 of KD, 124 of KD2, ...: every parting is asked for, each one probe for each register.
_BY_ELECTOR = """
    SELECT e.person_id
      FROM people_elector e
      JOIN people_register r ON r.id = e.register_id
      JOIN unnest(%(prefixes)s::text[], %(numbers)s::text[], %(suffixes)s::text[]) AS wanted (prefix, number, suffix)
        ON e.prefix = wanted.prefix AND e.number = wanted.number AND e.suffix = wanted.suffix
     WHERE e.removed_on IS NULL
"""
_DESCRIBE = """
    SELECT f.id, f.name_key,
           trim(concat_ws(' ', p.title, p.given_names, p.family_name)),
           coalesce(split_part(h.address_lines, E'\\n', 1), ''),
           coalesce(h.postcode, ''),
           coalesce((SELECT array_agg(e.prefix || e.number
                                      || CASE WHEN e.suffix IN ('', '0') THEN '' ELSE '/' || e.suffix END ORDER BY e.id)
                       FROM people_elector e WHERE e.person_id = p.id AND e.removed_on IS NULL), '{}'),
           (SELECT count(*) FROM people_personcontact pc JOIN people_contactpoint c ON c.id = pc.contact_point_id
             WHERE pc.person_id = p.id AND c.kind = %(phone)s AND c.retired_at IS NULL),
           p.moved_at IS NOT NULL OR p.deceased_at IS NOT NULL
      FROM ({found}) f
      JOIN people_person p ON p.id = f.id
      LEFT JOIN people_household h ON h.id = p.household_id
     ORDER BY f.name_key USING ~<~, f.id
     LIMIT %(limit)s
"""


def _by_name(prefixes: Sequence[str], last_key: str) -> tuple[str, dict[str, Any]]:
    """The SQL for names that begin so, one part for each way round, and its bounds."""
    bounds: dict[str, Any] = {}
    for n, prefix in enumerate(prefixes):
        bounds[f"low{n}"] = max(prefix, last_key, key=str.encode)
        bounds[f"high{n}"] = prefix + LAST_CHARACTER
    parts = " UNION ALL ".join(_BY_NAME.replace("#", str(n)) for n in range(len(prefixes)))
    return _EITHER_WAY.replace("{parts}", parts), bounds


def _by_key(question: Question) -> tuple[str, dict[str, Any]]:
    """The SQL for whatever is not a name, and its parameters."""
    value = question.values[0]
    if question.kind == Kind.POSTCODE:
        return _BY_KEY.replace("{ids}", _BY_POSTCODE), {"value": value}
    if question.kind == Kind.ELECTOR:
        return _BY_KEY.replace("{ids}", _BY_ELECTOR), _elector_partings(value)
    kind = ContactKind.PHONE if question.kind == Kind.PHONE else ContactKind.EMAIL
    return _BY_KEY.replace("{ids}", _BY_ADDRESS), {"kind": kind.value, "value": value}


def _elector_partings(text: str) -> dict[str, Any]:
    """Every way to part prefix, number and suffix, with and without a dash or space after the prefix."""
    wholes = [(text, "0")]
    body, slash, suffix = text.rpartition("/")
    if slash and body[-1:].isdigit():
        wholes.append((body, suffix))
    prefixes: list[str] = []
    numbers: list[str] = []
    suffixes: list[str] = []
    for whole, ending in wholes:
        digits = re.search(r"[0-9]+$", whole)
        for start in range(digits.start(), len(whole)) if digits else ():
            for prefix in {whole[:start], whole[:start].rstrip("- ")}:
                prefixes.append(prefix)
                numbers.append(whole[start:])
                suffixes.append(ending)
    return {"prefixes": prefixes, "numbers": numbers, "suffixes": suffixes}
