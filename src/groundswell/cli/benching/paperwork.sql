-- What lies beside the calls of a campaign after some months: more seats, wards, scripts, questions, tags and phone banks,
-- a team with its invitations, imports and screenings, closed numbers, consents, answers to later questions, and one person
-- (%(person)s) who was rung, asked, tagged and looked at again and again.
INSERT INTO places_area (kind, boundary_set, code, name, nation, region, time_zone, source)
SELECT 'constituency', 'measurement', 'N' || n, 'Seat ' || n, 'England', '', 'Europe/London', '' FROM generate_series(1, 13) n;

INSERT INTO places_area (kind, boundary_set, code, name, nation, region, parent_id, time_zone, source)
SELECT 'ward', 'measurement', seat.code || '-' || n, 'Ward ' || n || ' of ' || seat.name, 'England', '', seat.id, 'Europe/London', ''
  FROM places_area seat CROSS JOIN generate_series(1, 15) n
 WHERE seat.boundary_set = 'measurement' AND seat.kind = 'constituency' AND seat.code <> 'M1';

INSERT INTO campaigns_script (campaign_id, name, opening, closing, version)
SELECT %(campaign)s, 'Script ' || n, 'Hello, is that {{ person }}?', 'Thank you.', 1 FROM generate_series(1, 20) n;

INSERT INTO campaigns_question (campaign_id, key, kind, text, help, is_voter_id, party)
SELECT %(campaign)s, 'later-' || n, 'choice', 'Question ' || n || '?', '', false, '' FROM generate_series(1, 10) n;

INSERT INTO campaigns_option (question_id, label, position, meaning, party)
SELECT q.id, 'Answer ' || n, n, (ARRAY['yes', 'maybe', 'no', 'other'])[n %% 4 + 1], ''
  FROM campaigns_question q CROSS JOIN generate_series(1, 5) n
 WHERE q.campaign_id = %(campaign)s AND starts_with(q.key, 'later-');

-- One in ten of those rung was asked something more: the first of these questions.
INSERT INTO campaigns_answer (campaign_id, person_id, question_id, option_id, text, meaning, party, channel, source_uuid,
                              recorded_by_id, answered_at, recorded_at)
SELECT %(campaign)s, c.person_id, o.question_id, o.id, '', o.meaning, '', 'call', c.client_uuid, c.caller_id, c.occurred_at, c.occurred_at
  FROM phonebank_call c
  JOIN campaigns_option o ON o.position = c.id %% 5 + 1
  JOIN campaigns_question q ON q.id = o.question_id AND q.campaign_id = %(campaign)s AND q.key = 'later-1'
 WHERE c.is_contact AND c.id %% 3 = 0;

INSERT INTO people_tag (name) SELECT 'tag ' || n FROM generate_series(1, 30) n;
INSERT INTO people_persontag (tag_id, person_id)
SELECT (SELECT min(id) FROM people_tag) + p.id %% 30, p.id FROM people_person p WHERE p.id %% 20 = 0;

INSERT INTO phonebank_phonebank (campaign_id, name, script_id, status, hours, attempt_cap, cooldown_minutes, priority_order,
                                 electoral_purpose, ask_everyone, daily_limit, version, closed_at)
SELECT %(campaign)s, 'Phone bank ' || n, (SELECT min(id) FROM campaigns_script WHERE campaign_id = %(campaign)s),
       CASE WHEN n %% 2 = 0 THEN 'closed' ELSE 'draft' END, '{}', 3, 1440, 'random', true, true, 150, 1, now()
  FROM generate_series(1, 12) n;

-- The team: 500 who joined by 60 links.
INSERT INTO accounts_invitation (token, label, role, campaign_id, requires_email, expires_at, max_uses, uses)
SELECT md5(n::text), 'Link ' || n, 'caller', %(campaign)s, false, now() + n * interval '1 day' - interval '20 days', 50, n %% 20
  FROM generate_series(1, 60) n;
WITH joined AS (
    INSERT INTO accounts_user (password, email, name, is_active, is_demo, session_epoch)
    SELECT '!', md5(n::text) || '@measurement.invalid', 'Volunteer ' || n, true, false, 0 FROM generate_series(1, 500) n
    RETURNING id)
