-- Who is under the age at which people may be contacted, by the date of attainment on the register (rules R5, R6). That
-- is the 16th birthday in Scotland and Wales and the 18th elsewhere; a nation the figure does not name counts as '': the
-- careful reading.
--
-- A plain query that PostgreSQL inlines into those who ask (calls, messages). It reads the figures itself: a sub-select that
-- looks at nothing outside but the person can be hashed.
CREATE OR REPLACE FUNCTION compliance_under_age_by_register(at timestamptz)
RETURNS TABLE (person_id bigint)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT e.person_id
      FROM people_elector e
      JOIN people_register r ON r.id = e.register_id
      JOIN places_area a ON a.id = r.constituency_id
     WHERE e.attainment_date IS NOT NULL
       AND e.attainment_date > ((at AT TIME ZONE 'UTC') + make_interval(years =>
           coalesce((SELECT compliance_figure('attainment_age', (at AT TIME ZONE 'UTC')::date)) ->> a.nation,
                    (SELECT compliance_figure('attainment_age', (at AT TIME ZONE 'UTC')::date)) ->> '')::int
           - (SELECT compliance_figure('minimum_contact_age', (at AT TIME ZONE 'UTC')::date) #>> '{}')::int))::date;
$$;
