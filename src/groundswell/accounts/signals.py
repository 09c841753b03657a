"""What the rooms above may follow without accounts knowing them."""

from django.dispatch import Signal

# Sent inside the transaction that revokes, with `membership`, `by` and `now`: whoever holds something for that member (a
# household in a caller's hands) takes it back there and then, so that both happen or neither. A receiver's exception
# undoes the revocation.
membership_revoked = Signal()