INSERT INTO accounts_membership (user_id, role, campaign_id, invitation_id)
SELECT id, 'caller', %(campaign)s, (SELECT min(id) FROM accounts_invitation) + id %% 60 FROM joined;

-- Imports and screenings of the months before.
INSERT INTO people_importbatch (kind, status, file, file_name, file_sha256, layout, mapping, wishes, constituency_id, entitlement,
                                purpose, register_date, counts, rejects_file, refusal, stage, progress_rows, created_by_id,
                                created_at, started_at, finished_at)
SELECT 'register', 'done', '', 'register-' || n || '.csv', md5(n::text) || md5(n::text), 'xpress', '{}', '{}', %(seat)s,
       'an invented one', 'measuring', current_date - n,
       '{"rows": 70000, "created": 1200, "updated": 340, "unchanged": 68000, "deleted": 400, "rejected": 60, "rejects_by_reason": {"no surname": 40, "no elector number": 20}}',
       '', '', 'finishing', 70000, %(owner)s, now() - n * interval '1 day', now() - n * interval '1 day', now() - n * interval '1 day'
  FROM generate_series(1, 80) n;
INSERT INTO compliance_screeningfile (list, screened_on, file_name, file_sha256, numbers_in_file, numbers_screened, numbers_listed,
                                      imported_by_id)
SELECT 'tps', current_date - 2 - n, 'tps-' || n || '.csv', md5(n::text), 20000000, 1400000, 200000, %(owner)s FROM generate_series(1, 40) n;

-- One number in thirteen is listed by the preference service, one in 31 closed, one in 53 with a consent.
UPDATE compliance_screening SET listed = true WHERE contact_point_id %% 13 = 0;
INSERT INTO compliance_suppression (address_hash, kind, scope, reason, source, created_by_id, lifted_reason)
SELECT address_hash, 'phone', 'calls', 'asked', 'a call', %(owner)s, '' FROM people_contactpoint WHERE id %% 31 = 1;
INSERT INTO compliance_consent (person_id, address_hash, channel, purpose, state, wording, wording_version, source, evidence, given_at)
SELECT id, address_hash, 'call', 'campaigning', 'given', 'You may ring me.', '1', 'a form', 'the form', now() - interval '90 days'
  FROM people_contactpoint WHERE id %% 53 = 0;

-- The person of whom much is known.
INSERT INTO phonebank_call (client_uuid, campaign_id, phone_bank_id, household_id, person_id, contact_point_id, caller_id,
                            outcome_id, is_dial, is_contact, is_identified, finishes_person, note, claimed_at, occurred_at, recorded_at)
SELECT gen_random_uuid(), %(campaign)s, %(bank)s, p.household_id, p.id, pc.contact_point_id, (%(callers)s::bigint[])[n %% 50 + 1], o.id,
       true, true, true, true, 'Rang about the school', at, at, at
  FROM people_person p
  JOIN people_personcontact pc ON pc.person_id = p.id
  JOIN phonebank_outcome o ON o.code = 'completed'
 CROSS JOIN generate_series(1, 60) n
 CROSS JOIN LATERAL (SELECT now() - n * interval '1 day' AS at) moment
 WHERE p.id = %(person)s;
INSERT INTO campaigns_answer (campaign_id, person_id, question_id, option_id, text, meaning, party, channel, source_uuid, answered_at, recorded_at)
SELECT %(campaign)s, %(person)s, c.question, o.id, '', o.meaning, '', 'call', c.client_uuid, c.occurred_at, c.occurred_at
  FROM (SELECT *, %(question)s::bigint AS question FROM phonebank_call WHERE person_id = %(person)s) c
  JOIN LATERAL (SELECT * FROM campaigns_option WHERE question_id = c.question ORDER BY id LIMIT 1) o ON true;
INSERT INTO people_persontag (tag_id, person_id) SELECT id, %(person)s FROM people_tag ON CONFLICT DO NOTHING;
INSERT INTO accounts_auditevent (at, actor_id, action, verb, subject_kind, subject_id, campaign_id, detail)
SELECT now() - n * interval '1 hour', %(owner)s, 'view', 'view_person', 'people.person', %(person)s, %(campaign)s, '{}'
  FROM generate_series(1, 200) n;
