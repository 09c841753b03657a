-- Whoever the segment means no more gets no first text.
UPDATE textbank_entry e
   SET state = 3, reason = 'out_of_list'
 WHERE e.text_bank_id = %(bank)s::bigint AND e.state = 0
   AND NOT EXISTS (SELECT FROM messaging_asked a WHERE a.person_id = e.person_id)
