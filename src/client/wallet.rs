//! The wallet: redeeming codes, ways to pay, orders, and what came in (`contract/new-api.md` 7.5).

use reqwest::Method;
use serde_json::{Value, json};
use url::Url;

use super::RelayClient;
use super::account::{may_lack, odd_answer};
use super::call::Call;
use crate::domain::{
    ApiKey, Fault, FaultKind, Money, PayLink, PayMethod, QuotaScale, QuotaUnits, TopUp, TopUpState,
    UnixSeconds, WaysToPay,
};
use crate::locale::{listed, say};
use crate::wire::new_api::{LogRow, TopUpRow};
use crate::wire::plain::one_line;

/// A log row so near to a finished order is the same money told twice, in seconds.
const SAME: i64 = 5;
/// Money that came in, in the log's numbering.
const CAME_IN: i64 = 1;

impl RelayClient {
    /// What the relay takes: payments, codes, a shop of its own.
    ///
    /// # Errors
    /// `Unsupported` without an access token; otherwise what the relay's refusal means.
    pub async fn ways_to_pay(&self) -> Result<WaysToPay, Fault> {
        self.needs_token(say!("what-wallet"))?;
        match self.console("/api/user/topup/info").await {
            Ok(document) => Ok(ways(document.get("data").unwrap_or(&Value::Null))),
            // Before September 2025 the status told the little there was, and codes worked everywhere.
            Err(fault) if may_lack(&fault) => {
                let status = self.console("/api/status").await?;
                let data = status.get("data").unwrap_or(&Value::Null);
                Ok(WaysToPay {
                    redeems: true,
                    shop: link(data.get("top_up_link")),
                    ..WaysToPay::default()
                })
            }
            Err(fault) => Err(fault),
        }
    }

    /// Redeems a code; gives what it added. Never repeated: a code works once.
    ///
    /// # Errors
    /// When the relay refuses the code, with its reason; the wallet is unchanged then.
    pub async fn redeem(&self, code: &str) -> Result<Money, Fault> {
        self.needs_token(say!("what-wallet"))?;
        let code = code.trim();
        if code.is_empty() {
            return Err(Fault::new(FaultKind::BadRequest, say!("wallet-no-code"))
                .advise(say!("wallet-no-code-advice")));
        }
        let scale = self.scale().await?;
        let call = Call {
            body: Some(json!({"key": code}).to_string().into_bytes()),
            holds: Some(ApiKey::new(code)),
            ..Call::write(Method::POST, "/api/user/topup", self.inner.options.console)
        };
        let document = self.call(&call).await?.document()?;
        let units = document.get("data").and_then(number);
        let units = units.ok_or_else(|| {
            odd_answer(say!("what-redeemed-code")).advise(say!("wallet-code-taken"))
        })?;
        Ok(scale.money(QuotaUnits(units)))
    }

    /// Places an order and gives the page to pay it on. `amount` is in whole dollars of quota; without a method the
    /// relay's first is taken.
    ///
    /// # Errors
    /// `Unsupported` where the relay takes no payments, with what it does take; otherwise its refusal. Nothing is paid.
    pub async fn order(&self, amount: u64, method: Option<&str>) -> Result<PayLink, Fault> {
        let ways = self.ways_to_pay().await?;
        let Some(chosen) = chosen(&ways, method)? else {
            return no_payments(&ways);
        };
        if let Some(least) = chosen.least.filter(|least| amount < *least) {
            return Err(Fault::new(
                FaultKind::BadRequest,
                say!(
                    "wallet-order-too-little",
                    method = chosen.name,
                    least = least
                ),
            )
            .advise(say!("wallet-order-too-little-advice", least = least)));
        }
        let word = chosen.word.as_str();
        let (place, body) = match word {
            "stripe" | "waffo" | "waffo_pancake" => (
                format!("/api/user/{}", word.replace('_', "-")),
                json!({"amount": amount, "payment_method": word}),
            ),
            _ => (
                "/api/user".to_owned(),
                json!({"amount": amount, "payment_method": word, "top_up_code": ""}),
            ),
        };
        // The price is told for people; an order does not depend on it.
        let price = self.payment(&format!("{place}/amount"), &body).await.ok();
        let price = price
            .as_ref()
            .and_then(|told| told.get("data"))
            .map(|price| match price {
                Value::String(text) => one_line(text),
                other => other.to_string(),
            });
        let order = self.payment(&format!("{place}/pay"), &body).await?;
        pay_link(&order, price).ok_or_else(|| odd_answer(say!("what-order")))
    }

