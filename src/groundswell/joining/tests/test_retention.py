"""What nobody confirmed is let go of long before what somebody did (rule D10)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection, transaction

from groundswell.accounts.models import AuditEvent
from groundswell.campaigns.models import PendingConsent
from groundswell.compliance.models import Consent, Suppression
from groundswell.compliance.retention import categories
from groundswell.compliance.tasks import nightly_retention
from groundswell.joining.models import Letter, SignUp
from groundswell.joining.operations.sign_ups import confirm_sign_up
from groundswell.messaging.models import Inbound
from groundswell.people.models import ContactPoint, DataSource, Person, PersonTag, Tag

Join = Callable[..., SignUp]


def test_only_what_nobody_confirmed_goes_and_all_of_it(join: Join, now: datetime) -> None:
    category = next(one for one in categories() if one.key == "unconfirmed_sign_ups")
    forgotten = join(email="a@example.org", channels=("email",))
    kept = join(email="b@example.org", channels=("email",))
    confirm_sign_up(sign_up=kept, now=now)
    assert category.older(now).count() == 0
    later = now + timedelta(days=100)
    assert category.older(later).count() == 1
    with transaction.atomic(), connection.cursor() as cursor:
        # As the nightly deletion does.
        cursor.execute("SELECT set_config('groundswell.erasing', 'on', true)")
        assert category.delete(later, 10) == 1
        assert category.delete(later, 10) == 0
    assert list(SignUp.objects.all()) == [kept]
    assert not Letter.objects.filter(sign_up_id=forgotten.pk).exists()
    assert not PendingConsent.objects.filter(confirmed_at=None).exists()


def _let_go(at: datetime) -> None:
    category = next(one for one in categories() if one.key == "unconfirmed_sign_ups")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('groundswell.erasing', 'on', true)")
        category.delete(at, 10)


def test_whom_a_page_made_goes_with_it_and_nobody_else(join: Join, now: datetime) -> None:
    join(name="Bea Lindqvist", email="bea@example.org", phone="07700 900123")
    confirmed = join(name="Tom Okoro", email="tom@example.org").person
    confirm_sign_up(sign_up=SignUp.objects.get(person=confirmed), now=now)
    # Of these something else is held: a tag, a line in the ledger, another source.
    tagged = join(name="Ola Nordmann", email="ola@example.org").person
    PersonTag.objects.create(person=tagged, tag=Tag.objects.create(name="steward"))
    agreed = join(name="Siân Wyllt", email="sian@example.org").person
    Consent.objects.create(
        person=agreed, address_hash=b"0", channel="email", state="given", wording="w", evidence="e", given_at=now
    )
    imported = join(name="Ann Lee", email="ann@example.org").person
    source = DataSource.objects.create(name="Members", lawful_basis="consent", purpose="campaigning")
    Person.objects.filter(pk=imported.pk).update(source=source)

    _let_go(now + timedelta(days=100))

    assert set(Person.objects.all()) == {confirmed, tagged, agreed, imported}
    kept = set(ContactPoint.objects.values_list("value", flat=True))
    assert kept == {"tom@example.org", "ola@example.org", "sian@example.org", "ann@example.org"}
    assert not Suppression.objects.exists(), "whoever typed an address need not have it"
    assert AuditEvent.objects.filter(verb="let_go_of_strangers").count() == 1


def test_an_address_that_somebody_else_has_or_that_was_texted_from_stays(join: Join, now: datetime) -> None:
    join(name="Bea Lindqvist", email="shared@example.org", phone="07700 900123")
    other = join(name="Tom Okoro", email="shared@example.org")
    confirm_sign_up(sign_up=other, now=now)
    number = ContactPoint.objects.get(kind="phone")
    Inbound.objects.create(
        provider="console",
        provider_id="1",
        channel="sms",
        our_address="+441632960001",
        their_address=number.value,
        contact_point=number,
        text="STOP",
        at=now,
    )

    _let_go(now + timedelta(days=100))

    assert list(Person.objects.all()) == [other.person]
    assert set(ContactPoint.objects.values_list("value", flat=True)) == {"shared@example.org", number.value}


def test_it_goes_every_night_though_nothing_else_does(join: Join, now: datetime) -> None:
    long_ago = now - timedelta(days=200)
    join(at=long_ago)
    kept = join(name="Tom Okoro", email="tom@example.org")
    nightly_retention()
    assert list(SignUp.objects.all()) == [kept]
    assert list(Person.objects.all()) == [kept.person]
