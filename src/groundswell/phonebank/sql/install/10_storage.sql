-- How the queue is stored. Every claim and every result updates one row: room on the page keeps the row's neighbours in
-- place, and dead entries are cleared while they are few (docs/benchmarks.md).
ALTER TABLE phonebank_queueentry SET (
    fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);
ALTER TABLE phonebank_hold SET (
    fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
ALTER TABLE phonebank_callerstatus SET (
    fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);

-- The outcomes of a call, as the product brings them. The organisation relabels, reorders and retires them; what it
-- changed is left alone, and a retired one stays retired.
INSERT INTO phonebank_outcome
    (code, label, position, effect, next, retry_after_minutes, is_dial, is_contact, takes_answers, icon)
VALUES
    ('completed',        'Spoke',                  1, 'person_done',       'done',        NULL, true,  true,  true,  'message-circle'),
    ('no_answer',        'No answer',              2, 'none',              'retry',        240, true,  false, false, 'phone-missed'),
    ('answerphone',      'Answerphone',            3, 'none',              'retry',        240, true,  false, false, 'voicemail'),
    ('call_back',        'Call back',              4, 'none',              'call_back',   NULL, true,  true,  true,  'calendar-clock'),
    ('not_available',    'Not available',          5, 'none',              'retry',        240, true,  true,  false, 'user-x'),
    ('engaged',          'Engaged',                6, 'none',              'retry',         30, true,  false, false, 'phone-call'),
    ('wrong_number',     'Wrong number',           7, 'number_retired',    'next_number', NULL, true,  false, false, 'phone-off'),
    ('do_not_call',      'Do not call again',      8, 'number_suppressed', 'next_number', NULL, true,  true,  true,  'ban'),
    ('part_completed',   'Spoke, cut short',       9, 'none',              'retry',       2880, true,  true,  true,  'message-circle-dashed'),
    ('refused_today',    'Not today',             10, 'none',              'retry',      10080, true,  true,  true,  'hand'),
    ('other_member',     'Someone else answered', 11, 'none',              'retry',       1440, true,  true,  true,  'users'),
    ('already_voted',    'Already voted',         12, 'person_done',       'done',        NULL, true,  true,  true,  'vote'),
    ('number_dead',      'Number dead',           13, 'number_retired',    'next_number', NULL, true,  false, false, 'unplug'),
    ('moved',            'Moved away',            14, 'person_moved',      'next_number', NULL, true,  true,  false, 'truck'),
    ('deceased',         'Has died',              15, 'person_deceased',   'next_number', NULL, true,  true,  false, 'flower'),
    ('language_barrier', 'No shared language',    16, 'person_done',       'done',        NULL, true,  true,  false, 'languages')
ON CONFLICT (code) DO NOTHING;
