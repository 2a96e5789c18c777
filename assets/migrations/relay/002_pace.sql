-- How fast a key may be used; NULL for as fast as it likes.

ALTER TABLE keys ADD COLUMN requests_per_minute INTEGER CHECK (requests_per_minute > 0);
ALTER TABLE keys ADD COLUMN tokens_per_minute   INTEGER CHECK (tokens_per_minute > 0);
ALTER TABLE keys ADD COLUMN concurrency         INTEGER CHECK (concurrency > 0);
