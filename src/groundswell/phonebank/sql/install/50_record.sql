-- One result into the ledger, once, and what follows from it for the household: in one round trip.
--
-- A repeated `p_client` answers as before and does nothing. A result is accepted from whoever had the household, even
-- when the lease has lapsed meanwhile (no signal): then the household is changed only if nobody else has it now or has
-- rung it since; otherwise the result stands in the ledger and the others are not disturbed.
CREATE OR REPLACE FUNCTION phonebank_record(
    p_client uuid,
    p_caller bigint,
    p_member bigint,
    p_epoch int,
    p_entry bigint,
    p_lease_key uuid,
    p_person bigint,
    p_number bigint,
    p_outcome text,
    p_effect text,                -- the outcome's, as the caller's process knows it
    p_note text,
    p_identified boolean,
    p_answers jsonb,              -- checked: [{person, question, option, number, text, meaning, party}, ...]
    p_call_back_at timestamptz,
    p_call_back_mine boolean,
    p_keep boolean,               -- the caller stays with the household, to ask for somebody else
    p_attempts int,               -- the most to one number in a phone bank that the figures allow today (C11)
    p_day date,
    p_occurred_at timestamptz,
    p_at timestamptz)
RETURNS jsonb
LANGUAGE plpgsql
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    bank phonebank_phonebank;
    e phonebank_queueentry;
    o phonebank_outcome;
    known record;
    claimed timestamptz;
    mine boolean;
    touched boolean := true;
    person bigint;
    number bigint;
    others boolean;
    next_state smallint;
    due timestamptz;
    reason text := '';
    back boolean := false;
    call_id bigint;
    cap int;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('groundswell.caller'), hashint8(p_caller));

    SELECT c.id, c.caller_id, c.person_id, c.contact_point_id, c.household_id INTO known
      FROM phonebank_call c WHERE c.client_uuid = p_client;
    IF FOUND THEN
        IF known.caller_id <> p_caller THEN
            RETURN jsonb_build_object('status', 'unknown');
        END IF;
        RETURN jsonb_build_object('status', 'repeated', 'call', known.id);
    END IF;

    SELECT * INTO e FROM phonebank_queueentry WHERE id = p_entry FOR UPDATE;
    IF NOT FOUND THEN
        RETURN jsonb_build_object('status', 'unknown');
    END IF;
    SELECT * INTO bank FROM phonebank_phonebank WHERE id = e.phone_bank_id;
    cap := least(bank.attempt_cap, p_attempts);
    IF NOT phonebank_may_call(p_member, p_caller, p_epoch, bank.id, bank.campaign_id) THEN
        RETURN jsonb_build_object('status', 'revoked');
    END IF;
    SELECT * INTO o FROM phonebank_outcome WHERE code = p_outcome;
    IF NOT FOUND OR o.effect <> p_effect THEN
        RETURN jsonb_build_object('status', 'stale');
    END IF;

    mine := e.state = 1 AND e.leased_by_id = p_caller AND e.lease_key = p_lease_key;
    claimed := e.leased_at;
    IF NOT mine THEN
        SELECT a.at INTO claimed
          FROM accounts_auditevent a
         WHERE a.subject_kind = 'phonebank.queueentry' AND a.subject_id = p_entry AND a.actor_id = p_caller
           AND a.verb = 'claim_household' AND a.detail ->> 'lease_key' = p_lease_key::text
         ORDER BY a.at DESC LIMIT 1;
        IF claimed IS NULL THEN
            RETURN jsonb_build_object('status', 'unknown');
        END IF;
        touched := e.state NOT IN (1, 4) AND NOT EXISTS (
            SELECT 1 FROM phonebank_call c
             WHERE c.entry_id = p_entry AND c.caller_id <> p_caller AND c.undone_at IS NULL
               AND c.recorded_at >= claimed);
    END IF;

    -- Of this household only; one who was erased or has left it meanwhile is not named any more.
    SELECT p.id INTO person FROM people_person p
     WHERE p.id = p_person AND (p.household_id = e.household_id OR p.id = e.person_id);
    SELECT h.subject_id INTO number FROM phonebank_hold h
     WHERE h.entry_id = p_entry AND h.subject_kind = 1 AND h.subject_id = p_number;
    IF number IS NULL THEN
        SELECT pc.contact_point_id INTO number
          FROM people_personcontact pc JOIN people_person p ON p.id = pc.person_id
         WHERE pc.contact_point_id = p_number AND (p.household_id = e.household_id OR p.id = e.person_id) LIMIT 1;
    END IF;

    INSERT INTO phonebank_call
           (client_uuid, campaign_id, phone_bank_id, entry_id, household_id, person_id, contact_point_id, caller_id,
            outcome_id, is_dial, is_contact, is_identified, finishes_person, note, before,
            claimed_at, occurred_at, recorded_at)
    VALUES (p_client, e.campaign_id, e.phone_bank_id, e.id, e.household_id, person, number, p_caller,
            o.id, o.is_dial, o.is_contact, p_identified AND o.is_contact,
            o.next = 'done' OR o.effect IN ('person_done', 'person_moved', 'person_deceased'), p_note,
            CASE WHEN touched THEN jsonb_build_object(
                'attempts', e.attempts, 'position', e.position, 'due_at', e.due_at, 'is_call_back', e.is_call_back,
                'call_back_for', e.call_back_for_id, 'state', e.state, 'done_reason', e.done_reason) END,
            claimed, least(p_occurred_at, p_at), p_at)
    RETURNING id INTO call_id;

    IF jsonb_array_length(p_answers) > 0 THEN
        INSERT INTO campaigns_answer
               (campaign_id, person_id, question_id, option_id, number, text, meaning, party, channel, source_uuid,
                recorded_by_id, answered_at, recorded_at)
        SELECT e.campaign_id, p.id, a.question, a.option, a.number, coalesce(a.text, ''), coalesce(a.meaning, ''),
               coalesce(a.party, ''), 'call', p_client, p_caller, least(p_occurred_at, p_at), p_at
          FROM jsonb_to_recordset(p_answers)
               AS a(person bigint, question bigint, option bigint, number smallint, text text, meaning text, party text)
          JOIN people_person p
            ON p.id = a.person AND (p.household_id = e.household_id OR p.id = e.person_id)
            ON CONFLICT DO NOTHING;
    END IF;

    INSERT INTO phonebank_callerstatus AS s
           (phone_bank_id, caller_id, joined_at, last_seen_at, day, households_today, calls_today)
    VALUES (e.phone_bank_id, p_caller, p_at, p_at, p_day, 0, 1)
        ON CONFLICT (caller_id, phone_bank_id) DO UPDATE
       SET last_seen_at = excluded.last_seen_at, day = excluded.day,
           households_today = CASE WHEN s.day = excluded.day THEN s.households_today ELSE 0 END,
           calls_today = CASE WHEN s.day = excluded.day THEN s.calls_today + 1 ELSE 1 END;

    IF NOT touched THEN
        RETURN jsonb_build_object('status', 'late', 'call', call_id, 'person', person, 'number', number,
                                  'campaign', e.campaign_id, 'bank', e.phone_bank_id);
    END IF;

    -- Is there somebody else to ask? Only asked where the answer matters: starting the question costs more than most
    -- answers, so what decides without it stands before it.
    others := false;
    IF o.next = 'next_number' OR (o.next = 'done' AND o.effect = 'person_done' AND bank.ask_everyone) THEN
        others := EXISTS (
            SELECT 1
              FROM compliance_call_status(p_at) s
             WHERE s.household_id = e.household_id
               AND s.refusal IS NULL
               AND (s.person_id IS DISTINCT FROM person
                    OR (o.effect IN ('number_retired', 'number_suppressed', 'none')))
               AND (o.effect NOT IN ('number_retired', 'number_suppressed')
                    OR s.contact_point_id IS DISTINCT FROM number)
               AND NOT EXISTS (SELECT 1 FROM phonebank_call c
                                WHERE c.person_id = s.person_id AND c.phone_bank_id + 0 = e.phone_bank_id
                                  AND c.finishes_person AND c.undone_at IS NULL));
        IF NOT others AND o.next = 'next_number' AND e.household_id IS NULL
           AND o.effect IN ('number_retired', 'number_suppressed', 'none') THEN
            others := EXISTS (
                SELECT 1 FROM compliance_call_status(p_at) s
                 WHERE s.person_id = e.person_id AND s.refusal IS NULL
                   AND s.contact_point_id IS DISTINCT FROM number);
        END IF;
    END IF;

    IF o.next = 'call_back' AND p_call_back_at IS NOT NULL THEN
        next_state := 2; due := p_call_back_at; back := true;
    ELSIF o.next = 'done' AND NOT others THEN
        next_state := 3; reason := 'called';
    ELSIF o.next = 'next_number' AND NOT others THEN
        next_state := 3;
        reason := CASE o.effect WHEN 'number_retired' THEN 'retired' WHEN 'number_suppressed' THEN 'suppressed'
                                WHEN 'person_moved' THEN 'moved' WHEN 'person_deceased' THEN 'deceased'
                                ELSE 'called' END;
    ELSIF o.next = 'next_number' THEN
        -- Another number, another person: nothing was said yet, so it need not cool down.
        next_state := 0;
    ELSE
        next_state := 2;
        due := p_at + make_interval(mins => greatest(coalesce(o.retry_after_minutes, 0), bank.cooldown_minutes));
        IF cap <= e.attempts + 1 THEN
            -- Every number of the household has had its tries in this phone bank (rule C11).
            IF EXISTS (SELECT 1 FROM phonebank_hold h WHERE h.entry_id = p_entry AND h.subject_kind = 1)
               AND NOT EXISTS (
                   SELECT 1 FROM phonebank_hold h
                    WHERE h.entry_id = p_entry AND h.subject_kind = 1
                      AND cap > (SELECT count(*) FROM phonebank_call c
                                  WHERE c.contact_point_id = h.subject_id AND c.phone_bank_id + 0 = e.phone_bank_id
                                    AND c.is_dial AND c.undone_at IS NULL)) THEN
                next_state := 3; due := NULL; reason := 'attempts_used';
            END IF;
        END IF;
    END IF;

    IF mine AND p_keep AND next_state IN (0, 2) AND NOT back THEN
        -- Stays in the caller's hands. What it would have waited for is asked again when it goes back.
        UPDATE phonebank_queueentry
           SET attempts = e.attempts + o.is_dial::int, is_call_back = false, call_back_for_id = NULL, due_at = NULL
         WHERE id = e.id;
        RETURN jsonb_build_object('status', 'recorded', 'call', call_id, 'person', person, 'number', number, 'kept', true,
                                  'campaign', e.campaign_id, 'bank', e.phone_bank_id);
    END IF;

    DELETE FROM phonebank_hold WHERE entry_id = e.id;
    UPDATE phonebank_queueentry
       SET state = next_state,
           due_at = due,
           done_reason = reason,
           is_call_back = back,
           call_back_for_id = CASE WHEN back AND p_call_back_mine THEN p_caller END,
           attempts = e.attempts + o.is_dial::int,
           -- Behind those of the same priority that were tried less often.
           position = CASE WHEN next_state = 2 AND NOT back
                           THEN least(e.position::bigint + 134217728, 2147483647)::int ELSE e.position END,
           leased_by_id = NULL, leased_at = NULL, leased_until = NULL, lease_key = NULL
     WHERE id = e.id;
    RETURN jsonb_build_object('status', 'recorded', 'call', call_id, 'person', person, 'number', number, 'kept', false,
                              'campaign', e.campaign_id, 'bank', e.phone_bank_id);
END;
$$;
