//! What can be asked with a key alone: what it may spend and has spent, in two protocols.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use super::super::answers::{ApiError, RequestId, json_answer, refused};
use super::super::app::App;
use super::super::auth::{self, Peer};
use super::super::catalog::{dollars, scale};
use super::super::ids::SecretHash;
use super::super::refusals::unknown_key;
use super::super::rows::{DISABLED, Key, NEVER, names};
use crate::domain::QuotaUnits;

/// What the billing calls say of a key without a limit.
const UNLIMITED_USD: f64 = 100_000_000.0;

/// `GET /api/usage/token/`. An expired or exhausted key may still ask; a disabled one may not.
pub async fn key(State(app): State<Arc<App>>, request: Request) -> Response {
    let unauthorized = |code, message| refused(StatusCode::UNAUTHORIZED, code, message);
    let Some(sent) = auth::key_in(request.headers(), request.uri()) else {
        return unauthorized("token_missing", "Token not provided");
    };
    match app.book.key_by_secret(&SecretHash::of_key(&sent)) {
        None => unauthorized("invalid_token", "Invalid token"),
        Some(key) if key.status == DISABLED => {
            unauthorized("token_disabled", "This token status is unavailable")
        }
        Some(key) => {
            let limits: BTreeMap<&str, bool> =
                names(&key.model_limits).map(|name| (name, true)).collect();
            json_answer(
                StatusCode::OK,
                &json!({"code": true, "message": "ok", "data": {
                    "object": "token_usage", "name": key.name,
                    "total_granted": key.remain_quota.saturating_add(key.used_quota),
                    "total_used": key.used_quota, "total_available": key.remain_quota,
                    "unlimited_quota": key.unlimited,
                    "model_limits": limits, "model_limits_enabled": key.limits_models,
                    "expires_at": if key.expired == NEVER { 0 } else { key.expired },
                }}),
            )
        }
    }
}

/// `GET /dashboard/billing/subscription`: the limit is what is left and what was used together.
pub async fn subscription(State(app): State<Arc<App>>, request: Request) -> Response {
    match billed(&app, &request) {
        Err(error) => error.answer(&RequestId::of(request.extensions())),
        Ok(key) => {
            let limit = if key.unlimited {
                UNLIMITED_USD
            } else {
                usd(key.remain_quota.saturating_add(key.used_quota))
            };
            json_answer(
                StatusCode::OK,
                &json!({
                    "object": "billing_subscription", "has_payment_method": true,
                    "soft_limit_usd": limit, "hard_limit_usd": limit, "system_hard_limit_usd": limit,
                    "access_until": if key.expired == NEVER { 0 } else { key.expired },
                }),
            )
        }
    }
}

/// `GET /dashboard/billing/usage`, in hundredths of a dollar.
pub async fn spent(State(app): State<Arc<App>>, request: Request) -> Response {
    match billed(&app, &request) {
        Err(error) => error.answer(&RequestId::of(request.extensions())),
        Ok(key) => json_answer(
            StatusCode::OK,
            &json!({"object": "list", "total_usage": usd(key.used_quota.saturating_mul(100))}),
        ),
    }
}

/// The key that asks, which must be usable.
fn billed(app: &App, request: &Request) -> Result<Key, ApiError> {
    let peer = Peer::of(request.extensions());
    let caller = auth::caller(app, request.headers(), request.uri(), peer)?;
    app.book
        .key(caller.account_id, caller.key_id)
        .ok_or_else(unknown_key)
}

fn usd(units: i64) -> f64 {
    dollars(scale().money(QuotaUnits(units)))
}
