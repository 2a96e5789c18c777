//! `/api/user/…` for administrators: the accounts of this relay, and their wallets (`contract/new-api.md` 9.4).
//!
//! What always holds: nobody changes an account of their own role or above but their own, and the owner stays the owner.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use rusqlite::Transaction;
use serde::Deserialize;
use serde_json::json;

use super::super::answers::{Answered, Refusal, done, json_answer};
use super::super::app::App;
use super::super::auth;
use super::super::ids;
use super::super::passwords::PasswordHash;
use super::super::rows::{ADMIN, Account, DISABLED, ENABLED, OWNER, USER};
use super::super::settings::LARGEST_QUOTA;
use super::super::store::logs::{self, NewLog};
use super::super::store::setup::DEFAULT_GROUP;
use super::super::store::top_ups::{self, Credit};
use super::super::store::{StoreError, accounts, sessions};
use super::params::{Paging, Params};
use super::sent::whole;
use super::user::{FullUser, display_name, row, username};
use super::{login, sent};
use crate::domain::QuotaUnits;
use crate::wire::new_api::Envelope;

type Id = Result<Path<i64>, PathRejection>;

const NOT_FOUND: &str = "record not found";
/// The longest note about an account, in bytes.
const LONGEST_REMARK: usize = 500;

/// `GET /api/user/`, and `/search?keyword=&group=`: newest first.
pub async fn list(State(app): State<Arc<App>>, headers: HeaderMap, uri: Uri) -> Answered {
    auth::admin(&app, &headers)?;
    let params = Params::of(&uri);
    let (word, group) = (params.text("keyword").to_lowercase(), params.text("group"));
    let rows: Vec<FullUser> = app
        .book
        .accounts()
        .into_iter()
        .rev()
        .filter(|account| group.is_empty() || account.group == group)
        .filter(|account| {
            let texts = [&account.username, &account.display_name, &account.remark];
            let found = texts.iter().any(|text| text.to_lowercase().contains(&word));
            found || account.id.to_string() == word
        })
        .map(shown)
        .collect();
    Ok(done(Paging::of(&params).cut(rows)))
}

/// `GET /api/user/:id`.
pub async fn one(State(app): State<Arc<App>>, headers: HeaderMap, id: Id) -> Answered {
    auth::admin(&app, &headers)?;
    let found = id.ok().and_then(|Path(id)| app.book.account(id));
    Ok(done(shown(found.ok_or(NOT_FOUND)?)))
}

/// What a body says of an account; what it does not say stays as it is.
#[derive(Default, Deserialize)]
#[serde(default)]
struct UserDraft {
    #[serde(deserialize_with = "whole")]
    id: Option<i64>,
    username: Option<String>,
    display_name: Option<String>,
    password: Option<String>,
    group: Option<String>,
    remark: Option<String>,
    #[serde(deserialize_with = "whole")]
    role: Option<i64>,
    /// Ours, when an account is made; the protocol credits in a call of its own.
    #[serde(deserialize_with = "whole")]
    quota: Option<i64>,
}

impl UserDraft {
    /// Puts what is said on an account. Role and money have calls of their own.
    fn put_on(&self, account: &mut Account, app: &App) -> Result<(), String> {
        if let Some(name) = &self.username {
            account.username = username(name)?;
        }
        if let Some(name) = &self.display_name {
            account.display_name = display_name(name)?;
        }
        if account.display_name.is_empty() {
            account.display_name = account.username.clone();
        }
        if let Some(group) = &self.group {
            let group = group.trim();
            if app.wall.now().group(group).is_none() {
                return Err(format!("there is no group {group:?}"));
            }
            account.group = group.to_owned();
        }
        if let Some(remark) = &self.remark {
            if remark.len() > LONGEST_REMARK {
                return Err(format!("a remark has at most {LONGEST_REMARK} bytes"));
            }
            account.remark = remark.trim().to_owned();
        }
        Ok(())
    }

    async fn password(&self, app: &App) -> Result<Option<PasswordHash>, String> {
        match self.password.as_ref().filter(|text| !text.is_empty()) {
            Some(text) => app.passwords.hash(text.clone()).await.map(Some),
            None => Ok(None),
        }
    }
}

