-- All answers of one call as one statement, whatever their number, so that it is prepared once (arrays, not VALUES).
-- The same source again changes nothing: the phone may retry as often as it likes.
INSERT INTO campaigns_answer (
    campaign_id, person_id, question_id, option_id, number, text, meaning, party, channel, source_uuid,
    recorded_by_id, answered_at
)
SELECT
    %(campaign)s::bigint, person, question, option, number, text, meaning, party, %(channel)s::text,
    %(source)s::uuid, %(by)s::bigint, %(answered_at)s::timestamptz
FROM unnest(
    %(people)s::bigint[], %(questions)s::bigint[], %(options)s::bigint[], %(numbers)s::smallint[],
    %(texts)s::text[], %(meanings)s::text[], %(parties)s::text[]
) AS given (person, question, option, number, text, meaning, party)
ON CONFLICT DO NOTHING
