-- Everybody a phone bank could mean, each number with compliance's answer: in its areas (or everywhere, if it names
-- none) and in its segment (MEANT stands for the query of its people, or for nobody if there is none).
--
-- A person's household stands for them; who has none stands for themselves. The areas come with all that lies below
-- them, as a list, which is looked up by its hash. A plain query without WITH: it is counted from directly, and only
-- so can that be one pass.
SELECT s.household_id, CASE WHEN s.household_id IS NULL THEN s.person_id END AS person_id,
       s.person_id AS member_id, s.contact_point_id, s.refusal
  FROM compliance_call_status(%(at)s::timestamptz) s
  LEFT JOIN people_household h ON h.id = s.household_id
 WHERE (NOT %(by_area)s::boolean OR h.area_id = ANY (%(areas)s::bigint[])
        OR h.constituency_id = ANY (%(areas)s::bigint[]))
   AND (NOT %(by_segment)s::boolean OR s.person_id IN (MEANT))
   -- R2: what came from the register serves elections only. For anything else a household with anybody from it is left
   -- out whole, because a call is to a household.
   AND (%(is_electoral)s::boolean
        OR NOT EXISTS (SELECT 1 FROM people_person q JOIN people_datasource d ON d.id = q.source_id
                        WHERE q.household_id = s.household_id AND d.is_register)
       AND NOT EXISTS (SELECT 1 FROM people_person q JOIN people_datasource d ON d.id = q.source_id
                        WHERE q.id = s.person_id AND d.is_register))
