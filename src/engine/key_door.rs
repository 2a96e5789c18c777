//! The part of the door that is about keys that are there: what can be asked of them, and what is told.

use crate::domain::env_file::EnvFor;
use crate::domain::{ApiKey, Fault, KeyDraft, KeyInfo};

/// What can be asked of keys that are there.
#[derive(Clone, Debug)]
pub enum KeyAsk {
    /// New settings. Answered by [`KeyTold::Edited`].
    Edit {
        /// Its number.
        id: i64,
        /// All of its settings.
        draft: KeyDraft,
        /// Whether what it may spend stays as the relay has it: it falls while one edits.
        keep_quota: bool,
    },
    /// On or off. Answered by [`KeyTold::Switched`], even where some failed.
    Switch {
        /// Their numbers.
        ids: Vec<i64>,
        /// Whether on.
        on: bool,
    },
    /// A key with the same settings in place of this one, which is disabled (S-19). Answered by [`KeyTold::Replaced`].
    Replace {
        /// The number of the old one.
        id: i64,
    },
    /// Its secret: held here, or shown again by the relay. Answered by [`KeyTold::Revealed`].
    Reveal {
        /// Its number.
        id: i64,
        /// Whether one that the relay shows is to be stored here.
        hold: bool,
    },
    /// The key in a `.env` (S-18). Answered by [`KeyTold::EnvWritten`] or [`KeyTold::EnvInGit`].
    WriteEnv {
        /// Its number.
        id: i64,
        /// The file, as it was typed in.
        file: String,
        /// The programs it is for.
        kind: EnvFor,
        /// Whether it may lie in a git work tree.
        into_git: bool,
    },
}

/// What became of it.
#[derive(Clone, Debug)]
pub enum KeyTold {
    /// A key has new settings.
    Edited {
        /// As it is now.
        key: KeyInfo,
        /// What the relay did not keep of them.
        warning: Option<&'static str>,
    },
    /// Keys were switched on or off.
    Switched {
        /// The numbers of those that are so now.
        ids: Vec<i64>,
        /// Whether they are on.
        on: bool,
        /// The first trouble, where there was some.
        fault: Option<Fault>,
    },
    /// A key took the place of another.
    Replaced {
        /// The number of the old one.
        old: i64,
        /// The new key.
        key: KeyInfo,
        /// Its secret, to be shown once.
        secret: ApiKey,
        /// Where the secret was stored.
        stored_in: String,
        /// Why the old one could not be disabled, where it could not.
        fault: Option<Fault>,
    },
    /// The secret of a key.
    Revealed {
        /// Its number.
        id: i64,
        /// Its secret.
        secret: ApiKey,
        /// Where it was stored now, if it was.
        stored_in: Option<String>,
    },
    /// A key was written into a `.env`.
    EnvWritten {
        /// Its number.
        id: i64,
        /// The file.
        file: String,
        /// Whether others could read it until now.
        was_open: bool,
    },
    /// A `.env` was not written: it lies in a git work tree, which wants a yes.
    EnvInGit {
        /// The file.
        file: String,
        /// The work tree's folder.
        tree: String,
    },
}
