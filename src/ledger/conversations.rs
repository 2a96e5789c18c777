//! Kept conversations: one row a turn, and only turns that changed are written.
//!
//! Two processes may hold the same conversation. Each remembers the stamp it saw last; when it keeps and the stamp has
//! moved on, somebody else continued the conversation, and both ends are kept: this one under a number of its own.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io;

use rusqlite::{Connection, OptionalExtension, Row, named_params, params};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::pictures;
use super::row::{millis, nanos, read_millis, read_money, read_usage, tokens};
use super::words::{read_fault, read_finish, read_word, word};
use crate::domain::{ChatSettings, Conversation, Cost, Image, Turn, UnixMillis};

/// What this process knows of the conversations in the file.
#[derive(Default)]
pub(super) struct Known {
    /// The stamp each was seen with last.
    stamps: HashMap<i64, i64>,
    /// Numbers that another process took over, and where our end of the conversation went.
    moved: HashMap<i64, i64>,
    /// Prints of the turns of the one in use, so that it need not be read again to see which ones changed.
    last: Option<(i64, Vec<Print>)>,
}

/// What tells whether a turn is another one than before. The turns themselves are with whoever shows them: a second copy
/// of a conversation of megabytes is not kept for this.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Print {
    /// Of everything but the pictures.
    turn: [u8; 32],
    /// Their bytes are shared with the turn.
    images: Vec<Image>,
}

impl Print {
    fn of(turn: &Turn) -> Self {
        let Turn {
            sent,
            model,
            prompt,
            images,
            reply,
            reasoning,
            finish,
            fault,
            usage,
            cost,
            first_ms,
            total_ms,
        } = turn;
        let texts = (model, prompt, reply, reasoning);
        Print {
            turn: digest(&(sent, texts, finish, fault, usage, cost, first_ms, total_ms)),
            images: images.clone(),
        }
    }

    fn all(turns: &[Turn]) -> Vec<Self> {
        turns.iter().map(Print::of).collect()
    }
}

/// The SHA-256 of a value as JSON, which tells where one member ends and the next begins.
fn digest(value: &impl Serialize) -> [u8; 32] {
    struct Sink(Sha256);
    impl io::Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.update(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut sink = io::BufWriter::new(Sink(Sha256::new()));
    // Neither the values nor the sink can fail.
    let _ = serde_json::to_writer(&mut sink, value);
    let sink = sink.into_inner();
    sink.map_or([0; 32], |sink| sink.0.finalize().into())
}

impl Known {
    /// Remembers a conversation as it was kept: under the number it came with, or under another.
    pub(super) fn kept(&mut self, conversation: &Conversation, id: i64, stamp: i64) {
        if let Some(before) = conversation.id.filter(|before| *before != id) {
            self.moved.insert(before, id);
        }
        self.stamps.insert(id, stamp);
        self.last = Some((id, Print::all(&conversation.turns)));
    }

    /// Remembers a conversation as it was read: from here on its number means this one again.
    pub(super) fn read(&mut self, conversation: &Conversation, stamp: i64) {
        if let Some(id) = conversation.id {
            self.moved.remove(&id);
            self.stamps.insert(id, stamp);
            self.last = Some((id, Print::all(&conversation.turns)));
        }
    }

    /// Prints of the turns of a conversation whose stamp has not moved on.
    fn turns(&self, db: &Connection, id: i64) -> rusqlite::Result<Cow<'_, [Print]>> {
        match &self.last {
            Some((last, prints)) if *last == id => Ok(Cow::Borrowed(prints)),
            _ => read_turns(db, id).map(|turns| Cow::Owned(Print::all(&turns))),
        }
    }
}

