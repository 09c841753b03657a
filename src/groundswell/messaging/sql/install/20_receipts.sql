-- What a provider said of messages, once: kept, and applied where it is news (`news_to`: the states to which it is); how
-- many of these were new. Each message is named once among them. `deliveries` are those that are known already; the others
-- are found by the provider's name for it, or by our number where it says that back and the delivery may have left: so is
-- found what was lost. (`given_` because PL/pgSQL could not tell them from columns.)
--
-- A function, because planning it anew takes longer than carrying it out for a handful. (OFFSET 0: or a plan made while the
-- table is new looks through all of a message for each receipt.)
CREATE OR REPLACE FUNCTION messaging_take_receipts(
    given_provider text, given_events text[], given_names text[], given_numbers bigint[], given_deliveries bigint[],
    given_states text[], given_reasons text[], given_problems text[], given_times timestamptz[], given_betweens text[],
    given_not_gone text[], given_news_to jsonb) RETURNS bigint
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    new_ones bigint;
BEGIN
    WITH said AS (
        SELECT s.*, coalesce(s.delivery, by_name.id, by_number.id) AS delivery_id
          FROM unnest(given_events, given_names, given_numbers, given_deliveries, given_states,
                      given_reasons, given_problems, given_times, given_betweens)
               AS s (event, name, number, delivery, state, reason, problem, at, between)
          LEFT JOIN LATERAL (SELECT d.id
                               FROM (SELECT n.id, n.message_id FROM messaging_delivery n
                                      WHERE s.name <> '' AND n.provider_id = s.name AND n.provider_id <> '' OFFSET 0) d
                               JOIN messaging_message m ON m.id = d.message_id
                               JOIN messaging_sender f ON f.id = m.sender_id AND f.provider = given_provider
                              ORDER BY d.id LIMIT 1) by_name ON s.delivery IS NULL
          LEFT JOIN LATERAL (SELECT d.id
                               FROM messaging_delivery d
                               JOIN messaging_message m ON m.id = d.message_id
                               JOIN messaging_sender f ON f.id = m.sender_id AND f.provider = given_provider
                              WHERE d.id = s.number AND d.state <> ALL (given_not_gone)) by_number
                 ON s.delivery IS NULL AND by_name.id IS NULL
    ), kept AS (
        INSERT INTO messaging_receipt (provider, event_id, provider_id, state, reason, problem, at, delivery_id, between)
        SELECT given_provider, event, name, state, reason, problem, at, delivery_id,
               CASE WHEN delivery_id IS NULL THEN between ELSE '' END
          FROM said
            ON CONFLICT (provider, event_id) DO NOTHING
     RETURNING delivery_id, provider_id, state, reason, problem, at
    ), applied AS (
        UPDATE messaging_delivery d
           SET state = k.state,
               reason = CASE WHEN k.state = 'failed' THEN coalesce(nullif(k.reason, ''), 'undelivered') ELSE '' END,
               problem = k.problem, leased_until = NULL, due_at = NULL, settled_at = k.at,
               provider_id = coalesce(nullif(d.provider_id, ''), k.provider_id),
               sent_at = CASE WHEN k.state = 'failed' THEN d.sent_at ELSE coalesce(d.sent_at, k.at) END
          FROM kept k
         WHERE d.id = k.delivery_id AND (given_news_to -> k.state) ? d.state
    )
    SELECT count(*) INTO new_ones FROM kept;
    RETURN new_ones;
END $$;
