//! The accounts of a relay one owns, and their wallets (`contract/new-api.md` 9.4).

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::RelayClient;
use super::super::call::Call;
use crate::domain::{ApiKey, Fault, FaultKind, Money, QuotaScale, QuotaUnits, UnixSeconds};
use crate::locale::{listed, say};
use crate::wire::lenient;
use crate::wire::plain::one_line;

const LIST: &str = "/api/user/";

/// What an account may do besides using the relay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountRole {
    /// Nothing.
    User,
    /// Manages users, channels and codes.
    Administrator,
    /// Everything.
    Owner,
}

impl AccountRole {
    /// The word people see.
    pub const fn word(self) -> &'static str {
        match self {
            AccountRole::User => "user",
            AccountRole::Administrator => "admin",
            AccountRole::Owner => "owner",
        }
    }

    const fn from_code(code: i64) -> Self {
        match code {
            100.. => AccountRole::Owner,
            10.. => AccountRole::Administrator,
            _ => AccountRole::User,
        }
    }
}

/// An account as its relay's owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserAccount {
    /// The relay's number for it.
    pub id: i64,
    /// The name it logs in under.
    pub name: String,
    /// Its name for show.
    pub display_name: String,
    /// What it may do.
    pub role: AccountRole,
    /// Whether it may use the relay.
    pub enabled: bool,
    /// Its own group.
    pub group: String,
    /// What is left in its wallet.
    pub balance: Money,
    /// What it spent in all.
    pub used: Money,
    /// How many requests it made.
    pub requests: i64,
    /// The owner's note.
    pub remark: String,
    /// When it was made, where the relay says.
    pub created: Option<UnixSeconds>,
}

/// An account that is to be made.
#[derive(Clone, Debug)]
pub struct AccountDraft {
    /// The name it logs in under.
    pub name: String,
    /// Its name for show; the other one when empty.
    pub display_name: String,
    /// Its first password.
    pub password: ApiKey,
    /// Whether it becomes an administrator.
    pub administrator: bool,
}

/// What is to be changed of an account; what is not named stays.
#[derive(Clone, Debug, Default)]
pub struct AccountChange {
    /// The name it logs in under.
    pub name: Option<String>,
    /// Its name for show.
    pub display_name: Option<String>,
    /// Its own group.
    pub group: Option<String>,
    /// The owner's note.
    pub remark: Option<String>,
    /// A new password.
    pub password: Option<ApiKey>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct UserRow {
    #[serde(deserialize_with = "lenient::int")]
    id: i64,
    #[serde(deserialize_with = "lenient::text")]
    username: String,
    #[serde(deserialize_with = "lenient::text")]
    display_name: String,
    #[serde(deserialize_with = "lenient::int")]
    role: i64,
    #[serde(deserialize_with = "lenient::int")]
    status: i64,
    #[serde(deserialize_with = "lenient::text")]
    group: String,
    #[serde(deserialize_with = "lenient::int")]
    quota: i64,
    #[serde(deserialize_with = "lenient::int")]
    used_quota: i64,
    #[serde(deserialize_with = "lenient::int")]
    request_count: i64,
    #[serde(deserialize_with = "lenient::text")]
    remark: String,
    #[serde(deserialize_with = "lenient::int")]
    created_at: i64,
}

impl RelayClient {
    /// All accounts, by number.
    ///
    /// # Errors
    /// [`FaultKind::Forbidden`] when the account is no administrator; otherwise what the refusal means.
    pub async fn accounts(&self) -> Result<Vec<UserAccount>, Fault> {
        self.needs_token(say!("what-accounts"))?;
        let scale = self.scale().await?;
        let (rows, _) = self.all_rows(LIST, |row: &UserRow| row.id).await?;
        let mut accounts: Vec<UserAccount> = rows.iter().map(|row| account(row, scale)).collect();
        accounts.sort_by_key(|account| account.id);
        Ok(accounts)
    }

    /// The account of this number or name.
    ///
    /// # Errors
    /// [`FaultKind::NotFound`] when there is none, with the names there are.
    pub async fn account_of(&self, who: &str) -> Result<UserAccount, Fault> {
        let accounts = self.accounts().await?;
        let (who, number) = (who.trim(), who.trim().parse::<i64>().ok());
        // A name that looks like a number is still a name.
        let named = accounts.iter().find(|account| account.name == who);
        let found = named.or_else(|| accounts.iter().find(|account| Some(account.id) == number));
        found.cloned().ok_or_else(|| {
            let names: Vec<&str> = accounts
                .iter()
                .map(|account| account.name.as_str())
                .collect();
            let fault = Fault::new(
                FaultKind::NotFound,
                say!("owner-no-account", who = format!("{who:?}")),
            );
            fault.advise(say!("owner-there-are", names = listed(&names)))
        })
    }

