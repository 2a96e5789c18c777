-- What was measured at the nodes of a relay. Times are microseconds, NULL for a step that was not needed or not reached.
CREATE TABLE node_checks (
    id            INTEGER PRIMARY KEY,
    profile       TEXT    NOT NULL,
    address       TEXT    NOT NULL,
    -- What the relay calls it; the latest check knows best.
    name          TEXT    NOT NULL,
    description   TEXT    NOT NULL,
    at_ms         INTEGER NOT NULL,
    dns_us        INTEGER,
    connect_us    INTEGER,
    tls_us        INTEGER,
    first_byte_us INTEGER,
    fault         TEXT
) STRICT;

CREATE INDEX node_checks_by_node ON node_checks (profile, address, id);

-- Results of the three tests and of the diagnosis: one row a run, never changed. What belongs to one kind of test alone
-- stands in `detail`, a JSON object.
CREATE TABLE test_results (
    id          INTEGER PRIMARY KEY,
    profile     TEXT    NOT NULL,
    relay       TEXT    NOT NULL,
    at_ms       INTEGER NOT NULL,
    test        TEXT    NOT NULL CHECK (test IN ('connect', 'long', 'concurrency', 'ladder')),
    model       TEXT    NOT NULL,
    grp         TEXT,
    key_masked  TEXT    NOT NULL,
    passed      INTEGER NOT NULL CHECK (passed IN (0, 1)),
    -- One line for people.
    summary     TEXT    NOT NULL,
    requests    INTEGER NOT NULL,
    cost_nanos  INTEGER,
    cost_basis  TEXT    NOT NULL CHECK (cost_basis IN ('estimated', 'reported', 'settled')),
    first_ms    INTEGER,
    total_ms    INTEGER,
    detail      TEXT    NOT NULL
) STRICT;

CREATE INDEX test_results_by_profile ON test_results (profile, id);
