//! The command line: one file a sub-command; builds everything and hands it over.
//!
//! The only room that knows both the embedded relay and the dashboard, and the only one that reads the configuration.

mod accounts;
mod args;
mod channels;
mod chat;
mod codes;
mod dashboard;
mod doctor;
mod groups;
mod help;
mod hidden;
mod history;
mod host;
mod keys;
mod logging;
mod login;
mod looks;
mod manual;
mod migrate;
mod misuse;
mod models;
mod neighbours;
mod nodes;
mod offers;
pub mod output;
mod prices;
mod profiles;
mod progress;
mod sample;
mod secret;
mod serve;
mod sessions;
mod settings;
mod slip;
mod tools;
mod url;
mod usage;
mod value_names;
mod verify;
mod wallet;
mod words;
mod world;

use std::process::ExitCode;

use clap::Parser;

use crate::domain::{Fault, FaultKind};
use crate::locale::{say, system};
use args::{Cli, Command};
use world::{Ending, World};

/// The exit code of something that was interrupted by its user.
const INTERRUPTED: u8 = 130;

/// Reads the arguments, does what they say, and tells how it ended. Wrong usage ends in exit code 2.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return misuse::end(&error),
    };
    let json = cli.global.json;
    if let Err(report) = color_eyre::config::HookBuilder::default()
        .display_env_section(false)
        .install()
    {
        tracing::debug!(%report, "error reports stay plain");
    }
    crate::client::install_tls();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            return failed(
                &Fault::new(
                    FaultKind::Local,
                    say!("cli-no-tasks", error = system(&error)),
                ),
                json,
            );
        }
    };
    let ended = runtime.block_on(run(cli));
    // A blocked thread, such as a name look-up, must not hold up the end.
    runtime.shutdown_background();
    match ended {
        Ok(Ending::Done) => ExitCode::SUCCESS,
        Ok(Ending::Interrupted) => ExitCode::from(INTERRUPTED),
        Ok(Ending::Told(kind)) => ExitCode::from(kind.exit_code()),
        Err(fault) => failed(&fault, json),
    }
}

fn failed(fault: &Fault, json: bool) -> ExitCode {
    output::print_fault(fault, json);
    ExitCode::from(fault.kind.exit_code())
}

async fn run(cli: Cli) -> Result<Ending, Fault> {
    // What needs no world must work in a broken one, too.
    match cli.command {
        Some(Command::Completions { shell }) => {
            misuse::speak_as_told(&cli.global);
            return manual::completions(shell);
        }
        Some(Command::Man(args)) => {
            misuse::speak_as_told(&cli.global);
            return manual::man(args);
        }
        Some(Command::Config(command)) => return settings::run(&cli.global, command),
        _ => {}
    }
    let world = World::new(&cli.global, cli.command.is_none())?;
    let ended = match cli.command {
        None => dashboard::run(&world).await,
        Some(Command::Chat(args)) => chat::run(&world, args).await,
        Some(Command::Keys(command)) => keys::run(&world, command).await,
        Some(Command::Groups(command)) => groups::run(&world, command).await,
        Some(Command::Models(command)) => models::run(&world, command).await,
        Some(Command::Nodes(command)) => nodes::run(&world, command).await,
        Some(Command::Verify(args)) => verify::run(&world, args).await,
        Some(Command::Doctor(args)) => doctor::run(&world, args).await,
        Some(Command::Url(args)) => url::run(&world, &args),
        Some(Command::Usage(args)) => usage::run(&world, args).await,
        Some(Command::Wallet(command)) => wallet::run(&world, command).await,
        Some(Command::Channels(command)) => channels::run(&world, command).await,
        Some(Command::Migrate(args)) => migrate::run(&world, args).await,
        Some(Command::Sample(args)) => sample::run(&world, args).await,
        Some(Command::Tools(command)) => tools::run(&world, command).await,
        Some(Command::Accounts(command)) => accounts::run(&world, command).await,
        Some(Command::Codes(command)) => codes::run(&world, command).await,
        Some(Command::Prices(command)) => prices::run(&world, command).await,
        Some(Command::Serve(args)) => serve::run(&world, args).await,
        Some(Command::Login(args)) => login::login(&world, args).await,
        Some(Command::Register(args)) => login::register(&world, args).await,
        Some(Command::Profiles(command)) => profiles::run(&world, command).await,
        Some(Command::Sessions(command)) => sessions::run(&world, command).await,
        // Done above, without a world.
        Some(Command::Completions { .. } | Command::Man(_) | Command::Config(_)) => {
            Ok(Ending::Done)
        }
    };
    world.close().await;
    ended
}
