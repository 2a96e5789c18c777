//! The pictures that go with questions: rows of their own, written once, so that a growing answer does not write them again.

use rusqlite::{Connection, params};

use crate::domain::{Image, Turn};

/// Stores the pictures of one turn in place of those before.
pub(super) fn write(
    db: &Connection,
    conversation: i64,
    position: usize,
    images: &[Image],
) -> rusqlite::Result<()> {
    let position = position as i64;
    db.prepare_cached("DELETE FROM turn_images WHERE conversation = ?1 AND position = ?2")?
        .execute([conversation, position])?;
    for (number, image) in images.iter().enumerate() {
        db.prepare_cached(
            "INSERT INTO turn_images (conversation, position, number, name, data) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            conversation,
            position,
            number as i64,
            image.name,
            &image.data[..]
        ])?;
    }
    Ok(())
}

/// Reads the pictures of a conversation into its turns. One that is none any more, in a damaged file, is left out.
pub(super) fn read_into(
    db: &Connection,
    conversation: i64,
    turns: &mut [Turn],
) -> rusqlite::Result<()> {
    let mut statement = db.prepare_cached(
        "SELECT position, name, data FROM turn_images WHERE conversation = ?1 ORDER BY position, number",
    )?;
    let mut rows = statement.query([conversation])?;
    while let Some(row) = rows.next()? {
        let position: i64 = row.get(0)?;
        let turn = usize::try_from(position)
            .ok()
            .and_then(|position| turns.get_mut(position));
        let image = Image::new(row.get::<_, String>(1)?, row.get::<_, Vec<u8>>(2)?);
        if let (Some(turn), Ok(image)) = (turn, image) {
            turn.images.push(image);
        }
    }
    Ok(())
}
