-- The figures in force: those of the organisation's jurisdiction, the one for its kind before the one for every
-- kind, and of those the newest that is valid on the day. As a set of at most one row, so that a query which asks
-- for a figure in a sub-select has it planned in place (a scalar function with a table in it is not inlined).
CREATE OR REPLACE FUNCTION compliance_figure_in_force(wanted_key text, on_date date)
RETURNS TABLE (value jsonb)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT f.value
      FROM compliance_figure f
      LEFT JOIN accounts_organisation o ON o.id = 1
     WHERE f.key = wanted_key
       AND f.valid_from <= on_date
       AND f.jurisdiction = coalesce(o.jurisdiction, 'uk')
       AND f.organisation_kind IN ('', o.kind)
     ORDER BY f.organisation_kind = '', f.valid_from DESC
     LIMIT 1;
$$;

-- The same for one figure where speed does not matter. NULL: no such figure is in force.
CREATE OR REPLACE FUNCTION compliance_figure(wanted_key text, on_date date)
RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT value FROM compliance_figure_in_force(wanted_key, on_date);
$$;
