-- The next household for a caller, in one round trip and one transaction (docs/architecture: fixed points 1, 2, 6).
--
-- Order: the caller's live lease if there is one; else their own due call-backs, then anyone's; else by priority, fresh
-- households before those tried. Traps this avoids, all measured: rows that are not due stand in an index of their own;
-- the hours are a leading column of the index and not a filter; first a peek into each open bucket, then a lock on one
-- row; and a mark below which this process lately found nothing ready, so that dead index entries at the head of the
-- queue are not walked again by every claim while some old snapshot keeps vacuum from clearing them. The mark is a
-- hint only: it expires in seconds, and a claim that finds nothing above it looks from the start.
--
-- Plans are kept as long as a connection lives, and some tables are empty when it begins (holds, calls of today): the
-- plan that is best then reads whole tables later. Hence enable_seqscan = off here and below.
--
-- Nobody waits for anybody except for themselves (two presses by one caller), so nothing can deadlock: rows and holds
-- are only ever tried.
CREATE OR REPLACE FUNCTION phonebank_claim(
    p_bank bigint,
    p_caller bigint,
    p_member bigint,
    p_epoch int,
    p_version int,                -- of the phone bank's settings, as the caller's process knows them
    p_buckets smallint[],         -- hours buckets open now, and for each of them ...
    p_todays timestamptz[],       -- ... when its day began,
    p_tomorrows timestamptz[],    -- ... when it opens again on another day,
    p_priorities smallint[],      -- ... and the mark; NULL: from the start
    p_positions int[],
    p_attempts int,               -- the most to one number in a phone bank that the figures allow today (C11)
    p_calls_a_day int,            -- to one number, all phone banks together (C11)
    p_households_a_day int,       -- the most that the figures allow a caller today (D12)
    p_day date,                   -- the caller's day, for the daily limit (D12)
    p_lease interval,
    p_sweep boolean,              -- take back lapsed leases first
    p_at timestamptz)
RETURNS jsonb
LANGUAGE plpgsql
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    bank phonebank_phonebank;
    e phonebank_queueentry;
    tried bigint[] := '{}';
    tries int := 0;
    promoted boolean := false;
    swept boolean := p_sweep;
    from_start boolean := false;
    marked boolean;
    best smallint;
    best_priority smallint;
    best_position int;
    slot int;
    anybody boolean;
    all_finished boolean;
    worst text;
    personal constant text[] := ARRAY['erased', 'anonymous', 'removed', 'under_age', 'deceased', 'moved', 'objected',
        'suppressed'];
    seen_today int;
    calls_today_ int;
    is_paused boolean;
    again boolean := false;
    own_calls int := 0;           -- of this caller on this lease: one who stays to ask for somebody else has rung once
    key uuid;
    people jsonb;
    last_call jsonb;
    address jsonb;
    script_version int;
    reasons constant text[] := ARRAY['no_number', 'erased', 'anonymous', 'removed', 'under_age', 'deceased', 'moved',
        'objected', 'suppressed', 'retired', 'tps', 'screening_old', 'attempts_used', 'called_today'];
