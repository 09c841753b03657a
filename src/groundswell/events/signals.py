"""What happens to an event and its sign-ups, told in the transaction in which it happens.

The letters are written down by whoever listens (operations/notices.py), and so commit or vanish with what they tell of.
Each signal is sent by the operation after its rows are written; `now` is the operation's.
"""

from django.dispatch import Signal

# attendance, now. Somebody signed up, or came back: with a place or, if `attendance.is_waiting`, on the waiting list.
signed_up = Signal()
# attendance, now. Somebody who is on the list signed up once more, which changes nothing.
signed_up_again = Signal()
# attendance, now. A place came free for somebody who was waiting: `is_waiting` is False by now.
place_came_free = Signal()
# attendance, now. Somebody withdrew: no letter is due to them any more.
withdrew = Signal()
# event, now. Published: people may sign up.
event_published = Signal()
# event, now. Another time or another place; `event.sequence` has risen already.
event_moved = Signal()
# event, now. Cancelled, for the reason in `event.cancelled_reason`; `event.sequence` has risen already.
event_cancelled = Signal()
