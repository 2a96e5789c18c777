//! The till: where requests hand in their endings, and the endings of one moment go into the journal together.
//!
//! An ending is taken at once. Whoever waits for its being kept lets all others go first that can go on at this moment;
//! the first that comes back then writes down whatever was handed in until then, with one write to the journal for all
//! of it. So a thread with many connections writes once for all requests that end in one turn of its loop.
//!
//! What always holds: an ending is in the journal, and the book has followed it, before whoever waits hears so; where
//! nobody waits it is written down at once, and where somebody forgets to wait the thread that writes the database does
//! it within a moment. Only where the journal cannot be written (a full disk) is the database itself waited for.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::super::book::{Book, Change};
use super::super::live::Run;
use super::batch::WORTH_A_ROW;
use super::endings::Endings;
use super::entry::Entry;
use super::inbox::{Haste, Inbox};
use super::journal::Journal;
use super::money::Ending;

/// At most about so many rows of money in one transaction: enough to make load cheap, too few to make anyone wait.
pub const MOST: usize = 512;

/// What both sides know: whoever hands in, and the thread that writes the database.
pub struct Till {
    /// What the thread is to do.
    pub inbox: Inbox<Job>,
    pub book: Arc<Book>,
    drawer: Mutex<Drawer>,
    /// Up to which ticket everything is in the journal, or known not to be.
    decided: AtomicU64,
    /// Whether the drawer has somebody who must wait for the database.
    some_wait: AtomicBool,
    healthy: AtomicBool,
    /// Endings that are not posted.
    unposted: AtomicUsize,
}

/// What the thread does.
pub enum Job {
    /// These go into the database.
    End(Endings),
    Change(Box<dyn FnOnce(&mut Connection) + Send>),
    /// Somebody waits for the database to have what came before.
    Post(oneshot::Sender<()>),
}

struct Drawer {
    journal: Journal,
    /// What was handed in and is in no journal yet.
    new: Endings,
    /// What it comes to.
    changes: Vec<Change>,
    /// The ticket of what came last.
    ticket: u64,
    /// Who must wait for the database, by ticket.
    waiting: HashMap<u64, oneshot::Receiver<bool>>,
}

impl Till {
    /// With an empty drawer.
    pub fn new(journal: Journal, book: Arc<Book>) -> Self {
        Till {
            inbox: Inbox::new(WORTH_A_ROW),
            book,
            drawer: Mutex::new(Drawer {
                journal,
                new: Endings::default(),
                changes: Vec::new(),
                ticket: 0,
                waiting: HashMap::new(),
            }),
            decided: AtomicU64::new(0),
            some_wait: AtomicBool::new(false),
            healthy: AtomicBool::new(true),
            unposted: AtomicUsize::new(0),
        }
    }

    /// Whether everything so far could be written.
    pub fn is_healthy(&self) -> bool {
        self.healthy.load(Ordering::Relaxed)
    }

    /// Everything could be written again.
    pub fn recovered(&self) {
        self.healthy.store(true, Ordering::Relaxed);
    }

    /// Something could not be written.
    pub fn failed(&self, error: &dyn std::error::Error) {
        if self.healthy.swap(false, Ordering::Relaxed) {
            tracing::error!(%error, "the relay cannot write down what is settled; new requests are refused until it can");
        }
    }

    /// Whether the database lacks an ending.
    pub fn is_ahead(&self) -> bool {
        self.unposted.load(Ordering::Relaxed) > 0
    }

    /// The database has so many endings more.
    pub fn posted(&self, count: usize) {
        self.unposted.fetch_sub(count, Ordering::Relaxed);
    }

