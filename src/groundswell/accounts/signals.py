"""What the rooms above may follow without accounts knowing them."""

from django.dispatch import Signal

# Sent inside the transaction that revokes, with `membership`, `by` and `now`: whoever holds something for that member (a
# household in a caller's hands) takes it back there and then, so that both happen or neither. A receiver's exception
# undoes the revocation.
membership_revoked = Signal()

# Sent inside the transaction that accepts, with `membership`, `invitation` and `now`: also for somebody who was a member
# before and pressed again. What the link leads to beyond the membership (a session tonight) follows there and then.
invitation_accepted = Signal()
