-- Everybody a phone bank could mean, each number with compliance's answer: in its areas (or everywhere, if it names
-- none) and in its segment (if there is one, as a temporary table of people).
--
-- A person's household stands for them; who has none stands for themselves.
CREATE TEMPORARY TABLE phonebank_listed ON COMMIT DROP AS
WITH RECURSIVE below (id) AS (
    SELECT unnest(%(areas)s::bigint[])
    UNION
    SELECT a.id FROM places_area a JOIN below b ON a.parent_id = b.id
)
SELECT s.household_id, CASE WHEN s.household_id IS NULL THEN s.person_id END AS person_id,
       s.person_id AS member_id, s.contact_point_id, s.refusal
  FROM compliance_call_status(%(at)s::timestamptz) s
  LEFT JOIN people_household h ON h.id = s.household_id
 WHERE (NOT %(by_area)s::boolean OR h.area_id IN (SELECT id FROM below) OR h.constituency_id IN (SELECT id FROM below))
   AND (NOT %(by_segment)s::boolean OR s.person_id IN (SELECT person_id FROM phonebank_meant))
   -- R2: what came from the register serves elections only. For anything else a household with anybody from it is left
   -- out whole, because a call is to a household.
   AND (%(is_electoral)s::boolean
        OR NOT EXISTS (SELECT 1 FROM people_person q JOIN people_datasource d ON d.id = q.source_id
                        WHERE q.household_id = s.household_id AND d.is_register)
       AND NOT EXISTS (SELECT 1 FROM people_person q JOIN people_datasource d ON d.id = q.source_id
                        WHERE q.id = s.person_id AND d.is_register))
