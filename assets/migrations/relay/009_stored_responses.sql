-- Whose a response is that an upstream may have kept, and where it is: nobody else may fetch it or go on from it. Its words
-- are not here.
CREATE TABLE stored_responses (
    id           TEXT    NOT NULL,
    channel      INTEGER NOT NULL,
    account_id   INTEGER NOT NULL,
    created_time INTEGER NOT NULL,
    PRIMARY KEY (id, channel)
) STRICT, WITHOUT ROWID;
CREATE INDEX stored_responses_by_time ON stored_responses (created_time);
