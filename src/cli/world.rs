//! What every sub-command stands on: the settings, the clock, the world around the engine, and how to speak to the user.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;
use tracing_appender::non_blocking::WorkerGuard;

use super::args::{ColorWhen, Global, Lang, LinkKind};
use super::host::{CliHost, Listen};
use super::logging;
use super::neighbours::Stay;
use super::output;
use crate::config::{
    Color, Config, Environment, Folders, Language, Layer, Link, Options, Settings,
};
use crate::domain::profile::LOCAL;
use crate::domain::{Address, Fault, FaultKind, UnixSeconds};
use crate::engine::clock::Clock;
use crate::engine::host::Host;
use crate::engine::session::Session;
use crate::ledger::Ledger;
use crate::locale;
use crate::locale::{foreign, say, system};
use crate::relay::lock;

/// How long a shutdown may take before it is explained.
const NOTICED_AFTER: Duration = Duration::from_millis(300);

/// Every Ctrl-C from now on.
///
/// # Errors
/// When signals cannot be listened for.
pub fn interrupts() -> io::Result<Signal> {
    signal(SignalKind::interrupt())
}

/// How a sub-command ended when nothing went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It did what it was asked.
    Done,
    /// Its user interrupted it.
    Interrupted,
    /// It failed, and the one document that it printed says so already.
    Told(FaultKind),
}

/// What every sub-command stands on.
pub struct World {
    /// Whether one JSON document is wanted.
    pub json: bool,
    /// The wall clock.
    pub clock: Clock,
    /// Profiles, secrets, and the embedded relay.
    pub host: Arc<CliHost>,
    /// The effective settings.
    pub settings: Settings,
    /// Where the user's keys and themes are.
    pub folders: Folders,
    /// Where the embedded relay's data are.
    data: PathBuf,
    /// Keeps the embedded relay up while this command asks it.
    stay: Mutex<Option<Stay>>,
    _log: Option<WorkerGuard>,
}

impl World {
    /// Reads the settings; touches nothing else.
    ///
    /// # Errors
    /// When the configuration holds a mistake, with its line.
    pub fn new(global: &Global, dashboard: bool) -> Result<Self, Fault> {
        output::print_plainly(global.plain);
        let environment = Environment::of_process();
        speak_at_first(global, &environment);
        let folders = Folders::find(global.home.as_deref(), &environment)?;
        let config = load(global, &folders, &environment)?;
        let settings = config.settings.clone();
        config.profile(&settings.profile.value)?;
        let listen = match (dashboard, settings.listen.layer) {
            (true, Layer::BuiltIn) => Listen::Prefer(settings.listen.value),
            (true, _) => Listen::Exactly(settings.listen.value),
            // A command that is over in a moment does not take the well-known port from anyone.
            (false, _) => Listen::Passing(settings.listen.value),
        };
        let log = folders
            .make()
            .ok()
            .and_then(|()| logging::start(&folders.logs, global.verbose));
        let data = folders.data.clone();
        let host = Arc::new(CliHost::new(folders.clone(), listen));
        Ok(World {
            json: global.json,
            clock: Clock::system(),
            host,
            settings,
            folders,
            data,
            stay: Mutex::default(),
            _log: log,
        })
    }

    /// The profile to use.
    pub fn profile_name(&self) -> &str {
        &self.settings.profile.value
    }

    /// The longest that a request of a test or a diagnosis may take, and that nothing may come in a chat: what was said now,
    /// or in the settings.
    pub fn within(&self, seconds: Option<u64>) -> Option<Duration> {
        let said = seconds.map(Duration::from_secs);
        said.or(self.settings.timeout.value.get())
    }

    /// Opens the profile to use.
    ///
    /// # Errors
    /// When its relay cannot be reached or started.
    pub async fn session(&self) -> Result<Session, Fault> {
        self.session_at(self.profile_name()).await
    }

    /// Opens a profile.
    ///
    /// # Errors
    /// When its relay cannot be reached or started.
    pub async fn session_at(&self, profile: &str) -> Result<Session, Fault> {
        self.stay_at(profile).await;
        Session::open(Arc::clone(&self.host) as Arc<dyn Host>, profile).await
    }

    /// Keeps the embedded relay up while this command asks it; of no consequence for another relay.
    pub async fn stay(&self) {
        self.stay_at(self.profile_name()).await;
    }

    async fn stay_at(&self, profile: &str) {
        if profile == LOCAL {
            *self.stay.lock().await = Stay::take(&self.data).await;
        }
    }

