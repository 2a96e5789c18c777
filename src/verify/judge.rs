//! The judgements of a diagnosis: from what was seen to what it means. Nothing here asks anybody anything.

use std::time::Duration;

use super::door::ToolForm;
use super::report::{Finding, Rung, Verdict};
use crate::client::{ApiSeen, ConsoleSeen, Reach, Standing, Step};
use crate::domain::address::Suspicion;
use crate::domain::{Address, ApiKey, Fault, FaultKind, Money};
use crate::locale::say;

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
        say!("judge-tool-calls", tool = tool.name, calls = tool.calls),
    )
    .advise(say!(
        "judge-tool-wants",
        tool = tool.name,
        wants = tool.wants,
        id = tool.id
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
            say!("judge-address-tool", evidence = evidence),
        )
        .advise(say!("judge-address-use", at = at, base = at.v1()));
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
            say!("judge-slow", evidence = evidence, took = span(spent)),
        )
        .advise(say!("judge-slow-advice"));
    }
    let untidy = !odd.is_empty();
    let verdict = if untidy {
        Verdict::Warned
    } else {
        Verdict::Good
    };
    let finding = Finding::new(Rung::Address, verdict, evidence);
    if untidy {
        return finding.advise(say!("judge-use-base", at = at));
    }
    finding
}

fn connected(reach: &Reach, at: &Address) -> String {
    let host = at.host();
    if let Some(proxy) = &reach.proxy {
        return say!("judge-proxy", host = host, proxy = proxy);
    }
    let mut text = host.to_owned();
    if let Some(peer) = reach
        .peer
        .filter(|peer| !host.contains(&peer.ip().to_string()))
    {
        text += &say!("judge-is", address = peer.ip());
    }
    if let Some(dns) = reach.dns {
        text += &say!("judge-found-in", took = span(dns));
    }
    if let Some(connect) = reach.connect {
        text += &say!("judge-connected-in", took = span(connect));
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
            true => Finding::new(Rung::Tls, Verdict::Good, say!("judge-tls-near")),
            false => Finding::new(Rung::Tls, Verdict::Warned, say!("judge-tls-none"))
                .advise(say!("judge-tls-use", address = at.other_scheme())),
        };
    }
    let took = reach.tls.map_or_else(String::new, |took| {
        say!("judge-agreed-in", took = span(took))
    });
    Finding::new(
        Rung::Tls,
        Verdict::Good,
        say!("judge-certificate", host = at.host(), took = took),
    )
}

/// What kind of relay it is. Where the connection broke before any answer, that is told here.
pub fn kind(reach: &Reach, standing: &Standing) -> Finding {
    match (&standing.api, &standing.console) {
        (Ok(api), console) => {
            let answers = match api {
                ApiSeen::WantsKey => say!("judge-wants-key").to_owned(),
                ApiSeen::Open(models) => {
                    say!("judge-lists-anybody", models = models.len())
                }
            };
            let took = standing
                .took
                .map_or_else(String::new, |took| say!("judge-took", span = span(took)));
            let evidence = match console {
                Ok(Some(seen)) => say!(
                    "judge-console-seen",
                    console = console_words(seen),
                    answers = answers,
                    took = took
                ),
                Ok(None) => say!("judge-no-console", answers = answers, took = took),
                Err(fault) => say!(
                    "judge-console-silent",
                    fault = fault,
                    answers = answers,
                    took = took
                ),
            };
            Finding::new(Rung::Kind, Verdict::Good, evidence)
        }
        (Err(fault), Ok(Some(seen))) if fault.kind == FaultKind::NotAnApi => {
            let fault = Fault {
                message: say!("judge-no-api", kind = console_words(seen), fault = fault),
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
        // Ours begins with its name.
        let own = format!("{}-", seen.family);
        text += &format!(" {}", version.strip_prefix(&own).unwrap_or(version));
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
        return refused(say!("judge-key-name"), say!("judge-key-name-advice"));
    }
    if given.contains("***") || given.contains('…') {
        return refused(say!("judge-key-masked"), say!("judge-key-masked-advice"));
    }
    if given.contains('@') {
        return refused(say!("judge-key-mail"), say!("judge-key-mail-advice"));
    }
    if given.len() < 16 && !given.starts_with("sk-") {
        return refused(say!("judge-key-short"), say!("judge-key-short-advice"));
    }
    None
}

/// Money that is at an end, whichever it is (S-94).
pub fn money(balance: Option<Money>, key_left: Option<Money>) -> Option<Fault> {
    if let Some(left) = key_left.filter(|left| *left <= Money::ZERO) {
        return Some(
            Fault::new(FaultKind::KeyQuota, say!("judge-key-quota", left = left))
                .advise(say!("judge-key-quota-advice")),
        );
    }
    let balance = balance.filter(|balance| *balance <= Money::ZERO)?;
    Some(
        Fault::new(FaultKind::Balance, say!("judge-balance", balance = balance))
            .advise(say!("judge-balance-advice")),
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