/// `POST /api/user/`: makes an account. Without a password nobody can log in to it until it gets one.
pub async fn create(State(app): State<Arc<App>>, request: Request) -> Answered {
    let (admin, draft): (Account, UserDraft) = sent::by(&app, request, auth::admin).await?;
    let role = draft.role.unwrap_or(USER);
    if !matches!(role, USER | ADMIN) {
        return Err("role must be 1 (user) or 10 (administrator)".into());
    }
    if role >= admin.role {
        return Err("Unauthorized: nobody makes accounts of their own role or above".into());
    }
    let quota = draft.quota.unwrap_or(0);
    if !(0..=LARGEST_QUOTA).contains(&quota) {
        return Err(format!("quota is between 0 and {LARGEST_QUOTA} units").into());
    }
    let mut account = Account {
        id: 0,
        username: String::new(),
        display_name: String::new(),
        role,
        status: ENABLED,
        group: DEFAULT_GROUP.into(),
        quota,
        used_quota: 0,
        request_count: 0,
        access_token: None,
        password: None,
        remark: String::new(),
        created: app.clock.seconds().0,
    };
    draft.put_on(&mut account, &app)?;
    username(&account.username)?;
    account.password = draft.password(&app).await?;
    Ok(done(shown(
        login::make(&app, account, "Credit from the relay's owner").await?,
    )))
}

/// `PUT /api/user/`.
pub async fn update(State(app): State<Arc<App>>, request: Request) -> Answered {
    let (admin, draft): (Account, UserDraft) = sent::by(&app, request, auth::admin).await?;
    let id = draft.id.ok_or("the body names no id")?;
    let password = draft.password(&app).await?;
    let held = Arc::clone(&app);
    let changed = change(&app, &admin, id, move |transaction, account| {
        draft.put_on(account, &held).map_err(StoreError::Refused)?;
        if password.is_some() {
            account.password = password;
        }
        accounts::update(transaction, account)
    });
    Ok(done(shown(changed.await?)))
}

/// `DELETE /api/user/:id`.
pub async fn remove(State(app): State<Arc<App>>, headers: HeaderMap, id: Id) -> Answered {
    let admin = auth::admin(&app, &headers)?;
    let Path(id) = id.map_err(|_| NOT_FOUND)?;
    let account = app.book.account(id).ok_or(NOT_FOUND)?;
    may_touch(&admin, &account)?;
    if account.role >= OWNER {
        return Err("the owner's account cannot be deleted".into());
    }
    delete(&app, id).await?;
    Ok(json_answer(StatusCode::OK, &Envelope::done()))
}

/// Deletes an account, its keys and its log-ins.
pub async fn delete(app: &Arc<App>, id: i64) -> Result<(), StoreError> {
    let (now, memory) = (app.clock.seconds().0, Arc::clone(app));
    let deleted = app.store.change(
        move |transaction| Ok(accounts::delete(transaction, id, now)?),
        move |()| {
            memory.book.remove_account(id);
            memory.sessions.remove_account(id);
        },
    );
    deleted.await
}

/// What `POST /api/user/manage` is asked.
#[derive(Deserialize)]
struct Manage {
    #[serde(default, deserialize_with = "whole")]
    id: Option<i64>,
    action: String,
    #[serde(default)]
    mode: Option<String>,
    #[serde(default, deserialize_with = "whole")]
    value: Option<i64>,
}

/// `POST /api/user/manage`: on and off, up and down, and money.
pub async fn manage(State(app): State<Arc<App>>, request: Request) -> Answered {
    let (admin, asked): (Account, Manage) = sent::by(&app, request, auth::admin).await?;
    let id = asked.id.ok_or("the body names no id")?;
    if asked.action == "add_quota" {
        return credit(&app, &admin, id, &asked).await;
    }
    if asked.action == "delete" {
        let account = app.book.account(id).ok_or(NOT_FOUND)?;
        may_touch(&admin, &account)?;
        if account.role >= OWNER {
            return Err("the owner's account cannot be deleted".into());
        }
        delete(&app, id).await?;
        return Ok(json_answer(StatusCode::OK, &Envelope::done()));
    }
    let own_role = admin.role;
    let (held, action) = (Arc::clone(&app), asked.action);
    let off = action == "disable";
    let changed = change(&app, &admin, id, move |transaction, account| {
        let refused = |why: &str| Err(StoreError::Refused(why.into()));
        if account.role >= OWNER && action != "enable" {
            return refused("the owner's account can be neither disabled nor given another role");
        }
        match action.as_str() {
            "enable" => account.status = ENABLED,
            "disable" => account.status = DISABLED,
            "promote" if own_role < OWNER => {
                return refused("Unauthorized: only the owner makes administrators");
            }
            "promote" => account.role = ADMIN,
            "demote" => account.role = USER,
            _ => {
                return refused(
                    "action is one of: enable, disable, delete, promote, demote, add_quota",
                );
            }
        }
        accounts::update(transaction, account)
    });
    let account = changed.await?;
    if off {
        login::end(&held, id, String::new(), true).await?;
    }
    Ok(done(
        json!({"role": account.role, "status": account.status}),
    ))
}

