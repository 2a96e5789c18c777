//! The list of kept conversations: what each is called, what it cost, what it says; renaming and deleting.

use rusqlite::{Connection, params};

use crate::domain::{ConversationInfo, Money, UnixMillis, halves};

/// Characters of a first question that a list is given.
const FIRST: i64 = 240;
/// Characters shown around a text that was found: before it, and in all.
const BEFORE: i64 = 24;
const AROUND: i64 = 120;

/// The conversations of a profile, the one kept last first. With a text to find, only those that say it, in a question
/// or an answer; letters are compared without regard to case where they are plain.
pub(super) fn list(
    db: &Connection,
    profile: &str,
    find: &str,
) -> rusqlite::Result<Vec<ConversationInfo>> {
    let mut infos = all(db, profile)?;
    let find = find.trim();
    if find.is_empty() {
        return Ok(infos);
    }
    let mut found = snippets(db, profile, &find.to_ascii_lowercase())?;
    infos.retain_mut(
        |info| match found.iter().position(|(id, _)| *id == info.id) {
            Some(at) => {
                info.found = Some(found.swap_remove(at).1);
                true
            }
            None => false,
        },
    );
    Ok(infos)
}

fn all(db: &Connection, profile: &str) -> rusqlite::Result<Vec<ConversationInfo>> {
    db.prepare_cached(
        "SELECT c.id, c.name, c.model, s.turns, s.last, s.high, s.low, s.unknown,
            (SELECT substr(prompt, 1, ?2) FROM turns WHERE conversation = c.id ORDER BY position LIMIT 1)
         FROM conversations c
         JOIN (SELECT conversation, count(*) AS turns, max(sent_ms) AS last, coalesce(sum(cost_nanos >> 32), 0) AS high, coalesce(sum(cost_nanos & 4294967295), 0) AS low,
                sum(cost_nanos IS NULL) AS unknown
            FROM turns INDEXED BY turns_summed GROUP BY conversation) s ON s.conversation = c.id
         WHERE c.profile = ?1 ORDER BY c.stamp DESC",
    )?
    .query_map(params![profile, FIRST], |row| {
        let count = |column: usize| -> rusqlite::Result<u64> {
            Ok(row.get::<_, i64>(column)?.max(0).unsigned_abs())
        };
        Ok(ConversationInfo {
            id: row.get(0)?,
            profile: profile.to_owned(),
            name: row.get(1)?,
            model: row.get(2)?,
            turns: count(3)?,
            last: UnixMillis(row.get(4)?),
            cost: Money::from_nanos(halves::whole(row.get(5)?, row.get(6)?)),
            unknown: count(7)?,
            first: row.get::<_, Option<String>>(8)?.unwrap_or_default(),
            found: None,
        })
    })?
    .collect()
}

/// Where each conversation says a text first, with some words around it.
fn snippets(db: &Connection, profile: &str, find: &str) -> rusqlite::Result<Vec<(i64, String)>> {
    db.prepare_cached(
        "SELECT t.conversation, min(t.position),
            CASE WHEN instr(lower(t.prompt), ?2) > 0
                THEN substr(t.prompt, max(1, instr(lower(t.prompt), ?2) - ?3), ?4)
                ELSE substr(t.reply, max(1, instr(lower(t.reply), ?2) - ?3), ?4) END,
            CASE WHEN instr(lower(t.prompt), ?2) > 0
                THEN instr(lower(t.prompt), ?2)
                ELSE instr(lower(t.reply), ?2) END > ?3 + 1
         FROM turns t JOIN conversations c ON c.id = t.conversation
         WHERE c.profile = ?1 AND (instr(lower(t.prompt), ?2) > 0 OR instr(lower(t.reply), ?2) > 0)
         GROUP BY t.conversation",
    )?
    .query_map(params![profile, find, BEFORE, AROUND], |row| {
        let text: String = row.get(2)?;
        let from = if row.get(3)? { begun(&text) } else { 0 };
        Ok((row.get(0)?, text[from..].to_owned()))
    })?
    .collect()
}

/// Where the first whole word of a text that was cut out begins, as long as that is before what was found.
fn begun(text: &str) -> usize {
    let before = usize::try_from(BEFORE).unwrap_or(0);
    let mut letters = text.char_indices().take(before);
    let blank = letters.find(|(_, letter)| letter.is_whitespace());
    blank.map_or(0, |(at, letter)| at + letter.len_utf8())
}

/// Gives a conversation a name; an empty one takes its name away. Says whether there was such a conversation. Its stamp
/// stays: what it says has not changed.
pub(super) fn rename(db: &Connection, id: i64, name: &str) -> rusqlite::Result<bool> {
    let changed = db
        .prepare_cached("UPDATE conversations SET name = ?2 WHERE id = ?1")?
        .execute(params![id, name])?;
    Ok(changed > 0)
}

/// Deletes conversations with all they say; answers the numbers of those that were there. Receipts stay: they are money.
pub(super) fn delete(db: &Connection, ids: &[i64]) -> rusqlite::Result<Vec<i64>> {
    let mut gone = Vec::new();
    for id in ids {
        let deleted = db
            .prepare_cached("DELETE FROM conversations WHERE id = ?1")?
            .execute([id])?;
        if deleted > 0 {
            gone.push(*id);
        }
    }
    Ok(gone)
}
