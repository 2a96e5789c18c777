-- Whose a part of an answer or the container of a tool is that an upstream may have kept, and where it is: no other account
-- may refer to it by its id.
CREATE TABLE stored_items (
    id           TEXT    NOT NULL,
    channel      INTEGER NOT NULL,
    account_id   INTEGER NOT NULL,
    created_time INTEGER NOT NULL,
    PRIMARY KEY (id, channel)
) STRICT, WITHOUT ROWID;
CREATE INDEX stored_items_by_time ON stored_items (created_time);
