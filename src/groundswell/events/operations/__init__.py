"""What organisers do with events and what people do about them."""

from groundswell.events.operations.arrivals import arrive_by_account, mark_arrived, take_back_arrival
from groundswell.events.operations.attendance import change_own_details, sign_up, withdraw
from groundswell.events.operations.consents import answer_box
from groundswell.events.operations.events import (
    EventDetails,
    cancel_event,
    change_event,
    create_event,
    discard_draft,
    move_event,
    publish_event,
)
from groundswell.events.operations.series import Week, repeat_weekly

__all__ = [
    "EventDetails",
    "Week",
    "answer_box",
    "arrive_by_account",
    "cancel_event",
    "change_event",
    "change_own_details",
    "create_event",
    "discard_draft",
    "mark_arrived",
    "move_event",
    "publish_event",
    "repeat_weekly",
    "sign_up",
    "take_back_arrival",
    "withdraw",
]