    /// Makes an account and gives it as the relay then describes it.
    ///
    /// # Errors
    /// When the relay refuses; nothing was made then.
    pub async fn add_account(&self, draft: &AccountDraft) -> Result<UserAccount, Fault> {
        self.needs_token(say!("what-accounts"))?;
        let name = draft.name.trim();
        let body = json!({
            "username": name, "password": draft.password.expose(),
            "display_name": if draft.display_name.is_empty() { name } else { draft.display_name.trim() },
            "role": if draft.administrator { 10 } else { 1 },
        });
        self.owner_writes(Method::POST, LIST, &body, Some(&draft.password))
            .await?;
        self.account_of(name).await
    }

    /// Changes an account and gives it as it is then.
    ///
    /// # Errors
    /// When the relay refuses; nothing was changed then.
    pub async fn change_account(
        &self,
        account: &UserAccount,
        change: &AccountChange,
    ) -> Result<UserAccount, Fault> {
        let or = |new: &Option<String>, old: &str| new.clone().unwrap_or_else(|| old.to_owned());
        // Other relays write the whole row, so what stays is sent as it was.
        let mut body = json!({
            "id": account.id, "username": or(&change.name, &account.name),
            "display_name": or(&change.display_name, &account.display_name),
            "group": or(&change.group, &account.group), "remark": or(&change.remark, &account.remark),
        });
        if let Some(password) = &change.password {
            body["password"] = json!(password.expose());
        }
        self.owner_writes(Method::PUT, LIST, &body, change.password.as_ref())
            .await?;
        self.account_of(&account.id.to_string()).await
    }

    /// Adds to an account's wallet, or takes from it when the amount is below zero.
    ///
    /// # Errors
    /// When the amount is not one quota unit, or the relay refuses; nothing was changed then.
    pub async fn credit_account(&self, id: i64, amount: Money) -> Result<(), Fault> {
        let QuotaUnits(units) = self.scale().await?.units(amount);
        if units == 0 {
            return Err(Fault::new(
                FaultKind::BadRequest,
                say!("owner-too-little", amount = amount),
            )
            .advise(say!("owner-amount-advice")));
        }
        let mode = if units > 0 { "add" } else { "subtract" };
        let body = json!({"id": id, "action": "add_quota", "mode": mode, "value": units.abs()});
        self.manage(&body).await
    }

    /// Lets an account use the relay, or keeps it out.
    ///
    /// # Errors
    /// When the relay refuses.
    pub async fn enable_account(&self, id: i64, enabled: bool) -> Result<(), Fault> {
        let action = if enabled { "enable" } else { "disable" };
        self.manage(&json!({"id": id, "action": action})).await
    }

    /// Makes an account an administrator, or a user again.
    ///
    /// # Errors
    /// When the relay refuses.
    pub async fn promote_account(&self, id: i64, administrator: bool) -> Result<(), Fault> {
        let action = if administrator { "promote" } else { "demote" };
        self.manage(&json!({"id": id, "action": action})).await
    }

    /// Deletes an account with its keys.
    ///
    /// # Errors
    /// When the relay refuses.
    pub async fn delete_account(&self, id: i64) -> Result<(), Fault> {
        let path = format!("{LIST}{id}");
        self.owner_writes(Method::DELETE, &path, &Value::Null, None)
            .await
            .map(|_| ())
    }

    async fn manage(&self, body: &Value) -> Result<(), Fault> {
        self.owner_writes(Method::POST, "/api/user/manage", body, None)
            .await
            .map(|_| ())
    }

    /// A write of an owner's; the document that answers it.
    pub(super) async fn owner_writes(
        &self,
        method: Method,
        path: &str,
        body: &Value,
        holds: Option<&ApiKey>,
    ) -> Result<Value, Fault> {
        self.needs_token(say!("what-owner-manages"))?;
        let call = Call {
            body: (!body.is_null()).then(|| body.to_string().into_bytes()),
            holds: holds.cloned(),
            ..Call::write(method, path, self.inner.options.console)
        };
        self.call(&call).await?.document()
    }
}

fn account(row: &UserRow, scale: QuotaScale) -> UserAccount {
    UserAccount {
        id: row.id,
        name: one_line(&row.username),
        display_name: one_line(&row.display_name),
        role: AccountRole::from_code(row.role),
        enabled: row.status == 1,
        group: one_line(&row.group),
        balance: scale.money(QuotaUnits(row.quota)),
        used: scale.money(QuotaUnits(row.used_quota)),
        requests: row.request_count,
        remark: one_line(&row.remark),
        created: (row.created_at > 0).then_some(UnixSeconds(row.created_at)),
    }
}
