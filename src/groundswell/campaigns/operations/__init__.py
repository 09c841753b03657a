"""What people do to a campaign: set it up, ask questions, write scripts and crib sheets, record answers."""
