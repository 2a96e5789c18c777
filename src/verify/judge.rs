//! The judgements of a diagnosis: from what was seen to what it means. Nothing here asks anybody anything.

use std::time::Duration;

use super::door::ToolForm;
use super::report::{Finding, Rung, Verdict};
use crate::client::{ApiSeen, ConsoleSeen, Reach, Standing, Step};
use crate::domain::address::Suspicion;
use crate::domain::{Address, ApiKey, Fault, FaultKind, Money};

/// The rung a fault belongs to, whichever rung it showed itself on. `named` says whether the model's exact name is known
/// to exist: then *no channel* is the group's matter and not the name's (S-46, S-93).
pub const fn rung_of(kind: FaultKind, seen_on: Rung, named: bool) -> Rung {
    match kind {
        FaultKind::EndpointMissing => Rung::Endpoint,
        FaultKind::CredentialRefused
        | FaultKind::KeyExpired
        | FaultKind::KeyDisabled
        | FaultKind::IpNotAllowed
        | FaultKind::Forbidden => Rung::Credential,
        FaultKind::KeyQuota | FaultKind::Balance => Rung::Balance,
        FaultKind::ModelNotAllowed | FaultKind::GroupNotAllowed => Rung::Group,
        FaultKind::ModelNotFound if named => Rung::Group,
        FaultKind::ModelNotFound | FaultKind::ModelUnpriced => Rung::Model,
        _ => seen_on,
    }
}

/// Whether a form that was given would have failed in a tool, and was not merely untidy.
pub fn breaks_calls(odd: &Suspicion) -> bool {
    matches!(
        odd,
        Suspicion::VersionMissing
            | Suspicion::DoubledVersion
            | Suspicion::VersionCapital
            | Suspicion::DoubledEndpoint
            | Suspicion::MisspeltEndpoint(_)
            | Suspicion::Page(_)
            | Suspicion::DoubledScheme
            | Suspicion::SchemeMisspelt(_)
            | Suspicion::FullWidth
            | Suspicion::Invisible
            | Suspicion::Spaces
    )
}

/// An address that a tool has in another form than it wants (S-95).
pub fn tool_form(tool: &ToolForm) -> Option<Finding> {
    if tool.is_right {
        return None;
    }
    let fault = Fault::new(
        FaultKind::EndpointMissing,
        format!("as {} has it, it would call {}", tool.name, tool.calls),
    )
    .advise(format!(
        "{} wants {}; it is written there by: relaydeck tools setup {}",
        tool.name, tool.wants, tool.id
    ));
    Some(Finding {
        verdict: Verdict::Mended,
        ..Finding::failed(Rung::Address, fault)
    })
}

/// The address: its form, its name, the connection. `slow` is what deserves a word.
pub fn address(odd: &[Suspicion], reach: &Reach, at: &Address, slow: Duration) -> Finding {
    if let Some((Step::Name | Step::Connect, fault)) = &reach.trouble {
        return Finding::failed(Rung::Address, fault.clone());
    }
    let mut evidence = connected(reach, at);
    for odd in odd {
        evidence += &format!("; {odd}");
    }
    if odd.iter().any(breaks_calls) {
        let fault = Fault::new(
            FaultKind::EndpointMissing,
            format!("as given, this address does not work in a tool; {evidence}"),
        )
        .advise(format!(
            "use {at} as the base address, or {} where a tool adds /chat/completions itself",
            at.v1()
        ));
        return Finding {
            verdict: Verdict::Mended,
            ..Finding::failed(Rung::Address, fault)
        };
    }
    let spent = reach.connect.unwrap_or_default()
        + reach.tls.unwrap_or_default()
        + reach.first_byte.unwrap_or_default();
    if spent > slow && reach.trouble.is_none() {
        return Finding::new(
            Rung::Address,
            Verdict::Warned,
            format!(
                "{evidence}; the first byte came after {}, which is slow",
                span(spent)
            ),
        )
        .advise("try another node of this relay: relaydeck nodes test");
    }
    let untidy = !odd.is_empty();
    let verdict = if untidy {
        Verdict::Warned
    } else {
        Verdict::Good
    };
    let finding = Finding::new(Rung::Address, verdict, evidence);
    if untidy {
        return finding.advise(format!("use {at} as the base address"));
    }
    finding
}

