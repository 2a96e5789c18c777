//! What the relay refuses a caller for, of the key, the account and the group it came with, in the protocol's words
//! (`contract/new-api.md` 8.7). Whoever simulates such a refusal ([`super::builtin`], X-09) has it from here, too.
//!
//! Not responsible for: when something is refused, and what is wrong with a request in itself.

use axum::http::StatusCode;
use serde_json::Value;

use super::answers::ApiError;
use super::book::NoMoney;
use super::catalog::scale;
use super::traffic::{Ceiling, TooMuch};
use crate::domain::QuotaUnits;

/// No key is known by this secret.
pub fn unknown_key() -> ApiError {
    ApiError::own(StatusCode::UNAUTHORIZED, "invalid_token", "Invalid token")
}

/// No channel of the group has the model (S-93).
pub fn no_channel(model: &str, group: &str) -> ApiError {
    ApiError::own(
        StatusCode::SERVICE_UNAVAILABLE,
        "model_not_found",
        format!("No available channel for model {model} under group {group} (distributor)"),
    )
}

/// A key that is used too fast. The words are the protocol's where it has any; `param` names the ceiling.
pub fn too_much(told: TooMuch) -> ApiError {
    let most = told.most;
    let (param, message) = match told.ceiling {
        Ceiling::Requests => (
            "requests_per_minute",
            format!(
                "You have reached the request limit: maximum {most} requests in 1 minutes with this key"
            ),
        ),
        Ceiling::Tokens => (
            "tokens_per_minute",
            format!(
                "You have reached the token limit: maximum {most} tokens in 1 minutes with this key"
            ),
        ),
        Ceiling::Concurrency => (
            "concurrency",
            format!(
                "You have reached the concurrency limit: maximum {most} requests at once with this key"
            ),
        ),
    };
    ApiError {
        param: Box::new(Value::from(param)),
        retry_after: Some(told.wait),
        ..ApiError::own(
            StatusCode::TOO_MANY_REQUESTS,
            "rate_limit_exceeded",
            message,
        )
    }
}

/// There is not enough money: in the account, or for the key. `needed` is what the request would have set aside, in units.
pub fn no_money(refusal: NoMoney, needed: i64) -> ApiError {
    // The protocol writes amounts with a full-width dollar sign and six decimals.
    let amount = |units: i64| format!("＄{}", scale().money(QuotaUnits(units)).fixed(6));
    let forbidden = |code, message| ApiError::own(StatusCode::FORBIDDEN, code, message);
    match refusal {
        NoMoney::Account { free } if free <= 0 => forbidden(
            "insufficient_user_quota",
            format!("Insufficient user quota, remaining quota: {}", amount(free)),
        ),
        NoMoney::Account { free } => forbidden(
            "insufficient_user_quota",
            format!(
                "Pre-consume failed: remaining user quota {}, required pre-consume quota {}",
                amount(free),
                amount(needed)
            ),
        ),
        NoMoney::Key { free } => forbidden(
            "pre_consume_token_quota_failed",
            format!(
                "token quota is not enough, token remain quota: {}, need quota: {}",
                amount(free),
                amount(needed)
            ),
        ),
        NoMoney::Gone => unknown_key(),
    }
}
