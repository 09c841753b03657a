-- Answers are dated and never overwritten. The ledger itself sees to it, whatever code writes to it.

CREATE OR REPLACE FUNCTION campaigns_answer_keeps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        -- Erasure and retention (rules D5, D10) say so for the length of their transaction; nothing else may.
        IF current_setting('groundswell.erasing', true) = 'on' THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'An answer is never deleted, except by erasure or retention. Withdraw it instead.'
            USING ERRCODE = 'restrict_violation';
    END IF;
    -- The one change an answer knows: it is withdrawn, once. (The name of who recorded it may go with their account.)
    IF OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS DISTINCT FROM OLD.withdrawn_at THEN
        RAISE EXCEPTION 'This answer is withdrawn already.' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.recorded_by_id IS NULL THEN
        OLD.recorded_by_id := NULL;
    END IF;
    OLD.withdrawn_at := NEW.withdrawn_at;
    IF NEW IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'An answer is never overwritten. Withdraw it and record a new one.'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS campaigns_answer_keeps ON campaigns_answer;
CREATE TRIGGER campaigns_answer_keeps BEFORE UPDATE OR DELETE ON campaigns_answer
    FOR EACH ROW EXECUTE FUNCTION campaigns_answer_keeps();

-- An option that has been answered keeps its meaning: history would change under our feet otherwise. Labels may drift.
CREATE OR REPLACE FUNCTION campaigns_option_keeps_meaning() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.meaning, NEW.party, NEW.question_id) IS DISTINCT FROM (OLD.meaning, OLD.party, OLD.question_id)
        AND EXISTS (SELECT FROM campaigns_answer WHERE option_id = OLD.id)
    THEN
        RAISE EXCEPTION 'This option has been answered, so its meaning stays. Retire it and add a new one.'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS campaigns_option_keeps_meaning ON campaigns_option;
CREATE TRIGGER campaigns_option_keeps_meaning BEFORE UPDATE ON campaigns_option
    FOR EACH ROW EXECUTE FUNCTION campaigns_option_keeps_meaning();
