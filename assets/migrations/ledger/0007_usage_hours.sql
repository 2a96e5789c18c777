-- The sums of receipts once more, by hour: a month of a busy ledger is a quarter of the rows. Read where the days of the
-- user's zone begin with an hour, which is nearly everywhere; `usage_sums` serves the others. The triggers below keep it
-- from that table; nothing else may write it.
CREATE TABLE usage_hours (
    profile       TEXT    NOT NULL,
    hour          INTEGER NOT NULL, -- hours since 1970
    model         TEXT    NOT NULL,
    key           TEXT    NOT NULL,
    billing_group TEXT    NOT NULL,
    tool          TEXT    NOT NULL,
    requests      INTEGER NOT NULL DEFAULT 0,
    unknown       INTEGER NOT NULL DEFAULT 0,
    dollars       INTEGER NOT NULL DEFAULT 0,
    nanos         INTEGER NOT NULL DEFAULT 0,
    tokens_high   INTEGER NOT NULL DEFAULT 0,
    tokens_low    INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (profile, hour, model, key, billing_group, tool)
) STRICT, WITHOUT ROWID;

INSERT INTO usage_hours
SELECT profile, quarter / 4, model, key, billing_group, tool, sum(requests), sum(unknown), sum(dollars), sum(nanos),
    sum(tokens_high), sum(tokens_low)
FROM usage_sums GROUP BY 1, 2, 3, 4, 5, 6;

CREATE TRIGGER hours_of_new AFTER INSERT ON usage_sums BEGIN
    INSERT INTO usage_hours VALUES (new.profile, new.quarter / 4, new.model, new.key, new.billing_group, new.tool,
        new.requests, new.unknown, new.dollars, new.nanos, new.tokens_high, new.tokens_low)
    ON CONFLICT DO UPDATE SET requests = requests + excluded.requests, unknown = unknown + excluded.unknown,
        dollars = dollars + excluded.dollars, nanos = nanos + excluded.nanos,
        tokens_high = tokens_high + excluded.tokens_high, tokens_low = tokens_low + excluded.tokens_low;
END;

CREATE TRIGGER hours_of_changed AFTER UPDATE ON usage_sums BEGIN
    UPDATE usage_hours SET requests = requests + new.requests - old.requests, unknown = unknown + new.unknown - old.unknown,
        dollars = dollars + new.dollars - old.dollars, nanos = nanos + new.nanos - old.nanos,
        tokens_high = tokens_high + new.tokens_high - old.tokens_high, tokens_low = tokens_low + new.tokens_low - old.tokens_low
    WHERE profile = old.profile AND hour = old.quarter / 4 AND model = old.model AND key = old.key
        AND billing_group = old.billing_group AND tool = old.tool;
END;
