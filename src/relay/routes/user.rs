//! `/api/user/…`: the account itself, its groups, its models.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::answers::{Answered, done, json_answer};
use super::super::app::App;
use super::super::auth;
use super::super::catalog::AUTO_IS;
use super::super::ids::{self, SecretHash};
use super::super::rows::{Account, OWNER};
use super::super::store::{StoreError, accounts, sessions};
use super::params::Params;
use super::{sent, users};
use crate::domain::group::AUTO;
use crate::wire::new_api::{Envelope, SelfUser};

/// The longest name to log in with, in characters.
const LONGEST_NAME: usize = 20;
/// An access token has so many letters and digits.
const TOKEN_LETTERS: usize = 32;

/// `GET /api/user/self`.
pub async fn own(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    match auth::account(&app, &headers) {
        Ok(account) => done(row(account)),
        Err(refusal) => *refusal,
    }
}

/// `GET /api/user/self/groups`: the groups this account may put on a key.
pub async fn own_groups(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    match auth::account(&app, &headers) {
        Ok(account) => shown_groups(&app, Some(&account)),
        Err(refusal) => *refusal,
    }
}

/// `GET /api/user/groups`: those that everybody may use.
pub async fn groups(State(app): State<Arc<App>>) -> Response {
    shown_groups(&app, None)
}

fn shown_groups(app: &App, account: Option<&Account>) -> Response {
    let catalog = app.wall.now();
    let own = account.map(|account| account.group.as_str());
    let mut map: BTreeMap<&str, Value> = catalog
        .groups_for(account)
        .map(|group| {
            let ratio = catalog.ratio_for(own.unwrap_or_default(), group).to_f64();
            let entry = json!({"ratio": ratio, "desc": group.description});
            (group.name.as_str(), entry)
        })
        .collect();
    if !catalog.auto_groups(account).is_empty() {
        // Its ratio is this word in the protocol.
        map.insert(AUTO, json!({"ratio": "自动", "desc": AUTO_IS}));
    }
    done(map)
}

/// `GET /api/user/models`: names, of all groups or of the one asked for.
pub async fn models(State(app): State<Arc<App>>, headers: HeaderMap, uri: Uri) -> Response {
    let account = match auth::account(&app, &headers) {
        Ok(account) => account,
        Err(refusal) => return *refusal,
    };
    let catalog = app.wall.now();
    let params = Params::of(&uri);
    let wanted = params.get("group");
    let walked = catalog.auto_groups(Some(&account));
    let names: BTreeSet<&str> = catalog
        .groups_for(Some(&account))
        .filter(|group| match wanted {
            None => true,
            Some(AUTO) => walked.iter().any(|walked| walked.name == group.name),
            Some(wanted) => group.name == wanted,
        })
        .flat_map(|group| catalog.models_in(&group.name))
        .collect();
    done(names)
}

/// An account as the protocol shows it to itself and to administrators.
#[derive(Serialize)]
pub struct FullUser {
    #[serde(flatten)]
    known: SelfUser,
    has_password: bool,
    created_at: i64,
    /// For administrators' eyes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
    /// What other programs look for besides; there is nothing of it here.
    #[serde(flatten)]
    absent: Value,
}

/// An account as the protocol shows it.
pub fn row(account: Account) -> FullUser {
    FullUser {
        has_password: account.password.is_some(),
        created_at: account.created,
        remark: None,
        known: SelfUser {
            id: account.id,
            username: account.username,
            display_name: account.display_name,
            role: account.role,
            status: account.status,
            email: String::new(),
            group: account.group,
            quota: account.quota,
            used_quota: account.used_quota,
            request_count: account.request_count,
        },
        absent: json!({
            "aff_code": "", "aff_count": 0, "aff_quota": 0, "aff_history_quota": 0, "inviter_id": 0,
            "github_id": "", "discord_id": "", "oidc_id": "", "wechat_id": "", "telegram_id": "", "linux_do_id": "",
            "setting": "", "stripe_customer": "", "sidebar_modules": "", "permissions": {},
        }),
    }
}

