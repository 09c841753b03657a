-- The events of one seat in one campaign, newest first, and what was done in each: calls by the session's callers, in its
-- phone banks, between its start and its close; what was in hand at the close may be finished (see models/session.py).
SELECT event.id, event.title, event.status, event.starts_at, event.ends_at, event.time_zone, event.target, session.id,
       done.calls, done.contacts, done.identified
  FROM events_event event
  LEFT JOIN phonebank_session session ON session.event_id = event.id
  LEFT JOIN LATERAL (
      SELECT count(*) FILTER (WHERE call.is_dial) AS calls, count(*) FILTER (WHERE call.is_contact) AS contacts,
             count(*) FILTER (WHERE call.is_identified) AS identified
        FROM phonebank_call call
       WHERE session.started_at IS NOT NULL AND call.undone_at IS NULL
         AND call.phone_bank_id IN (SELECT phone_bank_id FROM phonebank_sessionbank WHERE session_id = session.id)
         AND call.caller_id IN (SELECT user_id FROM phonebank_sessioncaller WHERE session_id = session.id)
         AND call.recorded_at >= session.started_at
         AND call.recorded_at <= coalesce(session.closed_at + make_interval(secs => %(belated)s::float8), %(now)s::timestamptz)
         AND (session.closed_at IS NULL OR call.recorded_at <= session.closed_at OR call.claimed_at <= session.closed_at)
  ) done ON true
 WHERE event.campaign_id = %(campaign)s::bigint AND event.area_id = %(area)s::bigint
 ORDER BY event.starts_at DESC, event.id DESC
 LIMIT 50
