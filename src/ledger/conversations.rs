//! Kept conversations: one row a turn, and only turns that changed are written.
//!
//! Two processes may hold the same conversation. Each remembers the stamp it saw last; when it keeps and the stamp has
//! moved on, somebody else continued the conversation, and both ends are kept: this one under a number of its own.

use std::hash::{BuildHasher, RandomState};

use rusqlite::{Connection, OptionalExtension, Row, named_params, params};

use super::row::{millis, nanos, read_millis, read_money, read_usage, tokens};
use super::words::{read_fault, read_finish, read_word, word};
use crate::domain::{Conversation, Cost, Turn, UnixMillis};

/// What this process knows of a conversation as it is stored.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept {
    stamp: i64,
    /// A hash a turn: enough to see which ones changed.
    turns: Vec<u64>,
}

/// Makes hashes that are the same for the life of the process and cannot be foreseen by whoever writes the text.
#[derive(Clone, Default)]
pub(super) struct Hasher(RandomState);

impl Hasher {
    fn of(&self, turn: &Turn) -> rusqlite::Result<u64> {
        serde_json::to_vec(turn)
            .map(|bytes| self.0.hash_one(bytes))
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
    }

    fn of_all(&self, turns: &[Turn]) -> rusqlite::Result<Vec<u64>> {
        turns.iter().map(|turn| self.of(turn)).collect()
    }
}

/// Stores a conversation. `known` is what this process knew of it; the answer is its number and what is known now.
pub(super) fn keep(
    db: &Connection,
    hasher: &Hasher,
    conversation: &Conversation,
    known: Option<&Kept>,
) -> rusqlite::Result<(i64, Kept)> {
    let stamp: i64 = db.query_row(
        "SELECT coalesce(max(stamp), 0) + 1 FROM conversations",
        [],
        |row| row.get(0),
    )?;
    let turns = hasher.of_all(&conversation.turns)?;
    let (id, stored) = match place(db, hasher, conversation.id, known)? {
        Some((id, stored)) => {
            db.prepare_cached("UPDATE conversations SET profile = ?2, model = ?3, system = ?4, stamp = ?5 WHERE id = ?1")?
                .execute(params![id, conversation.profile, conversation.model, conversation.system, stamp])?;
            (id, stored)
        }
        None => {
            let id = db
                .prepare_cached("INSERT INTO conversations (profile, model, system, stamp) VALUES (?1, ?2, ?3, ?4)")?
                .insert(params![conversation.profile, conversation.model, conversation.system, stamp])?;
            (id, Vec::new())
        }
    };
    for (position, (turn, hash)) in conversation.turns.iter().zip(&turns).enumerate() {
        if stored.get(position) != Some(hash) {
            write_turn(db, id, position, turn)?;
        }
    }
    if stored.len() > turns.len() {
        db.prepare_cached("DELETE FROM turns WHERE conversation = ?1 AND position >= ?2")?
            .execute(params![id, turns.len() as i64])?;
    }
    Ok((id, Kept { stamp, turns }))
}

/// Where a conversation goes: its number and the hashes stored there, or `None` for a new place.
fn place(
    db: &Connection,
    hasher: &Hasher,
    id: Option<i64>,
    known: Option<&Kept>,
) -> rusqlite::Result<Option<(i64, Vec<u64>)>> {
    let Some(id) = id else { return Ok(None) };
    let stamp: Option<i64> = db
        .prepare_cached("SELECT stamp FROM conversations WHERE id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()?;
    match (stamp, known) {
        (None, _) => Ok(None),
        (Some(stamp), Some(known)) if known.stamp == stamp => Ok(Some((id, known.turns.clone()))),
        (Some(_), Some(_)) => Ok(None),
        (Some(_), None) => Ok(Some((id, hasher.of_all(&read_turns(db, id)?)?))),
    }
}

/// The conversation of a profile that was kept last.
pub(super) fn latest(
    db: &Connection,
    hasher: &Hasher,
    profile: &str,
) -> rusqlite::Result<Option<(Conversation, Kept)>> {
    let found = db
        .prepare_cached("SELECT id, model, system, stamp FROM conversations WHERE profile = ?1 ORDER BY stamp DESC LIMIT 1")?
        .query_row([profile], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })
        .optional()?;
    let Some((id, model, system, stamp)) = found else {
        return Ok(None);
    };
    let turns = read_turns(db, id)?;
    let kept = Kept {
        stamp,
        turns: hasher.of_all(&turns)?,
    };
    let conversation = Conversation {
        id: Some(id),
        profile: profile.to_owned(),
        model,
        system,
        turns,
    };
    Ok(Some((conversation, kept)))
}

fn write_turn(
    db: &Connection,
    conversation: i64,
    position: usize,
    turn: &Turn,
) -> rusqlite::Result<()> {
    let fault = turn.fault.as_ref().map(word).transpose()?;
    db.prepare_cached(
        "INSERT OR REPLACE INTO turns (conversation, position, sent_ms, model, prompt, reply, reasoning, finish, fault,
            input, cache_read, cache_write, output, cost_nanos, cost_basis, first_ms, total_ms)
         VALUES (:conversation, :position, :sent, :model, :prompt, :reply, :reasoning, :finish, :fault,
            :input, :read, :write, :output, :cost, :basis, :first, :total)",
    )?
    .execute(named_params! {
        ":conversation": conversation,
        ":position": position as i64,
        ":sent": turn.sent.0,
        ":model": turn.model,
        ":prompt": turn.prompt,
        ":reply": turn.reply,
        ":reasoning": turn.reasoning,
        ":finish": turn.finish.as_ref().map(word).transpose()?,
        ":fault": fault,
        ":input": tokens(turn.usage.input),
        ":read": tokens(turn.usage.cache_read),
        ":write": tokens(turn.usage.cache_write),
        ":output": tokens(turn.usage.output),
        ":cost": turn.cost.and_then(|cost| nanos(cost.amount)),
        ":basis": turn.cost.map(|cost| word(&cost.basis)).transpose()?,
        ":first": millis(turn.first_ms),
        ":total": millis(turn.total_ms),
    })
    .map(drop)
}

fn read_turns(db: &Connection, conversation: i64) -> rusqlite::Result<Vec<Turn>> {
    db.prepare_cached(
        "SELECT sent_ms, model, prompt, reply, reasoning, finish, fault, input, cache_read, cache_write, output,
            cost_nanos, cost_basis, first_ms, total_ms
         FROM turns WHERE conversation = ?1 ORDER BY position",
    )?
    .query_map([conversation], read_turn)?
    .collect()
}

fn read_turn(row: &Row<'_>) -> rusqlite::Result<Turn> {
    let text = |column: usize| row.get::<_, Option<String>>(column);
    let cost = match text(12)? {
        Some(basis) => Some(Cost {
            amount: read_money(row, 11)?,
            basis: read_word(12, &basis)?,
        }),
        None => None,
    };
    Ok(Turn {
        sent: UnixMillis(row.get(0)?),
        model: row.get(1)?,
        prompt: row.get(2)?,
        reply: row.get(3)?,
        reasoning: row.get(4)?,
        finish: text(5)?.map(read_finish),
        fault: text(6)?.map(|fault| read_fault(&fault)),
        usage: read_usage(row, 7)?,
        cost,
        first_ms: read_millis(row, 13)?,
        total_ms: read_millis(row, 14)?,
    })
}
