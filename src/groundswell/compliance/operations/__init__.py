"""What the organisation does for the law: suppress, consent, screen, forget, hand over."""

from groundswell.compliance.operations.access_request import export_held_data, held_on
from groundswell.compliance.operations.consent import (
    record_consent,
    record_soft_opt_in,
    withdraw_consent,
    withdraw_line,
)
from groundswell.compliance.operations.correction import (
    add_address,
    correct_departure,
    correct_name,
    retire_address,
)
from groundswell.compliance.operations.data_requests import ask_for_data, handle_data_request
from groundswell.compliance.operations.erasure import ErasureRefusedError, erase_person
from groundswell.compliance.operations.figures import add_figure
from groundswell.compliance.operations.number_imports import (
    check_can_undo_numbers,
    declare_screening,
    run_queued_numbers,
    take_in_numbers,
    undo_numbers,
)
from groundswell.compliance.operations.pauses import PauseError, end_pause, pause_messages
from groundswell.compliance.operations.retention import Expiry, delete_expired, expiring
from groundswell.compliance.operations.screening import ScreeningReport, import_screening
from groundswell.compliance.operations.suppression import (
    LiftRefusedError,
    import_do_not_call,
    lift_suppression,
    object_to_marketing,
    reopen_own_address,
    suppress,
)

__all__ = [
    "ErasureRefusedError",
    "Expiry",
    "LiftRefusedError",
    "PauseError",
    "ScreeningReport",
    "add_address",
    "add_figure",
    "ask_for_data",
    "check_can_undo_numbers",
    "correct_departure",
    "correct_name",
    "declare_screening",
    "delete_expired",
    "end_pause",
    "erase_person",
    "expiring",
    "export_held_data",
    "handle_data_request",
    "held_on",
    "import_do_not_call",
    "import_screening",
    "lift_suppression",
    "object_to_marketing",
    "pause_messages",
    "record_consent",
    "record_soft_opt_in",
    "reopen_own_address",
    "retire_address",
    "run_queued_numbers",
    "suppress",
    "take_in_numbers",
    "undo_numbers",
    "withdraw_consent",
    "withdraw_line",
]
