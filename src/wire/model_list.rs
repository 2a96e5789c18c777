//! Model lists of any server: `GET /v1/models` in the shapes that are about (`contract/new-api.md` 8.3).

use std::sync::Arc;

use serde_json::Value;

use super::plain::one_line;
use crate::domain::price::{BasePrice, ModelRatios};
use crate::domain::shelf::Shelf;
use crate::domain::{Endpoint, Model, Money, TokenPrices};

/// Reads a list; `None` when it is none. Sorted by name, each name once.
pub fn read(document: &Value) -> Option<Vec<Model>> {
    let rows = match document {
        // Some hosts answer the bare list.
        Value::Array(rows) => rows,
        other => match other.get("data").or_else(|| other.get("models")) {
            Some(Value::Array(rows)) => rows,
            Some(Value::Null) => return Some(Vec::new()),
            _ => return None,
        },
    };
    Some(all(rows))
}

/// Reads a list of names alone.
pub fn names(data: &Value) -> Option<Vec<Model>> {
    match data {
        Value::Null => Some(Vec::new()),
        Value::Array(rows) => Some(all(rows)),
        _ => None,
    }
}

fn all(rows: &[Value]) -> Vec<Model> {
    let mut shelves = Shelves::default();
    let rows = rows.iter().filter_map(|row| model(row, &mut shelves));
    let mut models: Vec<Model> = rows.collect();
    models.sort_by(|one, other| one.name.cmp(&other.name));
    models.dedup_by(|later, kept| later.name == kept.name);
    models
}

/// What models have in common.
#[derive(Default)]
struct Shelves {
    words: Shelf<str>,
    endpoints: Shelf<[Endpoint]>,
}

fn model(row: &Value, shelves: &mut Shelves) -> Option<Model> {
    let text = |name: &str| row.get(name).and_then(Value::as_str);
    let name = match row {
        Value::String(name) => name,
        _ => text("id")
            .or_else(|| text("name"))
            .or_else(|| text("model"))?,
    };
    if name.is_empty() {
        return None;
    }
    let tokens = |names: &[&str]| {
        let found = names.iter().find_map(|name| row.get(*name)?.as_u64());
        found.filter(|tokens| *tokens > 0)
    };
    // llama.cpp puts what it knows into a map of its own.
    let trained = row
        .get("meta")
        .and_then(|meta| meta.get("n_ctx_train"))
        .and_then(Value::as_u64);
    let endpoints: Option<Vec<Endpoint>> = row
        .get("supported_endpoint_types")
        .and_then(Value::as_array)
        .map(|names| {
            names
                .iter()
                .filter_map(Value::as_str)
                .map(Endpoint::from_name)
                .collect()
        });
    Some(Model {
        name: name.to_owned(),
        vendor: shelves
            .words
            .one(one_line(text("owned_by").unwrap_or_default())),
        description: text("description").unwrap_or_default().trim().to_owned(),
        tags: Arc::default(),
        groups: None,
        endpoints: shelves.endpoints.one(endpoints.unwrap_or_default()),
        price: row
            .get("pricing")
            .and_then(price)
            .unwrap_or(BasePrice::Unknown),
        context: tokens(&["context_length", "max_model_len", "context_window"]).or(trained),
        max_output: tokens(&["max_output_tokens", "max_completion_tokens"]),
    })
}

/// Prices as OpenRouter and those who follow it give them: dollars a single token, as text.
fn price(pricing: &Value) -> Option<BasePrice> {
    let per_million = |name: &str| {
        pricing
            .get(name)
            .and_then(Value::as_str)
            .and_then(per_token)
    };
    let (input, output) = (per_million("prompt")?, per_million("completion")?);
    let prices = TokenPrices {
        input,
        output,
        cache_read: per_million("input_cache_read").unwrap_or(input),
        cache_write: per_million("input_cache_write").unwrap_or(input),
    };
    ModelRatios::from_prices(&prices).map(BasePrice::Ratios)
}

/// The price of a million tokens from the dollars of one, exactly: fifteen decimals are a nano-dollar a million.
/// `None` for a negative price, which there means *it depends*.
fn per_token(text: &str) -> Option<Money> {
    let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !digits(whole) || !digits(fraction) {
        return None;
    }
    let fraction = &fraction[..fraction.len().min(15)];
    let joined = format!("{whole}{fraction:0<15}");
    let nanos: i128 = joined.parse().ok()?;
    i64::try_from(nanos).ok().map(Money::from_nanos)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Price, QuotaScale, Ratio};
    use serde_json::json;

    fn shown(document: Value) -> Option<Vec<String>> {
        read(&document).map(|models| models.into_iter().map(|model| model.name).collect())
    }

    #[test]
    fn every_shape_of_a_list_is_read() {
        for document in [
            json!({"success":true,"object":"list","data":[{"id":"b"},{"id":"a"},{"id":"a"},null,{"id":""},7]}),
            json!({"data":[{"id":"a"},{"id":"b"}]}),
            json!([{"id":"a"},{"id":"b"}]),
            json!({"models":[{"name":"b"},{"name":"a","displayName":"A"}],"nextPageToken":null}),
            json!({"object":"list","data":[{"id":"a"}, "b"],"models":[{"name":"x"}]}),
        ] {
            assert_eq!(
                shown(document.clone()),
                Some(vec!["a".into(), "b".into()]),
                "{document}"
            );
        }
        assert_eq!(shown(json!({"data":null})), Some(vec![]));
        assert_eq!(shown(json!({"error":{"message":"no"}})), None);
        assert_eq!(names(&json!(["b", "a", "b", null])).unwrap().len(), 2);
        assert_eq!(names(&json!({"1":["x"]})), None);
    }

    #[test]
    fn what_servers_tell_of_a_model_is_taken() {
        let models = read(&json!({"data":[
            {"id":"org/a:free","owned_by":"org","supported_endpoint_types":["openai","x"],"max_model_len":4096},
            {"id":"z","meta":{"n_ctx_train":2048},"supported_endpoint_types":null},
        ]}))
        .unwrap();
        assert_eq!(
            (
                models[0].name.as_str(),
                &*models[0].vendor,
                models[0].context
            ),
            ("org/a:free", "org", Some(4096))
        );
        assert_eq!(
            *models[0].endpoints,
            [Endpoint::Chat, Endpoint::Other("x".into())]
        );
        assert_eq!(
            (models[1].context, &models[1].price),
            (Some(2048), &BasePrice::Unknown)
        );
    }

    #[test]
    fn prices_a_token_become_prices_a_million() {
        let models = read(&json!({"data":[
            {"id":"a","pricing":{"prompt":"0.000003","completion":"0.000015","input_cache_read":"0.0000003"}},
            {"id":"b","pricing":{"prompt":"-1","completion":"-1"}},
            {"id":"c","pricing":{"prompt":"0","completion":"0"}},
        ]}))
        .unwrap();
        let Price::PerToken(prices) = models[0].price_in(Some(Ratio::ONE), QuotaScale::default())
        else {
            panic!("priced");
        };
        let usd = |text| Money::parse(text).unwrap();
        assert_eq!(
            (prices.input, prices.output, prices.cache_read),
            (usd("3"), usd("15"), usd("0.3"))
        );
        assert_eq!(models[1].price, BasePrice::Unknown, "it depends");
        assert!(
            matches!(models[2].price, BasePrice::Ratios(ratios) if ratios.model == Ratio::ZERO)
        );
    }
}
