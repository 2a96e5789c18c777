//! From the engine to the screen: a queue that merges what can be merged and loses nothing.
//!
//! Neighbouring deltas of one reply become one, a newer list or figure takes the place of an older one that was not
//! taken yet. So reading a relay's stream never waits for a slow terminal, and the queue stays short.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

use super::door::Event;

#[derive(Default)]
struct Inner {
    events: VecDeque<Event>,
    closed: bool,
}

/// Both ends of the queue; clones share it.
#[derive(Clone, Default)]
pub struct Outbox {
    inner: Arc<Mutex<Inner>>,
    filled: Arc<Notify>,
}

impl Outbox {
    /// Puts an event in, merged with what waits where that changes nothing for the reader.
    pub fn push(&self, event: Event) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let merged = merge(&mut inner.events, event);
        if let Some(event) = merged {
            inner.events.push_back(event);
        }
        drop(inner);
        self.filled.notify_one();
    }

    /// Says that nothing will follow.
    pub fn close(&self) {
        self.inner
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .closed = true;
        self.filled.notify_one();
    }

    /// Waits for events and takes all there are; `None` when the queue is closed and empty. Only one reader may wait.
    /// Dropping the future loses nothing.
    pub async fn take(&self) -> Option<Vec<Event>> {
        loop {
            {
                let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
                if !inner.events.is_empty() {
                    return Some(inner.events.drain(..).collect());
                }
                if inner.closed {
                    return None;
                }
            }
            self.filled.notified().await;
        }
    }
}

/// Merges an event into the queue, or hands it back to be appended.
fn merge(events: &mut VecDeque<Event>, event: Event) -> Option<Event> {
    match event {
        Event::Delta {
            turn,
            text,
            reasoning,
        } => {
            // Figures may stand between two pieces of text; moving text over them changes nothing.
            let last = events
                .iter_mut()
                .rev()
                .find(|waiting| !matches!(waiting, Event::Spend { .. } | Event::Today(_)));
            match last {
                Some(Event::Delta {
                    turn: same,
                    text: waiting,
                    reasoning: kind,
                }) if *same == turn && *kind == reasoning => {
                    waiting.push_str(&text);
                    None
                }
                _ => Some(Event::Delta {
                    turn,
                    text,
                    reasoning,
                }),
            }
        }
        Event::Spend { turn, spend } => {
            let same = events.iter_mut().find_map(|waiting| match waiting {
                Event::Spend { turn: same, spend } if *same == turn => Some(spend),
                _ => None,
            });
            match same {
                Some(waiting) => {
                    *waiting = spend;
                    None
                }
                None => Some(Event::Spend { turn, spend }),
            }
        }
        Event::Today(today) => match events
            .iter_mut()
            .find(|waiting| matches!(waiting, Event::Today(_)))
        {
            Some(waiting) => {
                *waiting = Event::Today(today);
                None
            }
            None => Some(Event::Today(today)),
        },
        Event::Running(running) => {
            events.retain(|waiting| !matches!(waiting, Event::Running(_)));
            Some(Event::Running(running))
        }
        Event::Measured(measured) => {
            events.retain(|waiting| !matches!(waiting, Event::Measured(_)));
            Some(Event::Measured(measured))
        }
        Event::Loaded { snapshot, at } => {
            events.retain(
                |waiting| !matches!(waiting, Event::Loaded { snapshot: old, .. } if old.scope() == snapshot.scope()),
            );
            Some(Event::Loaded { snapshot, at })
        }
        other => Some(other),
    }
}

#[cfg(test)]
mod tests {
    use super::super::door::{Snapshot, Today, TurnId};
    use super::*;
    use crate::domain::UnixMillis;

    fn delta(turn: u64, text: &str) -> Event {
        Event::Delta {
            turn: TurnId(turn),
            text: text.into(),
            reasoning: false,
        }
    }

    #[tokio::test]
    async fn text_of_one_reply_is_merged_and_none_is_lost() {
        let outbox = Outbox::default();
        outbox.push(delta(1, "Hel"));
        outbox.push(Event::Today(Today::default()));
        outbox.push(delta(1, "lo"));
        outbox.push(delta(2, "other"));
        outbox.push(delta(1, "!"));
        let texts: Vec<String> = outbox
            .take()
            .await
            .unwrap()
            .into_iter()
            .filter_map(|event| match event {
                Event::Delta { turn, text, .. } => Some(format!("{}:{text}", turn.0)),
                _ => None,
            })
            .collect();
        assert_eq!(texts, ["1:Hello", "2:other", "1:!"]);
    }

    #[tokio::test]
    async fn a_newer_list_takes_the_place_of_an_older_one() {
        let outbox = Outbox::default();
        for at in 1..=3 {
            outbox.push(Event::Loaded {
                snapshot: Snapshot::Keys(vec![]),
                at: UnixMillis(at),
            });
        }
        outbox.push(Event::Loaded {
            snapshot: Snapshot::Groups(vec![]),
            at: UnixMillis(9),
        });
        let events = outbox.take().await.unwrap();
        assert_eq!(events.len(), 2);
        assert!(matches!(
            &events[0],
            Event::Loaded {
                at: UnixMillis(3),
                ..
            }
        ));
    }

    #[tokio::test]
    async fn a_closed_queue_is_emptied_before_it_ends() {
        let outbox = Outbox::default();
        outbox.push(delta(1, "last"));
        outbox.close();
        assert_eq!(outbox.take().await.unwrap().len(), 1);
        assert!(outbox.take().await.is_none());
    }
}
