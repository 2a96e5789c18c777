-- Who opens this file can tell that it is a relaydeck ledger ("rdlg").
PRAGMA application_id = 1919184999;

-- One row a request, from the moment it is sent. Money is integer nano-dollars, time is milliseconds since 1970;
-- NULL means unknown and never zero.
CREATE TABLE receipts (
    id                      INTEGER PRIMARY KEY,
    profile                 TEXT    NOT NULL,
    relay                   TEXT    NOT NULL,
    sent_ms                 INTEGER NOT NULL,
    state                   TEXT    NOT NULL CHECK (state IN ('sent', 'ended', 'failed', 'interrupted')),
    -- The run of the program that waits for its end; only while it is 'sent'.
    run                     TEXT,
    model                   TEXT    NOT NULL,
    model_echoed            TEXT,
    key_id                  INTEGER,
    key_name                TEXT,
    key_masked              TEXT    NOT NULL,
    billing_group           TEXT,
    counted_input           INTEGER NOT NULL DEFAULT 0,
    counted_cache_read      INTEGER NOT NULL DEFAULT 0,
    counted_cache_write     INTEGER NOT NULL DEFAULT 0,
    counted_output          INTEGER NOT NULL DEFAULT 0,
    reported_input          INTEGER,
    reported_cache_read     INTEGER,
    reported_cache_write    INTEGER,
    reported_output         INTEGER,
    price_kind              TEXT    NOT NULL CHECK (price_kind IN ('per_token', 'per_call', 'tiered', 'unknown')),
    price_input_nanos       INTEGER,
    price_output_nanos      INTEGER,
    price_cache_read_nanos  INTEGER,
    price_cache_write_nanos INTEGER,
    price_call_nanos        INTEGER,
    price_expression        TEXT,
    expected_nanos          INTEGER,
    expected_basis          TEXT    NOT NULL CHECK (expected_basis IN ('estimated', 'reported', 'settled')),
    charged_nanos           INTEGER,
    finish                  TEXT,
    fault                   TEXT,
    status                  INTEGER,
    request_id              TEXT,
    first_ms                INTEGER,
    total_ms                INTEGER,
    -- The best count of tokens: the relay's, else ours. A column of its own, so that an index alone can sum it
    -- (one over a generated column cannot).
    tokens                  INTEGER NOT NULL DEFAULT 0 CHECK (tokens = CASE WHEN reported_input IS NULL
        THEN counted_input + counted_cache_read + counted_cache_write + counted_output
        ELSE reported_input + reported_cache_read + reported_cache_write + reported_output END),
    CHECK ((reported_input IS NULL) = (reported_cache_read IS NULL)),
    CHECK ((reported_input IS NULL) = (reported_cache_write IS NULL)),
    CHECK ((reported_input IS NULL) = (reported_output IS NULL)),
    CHECK (price_kind <> 'per_token' OR (price_input_nanos IS NOT NULL AND price_output_nanos IS NOT NULL
        AND price_cache_read_nanos IS NOT NULL AND price_cache_write_nanos IS NOT NULL)),
    CHECK (price_kind <> 'per_call' OR price_call_nanos IS NOT NULL),
    CHECK (price_kind <> 'tiered' OR price_expression IS NOT NULL)
) STRICT;

-- Sums read an index alone; lists walk one from its newest end.
CREATE INDEX receipts_by_profile ON receipts (profile, sent_ms, id, state, charged_nanos, expected_nanos, tokens);
CREATE INDEX receipts_by_time ON receipts (sent_ms, id, state, charged_nanos, expected_nanos, tokens);
CREATE INDEX receipts_by_model ON receipts (model, sent_ms);
CREATE INDEX receipts_running ON receipts (run) WHERE state = 'sent';
CREATE INDEX receipts_unsettled ON receipts (profile, sent_ms)
    WHERE charged_nanos IS NULL AND state IN ('ended', 'interrupted');

CREATE TABLE conversations (
    id      INTEGER PRIMARY KEY,
    profile TEXT    NOT NULL,
    model   TEXT    NOT NULL,
    system  TEXT    NOT NULL,
    -- Grows with every change to any conversation: the highest is the latest.
    stamp   INTEGER NOT NULL UNIQUE
) STRICT;

CREATE INDEX conversations_by_profile ON conversations (profile, stamp);

CREATE TABLE turns (
    conversation INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    position     INTEGER NOT NULL,
    sent_ms      INTEGER NOT NULL,
    model        TEXT    NOT NULL,
    prompt       TEXT    NOT NULL,
    reply        TEXT    NOT NULL,
    reasoning    TEXT    NOT NULL,
    finish       TEXT,
    fault        TEXT,
    input        INTEGER NOT NULL,
    cache_read   INTEGER NOT NULL,
    cache_write  INTEGER NOT NULL,
    output       INTEGER NOT NULL,
    cost_nanos   INTEGER,
    -- NULL where nothing was counted yet; then there is no cost at all, not even an unknown one.
    cost_basis   TEXT CHECK (cost_basis IN ('estimated', 'reported', 'settled')),
    first_ms     INTEGER,
    total_ms     INTEGER,
    PRIMARY KEY (conversation, position)
) STRICT;
