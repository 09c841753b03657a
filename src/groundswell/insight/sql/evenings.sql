-- The events of one seat in one campaign, newest first, and what was done in each.
SELECT event.id, event.title, event.status, event.starts_at, event.ends_at, event.time_zone, event.target, session.id,
       done.calls, done.contacts, done.identified
  FROM events_event event
  LEFT JOIN phonebank_session session ON session.event_id = event.id
  LEFT JOIN LATERAL (
      SELECT count(*) FILTER (WHERE call.is_dial) AS calls, count(*) FILTER (WHERE call.is_contact) AS contacts,
             count(*) FILTER (WHERE call.is_identified) AS identified
        FROM phonebank_session_calls(session.id) call
  ) done ON true
 WHERE event.campaign_id = %(campaign)s::bigint AND event.area_id = %(area)s::bigint
 ORDER BY event.starts_at DESC, event.id DESC
 LIMIT 50
