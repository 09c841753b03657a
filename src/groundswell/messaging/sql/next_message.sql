-- The messages that are being sent, who has waited longest first: so each gets its turn, whatever its size (fair shares).
-- Letters go before all else: somebody waits for them, and they are few.
SELECT m.id, m.sender_id, m.channel, m.kind, m.starts_at, m.expires_at, m.wave_minutes, m.test_share, m.winner,
       m.decided_at, m.prepared_at, m.created_at, s.rate, s.next_slot_at, s.provider
  FROM messaging_message m
  JOIN messaging_sender s ON s.id = m.sender_id
 WHERE m.status = 'sending' AND s.verified_at IS NOT NULL AND s.retired_at IS NULL
 ORDER BY m.kind <> 'letter', m.served_at NULLS FIRST, m.id
