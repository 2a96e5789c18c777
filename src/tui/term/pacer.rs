//! Says when to draw. A pure value: time comes in as milliseconds of some clock that never goes back.
//!
//! What changes after a pause is drawn at once. What follows waits until the interval of its urgency has passed since the
//! last frame, the most urgent deciding. While a frame is under way none is due, so the line sets the pace. Nothing
//! changed, nothing is due: no timer, no frame, no bytes.

use super::link::Link;

/// How soon a change should be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Figures and ages that move by themselves.
    Ambient,
    /// Text that streams.
    Stream,
    /// The answer to a key.
    Echo,
}

impl Urgency {
    /// Milliseconds that should lie between two frames for such changes.
    pub const fn interval(self, link: Link) -> u64 {
        match (self, link) {
            (Urgency::Echo, Link::Local | Link::Remote) => 16,
            (Urgency::Echo, Link::Slow) => 33,
            (Urgency::Stream, Link::Local) => 33,
            (Urgency::Stream, Link::Remote) => 66,
            (Urgency::Stream, Link::Slow) => 150,
            (Urgency::Ambient, Link::Local) => 250,
            (Urgency::Ambient, Link::Remote) => 1_000,
            (Urgency::Ambient, Link::Slow) => 2_000,
        }
    }
}

/// The pacer.
#[derive(Clone, Debug)]
pub struct Pacer {
    link: Link,
    /// The most urgent change that was not drawn yet.
    dirty: Option<Urgency>,
    /// When the last frame was drawn.
    last: Option<u64>,
    under_way: bool,
}

impl Pacer {
    /// A pacer that has drawn nothing yet.
    pub fn new(link: Link) -> Self {
        Self {
            link,
            dirty: None,
            last: None,
            under_way: false,
        }
    }

    /// Something changed.
    pub fn touch(&mut self, urgency: Urgency) {
        self.dirty = self.dirty.max(Some(urgency));
    }

    /// When the next frame is due, in milliseconds of the clock; may lie in the past, which means at once. `None` when
    /// nothing changed, or a frame is under way.
    pub fn due(&self) -> Option<u64> {
        let urgency = self.dirty.filter(|_| !self.under_way)?;
        Some(
            self.last
                .map_or(0, |last| last.saturating_add(urgency.interval(self.link))),
        )
    }

    /// Whether a frame is due now.
    pub fn is_due(&self, now: u64) -> bool {
        self.due().is_some_and(|due| due <= now)
    }

    /// A frame was drawn and handed to the terminal; everything that changed is in it.
    pub fn drawn(&mut self, now: u64) {
        self.dirty = None;
        self.last = Some(now);
        self.under_way = true;
    }

    /// The terminal has taken the frame.
    pub fn written(&mut self) {
        self.under_way = false;
    }

    /// Whether a frame is under way.
    pub fn is_under_way(&self) -> bool {
        self.under_way
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn drawn_at(now: u64, link: Link) -> Pacer {
        let mut pacer = Pacer::new(link);
        pacer.drawn(now);
        pacer.written();
        pacer
    }

    #[test]
    fn nothing_changed_nothing_is_due() {
        assert_eq!(Pacer::new(Link::Local).due(), None);
        assert_eq!(drawn_at(100, Link::Local).due(), None);
    }

    #[test]
    fn the_first_change_after_a_pause_is_drawn_at_once() {
        for urgency in [Urgency::Echo, Urgency::Stream, Urgency::Ambient] {
            let mut pacer = drawn_at(0, Link::Remote);
            pacer.touch(urgency);
            assert!(pacer.is_due(5_000), "{urgency:?}");
        }
    }

    #[test]
    fn what_follows_waits_for_the_interval_of_its_urgency() {
        for (link, urgency, interval) in [
            (Link::Local, Urgency::Echo, 16),
            (Link::Local, Urgency::Stream, 33),
            (Link::Remote, Urgency::Stream, 66),
            (Link::Local, Urgency::Ambient, 250),
            (Link::Remote, Urgency::Ambient, 1_000),
        ] {
            let mut pacer = drawn_at(100, link);
            pacer.touch(urgency);
            assert_eq!(pacer.due(), Some(100 + interval));
        }
    }

    #[test]
    fn the_most_urgent_change_decides() {
        let mut pacer = drawn_at(100, Link::Remote);
        pacer.touch(Urgency::Ambient);
        pacer.touch(Urgency::Echo);
        pacer.touch(Urgency::Stream);
        assert_eq!(pacer.due(), Some(116));
    }

    #[test]
    fn while_a_frame_is_under_way_none_is_due() {
        let mut pacer = drawn_at(100, Link::Local);
        pacer.touch(Urgency::Echo);
        pacer.drawn(120);
        pacer.touch(Urgency::Echo);
        assert_eq!(pacer.due(), None);
        pacer.written();
        assert_eq!(pacer.due(), Some(136));
    }

    proptest! {
        /// However changes come, frames of a stream never follow each other faster than its interval, and no change waits
        /// longer than its interval.
        #[test]
        fn frames_keep_their_distance_and_changes_do_not_wait(gaps in proptest::collection::vec(0u64..120, 1..60)) {
            let mut pacer = Pacer::new(Link::Local);
            let (mut now, mut last) = (0, None);
            for gap in gaps {
                let change = now + gap;
                while let Some(due) = pacer.due().filter(|due| *due <= change) {
                    let at = due.max(now);
                    if let Some(last) = last {
                        prop_assert!(at - last >= 33);
                    }
                    pacer.drawn(at);
                    pacer.written();
                    last = Some(at);
                }
                now = change;
                pacer.touch(Urgency::Stream);
                let due = pacer.due().unwrap_or(u64::MAX);
                prop_assert!(due.max(now) - now <= 33);
            }
        }
    }
}
