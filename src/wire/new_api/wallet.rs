//! Rows about money that comes in (`contract/new-api.md` 7.5).

use serde::Deserialize;

use crate::wire::lenient;

/// A row of `GET /api/user/topup/self` (`contract/new-api.md` 7.5).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct TopUpRow {
    /// The relay's number for it.
    #[serde(deserialize_with = "lenient::int")]
    pub id: i64,
    /// Dollars of quota.
    #[serde(deserialize_with = "lenient::opt_float")]
    pub amount: Option<f64>,
    /// The same in quota units. Ours: no New API sends it.
    #[serde(deserialize_with = "lenient::opt_int")]
    pub quota: Option<i64>,
    /// The number of the order.
    #[serde(deserialize_with = "lenient::text")]
    pub trade_no: String,
    /// How it was paid.
    #[serde(deserialize_with = "lenient::text")]
    pub payment_method: String,
    /// When it was begun, unix seconds.
    #[serde(deserialize_with = "lenient::int")]
    pub create_time: i64,
    /// When the money was there, unix seconds.
    #[serde(deserialize_with = "lenient::int")]
    pub complete_time: i64,
    /// `pending`, `success`, `failed` or `expired`.
    #[serde(deserialize_with = "lenient::text")]
    pub status: String,
}
