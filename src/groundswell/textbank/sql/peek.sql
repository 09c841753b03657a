-- The next people of a list who may be texted at this hour: a peek in each bucket that is open, with a lock on those few.
-- Rows that somebody else takes at this moment are left to them. A volunteer of some areas gets people of these alone.
SELECT peeked.id, peeked.person_id
  FROM unnest(%(buckets)s::bigint[]) b (id)
 CROSS JOIN LATERAL (SELECT q.id, q.person_id, q.position FROM textbank_entry q
                      WHERE q.text_bank_id = %(bank)s::bigint AND q.state = 0 AND q.bucket_id = b.id
                        AND (%(member)s::bigint IS NULL OR EXISTS (
                            SELECT FROM people_person p
                              JOIN people_household h ON h.id = p.household_id
                             WHERE p.id = q.person_id AND h.area_id IN (SELECT accounts_areas_of(%(member)s::bigint))))
                      ORDER BY q.position, q.id
                      LIMIT %(most)s::int
                        FOR NO KEY UPDATE OF q SKIP LOCKED) peeked
 ORDER BY peeked.position, peeked.id
 LIMIT %(most)s::int
