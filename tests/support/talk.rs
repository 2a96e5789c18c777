//! A talk with an engine: commands in at its door, and what it told.

use std::sync::Arc;
use std::time::Duration;

use relaydeck::engine::clock::Clock;
use relaydeck::engine::door::{Command, Event, Scope, Snapshot};
use relaydeck::engine::handle::Handle;
use relaydeck::engine::host::Host;
use tokio::task::JoinHandle;

/// An engine at work, and what it told that nobody asked about yet.
pub struct Talk {
    handle: Handle,
    engine: JoinHandle<()>,
    told: Vec<Event>,
}

impl Talk {
    /// Starts an engine on a host.
    pub fn with<H: Host>(host: &Arc<H>) -> Self {
        relaydeck::client::install_tls();
        let host = Arc::clone(host) as Arc<dyn Host>;
        let (handle, engine) = relaydeck::engine::spawn(host, Clock::system());
        Talk {
            handle,
            engine,
            told: Vec::new(),
        }
    }

    pub fn say(&self, command: Command) {
        self.handle.try_send(command).unwrap();
    }

    /// Takes events in until one fits, and returns it. Those before stay.
    pub async fn until(&mut self, fits: impl Fn(&Event) -> bool) -> Event {
        let mut from = 0;
        loop {
            if let Some(at) = self.told[from..].iter().position(&fits) {
                return self.told.remove(from + at);
            }
            from = self.told.len();
            let more = tokio::time::timeout(Duration::from_secs(60), self.handle.events()).await;
            self.told
                .extend(more.expect("an event in time").expect("the engine lives"));
        }
    }

    /// Opens a profile and waits until these of its lists are there.
    pub async fn open(&mut self, profile: &str, scopes: &[Scope]) {
        self.say(Command::Open {
            profile: profile.into(),
        });
        self.opened(profile, scopes).await;
    }

    /// Waits until a profile is open, and these of its lists are there.
    pub async fn opened(&mut self, profile: &str, scopes: &[Scope]) {
        let answer = |event: &Event| match event {
            Event::Opened {
                profile: opened, ..
            } => opened.name == profile,
            Event::OpenFailed { fault, .. } => panic!("{profile} does not open: {fault}"),
            _ => false,
        };
        self.until(answer).await;
        for scope in scopes {
            self.until(loaded(*scope)).await;
        }
    }

    /// Asks for a list and waits for it. What was told before the last answer to any ask is not taken for it.
    pub async fn list(&mut self, scope: Scope) -> Snapshot {
        self.told.retain(|event| !loaded(scope)(event));
        self.say(Command::Refresh(scope));
        match self.until(loaded(scope)).await {
            Event::Loaded { snapshot, .. } => snapshot,
            _ => unreachable!("only lists fit"),
        }
    }

    /// Everything that was told and not asked about, up to now.
    pub fn told(&self) -> &[Event] {
        &self.told
    }

    /// Leaves as the dashboard does, and waits until the engine has put everything away.
    pub async fn leave(self) {
        drop(self.handle);
        self.engine.await.unwrap();
    }
}

/// Whether an event is this list.
pub fn loaded(scope: Scope) -> impl Fn(&Event) -> bool {
    move |event| matches!(event, Event::Loaded { snapshot, .. } if snapshot.scope() == scope)
}
