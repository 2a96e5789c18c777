//! Keys made, changed, replaced and deleted, with the vault kept in step: a secret is stored before anyone sees it.

use super::host::{EnvOutcome, HeldKey, Host};
use super::session::Session;
use crate::domain::env_file::EnvFor;
use crate::domain::{ApiKey, Fault, FaultKind, KeyDraft, KeyInfo, KeyStatus, UnixSeconds};
use crate::locale::say;

/// A key that was made.
pub struct MadeKey {
    /// The key as its relay describes it.
    pub key: KeyInfo,
    /// Its secret.
    pub secret: ApiKey,
    /// Where the secret was stored, in words for people.
    pub stored_in: String,
}

/// Makes a key at the relay and stores its secret.
///
/// # Errors
/// When the relay refuses. When the secret cannot be stored, the fresh key is deleted again: a key that nobody holds
/// would be lost the moment its secret leaves the screen.
pub async fn create(
    session: &Session,
    host: &dyn Host,
    draft: &KeyDraft,
) -> Result<MadeKey, Fault> {
    let (key, secret) = session.client.create_key(draft).await?;
    let held = HeldKey {
        id: Some(key.id),
        name: key.name.clone(),
        secret: secret.clone(),
    };
    match host.hold_key(&session.profile.name, &held) {
        Ok(stored_in) => Ok(MadeKey {
            key,
            secret,
            stored_in,
        }),
        Err(fault) => {
            let undone = match session.client.delete_key(key.id).await {
                Ok(()) => say!("keys-deleted-again"),
                Err(_) => say!("keys-should-be-deleted"),
            };
            Err(Fault {
                message: format!("{}{undone}", fault.message),
                ..fault
            })
        }
    }
}

/// Gives a key new settings. With `keep_quota` what it may spend stays as the relay has it.
///
/// # Errors
/// When the relay refuses.
pub async fn edit(
    session: &Session,
    host: &dyn Host,
    id: i64,
    draft: &KeyDraft,
    keep_quota: bool,
) -> Result<KeyInfo, Fault> {
    let info = session.client.edit_key(id, draft, keep_quota).await?;
    let profile = &session.profile.name;
    let held = host.held_keys(profile)?;
    let renamed = held
        .into_iter()
        .find(|key| key.id == Some(id) && key.name != info.name);
    if let Some(key) = renamed {
        let name = info.name.clone();
        host.hold_key(profile, &HeldKey { name, ..key })?;
    }
    Ok(info)
}

/// Switches keys on or off. Returns the numbers of those that are so now and the first trouble.
pub async fn switch(session: &Session, ids: &[i64], on: bool) -> (Vec<i64>, Option<Fault>) {
    let (mut done, mut trouble) = (Vec::new(), None);
    for id in ids {
        match session.client.switch_key(*id, on).await {
            Ok(()) => done.push(*id),
            Err(fault) => trouble = trouble.or(Some(fault)),
        }
    }
    (done, trouble)
}

/// A lost key (S-19): makes one with the same settings, then disables the old one. The second of what is returned is why
/// the old one could not be disabled; the new one is there all the same.
///
/// # Errors
/// When the old one is not there or dead, or the relay makes no new one; then nothing was changed.
pub async fn replace(
    session: &Session,
    host: &dyn Host,
    id: i64,
    now: UnixSeconds,
) -> Result<(MadeKey, Option<Fault>), Fault> {
    let old = session.client.key(id).await?;
    let draft = KeyDraft::of(&old);
    draft.check_alive(now).map_err(|dead| {
        let what = match dead {
            KeyStatus::Expired => say!("keys-later-expiry"),
            _ => say!("keys-new-quota"),
        };
        let message = say!(
            "keys-replace-same",
            name = format!("{:?}", old.name),
            status = dead.word()
        );
        Fault::new(FaultKind::BadRequest, message).advise(say!("keys-replace-first", what = what))
    })?;
    let made = create(session, host, &draft).await?;
    let trouble = session.client.switch_key(id, false).await.err();
    let trouble = trouble.map(|fault| {
        let message = say!("keys-replaced-not-disabled", id = id, why = fault.message);
        Fault { message, ..fault }.advise(say!("keys-disable-by-hand"))
    });
    Ok((made, trouble))
}

/// The secret of a key: held here, or else asked of the relay, where it shows secrets again (S-17). With `hold` one that
/// was asked for is stored; the second of what is returned is where.
///
/// # Errors
/// When it is nowhere to be had.
pub async fn secret(
    session: &Session,
    host: &dyn Host,
    id: i64,
    hold: bool,
) -> Result<(ApiKey, Option<String>), Fault> {
    let profile = &session.profile.name;
    let held = host.held_keys(profile)?;
    if let Some(key) = held.into_iter().find(|key| key.id == Some(id)) {
        return Ok((key.secret, None));
    }
    if !session.facts.reveals_keys {
        return Err(
            Fault::new(FaultKind::NotFound, say!("keys-not-held-never", id = id))
                .advise(say!("keys-replace-advice")),
        );
    }
    let secret = session.client.reveal_key(id).await?;
    if !hold {
        return Ok((secret, None));
    }
    let info = session.client.key(id).await?;
    let key = HeldKey {
        id: Some(id),
        name: info.name,
        secret: secret.clone(),
    };
    let stored_in = host.hold_key(profile, &key)?;
    Ok((secret, Some(stored_in)))
}

/// Writes a key, and the address it is for, into a `.env` (S-18).
///
/// # Errors
/// When its secret is not to be had, or the file cannot be written; then the file is as it was.
pub async fn write_env(
    session: &Session,
    host: &dyn Host,
    id: i64,
    file: &str,
    kind: &EnvFor,
    into_git: bool,
) -> Result<EnvOutcome, Fault> {
    let (secret, _) = secret(session, host, id, false).await?;
    let entries = kind.entries(&secret, &session.profile.address);
    host.write_env(file, &entries, into_git)
}

/// Deletes keys at the relay, and their secrets here. Returns the numbers of those that are gone and the first trouble.
pub async fn delete(session: &Session, host: &dyn Host, ids: &[i64]) -> (Vec<i64>, Option<Fault>) {
    let (gone, mut trouble) = match ids {
        [_] => delete_each(session, ids).await,
        several => match delete_at_once(session, several).await {
            Ok(Some(gone)) => (gone, None),
            // An old relay has no such call; and what it refused at once it may still do for some of them.
            Ok(None) | Err(_) => delete_each(session, several).await,
        },
    };
    if let Err(fault) = host.forget_keys(&session.profile.name, &gone) {
        trouble = trouble.or(Some(fault));
    }
    (gone, trouble)
}

/// With one call: relays count calls, and a hundred deletions would be refused half-way.
async fn delete_at_once(session: &Session, ids: &[i64]) -> Result<Option<Vec<i64>>, Fault> {
    let Some(count) = session.client.delete_keys(ids).await? else {
        return Ok(None);
    };
    if count == ids.len() {
        return Ok(Some(ids.to_vec()));
    }
    let left = session.client.keys().await?;
    let is_left = |id: &i64| left.iter().any(|key| key.id == *id);
    Ok(ids.iter().all(|id| !is_left(id)).then(|| ids.to_vec()))
}

async fn delete_each(session: &Session, ids: &[i64]) -> (Vec<i64>, Option<Fault>) {
    let (mut gone, mut trouble) = (Vec::new(), None);
    for id in ids {
        match session.client.delete_key(*id).await {
            Ok(()) => gone.push(*id),
            Err(fault) => trouble = trouble.or(Some(fault)),
        }
    }
    (gone, trouble)
}
