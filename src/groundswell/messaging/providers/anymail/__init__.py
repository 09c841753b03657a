"""Email by a service with an API of its own: django-anymail speaks it, and reads what the service posts to us."""
