"""The one outbox for all that leaves the system, and what comes back."""

from groundswell.messaging.models.inbound import Inbound, InboundPart
from groundswell.messaging.models.line import Line
from groundswell.messaging.models.message import Delivery, Message, Receipt
from groundswell.messaging.models.sender import Sender
from groundswell.messaging.models.simulated import SimulatedText

__all__ = ["Delivery", "Inbound", "InboundPart", "Line", "Message", "Receipt", "Sender", "SimulatedText"]
