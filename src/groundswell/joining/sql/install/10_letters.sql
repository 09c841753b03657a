-- What becomes of the letter of a sign-up in the outbox is told to its row here, whoever writes it down there: a lease, a provider's
-- answer, a receipt weeks later, a stop. One that was dropped here stays so, with its own reason.
CREATE OR REPLACE FUNCTION joining_follow_delivery() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE joining_letter
       SET state = CASE NEW.state
                       WHEN 'pending' THEN 'waiting'
                       WHEN 'held' THEN 'waiting'
                       WHEN 'leased' THEN 'sending'
                       WHEN 'sent' THEN 'sent'
                       WHEN 'delivered' THEN 'sent'
                       WHEN 'failed' THEN 'failed'
                       WHEN 'unknown' THEN 'unknown'
                       ELSE 'dropped' END,
           leased_until = CASE WHEN NEW.state = 'leased' THEN NEW.leased_until END,
           due_at = coalesce(NEW.due_at, due_at),
           sent_at = coalesce(NEW.sent_at, sent_at),
           problem = NEW.problem
     WHERE delivery_id = NEW.id AND state <> 'dropped';
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER joining_follow_delivery AFTER UPDATE OF state ON messaging_delivery
    FOR EACH ROW WHEN (NEW.key LIKE 'sign-up %' AND NEW.state IS DISTINCT FROM OLD.state)
    EXECUTE FUNCTION joining_follow_delivery();
