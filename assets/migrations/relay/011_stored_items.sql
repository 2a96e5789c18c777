-- Whose a part of an answer or the container of a tool is that an upstream may have kept, and where it is: no other account
-- may refer to it by its id. Some upstreams give an id to several accounts; each of them has its own row.
CREATE TABLE stored_items (
    id           TEXT    NOT NULL,
    account_id   INTEGER NOT NULL,
    channel      INTEGER NOT NULL,
    created_time INTEGER NOT NULL,
    PRIMARY KEY (id, account_id, channel)
) STRICT, WITHOUT ROWID;
CREATE INDEX stored_items_by_time ON stored_items (created_time);
