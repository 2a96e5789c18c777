-- The groups that a key in `auto` tries, as a JSON list in their order ('' for the relay's own), and whether it goes on to
-- the next one where none of a group's channels answered.
ALTER TABLE keys ADD COLUMN auto_groups TEXT NOT NULL DEFAULT '';
ALTER TABLE keys ADD COLUMN cross_group_retry INTEGER NOT NULL DEFAULT 0;
