-- May this number be called at this time? The one definition: whoever queues, claims, counts or explains asks here.
--
-- One row for each person and telephone number, and one without a number for each person who has none. `refusal` is
-- the first reason against, in the order of compliance.enums.Refusal; NULL means the number may be called.
--
-- It is a plain query that PostgreSQL inlines (LANGUAGE sql, STABLE, no SET, no CTE, aggregate or LIMIT at the top):
-- `WHERE household_id = 42` reads that household's rows by index, a count over everybody is one pass with hash
-- joins, and the figures are read once a query. Keep it so: a test looks at the plan.
--
-- Hours (C10) and attempts (C11) are asked by the phone bank, which knows the bucket and the ledger of calls.
CREATE OR REPLACE FUNCTION compliance_call_status(at timestamptz)
RETURNS TABLE (household_id bigint, person_id bigint, contact_point_id bigint, address_hash bytea, refusal text)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT p.household_id,
           p.id,
           cp.id,
           cp.address_hash,
           CASE
               WHEN cp.id IS NULL THEN 'no_number'
               WHEN p.erased_at IS NOT NULL THEN 'erased'
               -- R7. An anonymous entry stays one, whatever became of it.
               WHEN EXISTS (SELECT 1 FROM people_elector e WHERE e.person_id = p.id AND e.anonymous) THEN 'anonymous'
               -- R9: on no register any more. Who never was on one (a member) is not meant.
               WHEN EXISTS (SELECT 1 FROM people_elector e
                             WHERE e.person_id = p.id AND e.removed_on IS NOT NULL)
                AND NOT EXISTS (SELECT 1 FROM people_elector e
                                 WHERE e.person_id = p.id AND e.removed_on IS NULL) THEN 'removed'
               -- R6, by the birth date where it is known ...
               WHEN p.date_of_birth > ((at AT TIME ZONE 'UTC')
                    - make_interval(years => figures.minimum_contact_age))::date THEN 'under_age'
               -- ... and by the date of attainment (R5).
               WHEN EXISTS (SELECT 1 FROM compliance_under_age_by_register(at) young WHERE young.person_id = p.id) THEN 'under_age'
               WHEN p.deceased_at IS NOT NULL THEN 'deceased'
               WHEN p.moved_at IS NOT NULL THEN 'moved'
               WHEN p.objected_at IS NOT NULL THEN 'objected'  -- D4
               WHEN EXISTS (SELECT 1 FROM compliance_suppression s  -- C3, M5
                             WHERE s.address_hash = cp.address_hash
                               AND s.scope IN ('calls', 'all')
                               AND s.lifted_at IS NULL) THEN 'suppressed'
               WHEN cp.retired_at IS NOT NULL THEN 'retired'
               -- C1, C2. Most numbers are screened, unlisted and recent: they leave here with two comparisons.
               WHEN NOT coalesce(tps.listed, false)
                AND NOT coalesce(ctps.listed, false)
                AND tps.screened_on >= (at AT TIME ZONE 'UTC')::date - figures.screening_max_age_days THEN NULL
               -- A jurisdiction without a preference service. No figure at all means the strict reading.
               WHEN figures.tps_required = 'false'::jsonb THEN NULL
               -- A consent to our calls on this number stands above TPS and screening. A withdrawal ends every
               -- consent given before it, however late that consent was recorded.
               WHEN EXISTS (
                   SELECT 1
                     FROM compliance_consent c
                    WHERE c.address_hash = cp.address_hash
                      AND c.channel = 'call' AND c.purpose = 'campaigning' AND c.state = 'given'
                      AND c.given_at <= at
                      AND NOT EXISTS (
                          SELECT 1
                            FROM compliance_consent w
                           WHERE w.address_hash = c.address_hash
                             AND w.channel = 'call' AND w.purpose = 'campaigning' AND w.state = 'withdrawn'
                             AND w.given_at >= c.given_at)
               ) THEN NULL
               WHEN coalesce(tps.listed, false) OR coalesce(ctps.listed, false) THEN 'tps'
               ELSE 'screening_old'
           END
      FROM compliance_contact_figures((at AT TIME ZONE 'UTC')::date) figures
     CROSS JOIN people_person p
      LEFT JOIN (people_personcontact pc
                 JOIN people_contactpoint cp ON cp.id = pc.contact_point_id AND cp.kind = 'phone')
             ON pc.person_id = p.id
      LEFT JOIN compliance_screening tps ON tps.contact_point_id = cp.id AND tps.list = 'tps'
      LEFT JOIN compliance_screening ctps ON ctps.contact_point_id = cp.id AND ctps.list = 'ctps';
$$;
