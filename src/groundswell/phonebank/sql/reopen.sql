-- Households that left the queue for what is no longer so (screened anew, a consent, a new number) come back.
UPDATE phonebank_queueentry q
   SET state = 0, done_reason = '', due_at = NULL
  FROM (SELECT DISTINCT household_id, person_id FROM phonebank_listed WHERE refusal IS NULL) l
 WHERE q.phone_bank_id = %(bank)s::bigint AND q.state = 3
   AND q.done_reason = ANY (%(reasons)s::text[])
   AND (q.household_id = l.household_id OR (q.household_id IS NULL AND q.person_id = l.person_id))
