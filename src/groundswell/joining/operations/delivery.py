"""The letters to confirm by, into the outbox, and what it asks when one leaves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from groundswell.joining.enums import LetterState
from groundswell.joining.letters import compose
from groundswell.joining.models import Letter
from groundswell.messaging.letters import LetterWords, NotNeededError
from groundswell.messaging.operations.letters import ToPost, post_letters
from groundswell.messaging.operations.outbox import send_some

ROOM = "sign-up"

Clock = Callable[[], datetime]


def send_due_confirmations(*, clock: Clock = timezone.now) -> bool:
    """Have the outbox do one job's worth of work, what still waits outside it included; whether there is more."""
    hand_over_waiting(now=clock())
    return send_some(clock=clock)


@transaction.atomic
def hand_over_waiting(*, now: datetime) -> None:
    """Those written down before there was an outbox for them."""
    waiting = Letter.objects.filter(state=LetterState.WAITING, delivery__isnull=True)
    locked = waiting.select_for_update(skip_locked=True, of=("self",)).order_by("pk")
    for letter in locked.select_related("sign_up__page__ask__campaign"):
        hand_over(letter, now=now)


def hand_over(letter: Letter, *, now: datetime) -> None:
    """This one into the outbox. Part of the transaction that has made or locked it."""
    sign_up = letter.sign_up
    letter.attempts += 1
    to_post = ToPost(
        number=letter.pk, times=letter.attempts, person_id=sign_up.person_id, contact_point_id=sign_up.email_id
    )
    posted = post_letters(sign_up.page.ask.campaign, room=ROOM, letters=[to_post], now=now)
    letter.delivery_id = posted[letter.pk]
    letter.save(update_fields=["delivery", "attempts"])


def words_of(number: int, now: datetime) -> LetterWords:  # noqa: ARG001 - they say the same at any time
    """What the outbox asks of each letter right before it leaves. Raises NotNeededError where nobody signed up any more."""
    found = Letter.objects.select_related("sign_up__page__ask", "sign_up__person", "sign_up__action")
    letter = found.filter(pk=number).first()
    if letter is None:
        raise NotNeededError
    return compose(letter)
