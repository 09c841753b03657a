"""What the `bench` commands stand on: a database of their own, people to ring, a driver, and the database's own limit."""
