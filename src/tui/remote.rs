//! A value that lives elsewhere and is fetched: asked for or not, on its way, here, or failed.
//!
//! What was here once stays visible: a refresh under way and a refresh that failed both keep the value of before, with
//! its time. Only [`Remote::clear`] forgets it, when a different relay is opened.

use crate::domain::{Fault, UnixMillis};

/// A value and when it was fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timed<T> {
    /// The value.
    pub value: T,
    /// When it was fetched.
    pub at: UnixMillis,
}

/// A value that is fetched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Remote<T> {
    /// Nobody asked for it yet.
    #[default]
    Unasked,
    /// On its way; what was here before, if anything.
    Loading(Option<Timed<T>>),
    /// Here.
    Ready(Timed<T>),
    /// Could not be fetched; what was here before, if anything.
    Failed(Fault, Option<Timed<T>>),
}

impl<T> Remote<T> {
    /// The value, fresh or stale.
    pub fn value(&self) -> Option<&T> {
        self.timed().map(|timed| &timed.value)
    }

    /// The value with its time, fresh or stale.
    pub fn timed(&self) -> Option<&Timed<T>> {
        match self {
            Remote::Unasked => None,
            Remote::Loading(stale) | Remote::Failed(_, stale) => stale.as_ref(),
            Remote::Ready(timed) => Some(timed),
        }
    }

    /// Why it could not be fetched the last time.
    pub fn fault(&self) -> Option<&Fault> {
        match self {
            Remote::Failed(fault, _) => Some(fault),
            Remote::Unasked | Remote::Loading(_) | Remote::Ready(_) => None,
        }
    }

    /// Whether an answer is awaited.
    pub fn is_loading(&self) -> bool {
        matches!(self, Remote::Loading(_))
    }

    /// It was asked for.
    pub fn ask(&mut self) {
        let stale = self.take();
        *self = Remote::Loading(stale);
    }

    /// It came.
    pub fn arrive(&mut self, value: T, at: UnixMillis) {
        *self = Remote::Ready(Timed { value, at });
    }

    /// It could not be had; what was here stays.
    pub fn fail(&mut self, fault: Fault) {
        let stale = self.take();
        *self = Remote::Failed(fault, stale);
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        *self = Remote::Unasked;
    }

    fn take(&mut self) -> Option<Timed<T>> {
        match std::mem::take(self) {
            Remote::Unasked => None,
            Remote::Loading(stale) | Remote::Failed(_, stale) => stale,
            Remote::Ready(timed) => Some(timed),
        }
    }
}

impl<T> std::ops::Deref for Timed<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::FaultKind;

    #[test]
    fn a_failed_refresh_never_blanks_what_was_here() {
        let mut list = Remote::default();
        list.ask();
        assert!(list.is_loading() && list.value().is_none());
        list.arrive(vec![1, 2], UnixMillis(5));
        list.ask();
        assert_eq!(list.value(), Some(&vec![1, 2]));
        list.fail(Fault::new(FaultKind::Network, "unreachable"));
        assert_eq!(
            list.timed().map(|timed| (timed.value.len(), timed.at)),
            Some((2, UnixMillis(5)))
        );
        assert!(list.fault().is_some());
        list.arrive(vec![], UnixMillis(9));
        assert!(list.fault().is_none() && list.value() == Some(&vec![]));
        list.clear();
        assert_eq!(list, Remote::Unasked);
    }
}