    /// Takes the ending of a request.
    pub fn take(self: &Arc<Self>, ending: &Ending<'_>, run: &Run) -> WrittenDown {
        let entry = Entry::of(ending);
        run.end();
        self.unposted.fetch_add(1, Ordering::Relaxed);
        let mut drawer = self.drawer();
        drawer.new.add(&entry);
        drawer.changes.push(ending.change);
        drawer.ticket += 1;
        let ticket = drawer.ticket;
        drop(drawer);
        // Should nobody wait for it, the thread finds it.
        self.inbox.nudge();
        WrittenDown {
            till: Arc::clone(self),
            ticket,
            state: State::New,
        }
    }

    /// Writes down what is in the drawer.
    pub fn write_down(&self) {
        let mut drawer = self.drawer();
        let Drawer {
            journal,
            new,
            changes,
            ticket,
            waiting,
        } = &mut *drawer;
        if changes.is_empty() {
            return;
        }
        let (first, kept) = journal.append(new.written(), changes.len());
        new.number_from(first, kept.is_ok());
        let haste = match kept {
            Ok(()) => {
                self.book.ended(&*changes);
                Haste::AtLeisure
            }
            Err(error) => {
                self.failed(&error);
                for ticket in (1..=*ticket).rev().take(changes.len()) {
                    let (told, answer) = oneshot::channel();
                    new.tell(told);
                    waiting.insert(ticket, answer);
                }
                self.some_wait.store(true, Ordering::Relaxed);
                Haste::Now
            }
        };
        changes.clear();
        self.inbox.put_made(|jobs| {
            match jobs.last_mut() {
                Some(Job::End(endings)) if endings.count() < MOST => endings.append(new),
                _ => {
                    let mut endings = Endings::default();
                    endings.append(new);
                    jobs.push(Job::End(endings));
                }
            }
            haste
        });
        // After the end nobody takes them; those that are in the journal are posted by the next start.
        new.clear();
        self.decided.store(*ticket, Ordering::Release);
    }

    /// The journal, for the thread that knows what is posted of it.
    pub fn with_journal<T>(&self, work: impl FnOnce(&mut Journal) -> T) -> T {
        work(&mut self.drawer().journal)
    }

    fn has_decided(&self, ticket: u64) -> bool {
        self.decided.load(Ordering::Acquire) >= ticket
    }

    /// What an ending of this ticket must wait for; `None` where it is kept.
    fn answer_for(&self, ticket: u64) -> Option<oneshot::Receiver<bool>> {
        // It was stored before the ticket was decided on.
        if !self.some_wait.load(Ordering::Relaxed) {
            return None;
        }
        let mut drawer = self.drawer();
        let answer = drawer.waiting.remove(&ticket);
        if drawer.waiting.is_empty() {
            self.some_wait.store(false, Ordering::Relaxed);
        }
        answer
    }

    fn drawer(&self) -> MutexGuard<'_, Drawer> {
        // Nothing panics while it holds this; and a page of the journal tells by itself what of it counts.
        self.drawer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Waits for an ending to be kept: whether it is. Dropped, it sees to that without waiting.
pub struct WrittenDown {
    till: Arc<Till>,
    ticket: u64,
    state: State,
}

enum State {
    New,
    /// All others were let go first.
    Stood,
    /// The journal could not take it.
    Waits(oneshot::Receiver<bool>),
    Known,
}

impl WrittenDown {
    fn decide(&mut self) {
        if !self.till.has_decided(self.ticket) {
            self.till.write_down();
        }
        let answer = self.till.answer_for(self.ticket);
        self.state = answer.map_or(State::Known, State::Waits);
    }
}

impl Future for WrittenDown {
    type Output = bool;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<bool> {
        if matches!(self.state, State::New) && !self.till.has_decided(self.ticket) {
            self.state = State::Stood;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        if matches!(self.state, State::New | State::Stood) {
            self.decide();
        }
        match &mut self.state {
            State::Waits(answer) => Pin::new(answer)
                .poll(context)
                .map(|answer| answer.unwrap_or(false)),
            _ => Poll::Ready(true),
        }
    }
}

impl Drop for WrittenDown {
    fn drop(&mut self) {
        if matches!(self.state, State::New | State::Stood) {
            self.decide();
        }
    }
}
