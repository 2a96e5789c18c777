//! Keys made and deleted, with the vault kept in step: a secret is stored before anyone sees it.

use super::host::{HeldKey, Host};
use super::session::Session;
use crate::domain::{ApiKey, Fault, KeyDraft, KeyInfo};

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
                Ok(()) => "; the key was deleted again",
                Err(_) => "; the key exists at the relay and should be deleted there",
            };
            Err(Fault {
                message: format!("{}{undone}", fault.message),
                ..fault
            })
        }
    }
}

/// Deletes keys at the relay, and their secrets here. Returns the numbers of those that are gone and the first trouble.
pub async fn delete(session: &Session, host: &dyn Host, ids: &[i64]) -> (Vec<i64>, Option<Fault>) {
    let (mut gone, mut trouble) = (Vec::new(), None);
    for id in ids {
        match session.client.delete_key(*id).await {
            Ok(()) => gone.push(*id),
            Err(fault) => trouble = trouble.or(Some(fault)),
        }
    }
    if let Err(fault) = host.forget_keys(&session.profile.name, &gone) {
        trouble = trouble.or(Some(fault));
    }
    (gone, trouble)
}
