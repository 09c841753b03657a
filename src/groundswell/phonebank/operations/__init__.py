"""What may be done with a phone bank: claim, record, give back, build, open, count."""

from groundswell.phonebank.operations.building import are_many, ask_for_queue, build_asked_queue
from groundswell.phonebank.operations.claiming import claim_next, record_and_claim_next, record_outcome
from groundswell.phonebank.operations.leases import (
    extend_lease,
    flag,
    give_back_of,
    leave,
    pause,
    resume,
    skip,
    solve_flag,
    take_back_lapsed,
    undo_last,
)
from groundswell.phonebank.operations.lists import (
    Meant,
    Preview,
    QueueChange,
    build_queue,
    change_phone_bank,
    close_phone_bank,
    open_phone_bank,
    pause_phone_bank,
    preview,
    refresh_queue,
)
from groundswell.phonebank.operations.refused import tell_of_refused
from groundswell.phonebank.operations.tallies import rebuild_tallies, roll_up_tallies

__all__ = [
    "Meant",
    "Preview",
    "QueueChange",
    "are_many",
    "ask_for_queue",
    "build_asked_queue",
    "build_queue",
    "change_phone_bank",
    "claim_next",
    "close_phone_bank",
    "extend_lease",
    "flag",
    "give_back_of",
    "leave",
    "open_phone_bank",
    "pause",
    "pause_phone_bank",
    "preview",
    "rebuild_tallies",
    "record_and_claim_next",
    "record_outcome",
    "refresh_queue",
    "resume",
    "roll_up_tallies",
    "skip",
    "solve_flag",
    "take_back_lapsed",
    "tell_of_refused",
    "undo_last",
]
