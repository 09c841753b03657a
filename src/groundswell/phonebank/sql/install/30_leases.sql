-- Giving a household back. It stands again where it stood: an agreed call-back waits for its time (or is due at once),
-- everybody else is ready. The holds on the household and its numbers go with the lease.
CREATE OR REPLACE FUNCTION phonebank_give_back(entry bigint)
RETURNS void
LANGUAGE plpgsql
SET enable_seqscan = off
AS $$
BEGIN
    DELETE FROM phonebank_hold WHERE entry_id = entry;
    UPDATE phonebank_queueentry
       SET state = CASE WHEN is_call_back AND due_at IS NOT NULL THEN 2 ELSE 0 END,
           leased_by_id = NULL, leased_at = NULL, leased_until = NULL, lease_key = NULL
     WHERE id = entry AND state = 1;
END;
$$;

-- Take back leases that lapsed, oldest first, whatever their phone bank. Whoever holds a row this moment (a result that
-- is just arriving) keeps it: SKIP LOCKED. Returns how many.
CREATE OR REPLACE FUNCTION phonebank_take_back_lapsed(at timestamptz, at_most int)
RETURNS int
LANGUAGE plpgsql
SET enable_seqscan = off
AS $$
DECLARE
    lapsed bigint;
    taken int := 0;
BEGIN
    FOR lapsed IN
        SELECT id FROM phonebank_queueentry
         WHERE state = 1 AND leased_until <= at
         ORDER BY leased_until LIMIT at_most
           FOR UPDATE SKIP LOCKED
    LOOP
        PERFORM phonebank_give_back(lapsed);
        taken := taken + 1;
    END LOOP;
    RETURN taken;
END;
$$;

-- Households whose waiting time is over become ready again (behind those of their priority with fewer attempts: see
-- position). Agreed call-backs are not meant: they are served from their own index. Returns how many.
CREATE OR REPLACE FUNCTION phonebank_promote_due(bank bigint, buckets smallint[], at timestamptz, at_most int)
RETURNS int
LANGUAGE plpgsql
SET enable_seqscan = off
AS $$
DECLARE
    promoted int;
BEGIN
    WITH due AS (
        SELECT q.id
          FROM unnest(buckets) AS b(bucket)
         CROSS JOIN LATERAL (
               SELECT e.id FROM phonebank_queueentry e
                WHERE e.phone_bank_id = bank AND e.bucket_id = b.bucket AND e.state = 2
                  AND NOT e.is_call_back AND e.due_at <= at
                ORDER BY e.due_at, e.id LIMIT at_most
                  FOR UPDATE SKIP LOCKED) q)
    UPDATE phonebank_queueentry e SET state = 0, due_at = NULL FROM due WHERE e.id = due.id;
    GET DIAGNOSTICS promoted = ROW_COUNT;
    RETURN promoted;
END;
$$;
