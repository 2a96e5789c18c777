-- Accounts beside the owner's: passwords, log-ins, redemption codes, and what came into each wallet.

-- Argon2id in its text form; null where nobody can log in with a password.
ALTER TABLE accounts ADD COLUMN password TEXT;
ALTER TABLE accounts ADD COLUMN remark TEXT NOT NULL DEFAULT '';
-- A deleted account keeps its row, for the log's sake; its name is free again.
ALTER TABLE accounts ADD COLUMN deleted_time INTEGER;

-- Whether every account may put the group on a key; others only with it as their own group.
ALTER TABLE user_groups ADD COLUMN usable INTEGER NOT NULL DEFAULT 1;

CREATE TABLE sessions (
    id             TEXT    PRIMARY KEY,
    account_id     INTEGER NOT NULL REFERENCES accounts (id),
    access         BLOB    NOT NULL UNIQUE, -- SHA-256 of the token that requests carry
    access_expires INTEGER NOT NULL,
    refresh        BLOB    NOT NULL,        -- SHA-256 of the secret that buys the next one
    replaced       BLOB,                    -- the refresh secret before, which an answer that was lost may bring again
    replaced_time  INTEGER NOT NULL DEFAULT 0,
    created_time   INTEGER NOT NULL,
    active_time    INTEGER NOT NULL,
    expires_time   INTEGER NOT NULL,
    address        TEXT    NOT NULL,
    user_agent     TEXT    NOT NULL
) STRICT;

CREATE INDEX sessions_of_account ON sessions (account_id);

CREATE TABLE codes (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    hash          BLOB    NOT NULL UNIQUE,     -- SHA-256 of the code
    masked        TEXT    NOT NULL,
    name          TEXT    NOT NULL,
    status        INTEGER NOT NULL DEFAULT 1,  -- 1 unused, 2 disabled, 3 used
    quota         INTEGER NOT NULL CHECK (quota > 0),
    created_by    INTEGER NOT NULL,
    created_time  INTEGER NOT NULL,
    expired_time  INTEGER NOT NULL DEFAULT 0,  -- 0 never
    used_by       INTEGER NOT NULL DEFAULT 0,
    redeemed_time INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE top_ups (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id   INTEGER NOT NULL,
    quota        INTEGER NOT NULL,
    trade_no     TEXT    NOT NULL UNIQUE,
    method       TEXT    NOT NULL,             -- owner, code, start
    created_time INTEGER NOT NULL
) STRICT;

CREATE INDEX top_ups_of_account ON top_ups (account_id, id);

INSERT INTO top_ups (account_id, quota, trade_no, method, created_time)
SELECT account_id, quota, 'start-' || id, 'start', created_at FROM logs WHERE kind = 1;

-- What the owner set differently from how a relay begins.
CREATE TABLE options (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
