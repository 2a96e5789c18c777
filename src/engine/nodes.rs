//! The nodes of a profile: which there are, how each does, and moving to another one when asked (S-50, S-51).

use std::time::Duration;

use super::clock::Clock;
use super::host::Host;
use super::session::connect;
use crate::client::Reach;
use crate::domain::node::{Node, NodeCheck, NodeRecord};
use crate::domain::{Address, Fault, FaultKind, Profile};
use crate::ledger::Ledger;
use crate::locale::say;

/// What one look at a node found, with the words for what was wrong.
#[derive(Clone, Debug)]
pub struct Looked {
    /// The node.
    pub node: Node,
    /// What was measured.
    pub check: NodeCheck,
    /// What was wrong, in words.
    pub fault: Option<Fault>,
    /// The proxy in between, which hides the steps.
    pub proxy: Option<String>,
}

/// The profile of this name, with the embedded relay running if it is that one.
///
/// # Errors
/// When there is no such profile, or the embedded relay cannot be started.
pub async fn profile(host: &dyn Host, name: &str) -> Result<Profile, Fault> {
    let local = match name == crate::domain::profile::LOCAL {
        true => Some(host.start_local().await?),
        false => None,
    };
    let (profiles, _) = host.profiles()?;
    let found = profiles.into_iter().find(|profile| profile.name == name);
    let mut profile = found.ok_or_else(|| {
        Fault::new(
            FaultKind::NotFound,
            say!("profile-none", name = format!("{name:?}")),
        )
        .advise(say!("profile-none-advice"))
    })?;
    profile.address = local.unwrap_or(profile.address);
    Ok(profile)
}

/// The profile of this name as it is kept, nothing started; `None` where there is none.
///
/// # Errors
/// When the configuration cannot be read.
pub fn profile_as_kept(host: &dyn Host, name: &str) -> Result<Option<Profile>, Fault> {
    let (profiles, _) = host.profiles()?;
    Ok(profiles.into_iter().find(|profile| profile.name == name))
}

/// The nodes of a profile: the one in use first, then those its relay names, then others that were ever checked. A relay
/// that cannot be asked for its nodes is no trouble: the others are still there.
pub async fn list(profile: &Profile, ledger: &Ledger) -> Result<Vec<NodeRecord>, Fault> {
    let mut kept = ledger.nodes(&profile.name).await.map_err(Fault::from)?;
    if profile.is_local() {
        // Where the embedded relay listened in other runs is of no use to anybody.
        kept.retain(|record| record.node.address == profile.address);
    }
    let named = match connect(profile, None) {
        Ok(client) => client.nodes().await.unwrap_or_default(),
        Err(_) => Vec::new(),
    };
    let in_use = Node {
        address: profile.address.clone(),
        name: String::new(),
        description: String::new(),
    };
    let mut found: Vec<NodeRecord> = Vec::new();
    let all = named
        .iter()
        .filter(|node| node.address == profile.address)
        .chain([&in_use])
        .chain(&named);
    let known = kept.iter().map(|record| &record.node);
    for node in all.chain(known) {
        if found.iter().any(|there| there.node.address == node.address) {
            continue;
        }
        let checks = kept
            .iter()
            .find(|record| record.node.address == node.address)
            .map(|record| record.checks.clone())
            .unwrap_or_default();
        found.push(NodeRecord {
            node: node.clone(),
            checks,
        });
    }
    Ok(found)
}

/// Looks at a node once and writes down what was found. Sends no secret.
///
/// # Errors
/// When it could not be written down.
pub async fn look(
    profile: &Profile,
    node: &Node,
    ledger: &Ledger,
    clock: &Clock,
) -> Result<Looked, Fault> {
    let at = clock.now();
    let there = Profile {
        address: node.address.clone(),
        ..profile.clone()
    };
    let client = connect(&there, None)?;
    let reach = client.reach().await;
    let fault = match &reach.trouble {
        Some((_, fault)) => Some(fault.clone()),
        None => client.probe().await.err(),
    };
    let check = check(at, &reach, fault.as_ref());
    ledger
        .note_node(&profile.name, node, &check)
        .await
        .map_err(Fault::from)?;
    Ok(Looked {
        node: node.clone(),
        check,
        fault,
        proxy: reach.proxy,
    })
}

fn check(at: crate::domain::UnixMillis, reach: &Reach, fault: Option<&Fault>) -> NodeCheck {
    let us = |time: Option<Duration>| {
        time.map(|time| u64::try_from(time.as_micros()).unwrap_or(u64::MAX))
    };
    NodeCheck {
        at,
        dns_us: us(reach.dns),
        connect_us: us(reach.connect),
        tls_us: us(reach.tls),
        first_byte_us: us(reach.first_byte),
        fault: fault.map(|fault| fault.kind),
    }
}

/// Moves a profile to another node. From then on its key and access token go there.
///
/// # Errors
/// When it is the embedded relay's, or could not be written.
pub fn move_to(host: &dyn Host, profile: &Profile, address: &Address) -> Result<Profile, Fault> {
    if profile.is_local() {
        return Err(Fault::new(FaultKind::Usage, say!("nodes-embedded"))
            .advise(say!("nodes-embedded-advice")));
    }
    let moved = Profile {
        address: address.clone(),
        ..profile.clone()
    };
    host.save_profile(&moved, None)?;
    Ok(moved)
}