    /// What came, or was to come, into the wallet, newest first: orders where the relay lists them, and its log.
    ///
    /// # Errors
    /// `Unsupported` without an access token; otherwise what the relay's refusal means.
    pub async fn top_ups(&self) -> Result<Vec<TopUp>, Fault> {
        self.needs_token(say!("what-wallet"))?;
        let scale = self.scale().await?;
        let listed = self
            .all_rows("/api/user/topup/self", |row: &TopUpRow| row.id)
            .await;
        let orders = match listed {
            Ok((rows, _)) => rows,
            Err(fault) if may_lack(&fault) => Vec::new(),
            Err(fault) => return Err(fault),
        };
        let mut all: Vec<TopUp> = orders.iter().map(|row| of_order(row, scale)).collect();
        // Ours lists everything; others tell of codes and of their administrators' credits in the log alone.
        if !matches!(self.site().await, Ok(Some(site)) if site.ours) {
            let (page, _) = self.page::<LogRow>("/api/log/self?type=1", 0, 1).await?;
            let told_twice = |at: i64| {
                orders
                    .iter()
                    .any(|order| (order.complete_time - at).abs() <= SAME)
            };
            let entries = page
                .rows
                .iter()
                .filter(|row| row.kind == CAME_IN && !told_twice(row.created_at));
            all.extend(entries.map(|row| of_log(row, scale)));
        }
        all.sort_by_key(|entry| std::cmp::Reverse(entry.at));
        Ok(all)
    }

    /// A call of the payment family, whose envelope has no `success` and whose `data` is the reason of a failure.
    async fn payment(&self, path: &str, body: &Value) -> Result<Value, Fault> {
        let call = Call {
            body: Some(body.to_string().into_bytes()),
            ..Call::write(Method::POST, path, self.inner.options.console)
        };
        let answer = self.call(&call).await?;
        answer.document().map_err(|fault| {
            let value: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
            match value.get("data").and_then(Value::as_str) {
                Some(why) if fault.kind == FaultKind::BadRequest => Fault {
                    message: say!("wallet-refused", why = one_line(why)),
                    ..fault
                },
                _ => fault,
            }
        })
    }
}

fn ways(data: &Value) -> WaysToPay {
    let flag = |name: &str| data.get(name).and_then(Value::as_bool);
    let mut methods = Vec::new();
    let mut add = |word: &str, name: &str, least: Option<&Value>| {
        if !word.is_empty() && methods.iter().all(|known: &PayMethod| known.word != word) {
            let least = least
                .and_then(number)
                .and_then(|least| least.try_into().ok());
            methods.push(PayMethod {
                word: word.to_owned(),
                name: one_line(name),
                least,
            });
        }
    };
    // Some write the list as JSON inside a text.
    let listed = match data.get("pay_methods") {
        Some(Value::String(text)) => serde_json::from_str(text).unwrap_or_default(),
        Some(Value::Array(list)) => list.clone(),
        _ => Vec::new(),
    };
    for method in &listed {
        let text = |name: &str| method.get(name).and_then(Value::as_str).unwrap_or_default();
        let (word, name) = (text("type"), text("name"));
        let switched_on = match word {
            "stripe" => flag("enable_stripe_topup").unwrap_or(true),
            "creem" => false,
            _ => flag("enable_online_topup").unwrap_or(true),
        };
        if switched_on {
            let least = method.get("min_topup").or_else(|| data.get("min_topup"));
            add(word, if name.is_empty() { word } else { name }, least);
        }
    }
    for (switch, word, name, least) in [
        (
            "enable_stripe_topup",
            "stripe",
            "Stripe",
            "stripe_min_topup",
        ),
        ("enable_waffo_topup", "waffo", "Waffo", "waffo_min_topup"),
        (
            "enable_waffo_pancake_topup",
            "waffo_pancake",
            "Waffo Pancake",
            "waffo_pancake_min_topup",
        ),
    ] {
        if flag(switch) == Some(true) {
            add(word, name, data.get(least));
        }
    }
    let suggested = data.get("amount_options").and_then(Value::as_array);
    WaysToPay {
        methods,
        redeems: flag("enable_redemption").unwrap_or(true),
        shop: link(data.get("topup_link").or_else(|| data.get("top_up_link"))),
        suggested: suggested
            .into_iter()
            .flatten()
            .filter_map(number)
            .filter_map(|amount| amount.try_into().ok())
            .collect(),
    }
}

