-- What a channel's upstream is said to speak: names of endpoints, separated by commas. Empty where nobody said; then it is learned.
ALTER TABLE channels ADD COLUMN endpoints TEXT NOT NULL DEFAULT '';