/// Adds to a wallet, takes from it, or sets it. What comes in is a top-up (S-06); what is taken is noted.
async fn credit(app: &Arc<App>, admin: &Account, id: i64, asked: &Manage) -> Answered {
    let value = asked
        .value
        .ok_or("add_quota needs a value in quota units")?;
    if !(-LARGEST_QUOTA..=LARGEST_QUOTA).contains(&value) {
        return Err(format!("value is at most {LARGEST_QUOTA} units").into());
    }
    let mode = asked.mode.clone().unwrap_or_else(|| "add".into());
    if mode != "override" && value <= 0 {
        return Err("value must be above 0 to add or subtract".into());
    }
    let number = ids::letters(16).map_err(|_| "the system gave no randomness; try again")?;
    let (now, by) = (app.clock.seconds().0, admin.username.clone());
    let changed = change(app, admin, id, move |transaction, account| {
        let units = match mode.as_str() {
            "add" => value,
            "subtract" => -value,
            "override" => value.saturating_sub(account.quota),
            _ => {
                return Err(StoreError::Refused(
                    "mode is one of: add, subtract, override".into(),
                ));
            }
        };
        let amount = |units: i64| {
            super::super::catalog::scale()
                .money(QuotaUnits(units))
                .decimal(2)
        };
        if units > 0 {
            let credit = Credit {
                account_id: account.id,
                units,
                trade_no: &format!("owner-{number}"),
                method: "owner",
                told: format!("Credited ${} by {by}", amount(units)),
                at: now,
            };
            top_ups::credit(transaction, credit)?;
        } else if units < 0 {
            accounts::add_quota(transaction, account.id, units)?;
            let entry = NewLog {
                account_id: account.id,
                created_at: now,
                kind: logs::MANAGEMENT,
                content: format!("Took ${} away, by {by}", amount(-units)).into(),
                ..NewLog::default()
            };
            logs::insert(transaction, &entry)?;
        }
        Ok(())
    });
    Ok(done(json!({"quota": changed.await?.quota})))
}

/// Changes an account in one transaction, and follows in memory with what is in the file then.
async fn change(
    app: &Arc<App>,
    admin: &Account,
    id: i64,
    work: impl FnOnce(&Transaction<'_>, &mut Account) -> Result<(), StoreError> + Send + 'static,
) -> Result<Account, Refusal> {
    let (admin, memory) = (admin.clone(), Arc::clone(app));
    let missing = || StoreError::Refused(NOT_FOUND.into());
    let changed = app.store.change(
        move |transaction| {
            let mut account = accounts::one(transaction, id)?.ok_or_else(missing)?;
            may_touch(&admin, &account).map_err(|why| StoreError::Refused(why.into()))?;
            let before = account.password.clone();
            work(transaction, &mut account)?;
            // A new password ends what was opened with the old one.
            let gone = match before == account.password {
                true => Vec::new(),
                false => sessions::remove(transaction, id, "", true)?,
            };
            let account = accounts::one(transaction, id)?.ok_or_else(missing)?;
            Ok((account, gone))
        },
        move |(account, gone)| {
            memory.book.put_account(account.clone());
            memory.sessions.remove(gone);
        },
    );
    Ok(changed.await?.0)
}

fn may_touch(admin: &Account, account: &Account) -> Result<(), &'static str> {
    if account.role >= admin.role && account.id != admin.id {
        return Err("Unauthorized: nobody changes accounts of their own role or above");
    }
    Ok(())
}

fn shown(account: Account) -> FullUser {
    let remark = account.remark.clone();
    let mut full = row(account);
    full.remark = Some(remark);
    full
}
