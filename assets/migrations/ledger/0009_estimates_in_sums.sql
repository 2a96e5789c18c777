-- How many of the figures in a sum are estimates: what the relay neither reported nor billed, and costs something. A sum that
-- rests on them is shown as one. The triggers of the older layouts are made anew with that column; nothing else may write it.
DROP TRIGGER usage_of_new;
DROP TRIGGER usage_of_old;
DROP TRIGGER usage_of_changed;
DROP TRIGGER hours_of_new;
DROP TRIGGER hours_of_changed;

ALTER TABLE usage_sums ADD COLUMN estimated INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_hours ADD COLUMN estimated INTEGER NOT NULL DEFAULT 0;

CREATE TRIGGER hours_of_new AFTER INSERT ON usage_sums BEGIN
    INSERT INTO usage_hours VALUES (new.profile, new.quarter / 4, new.model, new.key, new.billing_group, new.tool,
        new.requests, new.unknown, new.dollars, new.nanos, new.tokens_high, new.tokens_low, new.estimated)
    ON CONFLICT DO UPDATE SET requests = requests + excluded.requests, unknown = unknown + excluded.unknown,
        dollars = dollars + excluded.dollars, nanos = nanos + excluded.nanos,
        tokens_high = tokens_high + excluded.tokens_high, tokens_low = tokens_low + excluded.tokens_low,
        estimated = estimated + excluded.estimated;
END;

CREATE TRIGGER hours_of_changed AFTER UPDATE ON usage_sums BEGIN
    UPDATE usage_hours SET requests = requests + new.requests - old.requests, unknown = unknown + new.unknown - old.unknown,
        dollars = dollars + new.dollars - old.dollars, nanos = nanos + new.nanos - old.nanos,
        tokens_high = tokens_high + new.tokens_high - old.tokens_high, tokens_low = tokens_low + new.tokens_low - old.tokens_low,
        estimated = estimated + new.estimated - old.estimated
    WHERE profile = old.profile AND hour = old.quarter / 4 AND model = old.model AND key = old.key
        AND billing_group = old.billing_group AND tool = old.tool;
END;

-- What is there already; the trigger above carries it into the hours.
UPDATE usage_sums SET estimated = found.count
FROM (SELECT profile, sent_ms / 900000 AS quarter, model, coalesce(key_name, key_masked) AS key,
        coalesce(billing_group, '') AS billing_group, tool, count(*) AS count
    FROM receipts WHERE charged_nanos IS NULL AND expected_nanos > 0 AND expected_basis = 'estimated'
    GROUP BY 1, 2, 3, 4, 5, 6) AS found
WHERE usage_sums.profile = found.profile AND usage_sums.quarter = found.quarter AND usage_sums.model = found.model
    AND usage_sums.key = found.key AND usage_sums.billing_group = found.billing_group AND usage_sums.tool = found.tool;

CREATE TRIGGER usage_of_new AFTER INSERT ON receipts BEGIN
    INSERT INTO usage_sums VALUES (new.profile, new.sent_ms / 900000, new.model, coalesce(new.key_name, new.key_masked),
        coalesce(new.billing_group, ''), new.tool, 1,
        new.state IN ('ended', 'interrupted') AND coalesce(new.charged_nanos, new.expected_nanos) IS NULL,
        coalesce(new.charged_nanos, new.expected_nanos, 0) / 1000000000,
        coalesce(new.charged_nanos, new.expected_nanos, 0) % 1000000000, new.tokens >> 32, new.tokens & 4294967295,
        new.charged_nanos IS NULL AND coalesce(new.expected_nanos, 0) > 0 AND new.expected_basis = 'estimated')
    ON CONFLICT DO UPDATE SET requests = requests + 1, unknown = unknown + excluded.unknown,
        dollars = dollars + excluded.dollars, nanos = nanos + excluded.nanos,
        tokens_high = tokens_high + excluded.tokens_high, tokens_low = tokens_low + excluded.tokens_low,
        estimated = estimated + excluded.estimated;
END;

CREATE TRIGGER usage_of_old AFTER DELETE ON receipts BEGIN
    UPDATE usage_sums SET requests = requests - 1,
        unknown = unknown - (old.state IN ('ended', 'interrupted') AND coalesce(old.charged_nanos, old.expected_nanos) IS NULL),
        dollars = dollars - coalesce(old.charged_nanos, old.expected_nanos, 0) / 1000000000,
        nanos = nanos - coalesce(old.charged_nanos, old.expected_nanos, 0) % 1000000000,
        tokens_high = tokens_high - (old.tokens >> 32), tokens_low = tokens_low - (old.tokens & 4294967295),
        estimated = estimated - (old.charged_nanos IS NULL AND coalesce(old.expected_nanos, 0) > 0 AND old.expected_basis = 'estimated')
    WHERE profile = old.profile AND quarter = old.sent_ms / 900000 AND model = old.model
        AND key = coalesce(old.key_name, old.key_masked) AND billing_group = coalesce(old.billing_group, '') AND tool = old.tool;
END;

CREATE TRIGGER usage_of_changed
AFTER UPDATE OF state, billing_group, tokens, expected_nanos, expected_basis, charged_nanos ON receipts BEGIN
    UPDATE usage_sums SET requests = requests - 1,
        unknown = unknown - (old.state IN ('ended', 'interrupted') AND coalesce(old.charged_nanos, old.expected_nanos) IS NULL),
        dollars = dollars - coalesce(old.charged_nanos, old.expected_nanos, 0) / 1000000000,
        nanos = nanos - coalesce(old.charged_nanos, old.expected_nanos, 0) % 1000000000,
        tokens_high = tokens_high - (old.tokens >> 32), tokens_low = tokens_low - (old.tokens & 4294967295),
        estimated = estimated - (old.charged_nanos IS NULL AND coalesce(old.expected_nanos, 0) > 0 AND old.expected_basis = 'estimated')
    WHERE profile = old.profile AND quarter = old.sent_ms / 900000 AND model = old.model
        AND key = coalesce(old.key_name, old.key_masked) AND billing_group = coalesce(old.billing_group, '') AND tool = old.tool;
    INSERT INTO usage_sums VALUES (new.profile, new.sent_ms / 900000, new.model, coalesce(new.key_name, new.key_masked),
        coalesce(new.billing_group, ''), new.tool, 1,
        new.state IN ('ended', 'interrupted') AND coalesce(new.charged_nanos, new.expected_nanos) IS NULL,
        coalesce(new.charged_nanos, new.expected_nanos, 0) / 1000000000,
        coalesce(new.charged_nanos, new.expected_nanos, 0) % 1000000000, new.tokens >> 32, new.tokens & 4294967295,
        new.charged_nanos IS NULL AND coalesce(new.expected_nanos, 0) > 0 AND new.expected_basis = 'estimated')
    ON CONFLICT DO UPDATE SET requests = requests + 1, unknown = unknown + excluded.unknown,
        dollars = dollars + excluded.dollars, nanos = nanos + excluded.nanos,
        tokens_high = tokens_high + excluded.tokens_high, tokens_low = tokens_low + excluded.tokens_low,
        estimated = estimated + excluded.estimated;
END;
