-- What a campaign leaves behind: calls of the last twelve days to %(calls)s households of the queue, an answer to three
-- of ten, the line in the audit log for each, and a hundred flags that wait for an organiser. `callers` are the volunteers.
CREATE TEMPORARY TABLE bench_called AS
SELECT q.id AS entry, q.household_id, p.id AS person, pc.contact_point_id AS number, n,
       (%(callers)s::bigint[])[n %% cardinality(%(callers)s::bigint[]) + 1] AS caller,
       now() - (n %% 17280) * interval '1 minute' AS at, gen_random_uuid() AS uuid,
       CASE WHEN n %% 10 IN (2, 5, 8) THEN 'completed' ELSE 'no_answer' END AS outcome
  FROM (SELECT id, household_id, row_number() OVER (ORDER BY priority, position) AS n
          FROM phonebank_queueentry WHERE phone_bank_id = %(bank)s ORDER BY priority, position LIMIT %(calls)s) q
  JOIN LATERAL (SELECT id FROM people_person WHERE household_id = q.household_id ORDER BY id LIMIT 1) p ON true
  JOIN LATERAL (SELECT contact_point_id FROM people_personcontact WHERE person_id = p.id LIMIT 1) pc ON true;

INSERT INTO phonebank_call
       (client_uuid, campaign_id, phone_bank_id, entry_id, household_id, person_id, contact_point_id, caller_id, outcome_id,
        is_dial, is_contact, is_identified, finishes_person, note, claimed_at, occurred_at, recorded_at)
SELECT c.uuid, %(campaign)s, %(bank)s, c.entry, c.household_id, c.person, c.number, c.caller, o.id,
       true, o.is_contact, o.is_contact, o.is_contact, '', c.at, c.at, c.at
  FROM bench_called c JOIN phonebank_outcome o ON o.code = c.outcome ORDER BY c.at;

INSERT INTO campaigns_answer
       (campaign_id, person_id, question_id, option_id, text, meaning, party, channel, source_uuid, recorded_by_id,
        answered_at, recorded_at)
SELECT %(campaign)s, c.person, o.question_id, o.id, '', o.meaning, '', 'call', c.uuid, c.caller, c.at, c.at
  FROM bench_called c
  JOIN (SELECT o.*, row_number() OVER (ORDER BY o.id) - 1 AS turn, count(*) OVER () AS options
          FROM campaigns_option o WHERE o.question_id = %(question)s) o ON o.turn = c.n / 10 %% o.options
 WHERE c.outcome = 'completed' ORDER BY c.at;

UPDATE phonebank_queueentry q
   SET state = CASE WHEN c.outcome = 'completed' THEN 3 ELSE 2 END, attempts = 1,
       done_reason = CASE WHEN c.outcome = 'completed' THEN 'called' ELSE '' END,
       due_at = CASE WHEN c.outcome = 'completed' THEN NULL ELSE now() + interval '1 day' END
  FROM bench_called c WHERE q.id = c.entry;

INSERT INTO accounts_auditevent (at, actor_id, action, verb, subject_kind, subject_id, campaign_id, detail)
SELECT c.at, c.caller, 'view', 'claim_household', 'phonebank.queueentry', c.entry, %(campaign)s,
       jsonb_build_object('phone_bank', %(bank)s, 'household', c.household_id)
  FROM bench_called c ORDER BY c.at;

INSERT INTO phonebank_callerstatus (phone_bank_id, caller_id, joined_at, last_seen_at, day, households_today, calls_today)
SELECT %(bank)s, caller, min(at), max(at), current_date, 0, 0 FROM bench_called GROUP BY caller
    ON CONFLICT DO NOTHING;

WITH flagged AS (
    UPDATE phonebank_queueentry q SET state = 4, due_at = NULL
      FROM bench_called c WHERE q.id = c.entry AND c.n <= 1000 AND c.n %% 10 = 1
    RETURNING q.id, c.caller, c.at)
INSERT INTO phonebank_flag (entry_id, phone_bank_id, raised_by_id, raised_at, note, solution)
SELECT id, %(bank)s, caller, at, 'The number belongs to a shop', '' FROM flagged;

DROP TABLE bench_called;
