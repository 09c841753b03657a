"""What the demo sends stays in the demo: it goes at any hour, and what reaches people keeps to theirs (rules C10, M9)."""

from __future__ import annotations

import pytest

from groundswell.accounts.models import Organisation
from groundswell.messaging.models import SimulatedText
from groundswell.messaging.operations.outbox import send_some
from groundswell.messaging.operations.preparing import prepare
from groundswell.messaging.providers.registry import UnknownProviderError, open_provider
from groundswell.messaging.tests.outbox_clock import Ticking
from groundswell.messaging.tests.ways import Way
from groundswell.messaging.tests.world import NIGHT, World


@pytest.mark.django_db(transaction=True)
def test_the_letterbox_is_filled_at_night_and_nobody_elses(settings) -> None:
    settings.DEMO = True
    world, way = World(), Way()
    Organisation.objects.update(imprint="Promoted by O. Evans, 1 Hoe Street, London E17")
    world.people(2)
    for provider in ("letterbox", "smtp"):
        sender = world.make_sender(provider=provider)
        prepare(world.message(sender=sender, subject=f"By {provider}"), by=None, now=NIGHT)
    # Without the demo's way out nothing stands in for it: whatever is real is offered to `way`, and must not come.
    send_some(clock=Ticking(NIGHT), open_way=lambda name: open_provider(name) if name == "letterbox" else way)
    kept = SimulatedText.objects.order_by("their_address")
    assert [text.their_address for text in kept] == ["person0@example.org", "person1@example.org"]
    assert kept[0].text.startswith("By letterbox\n\nWe ring on Monday.")
    assert way.handed == []
    settings.DEMO = False
    with pytest.raises(UnknownProviderError):
        open_provider("letterbox")
