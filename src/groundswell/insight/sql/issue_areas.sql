-- The wards and polling districts of the picture, those with most answers first: who answered, who named the chosen issue, and
-- which issue is named most there.
WITH per_area AS (
    SELECT tally.area_id, tally.issue, max(tally.label) AS label, sum(tally.people)::int AS people
      FROM {source} tally
     WHERE tally.channel = %(channel)s::text AND tally.span = %(span)s::smallint AND tally.area_id IS NOT NULL
       AND tally.area_id IS DISTINCT FROM tally.seat_id
       AND (%(membership)s::bigint IS NULL
            OR tally.seat_id IN (SELECT accounts_areas_of(%(membership)s::bigint))
            OR tally.area_id IN (SELECT accounts_areas_of(%(membership)s::bigint)))
     GROUP BY 1, 2
), areas AS (
    SELECT area_id, sum(people) FILTER (WHERE issue = '')::int AS people,
           coalesce(sum(people) FILTER (WHERE issue = %(issue)s::text), 0)::int AS named,
           (array_agg(label ORDER BY people DESC, label) FILTER (WHERE issue <> ''))[1] AS most
      FROM per_area GROUP BY area_id
)
SELECT area.id, area.name, coalesce(within.name, '') AS within, areas.people, areas.named, areas.most, count(*) OVER () AS areas
  FROM areas
  JOIN places_area area ON area.id = areas.area_id
  LEFT JOIN places_area within ON within.id = area.parent_id
 ORDER BY areas.people DESC, area.name, area.id
 LIMIT %(limit)s OFFSET %(offset)s
