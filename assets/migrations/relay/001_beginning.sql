-- Money is in quota units (500,000 are one dollar), prices in nano-dollars a million tokens, ratios in billionths,
-- times in unix seconds. `quota` and `remain_quota` are what is left after everything settled; what is only reserved
-- is in `reservations` and nowhere else.

CREATE TABLE accounts (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    username      TEXT    NOT NULL UNIQUE,
    display_name  TEXT    NOT NULL,
    role          INTEGER NOT NULL,            -- 1 user, 10 admin, 100 owner
    status        INTEGER NOT NULL DEFAULT 1,  -- 1 enabled, 2 disabled
    user_group    TEXT    NOT NULL,
    quota         INTEGER NOT NULL,
    used_quota    INTEGER NOT NULL DEFAULT 0,
    request_count INTEGER NOT NULL DEFAULT 0,
    access_token  BLOB    UNIQUE,              -- SHA-256
    created_time  INTEGER NOT NULL
) STRICT;

CREATE TABLE user_groups (
    name        TEXT    PRIMARY KEY,
    ratio       INTEGER NOT NULL CHECK (ratio >= 0),
    description TEXT    NOT NULL
) STRICT;

INSERT INTO user_groups VALUES ('default', 1000000000, 'Default group');

-- A deleted key keeps its row, so that its secret can never be brought back to life.
CREATE TABLE keys (
    id                   INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id           INTEGER NOT NULL REFERENCES accounts (id),
    hash                 BLOB    NOT NULL UNIQUE,     -- SHA-256 of the secret without sk-
    masked               TEXT    NOT NULL,
    name                 TEXT    NOT NULL,
    status               INTEGER NOT NULL DEFAULT 1,  -- 1 enabled, 2 disabled; expiry and exhaustion are computed
    key_group            TEXT    NOT NULL,            -- empty for the account's own
    remain_quota         INTEGER NOT NULL,
    unlimited_quota      INTEGER NOT NULL,
    used_quota           INTEGER NOT NULL DEFAULT 0,
    created_time         INTEGER NOT NULL,
    accessed_time        INTEGER NOT NULL DEFAULT 0,
    expired_time         INTEGER NOT NULL DEFAULT -1, -- -1 never
    model_limits_enabled INTEGER NOT NULL DEFAULT 0,
    model_limits         TEXT    NOT NULL DEFAULT '', -- separated by commas
    allow_ips            TEXT    NOT NULL DEFAULT '', -- a line each
    deleted_time         INTEGER
) STRICT;

CREATE TABLE channels (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    name          TEXT    NOT NULL,
    kind          INTEGER NOT NULL,            -- 1 OpenAI-compatible, 1000 built in
    secret        TEXT    NOT NULL DEFAULT '', -- the upstream's credential; why this file is for its owner's eyes only
    base_url      TEXT    NOT NULL DEFAULT '',
    models        TEXT    NOT NULL DEFAULT '', -- separated by commas
    user_groups   TEXT    NOT NULL DEFAULT 'default',
    model_mapping TEXT    NOT NULL DEFAULT '', -- a JSON map, ours to theirs
    priority      INTEGER NOT NULL DEFAULT 0,
    weight        INTEGER NOT NULL DEFAULT 0,
    status        INTEGER NOT NULL DEFAULT 1,  -- 1 enabled, 2 disabled
    created_time  INTEGER NOT NULL DEFAULT 0
) STRICT;

INSERT INTO channels (name, kind) VALUES ('built-in', 1000);

-- Either the four by the token or the one by the call.
CREATE TABLE prices (
    model       TEXT    PRIMARY KEY,
    input       INTEGER CHECK (input >= 0),
    output      INTEGER CHECK (output >= 0),
    cache_read  INTEGER CHECK (cache_read >= 0),
    cache_write INTEGER CHECK (cache_write >= 0),
    per_call    INTEGER CHECK (per_call >= 0),
    CHECK ((per_call IS NULL) = (input IS NOT NULL AND output IS NOT NULL AND cache_read IS NOT NULL AND cache_write IS NOT NULL))
) STRICT;

-- What requests in flight may cost. A row goes in the transaction that settles or releases it.
CREATE TABLE reservations (
    id           INTEGER PRIMARY KEY,
    account_id   INTEGER NOT NULL,
    key_id       INTEGER NOT NULL,
    quota        INTEGER NOT NULL,
    key_name     TEXT    NOT NULL,
    model_name   TEXT    NOT NULL,
    billed_group TEXT    NOT NULL,
    request_id   TEXT    NOT NULL,
    created_time INTEGER NOT NULL
) STRICT;

CREATE TABLE logs (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id        INTEGER NOT NULL,
    created_at        INTEGER NOT NULL,
    kind              INTEGER NOT NULL, -- 1 top-up, 2 consumption, 3 management, 4 system, 5 error, 6 refund
    content           TEXT    NOT NULL DEFAULT '',
    key_id            INTEGER NOT NULL DEFAULT 0,
    key_name          TEXT    NOT NULL DEFAULT '',
    model_name        TEXT    NOT NULL DEFAULT '',
    quota             INTEGER NOT NULL DEFAULT 0,
    prompt_tokens     INTEGER NOT NULL DEFAULT 0,
    completion_tokens INTEGER NOT NULL DEFAULT 0,
    use_time          INTEGER NOT NULL DEFAULT 0, -- seconds
    is_stream         INTEGER NOT NULL DEFAULT 0,
    channel_id        INTEGER NOT NULL DEFAULT 0,
    channel_name      TEXT    NOT NULL DEFAULT '',
    billed_group      TEXT    NOT NULL DEFAULT '',
    request_id        TEXT    NOT NULL DEFAULT '',
    other             TEXT    NOT NULL DEFAULT ''  -- a JSON map
) STRICT;

CREATE INDEX logs_of_account ON logs (account_id, id);
CREATE INDEX logs_by_request ON logs (request_id) WHERE request_id <> '';
