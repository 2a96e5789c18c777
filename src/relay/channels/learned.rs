//! What a channel's upstream has shown it can and cannot do. It is kept in memory, and written down when it changes.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::domain::UnixMillis;

/// How long a refusal is believed. An upstream that is updated learns new protocols.
const BELIEVED_MS: i64 = 60 * 60 * 1_000;
/// So many models are remembered one by one; who has more is asked again.
const MOST_MODELS: usize = 1_000;

/// What is learned of a channel.
#[derive(Debug, Default)]
pub struct Learned {
    /// It refuses requests that ask for the usage of a stream.
    refuses_stream_options: AtomicBool,
    /// It answered on `/v1/responses`.
    speaks_responses: AtomicBool,
    /// When it refused Responses: for a model, or for all under the empty name.
    refused_responses: Mutex<HashMap<String, UnixMillis>>,
}

/// The same as it is written down.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Written {
    refuses_stream_options: bool,
    speaks_responses: bool,
    refused_responses: HashMap<String, i64>,
}

/// Whether a channel speaks Responses for a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaks {
    Yes,
    No,
    /// Nobody tried yet.
    Unknown,
}

impl Learned {
    /// From what was written down; what cannot be read was never learned.
    pub fn read(text: &str) -> Self {
        let written: Written = serde_json::from_str(text).unwrap_or_default();
        let refused = written.refused_responses.into_iter();
        Learned {
            refuses_stream_options: written.refuses_stream_options.into(),
            speaks_responses: written.speaks_responses.into(),
            refused_responses: Mutex::new(
                refused.map(|(model, at)| (model, UnixMillis(at))).collect(),
            ),
        }
    }

    /// As it is written down.
    pub fn write(&self) -> String {
        let refused = self
            .refused_responses
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let written = Written {
            refuses_stream_options: !self.takes_stream_options(),
            speaks_responses: self.speaks_responses(),
            refused_responses: refused
                .iter()
                .map(|(model, at)| (model.clone(), at.0))
                .collect(),
        };
        // It has no member that could not become JSON.
        serde_json::to_string(&written).unwrap_or_default()
    }

    /// Whether it can be asked for the usage of a stream.
    pub fn takes_stream_options(&self) -> bool {
        !self.refuses_stream_options.load(Ordering::Relaxed)
    }

    /// Remembers that it cannot.
    pub fn refused_stream_options(&self) {
        self.refuses_stream_options.store(true, Ordering::Relaxed);
    }

    /// Whether it ever answered on `/v1/responses`.
    pub fn speaks_responses(&self) -> bool {
        self.speaks_responses.load(Ordering::Relaxed)
    }

    /// Whether it speaks Responses for a model.
    pub fn responses(&self, model: &str, now: UnixMillis) -> Speaks {
        let refused = self
            .refused_responses
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let refused = |name: &str| {
            let at = refused.get(name);
            at.is_some_and(|at| now.0.saturating_sub(at.0) < BELIEVED_MS)
        };
        if refused("") || refused(model) {
            Speaks::No
        } else if self.speaks_responses() {
            Speaks::Yes
        } else {
            Speaks::Unknown
        }
    }

    /// Remembers that it answered on `/v1/responses`. Whether that is news.
    pub fn answered_responses(&self) -> bool {
        !self.speaks_responses.swap(true, Ordering::Relaxed)
    }

    /// Remembers that it does not speak Responses: for a model, or not at all.
    pub fn refused_responses(&self, model: Option<&str>, now: UnixMillis) {
        let mut refused = self
            .refused_responses
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if refused.len() >= MOST_MODELS {
            refused.clear();
        }
        refused.insert(model.unwrap_or_default().to_owned(), now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMillis = UnixMillis(1_000_000_000);

    #[test]
    fn a_refusal_is_for_a_model_or_for_all_and_is_not_believed_for_ever() {
        let learned = Learned::default();
        assert_eq!(learned.responses("a", NOW), Speaks::Unknown);
        learned.answered_responses();
        learned.refused_responses(Some("b"), NOW);
        assert_eq!(learned.responses("a", NOW), Speaks::Yes);
        assert_eq!(learned.responses("b", NOW), Speaks::No);
        learned.refused_responses(None, NOW);
        assert_eq!(learned.responses("a", NOW), Speaks::No);
        let later = UnixMillis(NOW.0 + BELIEVED_MS);
        assert_eq!(learned.responses("b", later), Speaks::Yes);
        for number in 0..3_000 {
            learned.refused_responses(Some(&number.to_string()), NOW);
        }
        let kept = learned.refused_responses.lock().unwrap().len();
        assert!(kept <= MOST_MODELS);
    }

    #[test]
    fn what_is_written_down_is_read_again_and_nonsense_is_nothing() {
        let learned = Learned::default();
        learned.refused_stream_options();
        assert!(learned.answered_responses() && !learned.answered_responses());
        learned.refused_responses(Some("b"), NOW);
        let again = Learned::read(&learned.write());
        assert!(!again.takes_stream_options());
        assert_eq!(again.responses("a", NOW), Speaks::Yes);
        assert_eq!(again.responses("b", NOW), Speaks::No);
        for nonsense in ["", "[]", "{\"refused_responses\": 1}", "{}"] {
            let new = Learned::read(nonsense);
            assert!(new.takes_stream_options(), "{nonsense}");
            assert_eq!(new.responses("a", NOW), Speaks::Unknown);
        }
    }
}
