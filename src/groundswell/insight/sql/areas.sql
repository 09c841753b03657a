-- The areas of a campaign's map: the whole boundary set, with the hexagon of each, and which of them the campaign is about
-- and the member may see (`is_ours`). A campaign's areas come with all below them; a campaign without areas is about all.
-- `only` asks for a single one. The set is that of the campaign's areas with a map, seats before others, the largest first; else the 650 seats.
WITH RECURSIVE ours (id) AS (
    SELECT area_id FROM campaigns_campaign_areas WHERE campaign_id = %(campaign)s::bigint
    UNION
    SELECT child.id FROM places_area child JOIN ours ON child.parent_id = ours.id
), chosen AS (
    SELECT area.boundary_set, area.kind
      FROM ours
      JOIN places_area area ON area.id = ours.id
      LEFT JOIN places_hexplace hexagon ON hexagon.area_id = area.id
     GROUP BY 1, 2
     ORDER BY count(hexagon.area_id) = 0, area.kind <> 'constituency', count(*) DESC, 1, 2
     LIMIT 1
), mapped AS (
    SELECT boundary_set, kind FROM chosen
    UNION ALL
    SELECT %(default_set)s::text, 'constituency' WHERE NOT EXISTS (SELECT FROM chosen)
)
SELECT area.id, area.boundary_set, area.kind, area.code, area.name, area.nation, area.region, area.latitude, area.longitude,
       hexagon.q, hexagon.r,
       (NOT EXISTS (SELECT FROM chosen) OR area.id IN (SELECT id FROM ours))
       AND (%(membership)s::bigint IS NULL OR area.id IN (SELECT accounts_areas_of(%(membership)s::bigint))) AS is_ours
  FROM places_area area
  JOIN mapped USING (boundary_set, kind)
  LEFT JOIN places_hexplace hexagon ON hexagon.area_id = area.id
 WHERE %(only)s::bigint IS NULL OR area.id = %(only)s::bigint
 ORDER BY area.name, area.id
