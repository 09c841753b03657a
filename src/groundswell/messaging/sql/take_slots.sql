-- The sender's pace and the message's turn, written down with the lease (one lease of a sender at a time).
WITH paced AS (
    UPDATE messaging_sender SET next_slot_at = %(next)s::timestamptz WHERE id = %(sender)s::bigint
)
UPDATE messaging_message SET served_at = %(at)s::timestamptz WHERE id = %(message)s::bigint
