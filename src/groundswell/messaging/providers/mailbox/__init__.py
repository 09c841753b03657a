"""The mailbox that undeliverable email comes back to: read by IMAP, what came back told by its reports."""
