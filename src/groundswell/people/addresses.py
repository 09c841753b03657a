"""Numbers, emails, names and postal addresses in the one form in which they are stored, hashed and compared."""

from __future__ import annotations

import re
import unicodedata

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from phonenumbers import PhoneNumberType

HASH_SALT = "groundswell.people.address_hash"
UNITED_KINGDOM = 44
MAX_PHONE_TEXT = 40

# Numbers Ofcom keeps for drama: nobody has them, phonenumbers calls several invalid, and the demo needs them.
DRAMA = re.compile(
    r"\+44(?:113496|114496|115496|116496|117496|118496|121496|131496|141496|151496|161496|191498|1632960|"
    r"2079460|2896496|2920180|3069990|7700900)"
)
# +999 is assigned to nobody: benchmarks take their numbers from it.
UNASSIGNED = re.compile(r"\+999[0-9]{6,11}")
# Mobile ranges written plainly: half of all numbers, without asking the full metadata.
PLAIN_MOBILE = re.compile(r"(?:\+44|0044|0)(7[1-57-9][0-9]{8})")
SEPARATORS = str.maketrans("", "", " \t-./()\u00a0\u2010\u2011\u2012\u2013\u200e\u200f\u202a\u202c")
EXTENSION_OR_WORDS = re.compile(r"[A-Za-z]")


class AddressError(ValueError):
    """A number or email that nobody could be reached at; the message says what is wrong with it."""


def address_hash(kind: str, value: str) -> bytes:
    """32 bytes by which an address is known after it is erased (rule M5): HMAC-SHA256 under a key from the secret.

    `value` must be normalised already: E.164 or a lower-case email. A changed SECRET_KEY changes every hash.
    """
    return salted_hmac(HASH_SALT, f"{kind}:{value}", algorithm="sha256").digest()


def normalise_phone(text: str, region: str = "GB") -> str:
    """`text` as E.164 (`+441632960001`), read as a national number of `region` unless it starts with + or 00.

    Raises AddressError with a sentence: not a number, too short, not in use, premium rate.
    """
    plain = text.strip().translate(SEPARATORS)
    if not plain:
        raise AddressError(_("The number is empty."))
    if len(plain) > MAX_PHONE_TEXT or EXTENSION_OR_WORDS.search(plain):
        raise AddressError(_("“%(text)s” is not a telephone number.") % {"text": text.strip()[:MAX_PHONE_TEXT]})
    if plain.startswith("00"):
        plain = "+" + plain[2:]
    # "+44 (0)20 ...": the zero is for those who dial at home.
    if plain.startswith("+440"):
        plain = "+44" + plain[4:]
    if region == "GB" and (mobile := PLAIN_MOBILE.fullmatch(plain)):
        return "+44" + mobile[1]
    if UNASSIGNED.fullmatch(plain):
        return plain
    return _by_metadata(plain, text.strip(), region)


def _by_metadata(plain: str, shown: str, region: str) -> str:
    try:
        number = phonenumbers.parse(plain, region)
    except phonenumbers.NumberParseException as problem:
        raise AddressError(_("“%(text)s” is not a telephone number.") % {"text": shown}) from problem
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if DRAMA.match(e164) and len(e164) == 13:
        return e164
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason in {phonenumbers.ValidationResult.TOO_SHORT, phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY}:
        raise AddressError(_("“%(text)s” is too short; is the area code missing?") % {"text": shown})
    if reason == phonenumbers.ValidationResult.TOO_LONG:
        raise AddressError(_("“%(text)s” has too many digits.") % {"text": shown})
    if not phonenumbers.is_valid_number(number):
        raise AddressError(_("“%(text)s” is not a number in use.") % {"text": shown})
    if phonenumbers.number_type(number) == PhoneNumberType.PREMIUM_RATE:
        raise AddressError(_("“%(text)s” is a premium-rate number.") % {"text": shown})
    return e164


def is_home_number(e164: str) -> bool:
    """Whether a normalised number costs a volunteer in the United Kingdom an ordinary call (or is a benchmark's)."""
    return e164.startswith((f"+{UNITED_KINGDOM}", "+999"))


# An address at a bare name such as "localhost", which Django lets pass, is nobody's mailbox.
_check_email = EmailValidator(allowlist=[])


def normalise_email(text: str) -> str:
    """`text` in lower case without surrounding space. Raises AddressError."""
    email = text.strip().lower()
    try:
        _check_email(email)
    except ValidationError as problem:
        raise AddressError(_("“%(text)s” is not an email address.") % {"text": text.strip()[:80]}) from problem
    return email


# Letters that do not decompose into a base letter and an accent.
LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ı": "i", "ŋ": "n"}
)
# Punctuation within a word vanishes (O'Brien is obrien), all else parts words (Smith-Jones is smith jones).
WITHIN_WORDS = str.maketrans(
    "", "", "'’‘`´.\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
)
BETWEEN_WORDS = re.compile(r"[^a-z0-9\u0370-\U0010ffff]+")
# "Mc Donald" and "O Brien" are written apart by some suppliers.
LOOSE_PREFIX = re.compile(r"\b(mc|o) (?=[a-z]{3})")


def fold(text: str) -> str:
    """Lower case, accents off (ŵ is w), punctuation off, words parted by one space: for comparing, never for showing."""
    lowered = text.lower()
    if lowered.isascii() and lowered.replace(" ", "").isalnum():
        return " ".join(lowered.split())
    lowered = lowered.translate(WITHIN_WORDS)
    if not lowered.isascii():
        decomposed = unicodedata.normalize("NFKD", lowered.translate(LETTERS))
        lowered = "".join(c for c in decomposed if not unicodedata.combining(c))
    return BETWEEN_WORDS.sub(" ", lowered).strip()


def name_key(given_names: str, family_name: str) -> str:
    """Family name then given names, folded: `MCDONALD, Siân Mary` and `McDonald, Sian Mary` are one key."""
    key = fold(f"{family_name} {given_names}")
    if "mc " in key or "o " in key:
        key = LOOSE_PREFIX.sub(r"\1", key)
    return key


def address_key(lines: list[str] | tuple[str, ...]) -> str:
    """The address folded for comparison, without its postcode; at most 400 characters, as the column holds."""
    return fold(" ".join(lines))[:400]


POSTCODE = re.compile(r"(GIR ?0AA|[A-Z]{1,2}[0-9][A-Z0-9]?) ?([0-9][A-Z]{2})")


def normalise_postcode(text: str) -> str | None:
    """`e17 9aa`, `E179AA` and `E17  9AA` as `E17 9AA`; None if it is no postcode of the United Kingdom."""
    squeezed = "".join(text.split()).upper()
    if len(squeezed) < 5 or not POSTCODE.fullmatch(squeezed):
        return None
    return f"{squeezed[:-3]} {squeezed[-3:]}"
