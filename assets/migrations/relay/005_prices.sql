-- Prices as the protocol writes them: each ratio may be set by itself, and is kept as it was set.
CREATE TABLE model_prices (
    model              TEXT    PRIMARY KEY,
    model_ratio        INTEGER CHECK (model_ratio >= 0),        -- billionths; 1 is 2 dollars a million input tokens
    completion_ratio   INTEGER CHECK (completion_ratio >= 0),   -- billionths of the input price
    cache_ratio        INTEGER CHECK (cache_ratio >= 0),        -- billionths of the input price
    create_cache_ratio INTEGER CHECK (create_cache_ratio >= 0), -- billionths of the input price
    call_price         INTEGER CHECK (call_price >= 0)          -- nano-dollars a call; where it is set, ratios do not count
) STRICT;

INSERT INTO model_prices
SELECT model, (input + 1) / 2,
       iif(input = 0, 1000000000, CAST(round(output * 1e9 / input) AS INTEGER)),
       iif(input = 0, 1000000000, CAST(round(cache_read * 1e9 / input) AS INTEGER)),
       iif(input = 0, 1000000000, CAST(round(cache_write * 1e9 / input) AS INTEGER)),
       per_call
FROM prices;

DROP TABLE prices;
