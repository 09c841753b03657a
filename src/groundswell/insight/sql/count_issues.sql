-- Which issues matter to whom: rows of insight_issuetally for one campaign, but for its id.
--
-- An issue is an option, by its label, of a question that asks for nothing else: one with options that mean no party, no yes and
-- no no, and not how somebody votes. Answers are those of calls, texts and forms alike: there is one ledger of them.
--
-- `span` rows count each person once for an issue, by their newest answer to the question, if it is no older than so many weeks
-- (0: of any age). `week` rows count who named it in that week, whatever they said later. channel '' is any; issue '' is whoever
-- named one at all, of whom an issue is a share. Nobody is counted who objected (rule D4).
WITH asked AS (
    SELECT question.id
      FROM campaigns_question question
     WHERE question.campaign_id = %(campaign)s::bigint AND question.kind IN ('choice', 'choices') AND NOT question.is_voter_id
       AND EXISTS (SELECT FROM campaigns_option option WHERE option.question_id = question.id)
       AND NOT EXISTS (SELECT FROM campaigns_option option
                        WHERE option.question_id = question.id AND (option.meaning <> 'other' OR option.party <> ''))
), said AS MATERIALIZED (
    SELECT answer.person_id, answer.channel, answer.answered_at, lower(option.label) AS issue, option.label,
           date_trunc('week', answer.answered_at AT TIME ZONE %(zone)s::text)::date AS week,
           dense_rank() OVER (PARTITION BY answer.person_id, answer.question_id
                                  ORDER BY answer.answered_at DESC, answer.source_uuid) AS age
      FROM campaigns_answer answer
      JOIN campaigns_option option ON option.id = answer.option_id
     WHERE answer.campaign_id = %(campaign)s::bigint AND answer.question_id IN (SELECT id FROM asked)
       AND answer.withdrawn_at IS NULL
), lives AS MATERIALIZED (
    -- Where the register has them; who only signed up or texted, where they said.
    SELECT person.id AS person_id, home.area_id, coalesce(home.constituency_id, typed.constituency_id) AS seat_id
      FROM (SELECT DISTINCT person_id FROM said) anyone
      JOIN people_person person ON person.id = anyone.person_id
       AND person.erased_at IS NULL AND person.objected_at IS NULL
      LEFT JOIN people_household home ON home.id = person.household_id
      LEFT JOIN LATERAL (SELECT constituency_id
                           FROM (SELECT person_id, constituency_id, signed_up_at AS at FROM joining_signup
                                  UNION ALL SELECT person_id, constituency_id, started_at FROM flows_run) told
                          WHERE told.person_id = person.id AND told.constituency_id IS NOT NULL
                          ORDER BY told.at DESC LIMIT 1) typed ON home.id IS NULL
), named AS (
    SELECT said.*, lives.area_id, lives.seat_id, each.issue AS counted_as
      FROM said
      JOIN lives USING (person_id)
     CROSS JOIN LATERAL (VALUES (said.issue), ('')) each (issue)
), by_span AS (
    SELECT span.weeks, named.counted_as, channel.name AS channel, named.seat_id, named.area_id, count(DISTINCT named.person_id) AS people
      FROM named
      JOIN (VALUES (0), (52), (12), (4)) span (weeks)
        ON span.weeks = 0 OR named.answered_at >= %(now)s::timestamptz - make_interval(weeks => span.weeks)
     CROSS JOIN LATERAL (VALUES (named.channel), ('')) channel (name)
     WHERE named.age = 1
     GROUP BY 1, 2, 3, 4, 5
), by_week AS (
    SELECT named.week, named.counted_as, channel.name AS channel, named.seat_id, count(DISTINCT named.person_id) AS people
      FROM named
     CROSS JOIN LATERAL (VALUES (named.channel), ('')) channel (name)
     WHERE named.week >= (%(now)s::timestamptz - make_interval(weeks => %(weeks)s::int))::date
     GROUP BY 1, 2, 3, 4
), labels AS (
    SELECT issue, (array_agg(label ORDER BY answered_at DESC))[1] AS label FROM said GROUP BY issue
)
SELECT weeks::smallint AS span, NULL::date AS week, counted_as AS issue, coalesce(label, '') AS label, channel, seat_id, area_id,
       people::int AS people
  FROM by_span LEFT JOIN labels ON labels.issue = counted_as
UNION ALL
SELECT NULL, week, counted_as, coalesce(label, ''), channel, seat_id, NULL, people::int
  FROM by_week LEFT JOIN labels ON labels.issue = counted_as
