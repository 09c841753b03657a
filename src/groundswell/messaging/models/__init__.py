"""The one outbox for all that leaves the system, and what comes back."""

from groundswell.messaging.models.inbound import Inbound
from groundswell.messaging.models.message import Delivery, Message, Receipt
from groundswell.messaging.models.sender import Sender
from groundswell.messaging.models.simulated import SimulatedText

__all__ = ["Delivery", "Inbound", "Message", "Receipt", "Sender", "SimulatedText"]
