"""What organisers do with sign-up pages, and what supporters do on them."""
