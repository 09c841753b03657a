"""Pages of compliance: the rules and figures, screening, do-not-call, retention."""
