-- A campaign's work in every seat and in every smaller area that a household lies in: the columns of insight_areatally after
-- the campaign, in their order. One pass over each ledger: what can be summed is grouped by (area, seat) first and only then handed to both.
WITH electors AS (
    SELECT home.area_id, home.constituency_id, count(*) AS electors
      FROM people_household home
      JOIN people_person person ON person.household_id = home.id
     WHERE person.erased_at IS NULL AND person.moved_at IS NULL AND person.deceased_at IS NULL
       AND person.objected_at IS NULL
       AND EXISTS (SELECT FROM people_personcontact link
                     JOIN people_contactpoint number ON number.id = link.contact_point_id
                    WHERE link.person_id = person.id AND number.kind = 'phone' AND number.retired_at IS NULL)
     GROUP BY 1, 2
), rung AS (
    SELECT home.area_id, home.constituency_id, call.caller_id, count(*) FILTER (WHERE call.is_dial) AS calls,
           count(*) FILTER (WHERE call.is_contact) AS contacts, max(call.occurred_at) AS last_call_at
      FROM phonebank_call call
      JOIN people_household home ON home.id = call.household_id
     WHERE call.undone_at IS NULL
       AND call.phone_bank_id IN (SELECT id FROM phonebank_phonebank WHERE campaign_id = %(campaign)s::bigint)
     GROUP BY 1, 2, 3
), newest AS (
    -- The newest voter ID of each person, whichever way it was asked. A score for a party has a number and no meaning.
    SELECT DISTINCT ON (answer.person_id) answer.person_id, answer.meaning, answer.number
      FROM campaigns_answer answer
      JOIN campaigns_question question ON question.id = answer.question_id AND question.is_voter_id
     WHERE answer.campaign_id = %(campaign)s::bigint AND answer.withdrawn_at IS NULL
     ORDER BY answer.person_id, answer.answered_at DESC, answer.id DESC
), said AS (
    SELECT home.area_id, home.constituency_id,
           count(*) FILTER (WHERE meaning = ANY(%(identified)s::text[]) OR number IS NOT NULL) AS identified,
           count(*) FILTER (WHERE meaning IN ('strong_support', 'weak_support', 'yes')) AS ours,
           count(*) FILTER (WHERE meaning IN ('undecided', 'maybe')) AS undecided,
           count(*) FILTER (WHERE meaning IN ('opposed', 'weak_opposed', 'no')) AS others
      FROM newest
      JOIN people_person person ON person.id = newest.person_id
      JOIN people_household home ON home.id = person.household_id
     GROUP BY 1, 2
), willing AS (
    SELECT person_id FROM (
        SELECT DISTINCT ON (answer.person_id) answer.person_id, answer.meaning
          FROM campaigns_answer answer
          JOIN campaigns_question question ON question.id = answer.question_id AND question.key = %(volunteer)s::text
         WHERE answer.campaign_id = %(campaign)s::bigint AND answer.withdrawn_at IS NULL
         ORDER BY answer.person_id, answer.answered_at DESC, answer.id DESC) latest
     WHERE meaning = 'yes'
    UNION
    SELECT coming.person_id
      FROM events_attendance coming
      JOIN events_event event ON event.id = coming.event_id AND event.campaign_id = %(campaign)s::bigint
      JOIN campaigns_action action ON action.id = coming.action_id AND action.state IN ('pending', 'confirmed')
), helping AS (
    SELECT home.area_id, home.constituency_id, count(*) AS helpers
      FROM willing
      JOIN people_person person ON person.id = willing.person_id AND person.erased_at IS NULL
      JOIN people_household home ON home.id = person.household_id
     GROUP BY 1, 2
), parts AS (
    SELECT area_id, constituency_id, NULL::bigint AS caller_id, electors, 0 AS calls, 0 AS contacts, NULL::timestamptz AS last_call_at,
           0 AS identified, 0 AS ours, 0 AS undecided, 0 AS others, 0 AS helpers FROM electors
    UNION ALL SELECT area_id, constituency_id, caller_id, 0, calls, contacts, last_call_at, 0, 0, 0, 0, 0 FROM rung
    UNION ALL SELECT area_id, constituency_id, NULL, 0, 0, 0, NULL, identified, ours, undecided, others, 0 FROM said
    UNION ALL SELECT area_id, constituency_id, NULL, 0, 0, 0, NULL, 0, 0, 0, 0, helpers FROM helping
)
SELECT place.id AS area_id, sum(electors)::int AS electors, sum(calls)::int AS calls, sum(contacts)::int AS contacts,
       sum(identified)::int AS identified, sum(ours)::int AS ours, sum(undecided)::int AS undecided,
       sum(others)::int AS others, count(DISTINCT caller_id)::int AS callers, sum(helpers)::int AS helpers,
       max(last_call_at) AS last_call_at
  FROM parts CROSS JOIN LATERAL (SELECT parts.area_id AS id UNION SELECT parts.constituency_id) place
 GROUP BY 1
