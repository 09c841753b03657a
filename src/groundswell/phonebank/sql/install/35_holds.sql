-- Hold a queue entry's household (or lone person) and all its numbers, across phone banks, without ever waiting.
-- False: one of them is in somebody's hands, or just being taken; then nothing was changed.
CREATE OR REPLACE FUNCTION phonebank_hold_entry(entry bigint)
RETURNS boolean
LANGUAGE plpgsql
SET enable_seqscan = off
AS $$
DECLARE
    e phonebank_queueentry;
    numbers bigint[];
BEGIN
    SELECT * INTO e FROM phonebank_queueentry WHERE id = entry;
    IF e.household_id IS NOT NULL THEN
        SELECT coalesce(array_agg(DISTINCT cp.id), '{}') INTO numbers
          FROM people_person p
          JOIN people_personcontact pc ON pc.person_id = p.id
          JOIN people_contactpoint cp ON cp.id = pc.contact_point_id AND cp.kind = 'phone'
         WHERE p.household_id = e.household_id;
    ELSE
        SELECT coalesce(array_agg(cp.id), '{}') INTO numbers
          FROM people_personcontact pc
          JOIN people_contactpoint cp ON cp.id = pc.contact_point_id AND cp.kind = 'phone'
         WHERE pc.person_id = e.person_id;
    END IF;
    -- The locks first, so that what is read next is true until we commit: whoever holds one of them is just taking the
    -- same household or number elsewhere.
    IF EXISTS (
        SELECT 1 FROM (
            SELECT (n << 2) | 1 AS k FROM unnest(numbers) n
            UNION ALL SELECT CASE WHEN e.household_id IS NOT NULL THEN e.household_id << 2 ELSE (e.person_id << 2) | 2 END
            ORDER BY 1) wanted
         WHERE NOT pg_try_advisory_xact_lock(k)) THEN
        RETURN false;
    END IF;
    IF EXISTS (SELECT 1 FROM phonebank_hold h WHERE h.subject_kind = 1 AND h.subject_id = ANY (numbers))
       OR EXISTS (SELECT 1 FROM phonebank_hold h WHERE h.subject_kind = 0 AND h.subject_id = e.household_id)
       OR EXISTS (SELECT 1 FROM phonebank_hold h WHERE h.subject_kind = 2 AND h.subject_id = e.person_id) THEN
        RETURN false;
    END IF;
    INSERT INTO phonebank_hold (subject_kind, subject_id, entry_id)
    SELECT 1, n, e.id FROM unnest(numbers) n
    UNION ALL
    SELECT CASE WHEN e.household_id IS NOT NULL THEN 0 ELSE 2 END, coalesce(e.household_id, e.person_id), e.id;
    RETURN true;
END;
$$;
