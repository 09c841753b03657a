-- A delivery for everybody asked, those who get nothing with the reason.
--
-- An address goes to one of those who share it: to somebody who may be written to, if there is such a person; the others
-- are listed as sharing it, without it. `place`: where somebody stands in a test of subjects and among the waves, from
-- their and the message's numbers, as good as drawn by lot and the same whenever it is asked.
INSERT INTO messaging_delivery (message_id, person_id, contact_point_id, key, bucket_id, variant, wave, state, reason,
                                attempts, body, segments, provider_id, problem)
WITH seats AS (
    SELECT s.id, b.id AS bucket_id
      FROM messaging_seats s
      JOIN compliance_hoursbucket b
        ON b.time_zone = s.time_zone AND b.holiday_region = coalesce(%(regions)s::jsonb ->> s.nation, '')
), shared AS (
    SELECT person_id, contact_point_id, refusal, constituency_id,
           contact_point_id IS NOT NULL
           AND row_number() OVER (PARTITION BY contact_point_id ORDER BY refusal IS NOT NULL, person_id) > 1 AS is_shared,
           hashint8extended(person_id, %(message)s::bigint) AS place
      FROM messaging_asked
), judged AS (
    SELECT person_id, place, constituency_id,
           CASE WHEN NOT is_shared THEN contact_point_id END AS contact_point_id,
           CASE WHEN contact_point_id IS NULL THEN 'no_address'
                WHEN refusal IS NOT NULL THEN refusal
                WHEN is_shared THEN 'shared' END AS reason,
           refusal IS NOT NULL AS is_refused,
           %(test_share)s::int > 0
           AND mod(mod(place / 2, 10000) + 10000, 10000) < %(test_share)s::int * 100 AS is_test
      FROM shared
)
SELECT %(message)s::bigint, j.person_id, j.contact_point_id, '', seats.bucket_id,
       CASE WHEN j.is_test AND j.reason IS NULL THEN mod(place, 2) & 1 ELSE 0 END,
       CASE WHEN j.reason IS NOT NULL OR j.is_test THEN 0 ELSE THE_WAVE END,
       CASE WHEN j.reason IS NULL THEN 'pending' WHEN j.is_refused THEN 'suppressed' ELSE 'skipped' END,
       coalesce(j.reason, ''), 0, '', 0, '', ''
  FROM judged j
  JOIN seats ON seats.id = j.constituency_id
 ORDER BY j.contact_point_id, j.person_id
