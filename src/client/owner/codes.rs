//! The redemption codes of a relay one owns (`contract/new-api.md` 7.5).

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::RelayClient;
use super::super::account::odd_answer;
use crate::domain::key::mask;
use crate::domain::{ApiKey, Fault, FaultKind, Money, QuotaScale, QuotaUnits, UnixSeconds};
use crate::locale::say;
use crate::wire::lenient;
use crate::wire::plain::one_line;

const LIST: &str = "/api/redemption/";

/// Whether a code can still be redeemed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeState {
    /// It can.
    Unused,
    /// Its owner switched it off.
    Disabled,
    /// Somebody redeemed it.
    Used,
    /// It is too late.
    Expired,
}

impl CodeState {
    /// The word people see.
    pub const fn word(self) -> &'static str {
        match self {
            CodeState::Unused => "unused",
            CodeState::Disabled => "disabled",
            CodeState::Used => "used",
            CodeState::Expired => "expired",
        }
    }
}

/// A redemption code, masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// The relay's number for it.
    pub id: i64,
    /// What its owner calls it.
    pub name: String,
    /// The masked code.
    pub masked: String,
    /// Whether it can be redeemed.
    pub state: CodeState,
    /// What it is worth.
    pub worth: Money,
    /// When it was made.
    pub created: UnixSeconds,
    /// When it ends; `None` never.
    pub expires: Option<UnixSeconds>,
    /// Who redeemed it.
    pub used_by: Option<i64>,
    /// When it was redeemed.
    pub redeemed: Option<UnixSeconds>,
}

/// Codes that are to be made.
#[derive(Clone, Debug)]
pub struct CodesDraft {
    /// What they are called: 1 to 20 characters.
    pub name: String,
    /// What each is worth.
    pub worth: Money,
    /// How many: 1 to 100.
    pub count: u32,
    /// When they end; `None` never.
    pub expires: Option<UnixSeconds>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct CodeRow {
    #[serde(deserialize_with = "lenient::int")]
    id: i64,
    #[serde(deserialize_with = "lenient::text")]
    key: String,
    #[serde(deserialize_with = "lenient::int")]
    status: i64,
    #[serde(deserialize_with = "lenient::text")]
    name: String,
    #[serde(deserialize_with = "lenient::int")]
    quota: i64,
    #[serde(deserialize_with = "lenient::int")]
    created_time: i64,
    #[serde(deserialize_with = "lenient::int")]
    redeemed_time: i64,
    #[serde(deserialize_with = "lenient::int")]
    used_user_id: i64,
    #[serde(deserialize_with = "lenient::int")]
    expired_time: i64,
}

impl RelayClient {
    /// All codes, newest first.
    ///
    /// # Errors
    /// [`FaultKind::Forbidden`] when the account is no administrator; otherwise what the refusal means.
    pub async fn codes(&self) -> Result<Vec<Code>, Fault> {
        self.needs_token(say!("what-codes"))?;
        let scale = self.scale().await?;
        let (rows, now) = self.all_rows(LIST, |row: &CodeRow| row.id).await?;
        Ok(rows.iter().map(|row| code(row, scale, now)).collect())
    }

    /// Makes codes and gives them, in clear: they may never be told again.
    ///
    /// # Errors
    /// When the relay refuses; nothing was made then.
    pub async fn create_codes(&self, draft: &CodesDraft) -> Result<Vec<ApiKey>, Fault> {
        let QuotaUnits(units) = self.scale().await?.units(draft.worth);
        if units <= 0 {
            return Err(
                Fault::new(FaultKind::BadRequest, say!("owner-code-worthless"))
                    .advise(say!("owner-amount-advice")),
            );
        }
        let body = json!({
            "name": draft.name.trim(), "quota": units, "count": draft.count,
            "expired_time": draft.expires.map_or(0, |expiry| expiry.0),
        });
        let document = self.owner_writes(Method::POST, LIST, &body, None).await?;
        let codes = document.get("data").and_then(Value::as_array);
        let codes = codes.ok_or_else(|| odd_answer(say!("what-new-codes")))?;
        let told: Vec<ApiKey> = codes
            .iter()
            .filter_map(Value::as_str)
            .map(ApiKey::new)
            .collect();
        Ok(told)
    }

    /// Removes a code; what it paid stays in the wallet.
    ///
    /// # Errors
    /// [`FaultKind::NotFound`] when there is none of this number; otherwise what the refusal means.
    pub async fn remove_code(&self, id: i64) -> Result<(), Fault> {
        let path = format!("{LIST}{id}");
        self.owner_writes(Method::DELETE, &path, &Value::Null, None)
            .await
            .map(|_| ())
    }

    /// Removes every code that can no longer be redeemed; gives how many.
    ///
    /// # Errors
    /// When the relay refuses.
    pub async fn remove_invalid_codes(&self) -> Result<i64, Fault> {
        let path = format!("{LIST}invalid");
        let document = self
            .owner_writes(Method::DELETE, &path, &Value::Null, None)
            .await?;
        Ok(document.get("data").and_then(Value::as_i64).unwrap_or(0))
    }
}

fn code(row: &CodeRow, scale: QuotaScale, now: UnixSeconds) -> Code {
    let moment = |seconds: i64| (seconds > 0).then_some(UnixSeconds(seconds));
    let expires = moment(row.expired_time);
    Code {
        id: row.id,
        name: one_line(&row.name),
        masked: if row.key.contains('*') {
            one_line(&row.key)
        } else {
            mask(&row.key)
        },
        state: match row.status {
            1 if expires.is_some_and(|expiry| expiry <= now) => CodeState::Expired,
            1 => CodeState::Unused,
            2 => CodeState::Disabled,
            _ => CodeState::Used,
        },
        worth: scale.money(QuotaUnits(row.quota)),
        created: UnixSeconds(row.created_time),
        expires,
        used_by: (row.used_user_id > 0).then_some(row.used_user_id),
        redeemed: moment(row.redeemed_time),
    }
}
