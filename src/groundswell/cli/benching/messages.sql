-- What messages leave behind: one that went to everybody who has a number, twenty to five thousand each, what came back, what
-- was done about it, and what people said matters to them, by call, text and form over half a year.
INSERT INTO campaigns_ask (campaign_id, kind, slug, title, published_at)
SELECT %(campaign)s, 'sign_up', 'measured-' || n, 'Join us ' || n, now() - interval '200 days' FROM generate_series(1, 21) n;
INSERT INTO campaigns_sharelink (ask_id, code, channel)
SELECT id, slug, 'message' FROM campaigns_ask WHERE starts_with(slug, 'measured-');
INSERT INTO messaging_sender (channel, name, address, provider, rate, verified_at, verified_how)
VALUES ('sms', 'A measurement', '+999000000000', 'console', 10, now(), 'a measurement');
INSERT INTO messaging_message (campaign_id, kind, channel, name, sender_id, subject, subject_b, test_share, body, ask_id, link_id,
                               status, wave_size, wave_minutes, created_by_id, submitted_by_id, created_at, prepared_at, finished_at)
SELECT %(campaign)s, 'broadcast', 'sms', 'Message ' || ask.slug, (SELECT min(id) FROM messaging_sender), '', '', 0,
       'Come. {{ link }} STOP to stop', ask.id, link.id, 'done', 0, 0, %(owner)s, %(owner)s, now() - interval '150 days',
       now() - interval '150 days', now() - interval '149 days'
  FROM campaigns_ask ask JOIN campaigns_sharelink link ON link.ask_id = ask.id AND link.channel = 'message'
 WHERE starts_with(ask.slug, 'measured-') ORDER BY ask.id;
INSERT INTO compliance_hoursbucket (time_zone, holiday_region) VALUES ('Europe/London', 'measured') ON CONFLICT DO NOTHING;

INSERT INTO messaging_delivery (message_id, person_id, contact_point_id, key, bucket_id, state, reason, sent_at, settled_at, created_at)
SELECT message.id, link.person_id, link.contact_point_id, '', (SELECT min(id) FROM compliance_hoursbucket),
       fate.state, fate.reason, CASE WHEN fate.reason IN ('', 'undelivered') THEN sent.at END, sent.at, sent.at
  FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM messaging_message) message
  JOIN people_personcontact link ON message.n = 1 OR link.id <= 5000
 CROSS JOIN LATERAL (SELECT now() - (message.n * 7 + link.id %% 3) * interval '1 day' AS at) sent
 CROSS JOIN LATERAL (SELECT CASE link.id %% 50 WHEN 0 THEN 'failed' WHEN 1 THEN 'suppressed' WHEN 2 THEN 'sent' WHEN 3 THEN 'unknown'
                            ELSE 'delivered' END AS state,
                            CASE link.id %% 50 WHEN 0 THEN 'undelivered' WHEN 1 THEN 'no_consent' WHEN 3 THEN 'lost' ELSE '' END AS reason) fate;

INSERT INTO messaging_inbound (channel, provider, provider_id, sender_id, our_address, their_address, contact_point_id, text, at,
                               received_at, routed_at, route, answers_id, handled_at)
SELECT 'sms', 'console', 'm' || d.id, (SELECT min(id) FROM messaging_sender), '+999000000000', point.value, point.id,
       'Yes, but what about the buses?', d.sent_at, d.sent_at, d.sent_at, CASE WHEN d.id %% 200 = 0 THEN 'stop' ELSE 'inbox' END, d.id,
       CASE WHEN d.id %% 400 <> 20 THEN now() END
  FROM messaging_delivery d JOIN people_contactpoint point ON point.id = d.contact_point_id
 WHERE d.id %% 20 = 0 AND d.sent_at IS NOT NULL;

INSERT INTO campaigns_action (ask_id, person_id, state, dedupe_key, source_id, happened_at, state_at)
SELECT message.ask_id, d.person_id, CASE WHEN d.id %% 300 = 0 THEN 'pending' ELSE 'confirmed' END, 'person:' || d.person_id,
       message.link_id, d.sent_at + interval '1 hour', d.sent_at + interval '1 hour'
  FROM messaging_delivery d JOIN messaging_message message ON message.id = d.message_id
 WHERE d.id %% 30 = 0 AND d.sent_at IS NOT NULL ON CONFLICT DO NOTHING;
INSERT INTO campaigns_visit (link_id, at, is_automatic)
SELECT message.link_id, d.sent_at + interval '1 hour', d.id %% 4 = 0
  FROM messaging_delivery d JOIN messaging_message message ON message.id = d.message_id
 WHERE d.id %% 10 = 0 AND d.sent_at IS NOT NULL;

INSERT INTO campaigns_question (campaign_id, key, kind, text, help, is_voter_id, party)
VALUES (%(campaign)s, 'measured-issue', 'choices', 'Which issues matter most to you?', '', false, '');
INSERT INTO campaigns_option (question_id, label, position, meaning, party)
SELECT id, 'Issue ' || n, n, 'other', '' FROM campaigns_question CROSS JOIN generate_series(1, 10) n WHERE key = 'measured-issue';
INSERT INTO campaigns_answer (campaign_id, person_id, question_id, option_id, text, meaning, party, channel, source_uuid, answered_at, recorded_at)
SELECT %(campaign)s, said.person_id, option.question_id, option.id, '', 'other', '', (ARRAY['call', 'text', 'form'])[said.id %% 3 + 1],
       said.source, said.at, said.at
  FROM (SELECT id, person_id, gen_random_uuid() AS source, now() - (id %% 180) * interval '1 day' AS at
          FROM people_personcontact WHERE id %% 4 = 0) said
  JOIN campaigns_question question ON question.key = 'measured-issue'
  JOIN campaigns_option option ON option.question_id = question.id AND option.position IN (said.id / 4 %% 10 + 1, said.id / 8 %% 7 + 1);
