-- Many claims in one go, each by the next caller and each made an end of, as an evening's calling does it; for what
-- they leave behind in the queue's indexes. The mark moves as it does in a web process. Returns how many were made.
CREATE OR REPLACE FUNCTION pg_temp.wear(
    bank bigint, callers bigint[], members bigint[], epoch int, version int, buckets smallint[], todays timestamptz[],
    tomorrows timestamptz[], attempts int, calls_a_day int, households_a_day int, day date, lease interval, count int)
RETURNS int
LANGUAGE plpgsql
AS $$
DECLARE
    found jsonb;
    place int;
    priorities smallint[] := array_fill(NULL::smallint, ARRAY[cardinality(buckets)]);
    positions int[] := array_fill(NULL::int, ARRAY[cardinality(buckets)]);
    who int;
BEGIN
    FOR turn IN 0 .. count - 1 LOOP
        who := turn % cardinality(callers) + 1;
        found := phonebank_claim(bank, callers[who], members[who], epoch, version, buckets, todays, tomorrows,
                                 priorities, positions, attempts, calls_a_day, households_a_day, day, lease, false,
                                 clock_timestamp());
        IF found ->> 'status' <> 'household' THEN
            RAISE EXCEPTION 'no household to claim: %', found;
        END IF;
        IF jsonb_typeof(found -> 'mark') = 'array' THEN
            place := array_position(buckets, (found #>> '{mark,0}')::smallint);
            priorities[place] := (found #>> '{mark,1}')::smallint;
            positions[place] := (found #>> '{mark,2}')::int;
        END IF;
        UPDATE phonebank_queueentry
           SET state = 3, done_reason = 'called', leased_by_id = NULL, leased_at = NULL, leased_until = NULL,
               lease_key = NULL
         WHERE id = (found ->> 'entry')::bigint;
        DELETE FROM phonebank_hold WHERE entry_id = (found ->> 'entry')::bigint;
    END LOOP;
    RETURN count;
END;
$$;
