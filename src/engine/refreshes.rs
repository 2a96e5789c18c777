//! The lists of the open profile, fetched anew: one fetch of a list at a time, numbered, and only the last one counts.
//!
//! A fetch tells what the relay knew at some moment after it was begun. So whoever asks while one is under way waits
//! for that one. But after a change of ours (a key deleted, money spent) it may have been read before the change: it is
//! given up, the next one is begun at once, and an answer with an older number is dropped even when it comes last.
//! Whatever was begun gets an answer: a list, or a fault beside which the stale list stays.

use std::collections::HashMap;

use tokio::task::AbortHandle;

use super::door::{Event, Scope, Snapshot};
use super::task::{Engine, Report, not_open};
use crate::domain::Fault;

/// The number of a fetch; no two of an engine are the same, so those of a profile that was left are older too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct FetchNumber(u64);

/// The fetches under way for the open profile: the last one of each list.
#[derive(Default)]
pub(super) struct Refreshes {
    last: FetchNumber,
    under_way: HashMap<Scope, (FetchNumber, AbortHandle)>,
}

impl Refreshes {
    /// Whether an answer for this list is to be expected. One whose task ended without an answer is not.
    fn awaits(&self, scope: Scope) -> bool {
        let fetch = self.under_way.get(&scope);
        fetch.is_some_and(|(_, task)| !task.is_finished())
    }

    /// Begins a fetch. The one before it counts no more.
    fn begin(&mut self, scope: Scope, start: impl FnOnce(FetchNumber) -> AbortHandle) {
        self.last.0 += 1;
        let fetch = (self.last, start(self.last));
        if let Some((_, given_up)) = self.under_way.insert(scope, fetch) {
            given_up.abort();
        }
    }

    /// A fetch was answered. Says whether it was the last one begun for its list: only then the answer counts.
    fn end(&mut self, scope: Scope, number: FetchNumber) -> bool {
        let fetch = self.under_way.get(&scope);
        let counts = fetch.is_some_and(|(last, _)| *last == number);
        if counts {
            self.under_way.remove(&scope);
        }
        counts
    }

    /// Gives all of them up: their profile is left.
    pub(super) fn forget(&mut self) {
        for (_, (_, task)) in self.under_way.drain() {
            task.abort();
        }
    }
}

impl Engine {
    /// Fetches a list, unless an answer is under way that will do.
    pub(super) fn refresh(&mut self, scope: Scope) {
        if !self.refreshes.awaits(scope) {
            self.fetch_anew(scope);
        }
    }

    /// Fetches a list that a change made stale: what is under way may have been read before it.
    pub(super) fn fetch_anew(&mut self, scope: Scope) {
        let Some(session) = self.session.clone() else {
            return self.tell(Event::Failed {
                scope,
                fault: not_open(),
            });
        };
        let (reports, tasks) = (self.reports.0.clone(), &mut self.tasks);
        self.refreshes.begin(scope, |number| {
            tasks.spawn(async move {
                let result = match session.alive().await {
                    Ok(session) => session.fetch(scope).await,
                    Err(fault) => Err(fault),
                };
                let _ = reports.send(Report::Fetched {
                    number,
                    scope,
                    result,
                });
            })
        });
    }

    /// Takes the answer to a fetch, where it is the last one's.
    pub(super) fn fetched(
        &mut self,
        scope: Scope,
        number: FetchNumber,
        result: Result<Snapshot, Fault>,
    ) {
        if !self.refreshes.end(scope, number) {
            return;
        }
        match result {
            Ok(snapshot) => {
                if let Some(session) = &mut self.session {
                    session.take(&snapshot);
                }
                self.tell(Event::Loaded {
                    snapshot,
                    at: self.clock.now(),
                });
            }
            Err(fault) => self.tell(Event::Failed { scope, fault }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Begins a fetch that never answers by itself.
    fn begin(refreshes: &mut Refreshes, scope: Scope) -> (FetchNumber, AbortHandle) {
        let mut begun = None;
        refreshes.begin(scope, |number| {
            let task = tokio::spawn(std::future::pending::<()>()).abort_handle();
            begun = Some((number, task.clone()));
            task
        });
        begun.unwrap()
    }

    #[tokio::test]
    async fn only_the_last_fetch_of_a_list_counts_whichever_answer_comes_last() {
        let mut refreshes = Refreshes::default();
        let (older, _) = begin(&mut refreshes, Scope::Keys);
        let (newer, _) = begin(&mut refreshes, Scope::Keys);
        let (groups, _) = begin(&mut refreshes, Scope::Groups);
        assert!(!refreshes.end(Scope::Keys, older), "before the newer");
        assert!(refreshes.end(Scope::Keys, newer));
        assert!(!refreshes.end(Scope::Keys, older), "after the newer");
        assert!(refreshes.end(Scope::Groups, groups), "each list by itself");
    }

    #[tokio::test]
    async fn a_fetch_that_is_given_up_or_broke_leaves_nobody_waiting() {
        let mut refreshes = Refreshes::default();
        let (_, task) = begin(&mut refreshes, Scope::Keys);
        assert!(refreshes.awaits(Scope::Keys) && !refreshes.awaits(Scope::Models));
        let (last, newer) = begin(&mut refreshes, Scope::Keys);
        while !task.is_finished() {
            tokio::task::yield_now().await;
        }
        assert!(refreshes.awaits(Scope::Keys), "the newer one is awaited");
        newer.abort();
        while !newer.is_finished() {
            tokio::task::yield_now().await;
        }
        assert!(
            !refreshes.awaits(Scope::Keys),
            "the next ask begins another"
        );
        refreshes.forget();
        assert!(!refreshes.end(Scope::Keys, last), "its profile was left");
    }
}
