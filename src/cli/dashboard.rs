//! `relaydeck` alone: the dashboard, with the engine behind it and the embedded relay beside it.

use std::sync::Arc;
use std::time::Duration;

use super::looks;
use super::world::{Ending, World};
use crate::config::{Glyphs, Layer, Link, Mouse, Offers};
use crate::domain::{Fault, FaultKind};
use crate::engine::{self, host::Host};
use crate::locale::{say, sentences};
use crate::tui::term::LinkChoice;
use crate::tui::theme::ColorChoice;
use crate::tui::{self, Options, Outcome};

/// How long the engine may take to write down what ran when the dashboard left.
const LEAVE_WITHIN: Duration = Duration::from_secs(5);

/// Runs the dashboard until its user leaves it.
///
/// # Errors
/// When the terminal cannot be used, or something in the program broke.
pub async fn run(world: &World) -> Result<Ending, Fault> {
    let options = options(world)?;
    world
        .host
        .offer_nothing(world.settings.offers.value == Offers::Off);
    let host: Arc<dyn Host> = Arc::clone(&world.host) as Arc<dyn Host>;
    let (handle, engine) = engine::spawn(host, world.clock.clone());
    let left = tui::run(handle, options).await;
    // The door is shut now; running replies are stopped and written down.
    if tokio::time::timeout(LEAVE_WITHIN, engine).await.is_err() {
        tracing::warn!("the engine did not end in time");
    }
    match left {
        Ok(Outcome::Left | Outcome::Ended | Outcome::LineLost) => Ok(Ending::Done),
        Ok(Outcome::Crashed(reports)) => {
            for report in &reports {
                tracing::error!(%report, "a panic");
            }
            Err(Fault::new(
                FaultKind::Local,
                say!("cli-dashboard-broke", reports = sentences(&reports)),
            )
            .advise(say!("cli-dashboard-broke-advice")))
        }
        Err(error) => Err(Fault::new(FaultKind::Local, error.to_string()).advise(error.advice())),
    }
}

/// The settings in the dashboard's words.
fn options(world: &World) -> Result<Options, Fault> {
    let settings = &world.settings;
    let link = match settings.link.value {
        Link::Auto => LinkChoice::Auto,
        Link::Local => LinkChoice::Local,
        Link::Remote => LinkChoice::Remote,
        Link::Slow => LinkChoice::Slow,
    };
    let env = |name: &str| std::env::var(name).ok();
    let keymap = looks::keymap(&world.folders)?;
    let theme = looks::theme(&world.folders, settings, env)?;
    let version = env!("CARGO_PKG_VERSION");
    let options = Options::detect(ColorChoice::Auto, link, version, env);
    let mut options = options.map_err(looks::broken)?;
    options.glyphs_may_change = settings.glyphs.value == Glyphs::Auto;
    options.within = settings.timeout.value.get();
    options.mouse = settings.mouse.value == Mouse::On;
    (options.keymap, options.theme) = (keymap, theme);
    // What was used last the engine knows, and on a first run nothing is opened unasked.
    let asked = !matches!(settings.profile.layer, Layer::BuiltIn | Layer::Remembered);
    options.profile = asked.then(|| settings.profile.value.clone());
    Ok(options)
}
