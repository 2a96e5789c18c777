//! The engine's task: takes commands, starts what they ask for, and keeps the state that all of it shares.
//!
//! Everything that waits runs in a task of its own and reports back through one channel; only this loop changes state.
//! What belongs to a profile that was left carries an older generation and is dropped.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinError, JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;

use super::clock::Clock;
use super::door::{AskId, Command, Event, Scope, Snapshot, Today, TurnId};
use super::handle::{Handle, Inbox, pair};
use super::host::Host;
use super::measured;
use super::proving::Proving;
use super::refreshes::{FetchNumber, Refreshes};
use super::relays::Added;
use super::session::Session;
use super::tools::LastPlan;
use crate::domain::expiry::midnight;
use crate::domain::stability::Measured;
use crate::domain::{Conversation, Fault, FaultKind};
use crate::ledger::Ledger;
use crate::locale::{foreign, say};

/// How long running replies may take to be written down when the dashboard leaves.
const LEAVE_WITHIN: Duration = Duration::from_secs(3);

/// Starts the engine and gives the door to it, and the task to wait for after the door was closed.
pub fn spawn(host: Arc<dyn Host>, clock: Clock) -> (Handle, JoinHandle<()>) {
    let (handle, inbox) = pair();
    let engine = Engine::new(host, clock, inbox);
    (handle, tokio::spawn(engine.run()))
}

/// What tasks report back.
pub(super) enum Report {
    /// A profile was opened, or not.
    Opened {
        generation: u64,
        name: String,
        result: Result<Box<(Session, Option<Conversation>)>, Fault>,
    },
    /// A list was fetched, or not.
    Fetched {
        number: FetchNumber,
        scope: Scope,
        result: Result<Snapshot, Fault>,
    },
    /// A relay was added; it is to be opened.
    Added {
        ask: AskId,
        result: Result<Added, Fault>,
    },
    /// Something was done at the relay that left these lists stale; it is told once they were asked for anew.
    Done {
        generation: u64,
        scopes: &'static [Scope],
        event: Option<Box<Event>>,
    },
    /// A reply ended, and its row is written.
    TurnOver { turn: TurnId },
    /// The ledger changed.
    Spent,
    /// The groups of a profile were measured.
    Measured {
        generation: u64,
        measured: Box<Measured>,
    },
}

/// The engine's state. Its commands about replies are in [`super::replies`].
pub(super) struct Engine {
    pub(super) host: Arc<dyn Host>,
    pub(super) clock: Clock,
    pub(super) inbox: Inbox,
    pub(super) reports: (
        mpsc::UnboundedSender<Report>,
        mpsc::UnboundedReceiver<Report>,
    ),
    /// Whatever may be dropped when the dashboard leaves.
    pub(super) tasks: JoinSet<()>,
    /// What must come to its end first: replies, and keys and relays that are being made.
    pub(super) finishing: JoinSet<()>,
    pub(super) leaving: CancellationToken,
    pub(super) ledger: Option<Ledger>,
    pub(super) session: Option<Session>,
    pub(super) generation: u64,
    pub(super) turns: HashMap<TurnId, CancellationToken>,
    /// Whoever watches what runs at the relay, while that is looked at.
    pub(super) watcher: Option<AbortHandle>,
    /// Whoever reads what was spent, and whoever measures the groups: a later one makes them superfluous.
    pub(super) looking: Option<AbortHandle>,
    pub(super) measuring: Option<AbortHandle>,
    pub(super) proving: Proving,
    /// What a yes in the tab of tools would do.
    pub(super) tool_plan: LastPlan,
    /// The lists that are being fetched.
    pub(super) refreshes: Refreshes,
}

impl Engine {
    fn new(host: Arc<dyn Host>, clock: Clock, inbox: Inbox) -> Self {
        Engine {
            host,
            clock,
            inbox,
            reports: mpsc::unbounded_channel(),
            tasks: JoinSet::new(),
            finishing: JoinSet::new(),
            leaving: CancellationToken::new(),
            ledger: None,
            session: None,
            generation: 0,
            turns: HashMap::new(),
            watcher: None,
            looking: None,
            measuring: None,
            proving: Proving::default(),
            tool_plan: LastPlan::default(),
            refreshes: Refreshes::default(),
        }
    }

    async fn run(mut self) {
        self.tell_profiles();
        self.tell_commands();
        self.open_ledger().await;
        loop {
            tokio::select! {
                command = self.inbox.commands.recv() => match command {
                    Some(command) => self.obey(command).await,
                    None => break,
                },
                Some(report) = self.reports.1.recv() => self.heed(report).await,
                Some(_) = self.tasks.join_next() => {}
                Some(_) = self.finishing.join_next() => {}
            }
        }
        self.leave().await;
    }