/// A link that a person may be sent to.
fn link(value: Option<&Value>) -> Option<String> {
    let text = value?.as_str()?.trim();
    let url = Url::parse(text).ok()?;
    matches!(url.scheme(), "http" | "https").then(|| url.to_string())
}

fn chosen<'a>(ways: &'a WaysToPay, method: Option<&str>) -> Result<Option<&'a PayMethod>, Fault> {
    let Some(wanted) = method else {
        return Ok(ways.methods.first());
    };
    let found = ways.methods.iter().find(|method| {
        method.word.eq_ignore_ascii_case(wanted) || method.name.eq_ignore_ascii_case(wanted)
    });
    if found.is_some() || ways.methods.is_empty() {
        return Ok(found);
    }
    let words: Vec<&str> = ways
        .methods
        .iter()
        .map(|known| known.word.as_str())
        .collect();
    Err(Fault::new(
        FaultKind::NotFound,
        say!("wallet-no-method", method = format!("{wanted:?}")),
    )
    .advise(say!("wallet-no-method-advice", methods = listed(&words))))
}

/// What a relay without payments offers instead: its shop, else a word about codes.
fn no_payments(ways: &WaysToPay) -> Result<PayLink, Fault> {
    if let Some(shop) = &ways.shop {
        return Ok(PayLink {
            url: shop.clone(),
            price: None,
            number: String::new(),
        });
    }
    let advice = match ways.redeems {
        true => say!("wallet-no-payments-code"),
        false => say!("wallet-no-payments-ask"),
    };
    Err(Fault::new(FaultKind::Unsupported, say!("wallet-no-online")).advise(advice))
}

/// The page of an order: told outright, or a form whose members the page takes in its query as well.
fn pay_link(order: &Value, price: Option<String>) -> Option<PayLink> {
    let data = order.get("data").unwrap_or(&Value::Null);
    let text = |name: &str| data.get(name).and_then(Value::as_str);
    let outright = ["pay_link", "checkout_url", "payment_url", "url"]
        .into_iter()
        .find_map(text)
        .or_else(|| data.as_str());
    let mut url = match (order.get("url").and_then(Value::as_str), outright) {
        (Some(url), _) | (None, Some(url)) => Url::parse(url).ok()?,
        (None, None) => return None,
    };
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    if let (Some(_), Some(members)) = (order.get("url"), data.as_object()) {
        let mut query = url.query_pairs_mut();
        for (name, value) in members {
            match value {
                Value::String(text) => query.append_pair(name, text),
                other => query.append_pair(name, &other.to_string()),
            };
        }
    }
    let number = ["out_trade_no", "order_id", "trade_no"];
    Some(PayLink {
        url: url.to_string(),
        price: price.or_else(|| text("money").map(one_line)),
        number: number
            .into_iter()
            .find_map(text)
            .map(one_line)
            .unwrap_or_default(),
    })
}

fn of_order(row: &TopUpRow, scale: QuotaScale) -> TopUp {
    let amount = match row.quota {
        Some(units) => Some(scale.money(QuotaUnits(units))),
        None => row
            .amount
            .filter(|amount| (0.0..1.0e9).contains(amount))
            .map(|amount| Money::from_nanos((amount * 1e9).round() as i64)),
    };
    TopUp {
        at: UnixSeconds(row.create_time),
        amount,
        how: one_line(&row.payment_method),
        number: one_line(&row.trade_no),
        state: match row.status.as_str() {
            "pending" => TopUpState::Pending,
            "failed" => TopUpState::Failed,
            "expired" => TopUpState::Expired,
            _ => TopUpState::Done,
        },
    }
}

fn of_log(row: &LogRow, scale: QuotaScale) -> TopUp {
    TopUp {
        at: UnixSeconds(row.created_at),
        amount: (row.quota > 0).then(|| scale.money(QuotaUnits(row.quota))),
        how: one_line(&row.content),
        number: String::new(),
        state: TopUpState::Done,
    }
}

/// A whole number, also from a text.
fn number(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number
            .as_i64()
            .or_else(|| number.as_f64().map(|float| float.round() as i64)),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}
