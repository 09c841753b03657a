-- Only invented people may be rung faster than time goes by: in a demo campaign, before the session begins.
CREATE OR REPLACE FUNCTION phonebank_session_speed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.speed = OLD.speed AND NEW.event_id = OLD.event_id THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.speed <> OLD.speed AND OLD.started_at IS NOT NULL THEN
        RAISE EXCEPTION 'The clock of a session that has begun is not changed.' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.speed > 1 AND NOT (
        SELECT c.is_demo FROM events_event e JOIN campaigns_campaign c ON c.id = e.campaign_id WHERE e.id = NEW.event_id)
    THEN
        RAISE EXCEPTION 'Only a session of a demo campaign can be rehearsed faster than time goes by.'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS phonebank_session_speed ON phonebank_session;
CREATE TRIGGER phonebank_session_speed BEFORE INSERT OR UPDATE OF speed, event_id ON phonebank_session
    FOR EACH ROW EXECUTE FUNCTION phonebank_session_speed();
