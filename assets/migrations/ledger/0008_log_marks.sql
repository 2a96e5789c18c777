-- How far the log of each profile's relay has been read (X-05), so that a start of the dashboard reads only what is new. The
-- request id tells a log that began anew from one that went on.
CREATE TABLE log_marks (
    profile    TEXT    PRIMARY KEY,
    log_row    INTEGER NOT NULL,
    request_id TEXT    NOT NULL
) STRICT;
