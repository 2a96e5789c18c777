-- Up to which number the entries of the journal are in this database; which journals are its own.
CREATE TABLE journal (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    database INTEGER NOT NULL,
    posted   INTEGER NOT NULL CHECK (posted >= 0)
) STRICT;

INSERT INTO journal VALUES (1, random(), 0);
