"""What the floors above hear when contact is closed, in the transaction that closes it.

Nobody need listen for it to be effective: every claim asks `compliance_call_status` again. It is for taking households
out of queues at once.
"""

from django.dispatch import Signal

# contact_point_ids: list[int], person_ids: list[int]; either may be empty.
contact_closed = Signal()
