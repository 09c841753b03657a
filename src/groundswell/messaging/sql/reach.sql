-- Whom a message would reach, and by reason whom not: the answer of compliance for each person's best address, an address
-- shared by several counted once. `messaging_meant` is the segment. The same order as when deliveries are made.
WITH asked AS (
    SELECT DISTINCT ON (meant.id) meant.id AS person_id, s.contact_point_id, s.refusal
      FROM messaging_meant meant
      LEFT JOIN compliance_message_status(%s::timestamptz, %s::text, %s::text) s ON s.person_id = meant.id
     ORDER BY meant.id, s.refusal IS NOT NULL, s.contact_point_id
), judged AS (
    SELECT CASE WHEN contact_point_id IS NULL THEN 'no_address'
                WHEN refusal IS NOT NULL THEN refusal
                WHEN row_number() OVER (PARTITION BY contact_point_id ORDER BY refusal IS NOT NULL, person_id) > 1
                THEN 'shared' END AS reason
      FROM asked
)
SELECT reason, count(*) FROM judged GROUP BY reason
