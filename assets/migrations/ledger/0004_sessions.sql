-- Sessions: kept conversations have a name and settings of their own, and questions may carry pictures.
ALTER TABLE conversations ADD COLUMN name TEXT NOT NULL DEFAULT '';
-- Settings are JSON: what a newer relaydeck adds to them is nothing that is searched for.
ALTER TABLE conversations ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';

-- The list of sessions reads this index alone, never the texts.
CREATE INDEX turns_summed ON turns (conversation, sent_ms, cost_nanos);

CREATE TABLE turn_images (
    conversation INTEGER NOT NULL,
    position     INTEGER NOT NULL,
    number       INTEGER NOT NULL,
    name         TEXT    NOT NULL,
    data         BLOB    NOT NULL,
    PRIMARY KEY (conversation, position, number),
    FOREIGN KEY (conversation, position) REFERENCES turns (conversation, position) ON DELETE CASCADE
) STRICT;
