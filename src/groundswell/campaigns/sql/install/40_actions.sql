-- An action is what somebody did: it is not rewritten. Its state moves forward only, and an ended one stays ended.
CREATE OR REPLACE FUNCTION campaigns_action_keeps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        -- Erasure and retention (rules D5, D10) say so for the length of their transaction; nothing else may.
        IF current_setting('groundswell.erasing', true) = 'on' THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'An action is never deleted, except by erasure or retention. Withdraw it instead.'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state IS DISTINCT FROM OLD.state AND NOT (
        (OLD.state = 'pending' AND NEW.state IN ('confirmed', 'rejected', 'withdrawn'))
        OR (OLD.state = 'confirmed' AND NEW.state IN ('rejected', 'withdrawn'))
        -- Who withdrew may come back: the same person, the same ask, the same row.
        OR (OLD.state = 'withdrawn' AND NEW.state IN ('pending', 'confirmed')))
    THEN
        RAISE EXCEPTION 'An action that is % cannot become %.', OLD.state, NEW.state
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.source_id IS NULL THEN
        OLD.source_id := NULL;
    END IF;
    OLD.state := NEW.state;
    OLD.state_at := NEW.state_at;
    IF NEW IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'An action is never rewritten.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS campaigns_action_keeps ON campaigns_action;
CREATE TRIGGER campaigns_action_keeps BEFORE UPDATE OR DELETE ON campaigns_action
    FOR EACH ROW EXECUTE FUNCTION campaigns_action_keeps();
