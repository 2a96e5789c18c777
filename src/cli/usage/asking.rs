//! What other programs spent since somebody last looked, asked of the relays before the ledger is read. Only what an
//! account sees can be asked for; a profile with a key alone has nothing to be asked.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::super::output::fault_json;
use super::super::world::World;
use crate::domain::profile::LOCAL;
use crate::domain::{Access, Fault, FaultKind};
use crate::engine::bringing;
use crate::engine::host::Host;
use crate::ledger::Ledger;
use crate::locale::say;

/// How long a relay is waited for, until it answers at all and then for each page of its log: what is known is not kept back
/// for longer.
const ANSWERS_WITHIN: Duration = Duration::from_secs(10);

/// A relay that could not be asked, and why.
pub struct Unasked {
    profile: String,
    fault: Fault,
}

impl Unasked {
    /// As it stands in a JSON document.
    pub fn json(&self) -> Value {
        json!({"profile": self.profile, "error": fault_json(&self.fault)})
    }
}

/// Asks the relay of the profile in use, or of all profiles, and tells on stderr which could not be asked.
pub async fn bring_in(world: &World, ledger: &Ledger, all: bool) -> Vec<Unasked> {
    let asked = profiles(world, all).into_iter().map(async |profile| {
        let trouble = ask(world, ledger, &profile).await?;
        Some(Unasked {
            profile,
            fault: trouble,
        })
    });
    let unasked: Vec<Unasked> = join_all(asked).await.into_iter().flatten().collect();
    for one in &unasked {
        world.warn(&say!(
            "cli-usage-not-asked",
            profile = one.profile,
            fault = one.fault
        ));
    }
    unasked
}

/// The names of the profiles that have an account. One that cannot be read is no reason to keep back what is known.
fn profiles(world: &World, all: bool) -> Vec<String> {
    let (profiles, _) = world.host.profiles().unwrap_or_default();
    let mut names: Vec<String> = profiles
        .into_iter()
        .filter(|profile| matches!(profile.access, Access::Account { .. }))
        .map(|profile| profile.name)
        .collect();
    if !all {
        names.retain(|name| name == world.profile_name());
    }
    names
}

/// Asks one; `Some` is why it could not be asked.
async fn ask(world: &World, ledger: &Ledger, profile: &str) -> Option<Fault> {
    let opening = world.session_at(profile);
    // The one on this machine takes as long as it takes.
    let patience = (profile != LOCAL).then_some(ANSWERS_WITHIN);
    let opened = match patience {
        None => opening.await,
        Some(patience) => {
            let late = Fault::new(FaultKind::Timeout, say!("cli-usage-no-answer"));
            timeout(patience, opening).await.unwrap_or(Err(late))
        }
    };
    match opened {
        Err(fault) => Some(fault),
        Ok(session) if !session.facts.manages => None,
        Ok(session) => {
            bringing::bring_in(&session, ledger, &world.clock, patience)
                .await
                .1
        }
    }
}
