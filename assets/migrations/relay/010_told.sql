-- What a row of a request tells beside its columns, in the relay's own bytes: `other` is written from them for whoever reads.
ALTER TABLE logs ADD COLUMN told BLOB NOT NULL DEFAULT x'';
