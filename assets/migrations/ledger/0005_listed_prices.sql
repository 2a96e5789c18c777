-- A price that the relay did not tell but the bundled catalogue has: every figure that rests on it is an estimate, and
-- a charge beyond it is no dispute.
ALTER TABLE receipts ADD COLUMN price_listed INTEGER NOT NULL DEFAULT 0;

DROP INDEX receipts_disputed;

-- The condition is the ledger's own, word for word, so that its query can use this index.
CREATE INDEX receipts_disputed ON receipts (profile, sent_ms)
    WHERE charged_nanos > 0 AND (finish = 'cut'
        OR (price_kind <> 'per_call' AND coalesce(reported_output, counted_output) = 0)
        OR (price_listed = 0 AND charged_nanos > expected_nanos + expected_nanos / 20 + 2000)
        OR (counted_output > 0 AND reported_output > counted_output + counted_output / 4 + 50));
