-- Where the people stand who were placed in a session, by the meaning of what they said then: for the authorised team only
-- (rule E1). One person counts once, by the last answer of the evening; a membership that is limited to areas sees those.
SELECT said.meaning, count(*)
  FROM (
      SELECT DISTINCT ON (answer.person_id) answer.person_id, answer.meaning
        FROM phonebank_session_calls(%(session)s::bigint) c
        JOIN campaigns_answer answer ON answer.source_uuid = c.client_uuid
        JOIN campaigns_question question ON question.id = answer.question_id AND question.is_voter_id
       WHERE answer.campaign_id = c.campaign_id AND answer.withdrawn_at IS NULL AND answer.meaning <> ''
         AND (%(membership)s::bigint IS NULL OR EXISTS (
              SELECT 1 FROM people_person person JOIN people_household home ON home.id = person.household_id
               WHERE person.id = answer.person_id AND home.area_id IN (SELECT accounts_areas_of(%(membership)s::bigint))))
       ORDER BY answer.person_id, answer.answered_at DESC, answer.id DESC) said
 GROUP BY said.meaning
