-- How good an answer was, as the user marked it (S-33): never the relay's claim. One mark for a request; another one on
-- the same request takes its place.
CREATE TABLE marks (
    id            INTEGER PRIMARY KEY,
    profile       TEXT    NOT NULL,
    billing_group TEXT    NOT NULL,
    model         TEXT    NOT NULL,
    at_ms         INTEGER NOT NULL,
    good          INTEGER NOT NULL,
    request_id    TEXT
) STRICT;

CREATE UNIQUE INDEX marks_once ON marks (profile, request_id) WHERE request_id IS NOT NULL;
CREATE INDEX marks_summed ON marks (profile, billing_group, model, good);
