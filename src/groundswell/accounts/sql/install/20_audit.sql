-- The audit log is append-only (rule D13): the database itself refuses to change or delete what was written.
--
-- One exception, retention: accounts_audit_forget() deletes events older than the retention period, range of transactions
-- by range, so that the chain of seals still closes over the gap. It opens the door by a setting that lasts for its
-- transaction; the trigger looks at the age as well, so that the setting alone deletes nothing recent.
CREATE OR REPLACE FUNCTION accounts_audit_guard() RETURNS trigger
LANGUAGE plpgsql
AS $$
DECLARE
    -- Shorter than any retention period that can be set: whatever the setting says, a year's log stays.
    always_kept CONSTANT interval := interval '12 months';
    forget_before timestamptz := nullif(current_setting('groundswell.audit_forget_before', true), '')::timestamptz;
BEGIN
    -- One condition within the other: PL/pgSQL looks at every column an expression names, on the wrong table as well.
    IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'accounts_auditevent' THEN
        IF OLD.at < forget_before AND OLD.at < now() - always_kept THEN
            RETURN OLD;
        END IF;
    ELSIF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'accounts_auditseal' THEN
        IF forget_before IS NOT NULL AND OLD.forgotten_at IS NULL
           AND to_jsonb(NEW) - 'forgotten_at' = to_jsonb(OLD) - 'forgotten_at' THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'the audit log is append-only: % on % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END
$$;

DROP TRIGGER IF EXISTS audit_event_append_only ON accounts_auditevent;
CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR DELETE ON accounts_auditevent
    FOR EACH ROW EXECUTE FUNCTION accounts_audit_guard();
DROP TRIGGER IF EXISTS audit_event_no_truncate ON accounts_auditevent;
CREATE TRIGGER audit_event_no_truncate BEFORE TRUNCATE ON accounts_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_audit_guard();
DROP TRIGGER IF EXISTS audit_seal_append_only ON accounts_auditseal;
CREATE TRIGGER audit_seal_append_only BEFORE UPDATE OR DELETE ON accounts_auditseal
    FOR EACH ROW EXECUTE FUNCTION accounts_audit_guard();
DROP TRIGGER IF EXISTS audit_seal_no_truncate ON accounts_auditseal;
CREATE TRIGGER audit_seal_no_truncate BEFORE TRUNCATE ON accounts_auditseal
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_audit_guard();

-- The digest of one event: of every column that says something, each quoted so that no two rows read alike. The time is
-- taken in UTC, or the session's time zone would change the digest.
CREATE OR REPLACE FUNCTION accounts_audit_event_digest(e accounts_auditevent) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT sha256(convert_to(jsonb_build_array(
        e.id, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), e.actor_id, e.action, e.verb, e.subject_kind,
        e.subject_id, e.campaign_id, e.detail, e.txid
    )::text, 'UTF8'))
$$;

-- The digest of a range of transactions (after, up to], chained to the one before. The events' own digests are joined, not
-- the events: 32 bytes each, so that a range of millions fits.
CREATE OR REPLACE FUNCTION accounts_audit_range_digest(p_after bigint, p_up_to bigint, p_previous bytea)
RETURNS TABLE (events bigint, digest bytea)
LANGUAGE sql STABLE
AS $$
    SELECT count(*),
           sha256(p_previous
               || convert_to(p_after || ':' || p_up_to || ':' || count(*) || ':', 'UTF8')
               || coalesce(string_agg(accounts_audit_event_digest(e), ''::bytea ORDER BY e.id), ''::bytea))
    FROM accounts_auditevent e
    WHERE e.txid > p_after AND e.txid <= p_up_to
$$;

-- Delete the events of every sealed range that lies wholly before p_before; answers how many went.
CREATE OR REPLACE FUNCTION accounts_audit_forget(p_before timestamptz) RETURNS bigint
LANGUAGE plpgsql
AS $$
DECLARE
    seal record;
    gone bigint := 0;
    here bigint;
BEGIN
    PERFORM set_config('groundswell.audit_forget_before', p_before::text, true);
    FOR seal IN
        SELECT id, after_txid, up_to_txid FROM accounts_auditseal
        WHERE forgotten_at IS NULL AND sealed_at < p_before ORDER BY up_to_txid
    LOOP
        DELETE FROM accounts_auditevent WHERE txid > seal.after_txid AND txid <= seal.up_to_txid;
        GET DIAGNOSTICS here = ROW_COUNT;
        UPDATE accounts_auditseal SET forgotten_at = now() WHERE id = seal.id;
        gone := gone + here;
    END LOOP;
    PERFORM set_config('groundswell.audit_forget_before', '', true);
    RETURN gone;
END
$$;
