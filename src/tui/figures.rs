//! Holds back the moving figures of a reply: text is shown as it comes, figures a few times a second, because every one
//! of them costs bytes on the line. Only the newest wait; the final ones, at the end of a reply, never do.

use crate::engine::door::Event;

/// The figures of a reply that wait for their turn: they are shown less often than text.
#[derive(Debug)]
pub struct Figures {
    waiting: Option<Box<Event>>,
    /// When figures may be shown again.
    next: u64,
    interval: u64,
}

impl Figures {
    /// Figures that are shown at most once in so many milliseconds.
    pub fn every(interval: u64) -> Self {
        Figures {
            waiting: None,
            next: 0,
            interval,
        }
    }

    /// Lets an event through, or keeps it for later: only the newest figures of a reply are of interest, and none after
    /// its end.
    pub fn pass(&mut self, event: Event, now: u64) -> Option<Event> {
        match &event {
            Event::Spend { .. } if now < self.next => {
                self.waiting = Some(Box::new(event));
                return None;
            }
            Event::Spend { .. } => {
                self.waiting = None;
                self.next = now + self.interval;
            }
            Event::Ended { .. } => self.waiting = None,
            _ => {}
        }
        Some(event)
    }

    /// The figures that waited long enough.
    pub fn due(&mut self, now: u64) -> Option<Box<Event>> {
        let event = self.waiting.take_if(|_| now >= self.next)?;
        self.next = now + self.interval;
        Some(event)
    }

    /// When the waiting figures are to be shown, in milliseconds of uptime; `None` when none wait.
    pub fn deadline(&self) -> Option<u64> {
        self.waiting.as_ref().map(|_| self.next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Basis, Cost, Finish, Usage};
    use crate::engine::door::{Spend, TurnEnd, TurnId};

    fn figures(output: u64) -> Spend {
        Spend {
            usage: Usage {
                output,
                ..Usage::default()
            },
            cost: Cost {
                amount: None,
                basis: Basis::Estimated,
            },
            elapsed_ms: 0,
            first_ms: None,
            tenths_per_second: None,
            key_left: None,
            wallet: None,
        }
    }

    fn spend(output: u64) -> Event {
        Event::Spend {
            turn: TurnId(1),
            spend: figures(output),
        }
    }

    fn output(event: &Event) -> Option<u64> {
        match event {
            Event::Spend { spend, .. } => Some(spend.usage.output),
            _ => None,
        }
    }

    #[test]
    fn the_first_figures_pass_at_once_and_of_those_that_follow_the_newest_waits() {
        let mut held = Figures::every(250);
        assert_eq!(held.pass(spend(1), 0).as_ref().and_then(output), Some(1));
        assert!(held.pass(spend(2), 10).is_none());
        assert!(held.pass(spend(3), 249).is_none());
        assert_eq!(held.deadline(), Some(250));
        assert!(held.due(249).is_none());
        assert_eq!(held.due(250).as_deref().and_then(output), Some(3));
        assert_eq!((held.deadline(), held.due(900).is_none()), (None, true));
        assert!(held.pass(spend(4), 900).is_some());
    }

    #[test]
    fn what_waits_is_void_once_the_reply_has_ended() {
        let mut held = Figures::every(250);
        held.pass(spend(1), 0);
        held.pass(spend(2), 10);
        let ended = Event::Ended {
            turn: TurnId(1),
            end: Box::new(TurnEnd {
                finish: Finish::Stop,
                fault: None,
                spend: figures(9),
                total_ms: 20,
                request_id: None,
            }),
        };
        assert!(held.pass(ended, 20).is_some());
        assert!(held.deadline().is_none() && held.due(1_000).is_none());
    }
}
