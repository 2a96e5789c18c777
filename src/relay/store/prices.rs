//! The owner's prices, as rows.

use rusqlite::{Connection, Row, params};

use crate::domain::price::{BasePrice, ModelRatios};
use crate::domain::{Money, Ratio};

/// One of the maps that make up the prices, each a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    ModelRatio,
    CompletionRatio,
    CacheRatio,
    CreateCacheRatio,
    CallPrice,
}

impl Column {
    const fn name(self) -> &'static str {
        match self {
            Column::ModelRatio => "model_ratio",
            Column::CompletionRatio => "completion_ratio",
            Column::CacheRatio => "cache_ratio",
            Column::CreateCacheRatio => "create_cache_ratio",
            Column::CallPrice => "call_price",
        }
    }
}

/// What the owner set for a model; each part may be set by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OwnPrice {
    pub model: Option<Ratio>,
    pub completion: Option<Ratio>,
    pub cache_read: Option<Ratio>,
    pub cache_write: Option<Ratio>,
    pub call: Option<Money>,
}

impl OwnPrice {
    /// The price it makes; `None` where its parts make none.
    pub fn base(&self) -> Option<BasePrice> {
        if let Some(call) = self.call {
            return Some(BasePrice::PerCall { call });
        }
        Some(BasePrice::Ratios(ModelRatios {
            model: self.model?,
            completion: self.completion.unwrap_or(Ratio::ONE),
            cache_read: self.cache_read,
            cache_write: self.cache_write,
        }))
    }

    /// One part in the unit of its column.
    pub fn part(&self, column: Column) -> Option<i64> {
        let ratio = |part: Option<Ratio>| part.map(Ratio::billionths);
        match column {
            Column::ModelRatio => ratio(self.model),
            Column::CompletionRatio => ratio(self.completion),
            Column::CacheRatio => ratio(self.cache_read),
            Column::CreateCacheRatio => ratio(self.cache_write),
            Column::CallPrice => self.call.map(Money::nanos),
        }
    }
}

impl From<&BasePrice> for OwnPrice {
    fn from(base: &BasePrice) -> Self {
        match base {
            BasePrice::Ratios(ratios) => OwnPrice {
                model: Some(ratios.model),
                completion: Some(ratios.completion),
                cache_read: ratios.cache_read,
                cache_write: ratios.cache_write,
                call: None,
            },
            BasePrice::PerCall { call } => OwnPrice {
                call: Some(*call),
                ..OwnPrice::default()
            },
            BasePrice::Tiered { .. } | BasePrice::Unknown => OwnPrice::default(),
        }
    }
}

/// Writes a model's price in place of the old one.
pub fn put(connection: &Connection, model: &str, price: &OwnPrice) -> rusqlite::Result<()> {
    connection.execute(
        "INSERT OR REPLACE INTO model_prices (model, model_ratio, completion_ratio, cache_ratio, create_cache_ratio, call_price)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            model,
            price.part(Column::ModelRatio),
            price.part(Column::CompletionRatio),
            price.part(Column::CacheRatio),
            price.part(Column::CreateCacheRatio),
            price.part(Column::CallPrice)
        ],
    )?;
    Ok(())
}

/// Forgets a model's price. How many rows there were.
pub fn remove(connection: &Connection, model: &str) -> rusqlite::Result<usize> {
    connection.execute("DELETE FROM model_prices WHERE model = ?1", [model])
}

/// Writes one of the maps whole: what it does not name is no longer set.
pub fn put_column(
    connection: &Connection,
    column: Column,
    map: &[(String, i64)],
) -> rusqlite::Result<()> {
    let name = column.name();
    connection.execute(&format!("UPDATE model_prices SET {name} = NULL"), [])?;
    let mut put = connection.prepare(&format!(
        "INSERT INTO model_prices (model, {name}) VALUES (?1, ?2) ON CONFLICT (model) DO UPDATE SET {name} = ?2"
    ))?;
    for (model, value) in map {
        put.execute(params![model, value])?;
    }
    connection.execute(
        "DELETE FROM model_prices WHERE coalesce(model_ratio, completion_ratio, cache_ratio, create_cache_ratio, call_price) IS NULL",
        [],
    )?;
    Ok(())
}

/// Every price, by model.
pub fn all(connection: &Connection) -> rusqlite::Result<Vec<(String, OwnPrice)>> {
    connection
        .prepare("SELECT * FROM model_prices ORDER BY model")?
        .query_map([], |row| Ok((row.get("model")?, read(row)?)))?
        .collect()
}

fn read(row: &Row<'_>) -> rusqlite::Result<OwnPrice> {
    let number = |column: Column| row.get::<_, Option<i64>>(column.name());
    let ratio = |column| Ok::<_, rusqlite::Error>(number(column)?.map(Ratio::from_billionths));
    Ok(OwnPrice {
        model: ratio(Column::ModelRatio)?,
        completion: ratio(Column::CompletionRatio)?,
        cache_read: ratio(Column::CacheRatio)?,
        cache_write: ratio(Column::CreateCacheRatio)?,
        call: number(Column::CallPrice)?.map(Money::from_nanos),
    })
}
