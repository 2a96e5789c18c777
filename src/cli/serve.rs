//! `relaydeck serve`: the embedded relay without the dashboard.

use serde_json::json;

use super::args::ServeArgs;
use super::output::{print, print_json};
use super::world::{Ending, World};
use crate::domain::{Fault, FaultKind};
use crate::locale::{say, system};

/// Runs until it is told to stop: Ctrl-C, SIGTERM or SIGHUP. Running streams may end first.
///
/// # Errors
/// When the relay cannot start.
pub async fn run(world: &World, args: ServeArgs) -> Result<Ending, Fault> {
    let address = world.host.serve(args.listen).await?;
    if world.json {
        print_json(&json!({"url": format!("http://{address}"), "pid": std::process::id()}))
            .map_err(World::stdout_gone)?;
    } else {
        let line = say!("cli-serve-listens", address = address);
        print(&format!("{line}\n")).map_err(World::stdout_gone)?;
    }
    if !address.ip().is_loopback() {
        world.warn(say!("cli-serve-open"));
    }
    world.warn(say!("cli-serve-stops"));
    stopped().await?;
    world.warn(say!("cli-serve-stopping"));
    Ok(Ending::Done)
}

/// Waits for a signal that means *stop*.
async fn stopped() -> Result<(), Fault> {
    use tokio::signal::unix::{SignalKind, signal};
    let listen = |kind| {
        signal(kind).map_err(|error| {
            Fault::new(
                FaultKind::Local,
                say!("cli-no-signals", error = system(&error)),
            )
        })
    };
    let mut terminate = listen(SignalKind::terminate())?;
    let mut hang_up = listen(SignalKind::hangup())?;
    let mut interrupt = listen(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = hang_up.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
