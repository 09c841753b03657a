"""The room's pages: one's own account, joining by link, the team, the organisation, the audit log."""