fn connected(reach: &Reach, at: &Address) -> String {
    let host = at.host();
    if let Some(proxy) = &reach.proxy {
        return format!("{host} through the proxy {proxy}");
    }
    let mut text = host.to_owned();
    if let Some(peer) = reach
        .peer
        .filter(|peer| !host.contains(&peer.ip().to_string()))
    {
        text += &format!(" is {}", peer.ip());
    }
    if let Some(dns) = reach.dns {
        text += &format!(", found in {}", span(dns));
    }
    if let Some(connect) = reach.connect {
        text += &format!(", connected in {}", span(connect));
    }
    text
}

/// TLS: the certificate, or the lack of encryption.
pub fn tls(reach: &Reach, at: &Address) -> Finding {
    if let Some((Step::Tls, fault)) = &reach.trouble {
        return Finding::failed(Rung::Tls, fault.clone());
    }
    if !at.is_encrypted() {
        return match at.is_near() {
            true => Finding::new(Rung::Tls, Verdict::Good, "none, and none is needed so near"),
            false => Finding::new(
                Rung::Tls,
                Verdict::Warned,
                "none: your key and every word travel in the clear",
            )
            .advise(format!("use {}", at.other_scheme())),
        };
    }
    let took = reach
        .tls
        .map_or_else(String::new, |took| format!(", agreed in {}", span(took)));
    Finding::new(
        Rung::Tls,
        Verdict::Good,
        format!("the certificate is for {} and trusted{took}", at.host()),
    )
}

/// What kind of relay it is. Where the connection broke before any answer, that is told here.
pub fn kind(reach: &Reach, standing: &Standing) -> Finding {
    match (&standing.api, &standing.console) {
        (Ok(api), console) => {
            let answers = match api {
                ApiSeen::WantsKey => "its model API wants a key".to_owned(),
                ApiSeen::Open(models) => {
                    format!("its model API lists {} models to anybody", models.len())
                }
            };
            let took = standing
                .took
                .map_or_else(String::new, |took| format!(" ({})", span(took)));
            let evidence = match console {
                Ok(Some(seen)) => format!("{}; {answers}{took}", console_words(seen)),
                Ok(None) => format!("no console that we know; {answers}{took}"),
                Err(fault) => format!("its console does not answer ({fault}); {answers}{took}"),
            };
            Finding::new(Rung::Kind, Verdict::Good, evidence)
        }
        (Err(fault), Ok(Some(seen))) if fault.kind == FaultKind::NotAnApi => {
            let fault = Fault {
                message: format!(
                    "{} has its console here, but no model API: {fault}",
                    console_words(seen)
                ),
                ..fault.clone()
            };
            Finding::failed(Rung::Kind, fault)
        }
        (Err(fault), _) => {
            let fault = match &reach.trouble {
                Some((Step::Answer, earlier)) if fault.kind != FaultKind::NotAnApi => {
                    earlier.clone()
                }
                _ => fault.clone(),
            };
            Finding::failed(Rung::Kind, fault)
        }
    }
}

/// `New API v1.0.0 (Example Relay)`
fn console_words(seen: &ConsoleSeen) -> String {
    let mut text = seen.family.to_owned();
    if let Some(version) = &seen.version {
        text += &format!(" {version}");
    }
    if !seen.name.is_empty() && seen.name != seen.family {
        text += &format!(" ({})", seen.name);
    }
    text
}

