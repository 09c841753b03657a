-- Households that left the queue for what is no longer so (screened anew, a consent, a new number) come back.
UPDATE phonebank_queueentry q
   SET state = 0, done_reason = '', due_at = NULL
  FROM (SELECT DISTINCT household_id, person_id FROM phonebank_listed WHERE refusal IS NULL) l
 WHERE q.phone_bank_id = %(bank)s::bigint AND q.state = 3
   AND q.done_reason = ANY (%(reasons)s::text[])
   -- One key for both kinds of row: with OR in its place every row is compared with every other.
   AND coalesce(q.household_id, -q.person_id) = coalesce(l.household_id, -l.person_id)
