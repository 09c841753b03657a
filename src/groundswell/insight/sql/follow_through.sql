-- What came of messages: whom they reached, who replied, who acted, and how. `message` asks for one, `author` for those of one
-- member. A flow and a text bank speak by a message of their own, so this holds for them all.
--
-- Acted is only what was done: a confirmed action on what the message leads on to (after it came, or by its link), coming to
-- the event, ringing. Never the opening of a link: mail scanners open them all.
WITH origin AS (
    SELECT id, link_id, link_b_id, ask_id
      FROM messaging_message
     WHERE campaign_id = %(campaign)s::bigint AND kind IN ('broadcast', 'flow', 'text_bank')
       AND (%(message)s::bigint IS NULL OR id = %(message)s::bigint)
       AND (%(author)s::bigint IS NULL OR created_by_id = %(author)s::bigint)
), reached AS MATERIALIZED (
    SELECT d.message_id, d.person_id, min(coalesce(d.sent_at, d.settled_at, d.created_at)) AS at
      FROM messaging_delivery d
     WHERE d.message_id IN (SELECT id FROM origin) AND d.state IN ('sent', 'delivered') AND d.person_id IS NOT NULL
     GROUP BY 1, 2
), replied AS (
    -- A stop is no reply.
    SELECT DISTINCT d.message_id, d.person_id
      FROM messaging_inbound i
      JOIN messaging_delivery d ON d.id = i.answers_id
     WHERE d.message_id IN (SELECT id FROM origin) AND i.route <> 'stop'
), done AS MATERIALIZED (
    SELECT reached.message_id, reached.person_id, ask.kind, action.id AS action_id, reached.at
      FROM origin
      JOIN campaigns_action action ON action.state = 'confirmed'
       AND (action.source_id IN (origin.link_id, origin.link_b_id) OR action.ask_id = origin.ask_id)
      JOIN campaigns_ask ask ON ask.id = action.ask_id
      JOIN reached ON reached.message_id = origin.id AND reached.person_id = action.person_id
       AND (action.source_id IN (origin.link_id, origin.link_b_id) OR action.happened_at >= reached.at)
), acts AS (
    SELECT message_id, person_id, kind FROM done
    UNION
    SELECT done.message_id, done.person_id, 'came'
      FROM done JOIN events_attendance coming ON coming.action_id = done.action_id AND coming.arrived_at IS NOT NULL
    UNION
    SELECT done.message_id, done.person_id, 'rang'
      FROM done
      JOIN events_attendance coming ON coming.action_id = done.action_id AND coming.user_id IS NOT NULL
     WHERE EXISTS (SELECT FROM phonebank_call call
                    WHERE call.caller_id = coming.user_id AND call.campaign_id = %(campaign)s::bigint
                      AND call.undone_at IS NULL AND call.is_dial AND call.occurred_at >= done.at)
), acted AS (
    SELECT DISTINCT message_id, person_id FROM acts
), each_one AS MATERIALIZED (
    SELECT reached.message_id, reached.person_id,
           date_trunc('week', reached.at AT TIME ZONE %(zone)s::text)::date AS week,
           replied.person_id IS NOT NULL AS has_replied, acted.person_id IS NOT NULL AS has_acted
      FROM reached
      LEFT JOIN replied USING (message_id, person_id)
      LEFT JOIN acted USING (message_id, person_id)
)
SELECT 'all' AS scope, '' AS key, count(DISTINCT person_id) AS reached,
       count(DISTINCT person_id) FILTER (WHERE has_replied) AS replied,
       count(DISTINCT person_id) FILTER (WHERE has_acted) AS acted
  FROM each_one
UNION ALL
SELECT 'message', message_id::text, count(*), count(*) FILTER (WHERE has_replied), count(*) FILTER (WHERE has_acted)
  FROM each_one GROUP BY message_id
UNION ALL
SELECT 'week', week::text, count(DISTINCT person_id), count(DISTINCT person_id) FILTER (WHERE has_replied),
       count(DISTINCT person_id) FILTER (WHERE has_acted)
  FROM each_one GROUP BY week
UNION ALL
SELECT 'action', kind, 0, 0, count(DISTINCT person_id) FROM acts GROUP BY kind
UNION ALL
-- Friends to whom it was passed on: by its link, and none of those it reached.
SELECT 'friends', '', 0, 0, count(DISTINCT action.person_id)
  FROM origin
  JOIN campaigns_action action ON action.source_id IN (origin.link_id, origin.link_b_id) AND action.state = 'confirmed'
 WHERE NOT EXISTS (SELECT FROM reached WHERE reached.person_id = action.person_id)
UNION ALL
SELECT 'stopped', '', 0, count(DISTINCT i.their_address), 0
  FROM messaging_inbound i
  JOIN messaging_delivery d ON d.id = i.answers_id
 WHERE d.message_id IN (SELECT id FROM origin) AND i.route = 'stop'
UNION ALL
-- Who said that they would help, and how many of these then did something: signed up for an event, came, rang, answered.
SELECT 'volunteers', '', count(*), 0, count(*) FILTER (WHERE has_acted)
  FROM (
    SELECT willing.person_id,
           EXISTS (SELECT FROM campaigns_action action
                     JOIN campaigns_ask ask ON ask.id = action.ask_id AND ask.campaign_id = %(campaign)s::bigint
                    WHERE action.person_id = willing.person_id AND action.state = 'confirmed'
                      AND ask.kind NOT IN ('volunteer', 'sign_up') AND action.state_at >= willing.at) AS has_acted
      FROM (
        SELECT person_id, min(at) AS at
          FROM (
            SELECT action.person_id, action.happened_at AS at
              FROM campaigns_action action
              JOIN campaigns_ask ask ON ask.id = action.ask_id AND ask.kind = 'volunteer'
             WHERE ask.campaign_id = %(campaign)s::bigint AND action.state = 'confirmed'
            UNION ALL
            SELECT answer.person_id, answer.answered_at
              FROM campaigns_answer answer
              JOIN campaigns_question question ON question.id = answer.question_id AND question.key = %(volunteer)s::text
             WHERE answer.campaign_id = %(campaign)s::bigint AND answer.meaning = 'yes' AND answer.withdrawn_at IS NULL
          ) said GROUP BY person_id) willing
     WHERE %(message)s::bigint IS NULL AND %(author)s::bigint IS NULL) each_volunteer
