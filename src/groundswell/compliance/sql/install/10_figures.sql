-- The figures in force: those of the organisation's jurisdiction, the one for its kind before the one for every
-- kind, and of those the newest that is valid on the day. One row for each wanted key that has one.
CREATE OR REPLACE FUNCTION compliance_figures_in_force(wanted_keys text[], on_date date)
RETURNS TABLE (key varchar, value jsonb)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT DISTINCT ON (f.key) f.key, f.value
      FROM compliance_figure f
      LEFT JOIN accounts_organisation o ON o.id = 1
     WHERE f.key = ANY (wanted_keys)
       AND f.valid_from <= on_date
       AND f.jurisdiction = coalesce(o.jurisdiction, 'uk')
       AND f.organisation_kind IN ('', o.kind)
     ORDER BY f.key, f.organisation_kind = '', f.valid_from DESC;
$$;

-- The same for one figure. NULL: no such figure is in force.
CREATE OR REPLACE FUNCTION compliance_figure(wanted_key text, on_date date)
RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT value FROM compliance_figures_in_force(ARRAY[wanted_key], on_date);
$$;

-- From when on addresses count that a charity collected itself with a way to say no (rule M3). NULL: this organisation has no
-- soft opt-in, as no party, union or other organisation has (rule M2), whatever a pack says.
CREATE OR REPLACE FUNCTION compliance_soft_opt_in_from(on_date date)
RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT (compliance_figure('charitable_soft_opt_in_from', on_date) #>> '{}')::date::timestamp AT TIME ZONE 'UTC'
      FROM accounts_organisation o
     WHERE o.id = 1 AND o.kind = 'charity';
$$;

-- The figures that decide whether a number may be called, in one row, read once. A figure that is not in force is NULL.
CREATE OR REPLACE FUNCTION compliance_contact_figures(on_date date)
RETURNS TABLE (minimum_contact_age int, screening_max_age_days int, tps_required jsonb)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT (max(f.value #>> '{}') FILTER (WHERE f.key = 'minimum_contact_age'))::int,
           (max(f.value #>> '{}') FILTER (WHERE f.key = 'screening_max_age_days'))::int,
           (array_agg(f.value) FILTER (WHERE f.key = 'tps_required'))[1]
      FROM compliance_figures_in_force(
               ARRAY['minimum_contact_age', 'screening_max_age_days', 'tps_required'], on_date) f;
$$;
