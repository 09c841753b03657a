-- One row for each household that was placed, a slice of them at a time, and each household once however often this runs. In
-- the order of their positions, so that neighbours in the queue are neighbours on disk.
INSERT INTO phonebank_queueentry
       (campaign_id, phone_bank_id, household_id, person_id, bucket_id, state, priority, position, attempts,
        is_call_back, recheck, done_reason)
SELECT %(campaign)s::bigint, %(bank)s::bigint, household_id, person_id, bucket, 0, priority, position, 0,
       false, false, ''
  FROM phonebank_placed
 WHERE place > %(after)s::bigint AND place <= %(up_to)s::bigint
 ORDER BY place
    ON CONFLICT DO NOTHING
