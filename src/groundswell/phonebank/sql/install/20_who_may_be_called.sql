-- Who of a household may be rung now, on which numbers: what compliance says of each number, and on top of it what
-- only the ledger of calls knows (rule C11): tries in this phone bank, tries today in any, and who is finished.
--
-- One row for each person and number, as in compliance_call_status. `refusal` NULL: may be rung.
-- `phone_bank_id + 0`: found by the person and never by the bank. A plan kept from the evening's start, when the ledger
-- was empty, would else read every call of the bank for each household.
-- Two functions with one body, so that each reads by its own index. MATERIALIZED: `refusal` is used three times, and
-- without it PostgreSQL would write compliance's whole definition out three times (0.24 ms instead of 0.09).
CREATE OR REPLACE FUNCTION phonebank_household_status(
    wanted_household bigint, bank bigint, cap int, cap_today int, today timestamptz, at timestamptz)
RETURNS TABLE (person_id bigint, contact_point_id bigint, finished boolean, refusal text)
LANGUAGE sql STABLE
AS $$
    WITH asked AS MATERIALIZED (
        SELECT a.person_id, a.contact_point_id, a.refusal
          FROM compliance_call_status(at) a WHERE a.household_id = wanted_household)
    SELECT s.person_id,
           s.contact_point_id,
           f.finished,
           CASE WHEN s.refusal IS NOT NULL THEN s.refusal
                WHEN n.tries >= cap THEN 'attempts_used'
                WHEN n.tries_today >= cap_today THEN 'called_today'
           END
      FROM asked s
      LEFT JOIN LATERAL (
          SELECT count(*) FILTER (WHERE c.phone_bank_id = bank) AS tries,
                 count(*) FILTER (WHERE c.occurred_at >= today) AS tries_today
            FROM phonebank_call c
           WHERE c.contact_point_id = s.contact_point_id AND c.is_dial AND c.undone_at IS NULL) n
        ON s.refusal IS NULL
     CROSS JOIN LATERAL (
          SELECT EXISTS (
              SELECT 1 FROM phonebank_call c
               WHERE c.person_id = s.person_id AND c.phone_bank_id + 0 = bank
                 AND c.finishes_person AND c.undone_at IS NULL) AS finished) f;
$$;

CREATE OR REPLACE FUNCTION phonebank_person_status(
    wanted_person bigint, bank bigint, cap int, cap_today int, today timestamptz, at timestamptz)
RETURNS TABLE (person_id bigint, contact_point_id bigint, finished boolean, refusal text)
LANGUAGE sql STABLE
AS $$
    WITH asked AS MATERIALIZED (
        SELECT a.person_id, a.contact_point_id, a.refusal
          FROM compliance_call_status(at) a WHERE a.person_id = wanted_person)
    SELECT s.person_id,
           s.contact_point_id,
           f.finished,
           CASE WHEN s.refusal IS NOT NULL THEN s.refusal
                WHEN n.tries >= cap THEN 'attempts_used'
                WHEN n.tries_today >= cap_today THEN 'called_today'
           END
      FROM asked s
      LEFT JOIN LATERAL (
          SELECT count(*) FILTER (WHERE c.phone_bank_id = bank) AS tries,
                 count(*) FILTER (WHERE c.occurred_at >= today) AS tries_today
            FROM phonebank_call c
           WHERE c.contact_point_id = s.contact_point_id AND c.is_dial AND c.undone_at IS NULL) n
        ON s.refusal IS NULL
     CROSS JOIN LATERAL (
          SELECT EXISTS (
              SELECT 1 FROM phonebank_call c
               WHERE c.person_id = s.person_id AND c.phone_bank_id + 0 = bank
                 AND c.finishes_person AND c.undone_at IS NULL) AS finished) f;
$$;

-- The same for one entry of a queue: its household, or its lone person.
CREATE OR REPLACE FUNCTION phonebank_entry_status(
    household bigint, lone_person bigint, bank bigint, cap int, cap_today int, today timestamptz, at timestamptz)
RETURNS TABLE (person_id bigint, contact_point_id bigint, finished boolean, refusal text)
LANGUAGE plpgsql STABLE ROWS 5
AS $$
BEGIN
    IF household IS NOT NULL THEN
        RETURN QUERY SELECT * FROM phonebank_household_status(household, bank, cap, cap_today, today, at);
    ELSE
        RETURN QUERY SELECT * FROM phonebank_person_status(lone_person, bank, cap, cap_today, today, at);
    END IF;
END;
$$;

-- May this member call in this phone bank now? Asked within every claim and every result, because a signed session
-- has no row to delete: revoking, or signing out everywhere, takes effect on the next request.
CREATE OR REPLACE FUNCTION phonebank_may_call(member bigint, caller bigint, epoch int, bank bigint, campaign bigint)
RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    limited boolean;  -- NULL: no such member
BEGIN
    SELECT EXISTS (SELECT 1 FROM accounts_membership_areas WHERE membership_id = member) INTO limited
      FROM accounts_membership m JOIN accounts_user u ON u.id = m.user_id
     WHERE m.id = member AND m.user_id = caller AND m.revoked_at IS NULL AND u.is_active
       AND u.session_epoch = epoch
       AND (m.campaign_id IS NULL OR m.campaign_id = campaign);
    IF limited IS NOT TRUE THEN
        RETURN limited IS NOT NULL;
    END IF;
    -- A member of some areas only: every area of the phone bank must lie within them.
    RETURN EXISTS (SELECT 1 FROM phonebank_phonebank_areas WHERE phonebank_id = bank)
       AND NOT EXISTS (
           SELECT 1 FROM phonebank_phonebank_areas pa
            WHERE pa.phonebank_id = bank
              AND pa.area_id NOT IN (SELECT accounts_areas_of(member)));
END;
$$;
