"""What is too old goes (rule D10): texts received, our own words in answer, the demo's, and numbers of strangers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from groundswell.compliance.operations.retention import delete_expired, expiring
from groundswell.messaging.models import Delivery, Inbound, Sender, SimulatedText
from groundswell.messaging.tests.texting import OURS, THEIRS, texted
from groundswell.people.models import ContactPoint, Person

pytestmark = pytest.mark.django_db
LONG_AGO = timezone.now() - timedelta(days=3 * 365)
STRANGER = "+447700900777"


def test_old_texts_go_and_that_something_was_sent_stays(person: Person, sender: Sender) -> None:
    texted("HELP")
    texted("HELP", number=STRANGER)
    Delivery.objects.update(created_at=LONG_AGO)
    Inbound.objects.update(received_at=LONG_AGO)
    SimulatedText.objects.create(
        reference="d1", our_address=OURS, our_name="x", their_address=THEIRS, text="x", at=LONG_AGO
    )
    texted("I am in on Monday")

    # Two texts, two answers, one of the demo, one number that is nobody's.
    assert next(one.rows for one in expiring(now=timezone.now()) if one.category.key == "texts") == 6
    assert delete_expired(category_key="texts", by=None, now=timezone.now()) == 6
    assert [kept.text for kept in Inbound.objects.all()] == ["I am in on Monday"]
    assert list(Delivery.objects.values_list("body", flat=True)) == ["", ""]
    assert not SimulatedText.objects.exists()
    assert [point.value for point in ContactPoint.objects.all()] == [THEIRS]
    assert delete_expired(category_key="texts", by=None, now=timezone.now()) == 0


def test_a_stranger_who_wrote_again_is_kept(sender: Sender) -> None:
    texted("HELP", number=STRANGER)
    Delivery.objects.update(created_at=LONG_AGO)
    Inbound.objects.update(received_at=LONG_AGO)
    texted("hello", number=STRANGER)
    delete_expired(category_key="texts", by=None, now=timezone.now())

    assert ContactPoint.objects.get().value == STRANGER
