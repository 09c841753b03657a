-- Staged in import_row (line, area_code, office, name, party, email, starts_on, ends_on).
INSERT INTO import_reject (line, reason)
SELECT line, 'unknown_area' FROM import_row
WHERE NOT EXISTS (
    SELECT FROM places_area area WHERE area.boundary_set = %(boundary_set)s::text AND area.code = area_code
)
-- --------
-- One current holder of one office; of past terms one row each.
INSERT INTO import_reject (line, reason)
SELECT line, 'duplicate' FROM (
    SELECT line, row_number() OVER (
        PARTITION BY area_code, office, ends_on, CASE WHEN ends_on IS NULL THEN '' ELSE name END ORDER BY line
    ) AS nth
    FROM import_row
) numbered
WHERE nth > 1
ON CONFLICT DO NOTHING
-- --------
DELETE FROM import_row USING import_reject WHERE import_row.line = import_reject.line
-- --------
-- Whoever holds the office according to us but not according to the file has left it: on the day the successor began,
-- or today. A row without a name only says so, and leaves the office vacant.
CREATE TEMPORARY TABLE import_left ON COMMIT DROP AS
WITH gone AS (
    UPDATE places_officeholder held
    SET ends_on = greatest(coalesce(staged.starts_on, %(today)s::date), held.starts_on), source = %(source)s::text
    FROM import_row staged
    JOIN places_area area ON area.boundary_set = %(boundary_set)s::text AND area.code = staged.area_code
    WHERE held.area_id = area.id AND held.office = staged.office AND held.ends_on IS NULL
      AND staged.ends_on IS NULL AND staged.name <> held.name
    RETURNING staged.line, staged.name
)
SELECT line, name FROM gone
-- --------
-- The end of the term of somebody who is still in office according to us.
CREATE TEMPORARY TABLE import_ended ON COMMIT DROP AS
WITH ended AS (
    UPDATE places_officeholder held
    SET ends_on = greatest(staged.ends_on, held.starts_on), source = %(source)s::text
    FROM import_row staged
    JOIN places_area area ON area.boundary_set = %(boundary_set)s::text AND area.code = staged.area_code
    WHERE held.area_id = area.id AND held.office = staged.office AND held.ends_on IS NULL
      AND staged.ends_on IS NOT NULL AND staged.name = held.name
    RETURNING staged.line
)
SELECT line FROM ended
-- --------
WITH wanted AS (
    SELECT area.id AS area_id, staged.office, staged.name, staged.party, staged.email, staged.starts_on, staged.ends_on
    FROM import_row staged
    JOIN places_area area ON area.boundary_set = %(boundary_set)s::text AND area.code = staged.area_code
    WHERE staged.name <> '' AND staged.line NOT IN (SELECT line FROM import_ended)
), changed AS (
    UPDATE places_officeholder held
    SET party = wanted.party, email = wanted.email, starts_on = coalesce(wanted.starts_on, held.starts_on),
        source = %(source)s::text
    FROM wanted
    WHERE held.area_id = wanted.area_id AND held.office = wanted.office AND held.name = wanted.name
      AND held.ends_on IS NOT DISTINCT FROM wanted.ends_on
      AND (held.party, held.email, held.starts_on, held.source)
          IS DISTINCT FROM (wanted.party, wanted.email, coalesce(wanted.starts_on, held.starts_on), %(source)s::text)
    RETURNING held.id
), made AS (
    INSERT INTO places_officeholder (area_id, office, name, party, email, starts_on, ends_on, source)
    SELECT area_id, office, name, party, email, starts_on, ends_on, %(source)s::text
    FROM wanted
    WHERE NOT EXISTS (
        SELECT FROM places_officeholder held
        WHERE held.area_id = wanted.area_id AND held.office = wanted.office AND held.name = wanted.name
          AND held.ends_on IS NOT DISTINCT FROM wanted.ends_on
    )
    RETURNING id
)
SELECT (SELECT count(*) FROM made),
       (SELECT count(*) FROM changed) + (SELECT count(*) FROM import_left WHERE name = '')
       + (SELECT count(*) FROM import_ended)