    /// Stops what runs, lets it be written down, and closes the ledger.
    async fn leave(mut self) {
        self.leaving.cancel();
        self.tasks.abort_all();
        let finishing = &mut self.finishing;
        let written = async { while finishing.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(LEAVE_WITHIN, written).await;
        self.finishing.abort_all();
        if let Some(ledger) = self.ledger.take()
            && let Err(error) = ledger.close().await
        {
            tracing::warn!(%error, "closing the ledger");
        }
        self.inbox.outbox.close();
    }

    pub(super) fn tell(&self, event: Event) {
        self.inbox.outbox.push(event);
    }

    /// Runs something beside the loop.
    pub(super) fn start(&mut self, work: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(work);
    }

    async fn open_ledger(&mut self) {
        let host = Arc::clone(&self.host);
        let opened = tokio::task::spawn_blocking(move || host.open_ledger()).await;
        let lost = |error: JoinError| {
            Fault::new(
                FaultKind::Local,
                say!("ledger-error", error = foreign(&error)),
            )
        };
        match opened.unwrap_or_else(|error| Err(lost(error))) {
            Ok(ledger) => {
                self.ledger = Some(ledger);
            }
            Err(fault) => self.tell(Event::Notice(fault)),
        }
    }

    pub(super) async fn tell_today(&self) {
        let (Some(ledger), Some(session)) = (&self.ledger, &self.session) else {
            return;
        };
        let since = midnight(self.clock.now().seconds(), self.clock.zone()).millis();
        let profile = Some(session.profile.name.as_str());
        match ledger.totals(profile, since).await {
            Ok(totals) => self.tell(Event::Today(Today {
                spent: totals.spent,
                estimated: totals.estimated,
                unknown: totals.unknown,
                tokens: totals.tokens,
                requests: totals.requests,
            })),
            Err(error) => tracing::warn!(%error, "today's totals"),
        }
    }

    /// Measures the groups of the open profile, beside the loop.
    pub(super) fn tell_measured(&mut self) {
        let (Some(ledger), Some(session)) = (self.ledger.clone(), &self.session) else {
            return;
        };
        let (profile, now) = (session.profile.name.clone(), self.clock.now());
        let (reports, generation) = (self.reports.0.clone(), self.generation);
        let measuring = self.tasks.spawn(async move {
            match measured::measure(&ledger, &profile, now).await {
                Ok(measured) => {
                    let measured = Box::new(measured);
                    let _ = reports.send(Report::Measured {
                        generation,
                        measured,
                    });
                }
                Err(error) => tracing::warn!(%error, "how well the groups work"),
            }
        });
        if let Some(older) = self.measuring.replace(measuring) {
            older.abort();
        }
    }

    async fn obey(&mut self, command: Command) {
        match command {
            Command::Open { profile } => self.open(profile),
            Command::AddProfile {
                ask,
                name,
                address,
                credential,
            } => self.add_profile(ask, name, address, credential),
            Command::Refresh(scope) => self.refresh(scope),
            Command::WatchRunning(watch) => self.watch_running(watch),
            Command::LookAtUsage { since, disputes } => self.look_at_usage(since, disputes),
            Command::CreateKey { ask, draft } => self.create_key(ask, draft),
            Command::DeleteKeys { ask, ids } => self.delete_keys(ask, ids),
            Command::Keys { ask, what } => self.ask_of_keys(ask, what),
            Command::Wallet { ask, what } => self.ask_of_wallet(ask, what),
            Command::Compare { model } => self.compare(model),
            Command::KeepCommands(lines) => self.keep_commands(&lines),
            Command::Mark(mark) => self.mark(mark).await,
            Command::AnswerOffer { ask, what, yes } => self.answer_offer(ask, what, yes),
            Command::Send {
                turn,
                request,
                key,
                silence,
            } => self.send(turn, request, key, silence),
            Command::Stop(turn) => {
                if let Some(stop) = self.turns.get(&turn) {
                    stop.cancel();
                }
            }
            Command::Prove { ask, wish } => self.prove(ask, wish),
            Command::StopProving(ask) => self.stop_proving(ask),
            Command::Keep(conversation) => self.keep(*conversation).await,
            command @ (Command::ListSessions { .. }
            | Command::ReadSession { .. }
            | Command::RenameSession { .. }
            | Command::DeleteSession { .. }
            | Command::ExportSession { .. }
            | Command::ReadImage { .. }) => self.session(command).await,
            Command::Tool(ask, job) => self.tool(ask, job),
        }
    }

    async fn heed(&mut self, report: Report) {
        match report {
            Report::Opened {
                generation,
                name,
                result,
            } if generation == self.generation => match result {
                Ok(opened) => self.opened(*opened).await,
                Err(fault) => self.tell(Event::OpenFailed {
                    profile: name,
                    fault,
                }),
            },
            Report::Fetched {
                number,
                scope,
                result,
            } => self.fetched(scope, number, result),
            Report::Done {
                generation,
                scopes,
                event,
            } => self.done(generation, scopes, event),
            Report::Measured {
                generation,
                measured,
            } if generation == self.generation => self.tell(Event::Measured(measured)),
            // A late answer for a profile that was left.
            Report::Opened { .. } | Report::Measured { .. } => {}
            Report::Added { ask, result } => self.added(ask, result),
            Report::TurnOver { turn } => {
                self.turns.remove(&turn);
                self.tell_today().await;
                self.tell_measured();
            }
            Report::Spent => {
                self.tell_today().await;
                self.tell_measured();
            }
        }
    }
}

pub(super) fn not_open() -> Fault {
    Fault::new(FaultKind::BadRequest, say!("chat-no-relay")).advise(say!("engine-no-relay-advice"))
}
