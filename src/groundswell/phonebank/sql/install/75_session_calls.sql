-- The calls of a session: recorded by its callers, in its phone banks, between its start and its close; what was in hand
-- at the close may be finished, and counts if it comes within twelve hours. For what people said: the numbers count by the
-- same rule in a way of their own (sql/session_numbers.sql), and a test holds the two together.
CREATE OR REPLACE FUNCTION phonebank_session_calls(p_session bigint)
RETURNS SETOF phonebank_call
LANGUAGE sql STABLE
AS $$
    SELECT c.*
      FROM phonebank_session s
      JOIN phonebank_call c
        ON c.phone_bank_id IN (SELECT phone_bank_id FROM phonebank_sessionbank WHERE session_id = p_session)
       AND c.caller_id IN (SELECT user_id FROM phonebank_sessioncaller WHERE session_id = p_session)
       AND c.recorded_at >= s.started_at
       AND (s.closed_at IS NULL OR c.recorded_at <= s.closed_at
            OR (c.claimed_at <= s.closed_at AND c.recorded_at <= s.closed_at + interval '12 hours'))
     WHERE s.id = p_session AND c.undone_at IS NULL
$$;
