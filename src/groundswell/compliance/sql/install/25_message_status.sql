-- May we write to this address by this channel at this time (rules M1 to M5)? The one definition for messages, as
-- compliance_call_status is for calls: asked when a delivery is made and again when it is leased.
--
-- One row for each person and address of the channel's kind. `refusal` is the first reason against, in the order of
-- compliance.enums.MessageRefusal; NULL means it may go. A plain query that PostgreSQL inlines: keep it so.
--
-- Hours (M9) and the verified sender (M7) are asked by messaging.
CREATE OR REPLACE FUNCTION compliance_message_status(at timestamptz, by_channel text, for_purpose text)
RETURNS TABLE (person_id bigint, contact_point_id bigint, address_hash bytea, refusal text)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT p.id,
           cp.id,
           cp.address_hash,
           CASE
               WHEN p.erased_at IS NOT NULL THEN 'erased'
               WHEN EXISTS (SELECT 1 FROM people_elector e WHERE e.person_id = p.id AND e.anonymous) THEN 'anonymous'
               WHEN p.date_of_birth > ((at AT TIME ZONE 'UTC')
                    - make_interval(years => figures.minimum_contact_age))::date THEN 'under_age'
               -- R5, R6, as for calls.
               WHEN EXISTS (SELECT 1 FROM compliance_under_age_by_register(at) young WHERE young.person_id = p.id) THEN 'under_age'
               WHEN p.deceased_at IS NOT NULL THEN 'deceased'
               WHEN p.objected_at IS NOT NULL THEN 'objected'  -- D4
               WHEN EXISTS (SELECT 1 FROM compliance_suppression s  -- M5
                             WHERE s.address_hash = cp.address_hash
                               AND s.scope IN ('messages', 'all')
                               AND s.lifted_at IS NULL) THEN 'suppressed'
               WHEN EXISTS (SELECT 1 FROM compliance_pause b
                             WHERE b.address_hash = cp.address_hash AND b.until > at) THEN 'paused'
               WHEN cp.retired_at IS NOT NULL THEN 'retired'
               -- M1: a consent for this channel and this very address, not taken back since.
               WHEN EXISTS (
                   SELECT 1
                     FROM compliance_consent c
                    WHERE c.address_hash = cp.address_hash
                      AND c.channel = by_channel AND c.purpose = for_purpose AND c.state = 'given'
                      AND c.given_at <= at
                      AND NOT EXISTS (
                          SELECT 1
                            FROM compliance_consent w
                           WHERE w.address_hash = c.address_hash
                             AND w.channel = by_channel AND w.purpose = for_purpose AND w.state = 'withdrawn'
                             AND w.given_at >= c.given_at)
               ) THEN NULL
               -- M3: a charity's soft opt-in, noted apart from consent; the figure is there for charities alone.
               WHEN EXISTS (
                   SELECT 1
                     FROM compliance_consent c
                    WHERE c.address_hash = cp.address_hash
                      AND c.channel = by_channel AND c.purpose = for_purpose AND c.state = 'soft_opt_in'
                      AND c.given_at <= at
                      AND c.given_at >= (SELECT compliance_soft_opt_in_from((at AT TIME ZONE 'UTC')::date))
                      AND NOT EXISTS (
                          SELECT 1
                            FROM compliance_consent w
                           WHERE w.address_hash = c.address_hash
                             AND w.channel = by_channel AND w.purpose = for_purpose AND w.state = 'withdrawn'
                             AND w.given_at >= c.given_at)
               ) THEN NULL
               ELSE 'no_consent'
           END
      FROM compliance_contact_figures((at AT TIME ZONE 'UTC')::date) figures
     CROSS JOIN people_person p
      JOIN people_personcontact pc ON pc.person_id = p.id
      JOIN people_contactpoint cp ON cp.id = pc.contact_point_id
       AND cp.kind = CASE by_channel WHEN 'email' THEN 'email' ELSE 'phone' END;
$$;

-- The same of an address that nobody we know has: its suppression alone (M5).
CREATE OR REPLACE FUNCTION compliance_closed_to_messages(address bytea) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT EXISTS (SELECT 1 FROM compliance_suppression s
                    WHERE s.address_hash = address AND s.scope IN ('messages', 'all') AND s.lifted_at IS NULL)
$$;
