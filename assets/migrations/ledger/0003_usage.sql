-- Which program a request came from.
ALTER TABLE receipts ADD COLUMN tool TEXT NOT NULL DEFAULT 'relaydeck';

-- Sums of receipts by quarter of an hour: days of every time zone are made of them, and a view of a month reads some
-- thousand rows instead of every receipt. The triggers below keep it; nothing else may write it. Money and tokens are
-- summed in halves, because nonsense in a relay's log could overflow one number.
CREATE TABLE usage_sums (
    profile       TEXT    NOT NULL,
    quarter       INTEGER NOT NULL, -- quarters of an hour since 1970
    model         TEXT    NOT NULL,
    key           TEXT    NOT NULL,
    billing_group TEXT    NOT NULL,
    tool          TEXT    NOT NULL,
    requests      INTEGER NOT NULL DEFAULT 0,
    unknown       INTEGER NOT NULL DEFAULT 0, -- those that are over and whose cost nobody knows
    dollars       INTEGER NOT NULL DEFAULT 0,
    nanos         INTEGER NOT NULL DEFAULT 0,
    tokens_high   INTEGER NOT NULL DEFAULT 0,
    tokens_low    INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (profile, quarter, model, key, billing_group, tool)
) STRICT, WITHOUT ROWID;

INSERT INTO usage_sums
SELECT profile, sent_ms / 900000, model, coalesce(key_name, key_masked), coalesce(billing_group, ''), tool, count(*),
    count(*) FILTER (WHERE state IN ('ended', 'interrupted') AND charged_nanos IS NULL AND expected_nanos IS NULL),
    coalesce(sum(coalesce(charged_nanos, expected_nanos) / 1000000000), 0),
    coalesce(sum(coalesce(charged_nanos, expected_nanos) % 1000000000), 0),
    sum(tokens >> 32), sum(tokens & 4294967295)
FROM receipts GROUP BY 1, 2, 3, 4, 5, 6;

CREATE TRIGGER usage_of_new AFTER INSERT ON receipts BEGIN
    INSERT INTO usage_sums VALUES (new.profile, new.sent_ms / 900000, new.model, coalesce(new.key_name, new.key_masked),
        coalesce(new.billing_group, ''), new.tool, 1,
        new.state IN ('ended', 'interrupted') AND coalesce(new.charged_nanos, new.expected_nanos) IS NULL,
        coalesce(new.charged_nanos, new.expected_nanos, 0) / 1000000000,
        coalesce(new.charged_nanos, new.expected_nanos, 0) % 1000000000, new.tokens >> 32, new.tokens & 4294967295)
    ON CONFLICT DO UPDATE SET requests = requests + 1, unknown = unknown + excluded.unknown,
        dollars = dollars + excluded.dollars, nanos = nanos + excluded.nanos,
        tokens_high = tokens_high + excluded.tokens_high, tokens_low = tokens_low + excluded.tokens_low;
END;

CREATE TRIGGER usage_of_old AFTER DELETE ON receipts BEGIN
    UPDATE usage_sums SET requests = requests - 1,
        unknown = unknown - (old.state IN ('ended', 'interrupted') AND coalesce(old.charged_nanos, old.expected_nanos) IS NULL),
        dollars = dollars - coalesce(old.charged_nanos, old.expected_nanos, 0) / 1000000000,
        nanos = nanos - coalesce(old.charged_nanos, old.expected_nanos, 0) % 1000000000,
        tokens_high = tokens_high - (old.tokens >> 32), tokens_low = tokens_low - (old.tokens & 4294967295)
    WHERE profile = old.profile AND quarter = old.sent_ms / 900000 AND model = old.model
        AND key = coalesce(old.key_name, old.key_masked) AND billing_group = coalesce(old.billing_group, '') AND tool = old.tool;
END;

CREATE TRIGGER usage_of_changed AFTER UPDATE OF state, billing_group, tokens, expected_nanos, charged_nanos ON receipts BEGIN
    UPDATE usage_sums SET requests = requests - 1,
        unknown = unknown - (old.state IN ('ended', 'interrupted') AND coalesce(old.charged_nanos, old.expected_nanos) IS NULL),
        dollars = dollars - coalesce(old.charged_nanos, old.expected_nanos, 0) / 1000000000,
        nanos = nanos - coalesce(old.charged_nanos, old.expected_nanos, 0) % 1000000000,
        tokens_high = tokens_high - (old.tokens >> 32), tokens_low = tokens_low - (old.tokens & 4294967295)
    WHERE profile = old.profile AND quarter = old.sent_ms / 900000 AND model = old.model
        AND key = coalesce(old.key_name, old.key_masked) AND billing_group = coalesce(old.billing_group, '') AND tool = old.tool;
    INSERT INTO usage_sums VALUES (new.profile, new.sent_ms / 900000, new.model, coalesce(new.key_name, new.key_masked),
        coalesce(new.billing_group, ''), new.tool, 1,
        new.state IN ('ended', 'interrupted') AND coalesce(new.charged_nanos, new.expected_nanos) IS NULL,
        coalesce(new.charged_nanos, new.expected_nanos, 0) / 1000000000,
        coalesce(new.charged_nanos, new.expected_nanos, 0) % 1000000000, new.tokens >> 32, new.tokens & 4294967295)
    ON CONFLICT DO UPDATE SET requests = requests + 1, unknown = unknown + excluded.unknown,
        dollars = dollars + excluded.dollars, nanos = nanos + excluded.nanos,
        tokens_high = tokens_high + excluded.tokens_high, tokens_low = tokens_low + excluded.tokens_low;
END;

-- Receipts worth a question: charged though empty, charged though cut, charged or counted too high. The condition is
-- the ledger's own, word for word, so that its query can use this index.
CREATE INDEX receipts_disputed ON receipts (profile, sent_ms)
    WHERE charged_nanos > 0 AND (finish = 'cut'
        OR (price_kind <> 'per_call' AND coalesce(reported_output, counted_output) = 0)
        OR charged_nanos > expected_nanos + expected_nanos / 20 + 2000
        OR (counted_output > 0 AND reported_output > counted_output + counted_output / 4 + 50));

-- A request of another program is known by its relay's id.
CREATE INDEX receipts_by_request ON receipts (profile, request_id) WHERE request_id IS NOT NULL;