/// What the mere look of a text says against its being a key (S-60, S-92). `None` where nothing does.
pub fn key_shape(text: &ApiKey, names: &[&str]) -> Option<Fault> {
    let given = text.expose();
    let refused = |what: &str, advice: &str| {
        Some(Fault::new(FaultKind::CredentialRefused, what).advise(advice))
    };
    if names.contains(&given) {
        return refused(
            "this is the name of a key, not the key itself",
            "use the secret that starts with sk-; if it is held here, name it with --key NAME",
        );
    }
    if given.contains("***") || given.contains('…') {
        return refused(
            "this is the masked form of a key: its middle is missing",
            "copy the whole key; where the relay shows it only once, make a new one",
        );
    }
    if given.contains('@') {
        return refused(
            "this is an e-mail address, not a key",
            "make a key in the relay's console, under keys (also called tokens); it starts with sk-",
        );
    }
    if given.len() < 16 && !given.starts_with("sk-") {
        return refused(
            "this is too short for a key: it may be a name or a password",
            "use the secret that starts with sk-, not the login password",
        );
    }
    None
}

/// Money that is at an end, whichever it is (S-94).
pub fn money(balance: Option<Money>, key_left: Option<Money>) -> Option<Fault> {
    if let Some(left) = key_left.filter(|left| *left <= Money::ZERO) {
        return Some(
            Fault::new(FaultKind::KeyQuota, format!("the key's own quota is used up: {left} left"))
                .advise("raise the key's quota, or use another key; the account's balance does not help here"),
        );
    }
    let balance = balance.filter(|balance| *balance <= Money::ZERO)?;
    Some(
        Fault::new(
            FaultKind::Balance,
            format!("the account's balance is {balance}"),
        )
        .advise("top up the wallet of this account; a key's quota does not help here"),
    )
}

/// A span of time for people.
pub fn span(time: Duration) -> String {
    let us = time.as_micros();
    match us {
        0..10_000 => format!("{}.{} ms", us / 1_000, us % 1_000 / 100),
        10_000..1_000_000 => format!("{} ms", us / 1_000),
        _ => format!("{}.{:02} s", us / 1_000_000, us % 1_000_000 / 10_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s_93_no_channel_is_a_matter_of_the_name_or_of_the_group() {
        let of = |named| rung_of(FaultKind::ModelNotFound, Rung::Call, named);
        assert_eq!((of(false), of(true)), (Rung::Model, Rung::Group));
    }

    #[test]
    fn s_96_every_kind_of_fault_has_its_rung() {
        for (kind, rung) in [
            (FaultKind::CredentialRefused, Rung::Credential),
            (FaultKind::KeyQuota, Rung::Balance),
            (FaultKind::Balance, Rung::Balance),
            (FaultKind::GroupNotAllowed, Rung::Group),
            (FaultKind::EndpointMissing, Rung::Endpoint),
            (FaultKind::RateLimited, Rung::Stream),
            (FaultKind::StreamBroken, Rung::Stream),
        ] {
            assert_eq!(rung_of(kind, Rung::Stream, false), rung, "{kind:?}");
        }
    }

    #[test]
    fn s_60_s_92_what_is_no_key_is_told_by_its_look() {
        let names = ["cursor-dev"];
        let said = |text: &str| key_shape(&ApiKey::new(text), &names).map(|fault| fault.message);
        assert!(said("cursor-dev").unwrap().contains("name of a key"));
        assert!(said("sk-aB3d**********x9Zk").unwrap().contains("masked"));
        assert!(said("ann@example.com").unwrap().contains("e-mail"));
        assert!(said("hunter2").unwrap().contains("password"));
        assert_eq!(said("sk-aB3dEFGHijklmnopx9Zk"), None);
        assert_eq!(said("0123456789abcdef0123456789abcdef"), None);
    }

    #[test]
    fn s_94_the_key_s_quota_and_the_account_s_balance_are_told_apart() {
        let usd = Money::from_usd;
        assert_eq!(money(Some(usd(1)), None), None);
        assert_eq!(
            money(Some(usd(1)), Some(Money::ZERO)).unwrap().kind,
            FaultKind::KeyQuota
        );
        assert_eq!(
            money(Some(Money::ZERO), Some(usd(3))).unwrap().kind,
            FaultKind::Balance
        );
    }
}
