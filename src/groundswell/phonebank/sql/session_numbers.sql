-- The numbers of one session, in one row. Calls recorded before `since` have been counted before and are left out, with
-- two exceptions: whoever joined after `since` is counted from the start (they may have rung the same list before they
-- joined), and two minutes more are read than are counted, because a run of odd speed may cross `since`.
-- What is `settled` (recorded and joined before `until`) changes no more: too old to be undone, too old to be committing.
WITH evening AS MATERIALIZED (
    SELECT s.id, s.started_at, s.closed_at, s.speed,
           greatest(s.started_at, %(since)s::timestamptz) AS since,
           greatest(s.started_at, %(since)s::timestamptz - make_interval(secs => %(odd_seconds)s::float8)) AS read_since,
           least(%(now)s::timestamptz, s.closed_at + make_interval(secs => %(belated)s::float8)) AS read_until
      FROM phonebank_session s WHERE s.id = %(session)s::bigint AND s.started_at IS NOT NULL
), bank AS MATERIALIZED (
    SELECT phone_bank_id AS id FROM phonebank_sessionbank WHERE session_id = %(session)s::bigint
), caller AS MATERIALIZED (
    SELECT user_id AS id, joined_at, is_first_time, left_at, last_seen_at
      FROM phonebank_sessioncaller WHERE session_id = %(session)s::bigint
), ledger AS (
    SELECT c.caller_id, c.recorded_at, c.claimed_at, c.is_dial, c.is_contact, c.is_identified, caller.joined_at
      FROM phonebank_call c
      JOIN caller ON caller.id = c.caller_id
     WHERE c.phone_bank_id IN (SELECT id FROM bank)
       AND c.recorded_at >= (SELECT read_since FROM evening) AND c.recorded_at <= (SELECT read_until FROM evening)
       AND c.undone_at IS NULL
     UNION ALL
    SELECT c.caller_id, c.recorded_at, c.claimed_at, c.is_dial, c.is_contact, c.is_identified, caller.joined_at
      FROM caller
      JOIN phonebank_call c ON c.caller_id = caller.id
     WHERE caller.joined_at >= %(since)s::timestamptz
       AND c.phone_bank_id IN (SELECT id FROM bank)
       AND c.recorded_at >= (SELECT started_at FROM evening) AND c.recorded_at < (SELECT read_since FROM evening)
       AND c.undone_at IS NULL
), paced AS (
    SELECT ledger.*,
           -- A rehearsal is so many times faster than people are; what is odd about it would be odder still.
           recorded_at - lag(recorded_at, %(odd_calls)s::int - 1) OVER (PARTITION BY caller_id ORDER BY recorded_at)
               <= make_interval(secs => %(odd_seconds)s::float8 / (SELECT speed FROM evening)) AS is_odd
      FROM ledger
), counted AS MATERIALIZED (
    SELECT caller_id, recorded_at, is_dial, is_contact, is_identified, is_odd,
           -- By the session's own clock, which in a rehearsal runs faster.
           date_trunc('minute', evening.started_at + (least(recorded_at, evening.closed_at) - evening.started_at) * evening.speed,
                      'UTC') AS minute,
           recorded_at < %(until)s::timestamptz AND joined_at < %(until)s::timestamptz AS settled
      FROM paced, evening
     WHERE (recorded_at >= evening.since OR joined_at >= %(since)s::timestamptz)
       AND (evening.closed_at IS NULL OR recorded_at <= evening.closed_at OR claimed_at <= evening.closed_at)
), sums AS MATERIALIZED (
    SELECT caller_id, minute, settled,
           count(*) FILTER (WHERE is_dial) AS dials,
           count(*) FILTER (WHERE is_contact) AS contacts,
           count(*) FILTER (WHERE is_identified) AS identified,
           max(recorded_at) AS last_at,
           max(recorded_at) FILTER (WHERE is_odd) AS odd_at
      FROM counted
     GROUP BY GROUPING SETS ((caller_id, settled), (minute, settled))
), presence AS MATERIALIZED (
    SELECT caller.id, caller.joined_at, caller.is_first_time,
           caller.left_at IS NULL AND NOT coalesce(status.paused, false)
               AND greatest(caller.last_seen_at, status.last_seen_at)
                   >= %(now)s::timestamptz - make_interval(secs => %(here)s::float8) AS is_here,
           greatest(0, extract(epoch FROM
               least(coalesce(caller.left_at, greatest(caller.last_seen_at, status.last_seen_at)),
                     evening.closed_at, %(now)s::timestamptz)
               - greatest(caller.joined_at, evening.started_at))) AS seconds,
           status.reviewed_at
      FROM caller
      LEFT JOIN evening ON true
      LEFT JOIN (
          SELECT caller_id, max(last_seen_at) AS last_seen_at, max(reviewed_at) AS reviewed_at,
                 bool_and(paused_at IS NOT NULL) AS paused
            FROM phonebank_callerstatus WHERE phone_bank_id IN (SELECT id FROM bank)
           GROUP BY caller_id) status ON status.caller_id = caller.id
)
SELECT s.id, s.board_key, s.show_leaders, s.started_at, s.closed_at, greatest(s.extended_until, event.ends_at),
       event.starts_at, event.title, event.target, event.hashtag, event.time_zone, coalesce(area.name, ''),
       campaign.id, campaign.slug, campaign.name,
       coalesce((SELECT array_agg(id ORDER BY id) FROM bank), '{}'), s.speed,
       (SELECT count(*) FROM presence),
       (SELECT count(*) FROM presence WHERE is_here),
       CASE WHEN s.started_at IS NULL THEN 0 ELSE coalesce((SELECT sum(seconds) FROM presence), 0) END,
       coalesce((SELECT json_agg(json_build_array(id, extract(epoch FROM reviewed_at)))
                   FROM presence WHERE reviewed_at IS NOT NULL), '[]'),
       coalesce((SELECT json_agg(json_build_array(presence.id, person.name, extract(epoch FROM presence.joined_at))
                                 ORDER BY presence.joined_at DESC, presence.id)
                   FROM presence JOIN accounts_user person ON person.id = presence.id
                  WHERE presence.is_first_time
                    AND presence.joined_at >= %(now)s::timestamptz - make_interval(secs => %(welcome)s::float8)), '[]'),
       coalesce((SELECT json_agg(json_build_array(sums.caller_id, person.name, caller.is_first_time, sums.settled,
                                                  sums.dials, sums.contacts, sums.identified,
                                                  extract(epoch FROM sums.last_at), extract(epoch FROM sums.odd_at)))
                   FROM sums
                   JOIN caller ON caller.id = sums.caller_id
                   JOIN accounts_user person ON person.id = sums.caller_id
                  WHERE sums.minute IS NULL), '[]'),
       coalesce((SELECT json_agg(json_build_array(extract(epoch FROM sums.minute), sums.settled,
                                                  sums.dials, sums.contacts, sums.identified))
                   FROM sums WHERE sums.minute IS NOT NULL), '[]'),
       coalesce((SELECT json_agg(json_build_array(caller_id, settled, extract(epoch FROM recorded_at)))
                   FROM (SELECT caller_id, settled, recorded_at,
                                row_number() OVER (PARTITION BY settled ORDER BY recorded_at DESC) AS place
                           FROM counted WHERE is_contact) newest
                  WHERE place <= %(newest)s::int), '[]')
  FROM phonebank_session s
  JOIN events_event event ON event.id = s.event_id
  JOIN campaigns_campaign campaign ON campaign.id = event.campaign_id
  LEFT JOIN places_area area ON area.id = event.area_id
 WHERE s.id = %(session)s::bigint
