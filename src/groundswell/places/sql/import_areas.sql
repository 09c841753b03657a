-- Staged in import_row (line, code, name, kind, parent_code, parent_set, ...); what is refused goes to import_reject.
INSERT INTO import_reject (line, reason)
SELECT line, 'duplicate' FROM (
    SELECT line, row_number() OVER (PARTITION BY code ORDER BY line) AS nth FROM import_row
) numbered
WHERE nth > 1
-- --------
INSERT INTO import_reject (line, reason)
SELECT staged.line, 'unknown_parent'
FROM import_row staged
WHERE staged.parent_code <> ''
  AND NOT EXISTS (
      SELECT FROM places_area known
      WHERE known.code = staged.parent_code
        AND known.boundary_set = coalesce(nullif(staged.parent_set, ''), %(boundary_set)s::text)
  )
  AND NOT (
      staged.parent_set IN ('', %(boundary_set)s::text)
      AND EXISTS (SELECT FROM import_row other WHERE other.code = staged.parent_code)
  )
ON CONFLICT DO NOTHING
-- --------
-- A circle of parents would make "everything below" endless in meaning: whoever is their own ancestor is refused.
INSERT INTO import_reject (line, reason)
WITH RECURSIVE up (line, code, ancestor) AS (
    SELECT line, code, parent_code FROM import_row
    WHERE parent_code <> '' AND parent_set IN ('', %(boundary_set)s::text)
    UNION
    SELECT up.line, up.code, above.parent_code
    FROM up
    JOIN (
        SELECT code, parent_code FROM import_row WHERE parent_set IN ('', %(boundary_set)s::text)
        UNION ALL
        SELECT area.code, parent.code
        FROM places_area area
        JOIN places_area parent ON parent.id = area.parent_id
        WHERE area.boundary_set = %(boundary_set)s::text AND parent.boundary_set = area.boundary_set
          AND NOT EXISTS (SELECT FROM import_row staged WHERE staged.code = area.code)
    ) above ON above.code = up.ancestor
    WHERE above.parent_code <> ''
)
SELECT DISTINCT line, 'circle' FROM up WHERE code = ancestor
ON CONFLICT DO NOTHING
-- --------
DELETE FROM import_row USING import_reject WHERE import_row.line = import_reject.line
-- --------
CREATE TEMPORARY TABLE import_changed ON COMMIT DROP AS
WITH changed AS (
    INSERT INTO places_area AS area
        (kind, boundary_set, code, name, nation, region, latitude, longitude, time_zone, source)
    SELECT coalesce(kind, %(kind)s::text), %(boundary_set)s::text, code, name, nation, region, latitude, longitude,
           coalesce(time_zone, 'Europe/London'), %(source)s::text
    FROM import_row
    ON CONFLICT (boundary_set, code) DO UPDATE
    SET kind = excluded.kind, name = excluded.name, nation = excluded.nation, region = excluded.region,
        latitude = excluded.latitude, longitude = excluded.longitude, time_zone = excluded.time_zone,
        source = excluded.source
    WHERE (area.kind, area.name, area.nation, area.region, area.latitude, area.longitude, area.time_zone, area.source)
        IS DISTINCT FROM (excluded.kind, excluded.name, excluded.nation, excluded.region, excluded.latitude,
                          excluded.longitude, excluded.time_zone, excluded.source)
    RETURNING area.id, area.xmax = 0 AS created
)
SELECT id, created FROM changed
-- --------
-- Parents come second, because a parent may stand further down in the same file. No column, no change.
WITH wanted AS (
    SELECT child.id, parent.id AS parent_id
    FROM import_row staged
    JOIN places_area child ON child.boundary_set = %(boundary_set)s::text AND child.code = staged.code
    JOIN places_area parent
      ON parent.code = staged.parent_code
     AND parent.boundary_set = coalesce(nullif(staged.parent_set, ''), %(boundary_set)s::text)
    WHERE staged.parent_code <> ''
), moved AS (
    UPDATE places_area child SET parent_id = wanted.parent_id
    FROM wanted
    WHERE wanted.id = child.id AND child.parent_id IS DISTINCT FROM wanted.parent_id
    RETURNING child.id
), touched AS (
    SELECT id, created FROM import_changed
    UNION ALL
    SELECT id, false FROM moved WHERE id NOT IN (SELECT id FROM import_changed)
)
SELECT count(*) FILTER (WHERE created), count(*) FILTER (WHERE NOT created) FROM touched
