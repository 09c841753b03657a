-- The oldest deliveries of a message that may go now: a peek in each bucket that is open, then a lock. The message's
-- sender is locked by us, so nobody else leases of it; rows that somebody stops at this moment are left for the next time.
SELECT d.id, d.person_id, d.contact_point_id
  FROM messaging_delivery d
 WHERE d.id IN (SELECT peeked.id
                  FROM unnest(%(buckets)s::bigint[]) b (id)
                 CROSS JOIN LATERAL (SELECT q.id FROM messaging_delivery q
                                      WHERE q.message_id = %(message)s::bigint AND q.state = 'pending'
                                        AND q.bucket_id = b.id AND q.wave <= %(wave)s::int
                                      ORDER BY q.wave, q.id
                                      LIMIT %(most)s::int) peeked
                 LIMIT %(most)s::int)
   AND d.state = 'pending'
 ORDER BY d.id
   FOR NO KEY UPDATE OF d SKIP LOCKED
