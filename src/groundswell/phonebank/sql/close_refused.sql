-- Households of the queue that nobody may ring any more leave it, with the reason that stood nearest to calling. The
-- claim would find out by itself; this keeps the organiser's counts true.
UPDATE phonebank_queueentry q
   SET state = 3, done_reason = l.reason, due_at = NULL, is_call_back = false, call_back_for_id = NULL
  FROM (SELECT household_id, person_id,
               (array_agg(refusal ORDER BY array_position(%(order)s::text[], refusal) DESC))[1] AS reason
          FROM phonebank_listed GROUP BY household_id, person_id
        HAVING bool_and(refusal IS NOT NULL AND refusal NOT IN ('called_today'))) l
 WHERE q.phone_bank_id = %(bank)s::bigint AND q.state IN (0, 2)
   -- One key for both kinds of row: with OR in its place every row is compared with every other.
   AND coalesce(q.household_id, -q.person_id) = coalesce(l.household_id, -l.person_id)
