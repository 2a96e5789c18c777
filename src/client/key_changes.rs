//! Keys that are there already: new settings, on and off, several deleted at once, a secret shown again
//! (`contract/new-api.md` 5.6 to 5.8).

use reqwest::Method;
use serde_json::{Map, Value, json};

use super::RelayClient;
use super::account::{may_lack, odd_answer};
use super::call::Call;
use super::keys::LIST;
use crate::domain::{ApiKey, Fault, FaultKind, KeyDraft, KeyInfo, KeyStatus};
use crate::locale::say;
use crate::wire::new_api::{TokenRow, convert};

impl RelayClient {
    /// Gives a key new settings. One that was expired or exhausted and would not be so any more is enabled again. With
    /// `keep_quota` what it may spend stays as the relay has it, whatever the draft says.
    ///
    /// # Errors
    /// [`FaultKind::NotFound`] when there is none of this number; otherwise what the refusal means. Nothing was changed
    /// then, unless the message says so.
    pub async fn edit_key(
        &self,
        id: i64,
        draft: &KeyDraft,
        keep_quota: bool,
    ) -> Result<KeyInfo, Fault> {
        self.needs_token("keys")?;
        KeyDraft::check_name(&draft.name)
            .map_err(|why| Fault::new(FaultKind::BadRequest, why).advise(say!("key-other-name")))?;
        self.check_pace(draft).await?;
        let mut row = self.key_row(id).await?;
        if !row.contains_key("auto_groups") {
            self.check_auto(draft).await?;
        }
        let stored = row.get("status").and_then(Value::as_i64);
        convert::put_settings(&mut row, draft, keep_quota);
        let answer = self.write_key(LIST, &Value::Object(row)).await?;
        let now = self.time_of(&answer);
        let document = answer.document()?;
        let dead = [KeyStatus::Expired.code(), KeyStatus::Exhausted.code()];
        if stored.is_some_and(|code| dead.contains(&code)) && draft.check_alive(now).is_ok() {
            self.switch_key(id, true).await.map_err(|fault| {
                let message = say!("key-saved-but", what = fault.message);
                Fault { message, ..fault }.advise(say!("key-enable-by-hand"))
            })?;
            return self.key(id).await;
        }
        match document.get("data").and_then(read_row) {
            Some(row) => Ok(convert::key_info(&row, now)),
            None => self.key(id).await,
        }
    }

    /// Switches a key on or off.
    ///
    /// # Errors
    /// When the relay refuses: what is expired or exhausted cannot be enabled.
    pub async fn switch_key(&self, id: i64, on: bool) -> Result<(), Fault> {
        self.needs_token("keys")?;
        let status = if on {
            KeyStatus::Enabled
        } else {
            KeyStatus::Disabled
        };
        let body = json!({"id": id, "status": status.code()});
        let answer = self
            .write_key(&format!("{LIST}?status_only=1"), &body)
            .await?;
        answer.document().map(|_| ())
    }

    /// Deletes several keys with one call, where the relay has such a call. Says how many there were; `None` where it has
    /// none, and nothing was deleted.
    ///
    /// # Errors
    /// What the refusal means.
    pub async fn delete_keys(&self, ids: &[i64]) -> Result<Option<usize>, Fault> {
        self.needs_token("keys")?;
        let limit = self.inner.options.console;
        let call = Call {
            body: Some(json!({"ids": ids}).to_string().into_bytes()),
            ..Call::write(Method::POST, format!("{LIST}batch"), limit)
        };
        match self.call(&call).await?.document() {
            Ok(document) => {
                let count = document.get("data").and_then(Value::as_u64);
                Ok(Some(
                    count
                        .and_then(|count| usize::try_from(count).ok())
                        .unwrap_or(0),
                ))
            }
            Err(fault) if may_lack(&fault) && fault.kind != FaultKind::Forbidden => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// One key as the relay describes it now.
    ///
    /// # Errors
    /// [`FaultKind::NotFound`] when there is none of this number.
    pub async fn key(&self, id: i64) -> Result<KeyInfo, Fault> {
        let limit = self.inner.options.console;
        let call = Call::get(format!("{LIST}{id}"), super::call::As::Account, limit);
        let answer = self.call(&call).await?;
        let now = self.time_of(&answer);
        let document = answer.document()?;
        let row = document.get("data").and_then(read_row);
        let row = row.ok_or_else(|| odd_answer(say!("what-key")))?;
        Ok(convert::key_info(&row, now))
    }

    /// The secret of a key, where the relay shows it again (S-17): old relays in the key itself, newer ones when asked.
    ///
    /// # Errors
    /// When it does not.
    pub async fn reveal_key(&self, id: i64) -> Result<ApiKey, Fault> {
        self.needs_token("keys")?;
        let row = self.key_row(id).await?;
        match row.get("key").and_then(Value::as_str) {
            Some(key) if !convert::is_masked(key) => Ok(convert::secret_of(key)),
            _ => self.reveal(id).await,
        }
    }

    async fn key_row(&self, id: i64) -> Result<Map<String, Value>, Fault> {
        let mut document = self.console(&format!("{LIST}{id}")).await?;
        match document.get_mut("data").map(Value::take) {
            Some(Value::Object(row)) => Ok(row),
            _ => Err(odd_answer(say!("what-key"))),
        }
    }

    async fn write_key(&self, path: &str, body: &Value) -> Result<super::answer::Answer, Fault> {
        let limit = self.inner.options.console;
        self.call(&Call {
            body: Some(body.to_string().into_bytes()),
            ..Call::write(Method::PUT, path, limit)
        })
        .await
    }
}

fn read_row(data: &Value) -> Option<TokenRow> {
    let row: TokenRow = serde_json::from_value(data.clone()).ok()?;
    (row.id > 0).then_some(row)
}
