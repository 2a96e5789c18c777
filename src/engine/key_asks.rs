//! The engine's commands about keys: what is done for each, and the event that answers it.

use super::door::{AskId, Event, KeyAsk, KeyTold, Scope};
use super::host::{EnvOutcome, Host};
use super::keys;
use super::session::Session;
use super::task::Engine;
use crate::domain::{Fault, KeyDraft, UnixSeconds};

/// The list that a change of keys leaves stale.
const KEYS: &[Scope] = &[Scope::Keys];

impl Engine {
    pub(super) fn create_key(&mut self, ask: AskId, draft: KeyDraft) {
        self.with_session(ask, move |session, host| {
            Box::pin(async move {
                let event = match keys::create(&session, host.as_ref(), &draft).await {
                    Ok(made) => Event::KeyCreated {
                        ask,
                        profile: session.profile.name.clone(),
                        warning: draft.auto_left_out(&made.key),
                        key: made.key,
                        secret: made.secret,
                        stored_in: made.stored_in,
                    },
                    Err(fault) => Event::AskFailed { ask, fault },
                };
                (event, KEYS)
            })
        });
    }

    pub(super) fn delete_keys(&mut self, ask: AskId, ids: Vec<i64>) {
        self.with_session(ask, move |session, host| {
            Box::pin(async move {
                let (ids, fault) = keys::delete(&session, host.as_ref(), &ids).await;
                let event = Event::KeysDeleted {
                    ask,
                    profile: session.profile.name.clone(),
                    ids,
                    fault,
                };
                (event, KEYS)
            })
        });
    }

    pub(super) fn ask_of_keys(&mut self, ask: AskId, what: KeyAsk) {
        let now = self.clock.now().seconds();
        self.with_session(ask, move |session, host| {
            Box::pin(async move {
                let profile = session.profile.name.clone();
                match carry_out(what, &session, host.as_ref(), now).await {
                    Ok((told, stale)) => (Event::Keys { ask, profile, told }, stale),
                    Err(fault) => (Event::AskFailed { ask, fault }, KEYS),
                }
            })
        });
    }
}

async fn carry_out(
    what: KeyAsk,
    session: &Session,
    host: &dyn Host,
    now: UnixSeconds,
) -> Result<(KeyTold, &'static [Scope]), Fault> {
    Ok(match what {
        KeyAsk::Edit {
            id,
            draft,
            keep_quota,
        } => {
            let key = keys::edit(session, host, id, &draft, keep_quota).await?;
            let warning = draft.auto_left_out(&key);
            (KeyTold::Edited { key, warning }, KEYS)
        }
        KeyAsk::Switch { ids, on } => {
            let (ids, fault) = keys::switch(session, &ids, on).await;
            (KeyTold::Switched { ids, on, fault }, KEYS)
        }
        KeyAsk::Replace { id } => {
            let (made, fault) = keys::replace(session, host, id, now).await?;
            let told = KeyTold::Replaced {
                old: id,
                key: made.key,
                secret: made.secret,
                stored_in: made.stored_in,
                fault,
            };
            (told, KEYS)
        }
        KeyAsk::Reveal { id, hold } => {
            let (secret, stored_in) = keys::secret(session, host, id, hold).await?;
            let stale = if stored_in.is_some() { KEYS } else { &[] };
            let told = KeyTold::Revealed {
                id,
                secret,
                stored_in,
            };
            (told, stale)
        }
        KeyAsk::WriteEnv {
            id,
            file,
            kind,
            into_git,
        } => {
            let told = match keys::write_env(session, host, id, &file, &kind, into_git).await? {
                EnvOutcome::Written { file, was_open } => {
                    KeyTold::EnvWritten { id, file, was_open }
                }
                EnvOutcome::InGit { file, tree } => KeyTold::EnvInGit { file, tree },
            };
            (told, &[])
        }
    })
}