/// A name to log in with: 1 to 20 characters on one line.
///
/// # Errors
/// A sentence about what is wrong with it.
pub fn username(text: &str) -> Result<String, String> {
    let name = text.trim();
    let odd = |letter: char| letter.is_control() || matches!(letter, '(' | ')' | ',');
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        return Err(format!("a user name has 1 to {LONGEST_NAME} characters"));
    }
    if name.chars().any(odd) {
        return Err("a user name holds no control characters, brackets or commas".into());
    }
    Ok(name.to_owned())
}

/// A name for show: at most 40 characters on one line.
///
/// # Errors
/// A sentence about what is wrong with it.
pub fn display_name(text: &str) -> Result<String, String> {
    let name = text.trim();
    if name.chars().count() > 2 * LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(format!(
            "a display name has at most {} characters, and no control characters",
            2 * LONGEST_NAME
        ));
    }
    Ok(name.to_owned())
}

/// What an account may change about itself.
#[derive(Default, Deserialize)]
#[serde(default)]
struct SelfDraft {
    username: Option<String>,
    display_name: Option<String>,
    password: Option<String>,
    original_password: Option<String>,
}

/// `PUT /api/user/self`. Where there is a password, a new one needs it; other log-ins end then.
pub async fn update(State(app): State<Arc<App>>, request: Request) -> Answered {
    let (parts, body) = request.into_parts();
    let who = auth::who(&app, &parts.headers)?;
    let draft: SelfDraft = sent::json(&app, body).await?;
    let (name, shown) = (
        draft.username.as_deref().map(username).transpose()?,
        draft
            .display_name
            .as_deref()
            .map(display_name)
            .transpose()?,
    );
    let password = match draft.password.filter(|password| !password.is_empty()) {
        None => None,
        Some(new) => {
            let kept = who.account.password.clone();
            let old = draft.original_password.unwrap_or_default();
            if kept.is_some() && !app.passwords.fits(kept, old).await {
                return Err("the original password is wrong".into());
            }
            Some(app.passwords.hash(new).await?)
        }
    };
    let (book, memory) = (Arc::clone(&app.book), Arc::clone(&app));
    let (id, session) = (who.account.id, who.session.unwrap_or_default());
    let changed = app.store.change(
        move |transaction| {
            let mut account = accounts::one(transaction, id)?
                .ok_or_else(|| StoreError::Refused("record not found".into()))?;
            account.username = name.unwrap_or(account.username);
            account.display_name = shown.unwrap_or(account.display_name);
            let mut gone = Vec::new();
            if password.is_some() {
                account.password = password;
                gone = sessions::remove(transaction, id, &session, true)?;
            }
            accounts::update(transaction, &account)?;
            Ok((account, gone))
        },
        move |(account, gone)| {
            book.put_account(account.clone());
            memory.sessions.remove(gone);
        },
    );
    changed.await?;
    Ok(json_answer(StatusCode::OK, &Envelope::done()))
}

/// `DELETE /api/user/self`.
pub async fn remove(State(app): State<Arc<App>>, headers: HeaderMap) -> Answered {
    let account = auth::account(&app, &headers)?;
    if account.role >= OWNER {
        return Err("the owner's account cannot be deleted: the relay is its".into());
    }
    users::delete(&app, account.id).await?;
    Ok(json_answer(StatusCode::OK, &Envelope::done()))
}

/// `GET /api/user/token`: a new access token in place of the one before, told once.
pub async fn token(State(app): State<Arc<App>>, headers: HeaderMap) -> Answered {
    let account = auth::account(&app, &headers)?;
    if account.role >= OWNER {
        return Err(
            "the owner's access token is kept by relaydeck itself; replacing it here would lock the dashboard out"
                .into(),
        );
    }
    let Ok(secret) = ids::letters(TOKEN_LETTERS) else {
        return Err("the system gave no randomness, so no token was made; try again".into());
    };
    let (hash, id, book) = (SecretHash::of(&secret), account.id, Arc::clone(&app.book));
    let kept = app.store.change(
        move |transaction| {
            accounts::set_token(transaction, id, &hash)?;
            Ok(accounts::one(transaction, id)?)
        },
        move |account| {
            if let Some(account) = account {
                book.put_account(account.clone());
            }
        },
    );
    kept.await?;
    Ok(done(secret))
}