    /// Opens the ledger.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub async fn ledger(&self) -> Result<Ledger, Fault> {
        let host = Arc::clone(&self.host);
        let opened = tokio::task::spawn_blocking(move || host.open_ledger()).await;
        opened.unwrap_or_else(|error| {
            Err(Fault::new(
                FaultKind::Local,
                say!("ledger-error", error = foreign(&error)),
            ))
        })
    }

    /// Lets running streams end and closes what this process serves. Ctrl-C cuts and settles them, as the user is told when
    /// it takes long enough to be noticed. One more waits for nothing: what was reserved is released at the next start.
    pub async fn close(&self) {
        let hurry = CancellationToken::new();
        let closing = async {
            let stay = self.stay.lock().await.take();
            let _alone = match stay {
                Some(stay) if self.serves() => hurry.run_until_cancelled(stay.alone()).await,
                _ => None,
            };
            self.host.close().await;
        };
        tokio::pin!(closing);
        let Ok(mut presses) = interrupts() else {
            return closing.await;
        };
        let mut told = false;
        loop {
            tokio::select! {
                biased;
                () = &mut closing => return,
                _ = presses.recv() => {
                    if hurry.is_cancelled() {
                        return;
                    }
                    hurry.cancel();
                    self.host.hurry();
                }
                () = tokio::time::sleep(NOTICED_AFTER), if !told => {
                    told = true;
                    self.warn(say!("cli-closing"));
                }
            }
        }
    }

    /// Whether it is this process that serves the embedded relay.
    fn serves(&self) -> bool {
        let holder = lock::holder(&self.data).ok().flatten();
        holder.and_then(|holder| holder.pid) == Some(std::process::id())
    }

    /// The address under which other programs reach the relay, and whether it answers only later: the embedded relay of a
    /// short command listens on a passing port.
    ///
    /// # Errors
    /// When the address in the settings is odd.
    pub fn lasting_address(&self, session: &Session) -> Result<(Address, bool), Fault> {
        if !session.profile.is_local() || !self.serves() {
            return Ok((session.profile.address.clone(), false));
        }
        let mut listen = self.settings.listen.value;
        if listen.ip().is_unspecified() {
            listen.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
        }
        let (address, _) = Address::parse(&format!("http://{listen}")).map_err(|error| {
            Fault::new(FaultKind::Local, say!("cli-odd-address", error = error))
        })?;
        Ok((address, true))
    }

    /// Where our data are.
    pub fn data(&self) -> &std::path::Path {
        &self.data
    }

    /// Tells the user something, on stderr.
    pub fn warn(&self, text: &str) {
        let _ = writeln!(io::stderr().lock(), "{}", super::output::visible(text));
    }

    /// A point in time for people: where the user is, to the minute.
    pub fn date(&self, at: UnixSeconds) -> String {
        let there =
            jiff::Timestamp::from_second(at.0).map(|at| at.to_zoned(self.clock.zone().clone()));
        there.map_or_else(
            |_| "?".into(),
            |there| there.strftime("%Y-%m-%d %H:%M").to_string(),
        )
    }

    /// Stdout could not be written.
    #[expect(clippy::needless_pass_by_value, reason = "made for map_err")]
    pub fn stdout_gone(error: io::Error) -> Fault {
        Fault::new(
            FaultKind::Local,
            say!("cli-stdout-gone", error = system(&error)),
        )
        .advise(say!("cli-stdout-gone-advice"))
    }

    /// A request that we found wrong before any relay answered is wrong usage. A relay's own verdict stays what it is: it
    /// carries a status.
    pub fn wrong_usage(fault: Fault) -> Fault {
        if fault.kind == FaultKind::BadRequest && fault.status.is_none() {
            Fault {
                kind: FaultKind::Usage,
                ..fault
            }
        } else {
            fault
        }
    }

    /// The relay has no such list for this credential.
    pub fn needs_account() -> Fault {
        Fault::new(FaultKind::Unsupported, say!("cli-needs-account"))
            .advise(say!("check-account-advice"))
    }
}

/// Reads the configuration, and speaks the language it names from then on; what is wrong with it is said in the language
/// of flags and environment.
///
/// # Errors
/// When the configuration holds a mistake, with its line.
pub fn load(
    global: &Global,
    folders: &Folders,
    environment: &Environment,
) -> Result<Config, Fault> {
    let flags = flags(global);
    speak_at_first(global, environment);
    let config = Config::load(folders, environment, &flags)?;
    speak(global, config.settings.language.value);
    Ok(config)
}

/// Speaks the language of flags and environment, else of the locale: before the configuration was read.
pub fn speak_at_first(global: &Global, environment: &Environment) {
    let of_environment = || {
        let value = environment.get("RELAYDECK_LANGUAGE")?;
        value.to_str()?.parse().ok()
    };
    let language = flags(global).language.or_else(of_environment);
    speak(global, language.unwrap_or_default());
}

/// Chooses the language of the program. What is for programs is the same everywhere: with `--json` it is English.
pub fn speak(global: &Global, language: Language) {
    locale::choose(match language {
        _ if global.json => locale::Language::English,
        Language::English => locale::Language::English,
        Language::Chinese => locale::Language::Chinese,
        Language::Auto => locale::Language::of_locale(|name| std::env::var(name).ok()),
    });
}

/// The flags as a layer of the configuration.
pub fn flags(global: &Global) -> Options {
    let color = |when| match when {
        ColorWhen::Auto => Color::Auto,
        ColorWhen::Always => Color::Always,
        ColorWhen::Never => Color::Never,
    };
    let link = |kind| match kind {
        LinkKind::Auto => Link::Auto,
        LinkKind::Local => Link::Local,
        LinkKind::Remote => Link::Remote,
        LinkKind::Slow => Link::Slow,
    };
    let language = |lang| match lang {
        Lang::Auto => Language::Auto,
        Lang::En => Language::English,
        Lang::Zh => Language::Chinese,
    };
    Options {
        profile: global.profile.clone(),
        color: global.color.map(color),
        link: global.link.map(link),
        language: global.lang.map(language),
        ..Options::default()
    }
}