/// Stores a conversation; answers its number and its new stamp.
pub(super) fn keep(
    db: &Connection,
    conversation: &Conversation,
    known: &Known,
) -> rusqlite::Result<(i64, i64)> {
    let stamp: i64 = db.query_row(
        "SELECT coalesce(max(stamp), 0) + 1 FROM conversations",
        [],
        |row| row.get(0),
    )?;
    let Conversation {
        profile,
        model,
        name,
        system,
        settings,
        turns,
        ..
    } = conversation;
    let settings = word(settings)?;
    let (id, stored) = match place(db, conversation.id, known)? {
        Some(id) => {
            let stored = known.turns(db, id)?;
            // Not the name: whoever renames it says so, and a copy in memory may hold the one from before.
            db.prepare_cached(
                "UPDATE conversations SET profile = ?2, model = ?3, system = ?4, stamp = ?5, settings = ?6
                 WHERE id = ?1",
            )?
            .execute(params![id, profile, model, system, stamp, settings])?;
            (id, stored)
        }
        None => {
            let id = db
                .prepare_cached(
                    "INSERT INTO conversations (profile, model, system, stamp, settings, name)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                )?
                .insert(params![profile, model, system, stamp, settings, name])?;
            (id, Cow::Owned(Vec::new()))
        }
    };
    for (position, turn) in turns.iter().enumerate() {
        let (before, now) = (stored.get(position), Print::of(turn));
        if before != Some(&now) {
            write_turn(db, id, position, turn)?;
            let had = before.map_or(&[][..], |before| &before.images);
            if had != now.images {
                pictures::write(db, id, position, &turn.images)?;
            }
        }
    }
    if stored.len() > turns.len() {
        db.prepare_cached("DELETE FROM turns WHERE conversation = ?1 AND position >= ?2")?
            .execute(params![id, turns.len() as i64])?;
    }
    Ok((id, stamp))
}

/// The number under which a conversation goes on, or `None` when it needs a new one.
fn place(db: &Connection, id: Option<i64>, known: &Known) -> rusqlite::Result<Option<i64>> {
    let Some(id) = id else { return Ok(None) };
    // Whoever was not told, or did not listen, must not begin a new one with every turn.
    let id = known.moved.get(&id).copied().unwrap_or(id);
    let stamp: Option<i64> = db
        .prepare_cached("SELECT stamp FROM conversations WHERE id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()?;
    let ours = match (stamp, known.stamps.get(&id)) {
        (None, _) => false,
        (Some(stamp), Some(seen)) => stamp == *seen,
        // Kept before this file was opened here; nobody can have seen a later state than the one that is there.
        (Some(_), None) => true,
    };
    Ok(ours.then_some(id))
}

/// The conversation of a profile that was kept last, and its stamp.
pub(super) fn latest(
    db: &Connection,
    profile: &str,
) -> rusqlite::Result<Option<(Conversation, i64)>> {
    let id: Option<i64> = db
        .prepare_cached(
            "SELECT id FROM conversations WHERE profile = ?1 ORDER BY stamp DESC LIMIT 1",
        )?
        .query_row([profile], |row| row.get(0))
        .optional()?;
    match id {
        Some(id) => one(db, id),
        None => Ok(None),
    }
}

/// A conversation, and its stamp.
pub(super) fn one(db: &Connection, id: i64) -> rusqlite::Result<Option<(Conversation, i64)>> {
    let found = db
        .prepare_cached(
            "SELECT profile, model, system, name, settings, stamp FROM conversations WHERE id = ?1",
        )?
        .query_row([id], |row| {
            let conversation = Conversation {
                id: Some(id),
                profile: row.get(0)?,
                model: row.get(1)?,
                system: row.get(2)?,
                name: row.get(3)?,
                settings: read_settings(&row.get::<_, String>(4)?),
                turns: Vec::new(),
            };
            Ok((conversation, row.get(5)?))
        })
        .optional()?;
    let Some((mut conversation, stamp)) = found else {
        return Ok(None);
    };
    conversation.turns = read_turns(db, id)?;
    pictures::read_into(db, id, &mut conversation.turns)?;
    Ok(Some((conversation, stamp)))
}

/// Settings that a newer relaydeck wrote, or a damaged file holds, are the model's own again.
fn read_settings(text: &str) -> ChatSettings {
    serde_json::from_str(text).unwrap_or_default()
}

fn write_turn(
    db: &Connection,
    conversation: i64,
    position: usize,
    turn: &Turn,
) -> rusqlite::Result<()> {
    let fault = turn.fault.as_ref().map(word).transpose()?;
    db.prepare_cached(
        "INSERT INTO turns (conversation, position, sent_ms, model, prompt, reply, reasoning, finish, fault,
            input, cache_read, cache_write, output, cost_nanos, cost_basis, first_ms, total_ms)
         VALUES (:conversation, :position, :sent, :model, :prompt, :reply, :reasoning, :finish, :fault,
            :input, :read, :write, :output, :cost, :basis, :first, :total)
         ON CONFLICT (conversation, position) DO UPDATE SET sent_ms = excluded.sent_ms, model = excluded.model,
            prompt = excluded.prompt, reply = excluded.reply, reasoning = excluded.reasoning, finish = excluded.finish,
            fault = excluded.fault, input = excluded.input, cache_read = excluded.cache_read,
            cache_write = excluded.cache_write, output = excluded.output, cost_nanos = excluded.cost_nanos,
            cost_basis = excluded.cost_basis, first_ms = excluded.first_ms, total_ms = excluded.total_ms",
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
        images: Vec::new(),
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
