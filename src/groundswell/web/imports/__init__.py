"""The wizard for files: registers, phone numbers, screening and do-not-call lists, in one list and one look."""
