//! Keys: the whole list, making one and learning its secret, deleting one (`contract/new-api.md` 5).

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::Value;

use super::RelayClient;
use super::account::{may_lack, odd_answer};
use super::call::Call;
use crate::domain::group::AUTO;
use crate::domain::retry::Trouble;
use crate::domain::{ApiKey, Fault, FaultKind, KeyDraft, KeyInfo, UnixSeconds};
use crate::locale::say;
use crate::wire::new_api::{TokenRow, convert};

/// The list, with the slash it is registered with: without it the answer is a redirect.
pub(super) const LIST: &str = "/api/token/";

impl RelayClient {
    /// All keys of the account, the newest first. Secrets are not among it, even where the relay shows them.
    ///
    /// # Errors
    /// [`FaultKind::Unsupported`] without an access token; otherwise what the relay's refusal means.
    pub async fn keys(&self) -> Result<Vec<KeyInfo>, Fault> {
        self.needs_token(say!("what-keys"))?;
        let (mut rows, now) = self.all_rows(LIST, |row: &TokenRow| row.id).await?;
        rows.sort_by_key(|row| std::cmp::Reverse(row.id));
        Ok(rows.iter().map(|row| convert::key_info(row, now)).collect())
    }

    /// Makes a key and gives its secret, which is shown to nobody and kept nowhere by this call: the caller must store
    /// it before anything else.
    ///
    /// # Errors
    /// When the relay refuses; nothing was made then. When the key was made but its secret cannot be learnt, the fault
    /// names the key and says so.
    pub async fn create_key(&self, draft: &KeyDraft) -> Result<(KeyInfo, ApiKey), Fault> {
        self.needs_token("keys")?;
        KeyDraft::check_name(&draft.name)
            .map_err(|why| Fault::new(FaultKind::BadRequest, why).advise(say!("key-other-name")))?;
        self.check_pace(draft).await?;
        self.check_auto(draft).await?;
        // Most relays answer a creation with nothing: the new key is the one that was not there before.
        let before = match self.tells_new_keys().await {
            true => BTreeSet::new(),
            false => self
                .newest_rows()
                .await?
                .0
                .iter()
                .map(|row| row.id)
                .collect(),
        };
        let limit = self.inner.options.console;
        let body = serde_json::to_vec(&convert::create_token(draft)).unwrap_or_default();
        let answer = self
            .call(&Call {
                body: Some(body),
                ..Call::write(Method::POST, LIST, limit)
            })
            .await
            .map_err(|fault| fault.advise(say!("key-may-be-made")))?;
        let now = self.time_of(&answer);
        let told: Option<TokenRow> = answer
            .document()?
            .get("data")
            .filter(|data| data.is_object())
            .and_then(|data| serde_json::from_value(data.clone()).ok());
        if let Some(row) = told.filter(|row| row.id > 0) {
            return self.with_secret(row, now).await;
        }
        let (row, now) = self.find_created(draft, &before).await?;
        self.with_secret(row, now).await
    }

    /// A relay that skips members it does not know would leave a key without the ceilings that were asked for.
    pub(super) async fn check_pace(&self, draft: &KeyDraft) -> Result<(), Fault> {
        if draft.pace.is_free() || matches!(self.site().await, Ok(Some(site)) if site.ours) {
            return Ok(());
        }
        Err(Fault::new(FaultKind::Unsupported, say!("key-no-pace"))
            .advise(say!("key-no-pace-advice")))
    }

    /// A relay that skips members it does not know would leave a key in `auto` without the groups it was to try. Those
    /// that know them tell their own (`contract/new-api.md` 5.8).
    pub(super) async fn check_auto(&self, draft: &KeyDraft) -> Result<(), Fault> {
        if draft.auto.groups.is_empty() || draft.group != AUTO {
            return Ok(());
        }
        let told = self.console(&format!("{LIST}auto-groups")).await;
        match told.map(|document| document.pointer("/data/groups").is_some()) {
            Ok(true) => Ok(()),
            Err(fault) if !may_lack(&fault) => Err(fault),
            Ok(false) | Err(_) => Err(Fault::new(
                FaultKind::Unsupported,
                say!("key-no-auto-groups"),
            )
            .advise(say!("key-no-auto-groups-advice"))),
        }
    }

    /// Deletes a key.
    ///
    /// # Errors
    /// [`FaultKind::NotFound`] when there is none of this number; otherwise what the refusal means.
    pub async fn delete_key(&self, id: i64) -> Result<(), Fault> {
        self.needs_token("keys")?;
        let limit = self.inner.options.console;
        let call = Call::write(Method::DELETE, format!("{LIST}{id}"), limit);
        self.call(&call).await?.document().map(|_| ())
    }

    /// Asks for the secret of a key that lists show masked.
    pub(super) async fn reveal(&self, id: i64) -> Result<ApiKey, Fault> {
        let limit = self.inner.options.console;
        let call = Call::write(Method::POST, format!("{LIST}{id}/key"), limit);
        let document = self.call(&call).await?.document()?;
        let data = document.get("data");
        let key = data
            .and_then(|data| data.get("key"))
            .or(data)
            .and_then(Value::as_str)
            .filter(|key| !convert::is_masked(key))
            .ok_or_else(|| odd_answer(say!("what-key-secret")))?;
        Ok(convert::secret_of(key))
    }

    async fn with_secret(
        &self,
        row: TokenRow,
        now: UnixSeconds,
    ) -> Result<(KeyInfo, ApiKey), Fault> {
        let secret = if convert::is_masked(&row.key) {
            self.reveal(row.id).await.map_err(|fault| {
                let message = say!(
                    "key-made-unlearnt",
                    name = format!("{:?}", row.name),
                    id = row.id,
                    why = fault.message
                );
                Fault { message, ..fault }.advise(say!("key-made-unlearnt-advice"))
            })?
        } else {
            convert::secret_of(&row.key)
        };
        Ok((convert::key_info(&row, now), secret))
    }

    /// The key that was just made. Lists may lag behind a write, so it is looked for more than once.
    async fn find_created(
        &self,
        draft: &KeyDraft,
        before: &BTreeSet<i64>,
    ) -> Result<(TokenRow, UnixSeconds), Fault> {
        let mut repetition = 0;
        loop {
            let (rows, now) = self.newest_rows().await?;
            let newest = rows
                .into_iter()
                .filter(|row| !before.contains(&row.id) && row.name == draft.name.trim())
                .max_by_key(|row| row.id);
            if let Some(row) = newest {
                return Ok((row, now));
            }
            // Logs and caches lag behind; asking again is as if the relay had been busy.
            let not_there = Trouble {
                status: Some(503),
                ..Trouble::default()
            };
            let Some(wait) = self.inner.options.wait(repetition, not_there) else {
                return Err(Fault::new(
                    FaultKind::Server,
                    say!(
                        "key-made-unlisted",
                        name = format!("{:?}", draft.name.trim())
                    ),
                )
                .advise(say!("key-made-unlisted-advice")));
            };
            repetition += 1;
            tokio::time::sleep(wait).await;
        }
    }

    /// Whether a creation is answered with the key, so that no list must be read before.
    async fn tells_new_keys(&self) -> bool {
        matches!(self.site().await, Ok(Some(site)) if site.ours) || self.is_one_api().await
    }

    /// The first page: the newest keys.
    async fn newest_rows(&self) -> Result<(Vec<TokenRow>, UnixSeconds), Fault> {
        let (page, now) = self.page(LIST, 0, 1).await?;
        Ok((page.rows, now))
    }
}
