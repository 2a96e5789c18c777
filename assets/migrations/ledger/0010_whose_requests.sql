-- Whether a row of a relay's log is of this home is asked by its request id, whatever profile it was sent through (X-05).
DROP INDEX receipts_by_request;
CREATE INDEX receipts_by_request ON receipts (request_id, profile) WHERE request_id IS NOT NULL;
-- Until now rows of every relaydeck were taken for this home's. The logs are read once more, for those of others; what is
-- here already is known by its id.
DELETE FROM log_marks;
