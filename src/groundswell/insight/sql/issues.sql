-- The membership picture but for its smallest areas: what is counted by issue, by week and issue, by seat and issue. `source` is
-- the kept tally or, of few answers, the count itself.
WITH tally AS MATERIALIZED (
    SELECT * FROM {source} tally
     WHERE tally.channel = %(channel)s::text AND (tally.span = %(span)s::smallint OR tally.week IS NOT NULL)
       AND (%(membership)s::bigint IS NULL
            OR tally.seat_id IN (SELECT accounts_areas_of(%(membership)s::bigint))
            OR tally.area_id IN (SELECT accounts_areas_of(%(membership)s::bigint)))
)
SELECT 'issue' AS scope, '' AS key, issue, max(label) AS label, sum(people)::int AS people
  FROM tally WHERE span IS NOT NULL GROUP BY issue
UNION ALL
SELECT 'week', week::text, issue, max(label), sum(people)::int FROM tally WHERE week IS NOT NULL GROUP BY week, issue
UNION ALL
SELECT 'seat', seat_id::text, issue, max(label), sum(people)::int
  FROM tally WHERE span IS NOT NULL AND seat_id IS NOT NULL GROUP BY seat_id, issue
