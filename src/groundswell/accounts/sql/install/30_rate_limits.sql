-- Counts of failed sign-ins, shared by all web processes (rule X1). Unlogged: a crash forgives, a commit costs less.
CREATE UNLOGGED TABLE IF NOT EXISTS accounts_ratelimit (
    cache_key varchar(255) PRIMARY KEY,
    value text NOT NULL,
    expires timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS accounts_ratelimit_expires ON accounts_ratelimit (expires);
