-- The households (or lone persons) with a number that may be called and that are not in the queue yet, numbered in the
-- order in which they will stand in it.
--
-- priority: what the phone bank's order says, smallest first. position: random, so that streets are not rung in a row.
WITH fresh AS (
    SELECT l.household_id, l.person_id, count(DISTINCT l.member_id) AS people
      FROM phonebank_listed l
     WHERE l.refusal IS NULL OR l.refusal = 'called_today'
     GROUP BY l.household_id, l.person_id
), placed AS (
    SELECT f.household_id, f.person_id, b.id AS bucket,
           CASE %(order)s::text
               WHEN 'people' THEN -least(f.people, 1000)
               WHEN 'areas' THEN mod(dense_rank() OVER (ORDER BY h.area_id NULLS LAST), 32000)
               WHEN 'fresh' THEN least((SELECT count(*) FROM phonebank_call c
                                         WHERE (c.household_id = f.household_id
                                                OR f.household_id IS NULL AND c.person_id = f.person_id)
                                           AND c.is_dial AND c.undone_at IS NULL), 1000)
               ELSE 0
           END AS priority,
           (random() * 134217727)::int AS position
      FROM fresh f
      LEFT JOIN people_household h ON h.id = f.household_id
      LEFT JOIN places_area a ON a.id = h.constituency_id
      JOIN compliance_hoursbucket b
        ON b.time_zone = coalesce(a.time_zone, %(zone)s::text)
       AND b.holiday_region = coalesce(%(regions)s::jsonb ->> a.nation, '')
)
SELECT row_number() OVER (ORDER BY priority, position) AS place, household_id, person_id, bucket, priority, position
  FROM placed p
 WHERE NOT EXISTS (SELECT 1 FROM phonebank_queueentry q
                    WHERE q.phone_bank_id = %(bank)s::bigint AND q.household_id = p.household_id)
   AND NOT EXISTS (SELECT 1 FROM phonebank_queueentry q
                    WHERE q.phone_bank_id = %(bank)s::bigint AND q.person_id = p.person_id)
