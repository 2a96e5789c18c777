//! `/api/user/topup…`: redeeming a code, what the relay takes, and what came in (`contract/new-api.md` 7.5).

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::answers::{Answered, Refusal, done, json_answer, too_often};
use super::super::app::App;
use super::super::auth::{self, Peer};
use super::super::catalog::{dollars, scale};
use super::super::ids::SecretHash;
use super::super::store::top_ups::{self, TopUp};
use super::super::store::{StoreError, accounts, codes};
use super::params::{Paging, Params};
use super::sent;
use crate::domain::QuotaUnits;

#[derive(Deserialize)]
struct Redemption {
    #[serde(default)]
    key: String,
}

/// `POST /api/user/topup`: redeems a code; the answer is what was added, in quota units.
pub async fn redeem(State(app): State<Arc<App>>, request: Request) -> Answered {
    let (parts, body) = request.into_parts();
    let account = auth::account(&app, &parts.headers)?;
    let from = Peer::of(&parts.extensions);
    let now = app.clock.seconds();
    if let Some(Err(seconds)) = from.map(|from| app.attempts.may(from, now)) {
        return Ok(too_often(seconds));
    }
    let Redemption { key } = sent::json(&app, body).await?;
    if key.trim().is_empty() {
        return Err("No redemption code was given".into());
    }
    let (hash, book) = (SecretHash::of(key.trim()), Arc::clone(&app.book));
    let redeemed = app.store.change(
        move |transaction| {
            let code = codes::redeem(transaction, &hash, account.id, now.0)?;
            let credited = accounts::one(transaction, account.id)?
                .ok_or_else(|| StoreError::Refused("record not found".into()))?;
            Ok((code.units, credited))
        },
        move |(_, credited)| book.put_account(credited.clone()),
    );
    match redeemed.await {
        Ok((units, _)) => Ok(done(units)),
        Err(error) => {
            if let (StoreError::Refused(_), Some(from)) = (&error, from) {
                app.attempts.failed(from, now);
            }
            Err(Refusal::from(error))
        }
    }
}

/// `GET /api/user/topup/info`: codes, and the owner's own link where there is one; no payments through this program.
pub async fn info(State(app): State<Arc<App>>, headers: HeaderMap) -> Answered {
    auth::account(&app, &headers)?;
    let catalog = app.wall.now();
    Ok(done(json!({
        "enable_online_topup": false, "enable_stripe_topup": false, "enable_creem_topup": false,
        "enable_waffo_topup": false, "enable_waffo_pancake_topup": false, "enable_redemption": true,
        "payment_compliance_confirmed": true, "payment_compliance_terms_version": "",
        "waffo_pay_methods": null, "creem_products": "[]", "pay_methods": [],
        "min_topup": 1, "stripe_min_topup": 1, "waffo_min_topup": 1, "waffo_pancake_min_topup": 1,
        "amount_options": [], "discount": {}, "topup_link": catalog.settings.text("TopUpLink"),
    })))
}

/// `GET /api/user/topup/self`: what came into the account's own wallet, newest first.
pub async fn own(State(app): State<Arc<App>>, headers: HeaderMap, uri: Uri) -> Answered {
    let account = auth::account(&app, &headers)?;
    page(&app, Some(account.id), &uri).await
}

/// `GET /api/user/topup`: what came into every wallet, for administrators.
pub async fn all(State(app): State<Arc<App>>, headers: HeaderMap, uri: Uri) -> Answered {
    auth::admin(&app, &headers)?;
    page(&app, None, &uri).await
}

async fn page(app: &App, account: Option<i64>, uri: &Uri) -> Answered {
    let params = Params::of(uri);
    let (paging, number) = (Paging::of(&params), params.text("keyword"));
    let read = app.store.read(move |connection| {
        top_ups::page(connection, account, &number, paging.offset(), paging.size)
    });
    let (rows, total) = read.await?;
    let rows: Vec<Value> = rows.iter().map(shown).collect();
    Ok(done(paging.page(rows, total)))
}

/// A row in the protocol's words. `amount` is in dollars of quota; nobody paid money here, so `money` is 0.
fn shown(row: &TopUp) -> Value {
    json!({
        "id": row.id, "user_id": row.account_id, "amount": dollars(scale().money(QuotaUnits(row.units))),
        "quota": row.units, "money": 0, "trade_no": row.trade_no, "payment_method": row.method,
        "payment_provider": "relaydeck", "create_time": row.at, "complete_time": row.at, "status": "success",
    })
}

/// `POST /api/user/pay` and `/amount`: there is nobody to pay.
pub async fn no_payments(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    auth::account(&app, &headers)?;
    let told = "This relay takes no online payments: redeem a code, or ask its owner for credit";
    Ok(json_answer(
        StatusCode::OK,
        &json!({"message": "error", "data": told}),
    ))
}
