-- Staged in import_row (line, postcode, area_code).
INSERT INTO import_reject (line, reason)
SELECT line, 'unknown_area' FROM import_row
WHERE NOT EXISTS (
    SELECT FROM places_area area WHERE area.boundary_set = %(boundary_set)s::text AND area.code = area_code
)
-- --------
INSERT INTO import_reject (line, reason)
SELECT line, 'duplicate' FROM (
    SELECT line, row_number() OVER (PARTITION BY postcode ORDER BY line) AS nth FROM import_row
) numbered
WHERE nth > 1
ON CONFLICT DO NOTHING
-- --------
DELETE FROM import_row USING import_reject WHERE import_row.line = import_reject.line
-- --------
WITH changed AS (
    INSERT INTO places_postcode AS known (boundary_set, postcode, area_id)
    SELECT %(boundary_set)s::text, staged.postcode, area.id
    FROM import_row staged
    JOIN places_area area ON area.boundary_set = %(boundary_set)s::text AND area.code = staged.area_code
    ON CONFLICT (boundary_set, postcode) DO UPDATE SET area_id = excluded.area_id
    WHERE known.area_id <> excluded.area_id
    RETURNING known.xmax = 0 AS created
)
SELECT count(*) FILTER (WHERE created), count(*) FILTER (WHERE NOT created) FROM changed