BEGIN
    -- The same caller twice at once (a double press, two tabs): the second waits and gets what the first got.
    PERFORM pg_advisory_xact_lock(hashtext('groundswell.caller'), hashint8(p_caller));

    SELECT * INTO bank FROM phonebank_phonebank WHERE id = p_bank;
    IF NOT FOUND OR NOT phonebank_may_call(p_member, p_caller, p_epoch, p_bank, bank.campaign_id) THEN
        RETURN jsonb_build_object('status', 'revoked');
    END IF;
    IF bank.version <> p_version THEN
        RETURN jsonb_build_object('status', 'stale');
    END IF;

    SELECT coalesce(sum(s.households_today) FILTER (WHERE s.day = p_day), 0),
           coalesce(sum(s.calls_today) FILTER (WHERE s.day = p_day AND s.phone_bank_id = p_bank), 0),
           coalesce(bool_or(s.paused_at IS NOT NULL) FILTER (WHERE s.phone_bank_id = p_bank), false)
      INTO seen_today, calls_today_, is_paused
      FROM phonebank_callerstatus s WHERE s.caller_id = p_caller;

    -- What the caller has in hand, be it of another phone bank.
    SELECT * INTO e FROM phonebank_queueentry WHERE leased_by_id = p_caller AND state = 1 FOR UPDATE;
    IF FOUND THEN
        IF e.phone_bank_id = p_bank AND bank.status = 'open' AND NOT is_paused
           AND e.leased_until > p_at AND e.bucket_id = ANY (p_buckets) THEN
            again := true;
        ELSE
            PERFORM phonebank_give_back(e.id);
        END IF;
    END IF;
    IF bank.status <> 'open' THEN
        RETURN jsonb_build_object('status', 'not_open');
    END IF;
    IF is_paused THEN
        RETURN jsonb_build_object('status', 'paused');
    END IF;
    IF NOT again AND seen_today >= least(bank.daily_limit, p_households_a_day) THEN
        RETURN jsonb_build_object('status', 'limit');
    END IF;
    IF p_sweep THEN
        PERFORM phonebank_take_back_lapsed(p_at, 20);
    END IF;

    LOOP
        IF tries >= 50 THEN
            -- What was sorted out so far is kept; the caller's process asks again at once.
            RETURN jsonb_build_object('status', 'again');
        END IF;
        tries := tries + 1;

        IF NOT again THEN
            marked := false;
            -- Agreed call-backs: mine, then anyone's. One whose caller has not come for a day is kept by whoever is here.
            SELECT q.* INTO e
              FROM phonebank_queueentry q
             WHERE q.phone_bank_id = p_bank AND q.state = 2 AND q.is_call_back AND q.due_at <= p_at
               AND (q.call_back_for_id IS NULL OR q.call_back_for_id = p_caller
                    OR q.due_at <= p_at - interval '1 day')
               AND q.bucket_id = ANY (p_buckets) AND q.id <> ALL (tried)
             ORDER BY (q.call_back_for_id IS NOT DISTINCT FROM p_caller) DESC, q.due_at
             LIMIT 1 FOR UPDATE SKIP LOCKED;

            IF e.id IS NULL AND cardinality(p_buckets) > 0 THEN
                -- Peek: the best of each open bucket, without a lock.
                SELECT b.bucket, h.priority, h.position, b.ord INTO best, best_priority, best_position, slot
                  FROM unnest(p_buckets, p_priorities, p_positions) WITH ORDINALITY
                       AS b(bucket, mark_priority, mark_position, ord)
                 CROSS JOIN LATERAL (
                       SELECT q.priority, q.position FROM phonebank_queueentry q
                        WHERE q.phone_bank_id = p_bank AND q.bucket_id = b.bucket AND q.state = 0
                          AND (q.priority, q.position) >= (
                              CASE WHEN from_start OR b.mark_priority IS NULL THEN -32768 ELSE b.mark_priority END,
                              CASE WHEN from_start OR b.mark_position IS NULL THEN -2147483648 ELSE b.mark_position END)
                          AND q.id <> ALL (tried)
                        ORDER BY q.priority, q.position, q.id LIMIT 1) h
                 ORDER BY h.priority, h.position LIMIT 1;
                IF FOUND THEN
                    marked := true;
                    SELECT q.* INTO e
                      FROM phonebank_queueentry q
                     WHERE q.phone_bank_id = p_bank AND q.bucket_id = best AND q.state = 0
                       AND (q.priority, q.position) >= (best_priority, best_position)
                       AND q.id <> ALL (tried)
                     ORDER BY q.priority, q.position, q.id LIMIT 1 FOR UPDATE SKIP LOCKED;
                END IF;
            END IF;

            IF e.id IS NULL THEN
                -- Nothing above the mark: from the start. Nothing ready at all: those whose waiting is over, and
                -- leases that lapsed. Nothing then either: the queue is empty for this caller.
                IF NOT from_start AND EXISTS (SELECT 1 FROM unnest(p_priorities) m WHERE m IS NOT NULL) THEN
                    from_start := true;
                    CONTINUE;
                END IF;
                IF NOT promoted THEN
                    promoted := true;
                    from_start := true;
                    IF phonebank_promote_due(p_bank, p_buckets, p_at, 200) > 0 THEN
                        CONTINUE;
                    END IF;
                END IF;
                IF NOT swept THEN
                    swept := true;
                    IF phonebank_take_back_lapsed(p_at, 20) > 0 THEN
                        CONTINUE;
                    END IF;
                END IF;
                RETURN jsonb_build_object('status', 'empty', 'calls_today', calls_today_);
            END IF;
        END IF;

        IF e.recheck THEN
            RETURN jsonb_build_object('status', 'recheck', 'entry', e.id);
        END IF;
        slot := array_position(p_buckets, e.bucket_id);
        own_calls := 0;
        IF again THEN
            SELECT count(*) INTO own_calls FROM phonebank_call c
             WHERE c.entry_id = e.id AND c.caller_id = p_caller AND c.recorded_at >= e.leased_at AND c.undone_at IS NULL;
        END IF;

        IF NOT again THEN
            tried := tried || e.id;
            -- In somebody's hands by way of another phone bank: the next, then.
            CONTINUE WHEN NOT phonebank_hold_entry(e.id, e.household_id, e.person_id);
        END IF;

        -- Who may be rung, by the one definition and the ledger of calls; and what the page shows of them: the people
        -- who may be spoken to, and no more (D12).
        SELECT bool_or(may_be_rung AND NOT is_finished), bool_and(is_finished), reasons[max(per.refusal)],
               jsonb_agg(jsonb_build_object('id', p.id, 'title', p.title, 'given', p.given_names,
                                            'family', p.family_name, 'numbers', per.numbers) ORDER BY p.id)
                   FILTER (WHERE NOT is_finished AND may_be_asked)
          INTO anybody, all_finished, worst, people
          FROM (SELECT s.person_id,
                       bool_or(s.finished) AS is_finished,
                       bool_or(s.refusal IS NULL) AS may_be_rung,
                       -- A number's refusal is no reason not to speak to somebody on another's; a person's is.
                       NOT bool_or(coalesce(s.refusal = ANY (personal), false)) AS may_be_asked,
                       CASE WHEN NOT bool_or(s.refusal IS NULL) THEN max(array_position(reasons, s.refusal)) END
                           AS refusal,
                       coalesce(jsonb_agg(jsonb_build_object('id', cp.id, 'value', cp.value) ORDER BY cp.id)
                           FILTER (WHERE s.refusal IS NULL), '[]') AS numbers
                  FROM phonebank_entry_status(
                           e.household_id, e.person_id, p_bank,
                           -- Who asked to be rung back is rung back, also today and once more than the cap.
                           least(bank.attempt_cap, p_attempts) + e.is_call_back::int + own_calls,
                           CASE WHEN e.is_call_back THEN 2147483647 ELSE p_calls_a_day + own_calls END,
                           p_todays[slot], p_at) s
                  LEFT JOIN people_contactpoint cp ON cp.id = s.contact_point_id
                 GROUP BY s.person_id) per
          JOIN people_person p ON p.id = per.person_id;

        IF anybody IS NOT TRUE THEN
            -- It leaves the queue: until tomorrow if only today's calls stand against it, else for good.
            again := false;
            DELETE FROM phonebank_hold WHERE entry_id = e.id;
            IF worst = 'called_today' AND NOT all_finished THEN
                UPDATE phonebank_queueentry
                   SET state = 2, due_at = p_tomorrows[slot],
                       leased_by_id = NULL, leased_at = NULL, leased_until = NULL, lease_key = NULL
                 WHERE id = e.id;
            ELSE
                UPDATE phonebank_queueentry
                   SET state = 3, due_at = NULL, is_call_back = false, call_back_for_id = NULL,
                       done_reason = CASE WHEN all_finished THEN 'called' ELSE coalesce(worst, 'gone') END,
                       leased_by_id = NULL, leased_at = NULL, leased_until = NULL, lease_key = NULL
                 WHERE id = e.id;
            END IF;
            CONTINUE;
        END IF;
        EXIT;
    END LOOP;

    IF NOT again THEN
        key := gen_random_uuid();
        UPDATE phonebank_queueentry
           SET state = 1, leased_by_id = p_caller, leased_at = p_at, leased_until = p_at + p_lease, lease_key = key
         WHERE id = e.id;
        -- Every view of personal data is logged (D13); a result that comes late is known by this line.
        INSERT INTO accounts_auditevent (at, actor_id, action, verb, subject_kind, subject_id, campaign_id, detail)
        VALUES (p_at, p_caller, 'view', 'claim_household', 'phonebank.queueentry', e.id, bank.campaign_id,
                jsonb_build_object('phone_bank', p_bank, 'household', e.household_id, 'lease_key', key));
        INSERT INTO phonebank_callerstatus AS s
               (phone_bank_id, caller_id, joined_at, last_seen_at, day, households_today, calls_today)
        VALUES (p_bank, p_caller, p_at, p_at, p_day, 1, 0)
            ON CONFLICT (caller_id, phone_bank_id) DO UPDATE
           SET last_seen_at = excluded.last_seen_at, day = excluded.day,
               households_today = CASE WHEN s.day = excluded.day THEN s.households_today + 1 ELSE 1 END,
               calls_today = CASE WHEN s.day = excluded.day THEN s.calls_today ELSE 0 END;
        e.leased_until := p_at + p_lease;
        seen_today := seen_today + 1;
    ELSE
        key := e.lease_key;
    END IF;

    SELECT s.version,
           (SELECT jsonb_build_object('line', split_part(h.address_lines, E'\n', 1), 'area', a.name,
                                      'constituency', h.constituency_id)
              FROM people_household h JOIN places_area a ON a.id = h.area_id
             WHERE h.id = e.household_id),
           (SELECT jsonb_build_object('outcome', o.code, 'label', o.label, 'at', c.occurred_at)
              FROM phonebank_call c JOIN phonebank_outcome o ON o.id = c.outcome_id
             WHERE c.household_id = e.household_id AND c.undone_at IS NULL
             ORDER BY c.occurred_at DESC LIMIT 1)
      INTO script_version, address, last_call
      FROM campaigns_script s WHERE s.id = bank.script_id;
    IF e.household_id IS NULL THEN
        SELECT jsonb_build_object('outcome', o.code, 'label', o.label, 'at', c.occurred_at)
          INTO last_call
          FROM phonebank_call c JOIN phonebank_outcome o ON o.id = c.outcome_id
         WHERE c.person_id = e.person_id AND c.undone_at IS NULL
         ORDER BY c.occurred_at DESC LIMIT 1;
    END IF;

    RETURN jsonb_build_object(
        'status', 'household',
        'again', again,
        'entry', e.id,
        'lease_key', key,
        'leased_until', e.leased_until,
        'attempts', e.attempts,
        'is_call_back', e.is_call_back,
        'household', e.household_id,
        'address', address,
        'people', people,
        'last', last_call,
        'script', bank.script_id,
        'script_version', script_version,
        'households_today', seen_today,
        'calls_today', calls_today_,
        'mark', CASE WHEN marked THEN jsonb_build_array(e.bucket_id, e.priority, e.position) END);
END;
$$;
