-- What of a lease may not leave any more: who stopped since, with the reason, and everything once the message is paused or
-- cancelled.
SELECT j.id, coalesce(j.reason, ''), m.status
  FROM judged j
  JOIN messaging_delivery d ON d.id = j.id
  JOIN messaging_message m ON m.id = d.message_id
 WHERE j.reason IS NOT NULL OR m.status <> 'sending'
