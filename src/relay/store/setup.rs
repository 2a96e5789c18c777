//! What every start does to the database: what an earlier process settled or left open, the owner, and the first key.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::super::OwnerSecrets;
use super::super::book::Book;
use super::super::ids::SecretHash;
use super::super::rows::{ENABLED, Key, NEVER, OWNER};
use super::journal::{Left, Posted};
use super::top_ups::{self, Credit};
use super::{accounts, keys, money};
use crate::domain::AutoRoute;
use crate::domain::Money;
use crate::domain::Pace;
use crate::domain::QuotaScale;

/// The first key's name.
pub const FIRST_KEY: &str = "local-default";
/// The owner's group, and the first key's.
pub const DEFAULT_GROUP: &str = "default";
/// What the owner account is made with.
const CREDIT: Money = Money::from_usd(10);

/// What a start found and did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beginning {
    /// Whether the database was fresh.
    pub fresh: bool,
    /// The first key's number; `None` when its owner deleted it, which stands.
    pub first_key: Option<i64>,
    /// Settlements of a process that ended too soon, now posted.
    pub posted: usize,
    /// Its reservations, now released.
    pub released: usize,
}

/// Makes sure that owner and first key are there, posts what was settled, and releases what was left open; how far the
/// journal is posted then. Done again, it changes nothing.
pub fn ensure(
    connection: &mut Connection,
    left: &Left,
    owner: &OwnerSecrets,
    now: i64,
) -> rusqlite::Result<(Beginning, Posted)> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut posted = Posted::read(&transaction)?;
    let entries = left.since(posted);
    for (_, ending) in &entries {
        money::release(&transaction, ending.reservation)?;
    }
    money::post(&transaction, entries.iter().map(|(_, ending)| ending))?;
    if let Some((number, _)) = entries.last() {
        posted.move_to(&transaction, *number)?;
    }
    let found = transaction
        .query_row(
            "SELECT id FROM accounts WHERE role = ?1 ORDER BY id LIMIT 1",
            [OWNER],
            |row| row.get(0),
        )
        .optional()?;
    let token = SecretHash::of(owner.access_token.expose());
    let account = match found {
        Some(id) => {
            transaction.execute(
                "UPDATE accounts SET access_token = ?2 WHERE id = ?1 AND access_token IS NOT ?2",
                params![id, token.bytes()],
            )?;
            id
        }
        None => make_owner(&transaction, &token, now)?,
    };
    let beginning = Beginning {
        fresh: found.is_none(),
        first_key: ensure_key(&transaction, account, owner, now)?,
        posted: entries.len(),
        released: money::release_orphans(&transaction, now)?,
    };
    transaction.commit()?;
    Ok((beginning, posted))
}

fn make_owner(connection: &Connection, token: &SecretHash, now: i64) -> rusqlite::Result<i64> {
    let credit = QuotaScale::default().units(CREDIT).0;
    connection.execute(
        "INSERT INTO accounts (username, display_name, role, user_group, quota, access_token, created_time)
         VALUES ('owner', 'Owner', ?1, ?2, ?3, ?4, ?5)",
        params![OWNER, DEFAULT_GROUP, credit, token.bytes(), now],
    )?;
    let id = connection.last_insert_rowid();
    top_ups::record(
        connection,
        Credit {
            account_id: id,
            units: credit,
            trade_no: &format!("start-{id}"),
            method: "start",
            told: format!("Local credit of ${} to begin with", CREDIT.decimal(2)),
            at: now,
        },
    )?;
    Ok(id)
}

fn ensure_key(
    connection: &Connection,
    account: i64,
    owner: &OwnerSecrets,
    now: i64,
) -> rusqlite::Result<Option<i64>> {
    let hash = SecretHash::of_key(owner.first_key.expose());
    if let Some((id, deleted)) = keys::ever(connection, &hash)? {
        return Ok((!deleted).then_some(id));
    }
    let key = Key {
        id: 0,
        account_id: account,
        hash,
        masked: masked(owner.first_key.expose()),
        name: FIRST_KEY.into(),
        status: ENABLED,
        group: DEFAULT_GROUP.into(),
        remain_quota: 0,
        unlimited: true,
        used_quota: 0,
        created: now,
        accessed: 0,
        expired: NEVER,
        limits_models: false,
        model_limits: String::new(),
        allow_ips: String::new(),
        pace: Pace::default(),
        auto: AutoRoute::default(),
    };
    keys::insert(connection, &key).map(Some)
}

/// The masked form as the protocol writes it: without `sk-`.
pub fn masked(secret: &str) -> String {
    crate::domain::key::mask(secret.strip_prefix("sk-").unwrap_or(secret))
}

/// Reads accounts and keys into memory.
pub fn load(connection: &Connection, book: &Book) -> rusqlite::Result<()> {
    for account in accounts::all(connection)? {
        book.put_account(account);
    }
    for key in keys::all(connection)? {
        book.put_key(key);
    }
    Ok(())
}
