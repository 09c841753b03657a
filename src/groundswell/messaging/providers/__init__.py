"""The ways out, one small package each: transport, receipts, inbound. What they share is in `contract`."""
