//! What is handed to a thread that works: it is woken by what cannot wait, and finds the rest when it looks anyway.
//!
//! Waking a thread costs more than most of what is handed over, so what may wait a moment is left lying for a thread
//! that will look within that moment. What always holds: everything comes out once and in the order it went in.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The inbox.
pub struct Inbox<T> {
    state: Mutex<State<T>>,
    bell: Condvar,
    /// There is something to look at that is not in here, since the thread last looked.
    nudged: AtomicBool,
    /// The thread has to be woken, as `state` says too: whoever nudges need not lock it where it has not.
    asleep: AtomicBool,
    /// How long what can wait may wait.
    moment: Duration,
}

struct State<T> {
    items: Vec<T>,
    rest: Rest,
    /// The bell was rung since the thread last looked.
    rung: bool,
    closed: bool,
}

/// Whether something can wait a moment.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Haste {
    /// It cannot.
    Now,
    /// It can.
    AtLeisure,
}

/// What the thread does.
#[derive(Clone, Copy)]
enum Rest {
    /// It works, and will look when it is done.
    Works,
    /// It looks within a moment.
    Dozes,
    /// It has to be woken.
    Sleeps,
}

impl<T> Inbox<T> {
    /// An empty one, where what can wait may wait for a moment.
    pub fn new(moment: Duration) -> Self {
        Inbox {
            state: Mutex::new(State {
                items: Vec::new(),
                rest: Rest::Works,
                rung: false,
                closed: false,
            }),
            bell: Condvar::new(),
            nudged: AtomicBool::new(false),
            asleep: AtomicBool::new(false),
            moment,
        }
    }

    /// Puts something in that cannot wait. After the inbox was closed it is dropped.
    pub fn put(&self, item: T) {
        self.put_made(|items| {
            items.push(item);
            Haste::Now
        });
    }

    /// Has the thread look within a moment, at what is not in here.
    pub fn nudge(&self) {
        if self.nudged.load(Ordering::SeqCst) {
            return;
        }
        // The thread says that it sleeps, then looks for a nudge; here it is the other way round, so one sees the other.
        self.nudged.store(true, Ordering::SeqCst);
        if self.asleep.load(Ordering::SeqCst) {
            // It sleeps, or has not looked yet: either way it holds the lock until it can hear the bell.
            drop(self.open());
            self.bell.notify_one();
        }
    }

    /// Puts something in that is made at that moment, behind what is there or as a part of it: what is made in turn
    /// comes out in turn.
    pub fn put_made(&self, make: impl FnOnce(&mut Vec<T>) -> Haste) {
        let mut state = self.open();
        if state.closed {
            return;
        }
        let haste = make(&mut state.items);
        let wakes = match state.rest {
            Rest::Works => false,
            Rest::Dozes => haste == Haste::Now,
            Rest::Sleeps => true,
        };
        if wakes && !state.rung {
            state.rung = true;
            drop(state);
            self.bell.notify_one();
        }
    }

    /// Nothing more goes in.
    pub fn close(&self) {
        self.open().closed = true;
        self.bell.notify_one();
    }

    /// Takes what is there; where nothing is, waits for something, at most so long. Whether anything may still come.
    pub fn wait(&self, most: Option<Duration>, into: &mut Vec<T>) -> bool {
        let mut state = self.open();
        if state.items.is_empty() && !state.closed {
            let sleeps = most.is_none_or(|most| most > self.moment);
            state.rest = if sleeps { Rest::Sleeps } else { Rest::Dozes };
            self.asleep.store(sleeps, Ordering::SeqCst);
            let resting = |state: &mut State<T>| {
                let nudged = sleeps && self.nudged.load(Ordering::SeqCst);
                !state.rung && !state.closed && !nudged
            };
            state = match most {
                Some(most) => {
                    let waited = self.bell.wait_timeout_while(state, most, resting);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
                None => {
                    let waited = self.bell.wait_while(state, resting);
                    waited.unwrap_or_else(PoisonError::into_inner)
                }
            };
            state.rest = Rest::Works;
            self.asleep.store(false, Ordering::SeqCst);
        }
        state.rung = false;
        self.nudged.store(false, Ordering::SeqCst);
        into.append(&mut state.items);
        !state.closed
    }

    fn open(&self) -> MutexGuard<'_, State<T>> {
        // Nothing panics while it holds this, so what a poisoned lock guards is whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::thread;

    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn everything_comes_out_once_and_in_order_whatever_is_urgent() {
        let inbox = Arc::new(Inbox::new(Duration::from_millis(1)));
        let worker = thread::spawn({
            let inbox = Arc::clone(&inbox);
            move || {
                let (mut seen, mut some) = (Vec::new(), Vec::new());
                let mut open = true;
                while open {
                    // Now it sleeps, now it dozes, now it only waits longer than a moment.
                    let most = match seen.len() % 3 {
                        0 => None,
                        1 => Some(Duration::from_millis(1)),
                        _ => Some(LONG),
                    };
                    open = inbox.wait(most, &mut some);
                    seen.append(&mut some);
                }
                seen
            }
        });
        for number in 0..10_000 {
            if number % 7 == 0 {
                inbox.put(number);
            } else {
                inbox.put_made(|items| {
                    items.push(number);
                    Haste::AtLeisure
                });
            }
        }
        inbox.close();
        inbox.put(-1);
        assert_eq!(worker.join().unwrap(), (0..10_000).collect::<Vec<_>>());
    }

    #[test]
    fn what_can_wait_wakes_who_sleeps_and_not_who_dozes() {
        let inbox = Arc::new(Inbox::new(LONG));
        let rests = |most| {
            let (sleeper, (told, taken)) = (Arc::clone(&inbox), std::sync::mpsc::channel());
            thread::spawn(move || {
                let mut some = Vec::new();
                sleeper.wait(most, &mut some);
                told.send(some).unwrap();
            });
            while matches!(inbox.open().rest, Rest::Works) {
                thread::yield_now();
            }
            taken
        };
        let at_leisure = |number| {
            inbox.put_made(|items| {
                items.push(number);
                Haste::AtLeisure
            });
        };
        let taken = rests(None);
        at_leisure(1);
        assert_eq!(taken.recv_timeout(LONG).unwrap(), [1]);
        let taken = rests(Some(LONG));
        at_leisure(2);
        inbox.nudge();
        assert!(taken.try_recv().is_err() && !inbox.open().rung);
        inbox.put(3);
        assert_eq!(taken.recv_timeout(LONG).unwrap(), [2, 3]);
    }

    #[test]
    fn a_nudge_wakes_who_sleeps_and_keeps_who_works_from_falling_asleep() {
        let inbox = Arc::new(Inbox::<()>::new(Duration::from_millis(1)));
        let mut none = Vec::new();
        inbox.nudge();
        assert!(inbox.wait(None, &mut none) && none.is_empty());
        let sleeper = Arc::clone(&inbox);
        let woken = thread::spawn(move || sleeper.wait(None, &mut Vec::new()));
        while matches!(inbox.open().rest, Rest::Works) {
            thread::yield_now();
        }
        inbox.nudge();
        assert!(woken.join().unwrap());
    }
}
