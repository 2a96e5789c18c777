//! Which answer of before proves that the next one will come (S-98): the latest of this key and model, if the key is still
//! what it was when it came.

use super::Examined;
use crate::domain::group::AUTO;
use crate::domain::{Finish, KeyStatus, Receipt, ReceiptState, UnixMillis, profile};
use crate::ledger::ReceiptFilter;
use crate::verify::choice::{billed_group, key_info};
use crate::verify::door::{Console, HeldSecret};

/// How long an answer proves that the next one will come.
const LATELY_MS: i64 = 86_400_000;

/// The model of the latest request with this key and, where one was named, this model; `None` unless it was answered, lately
/// and after `since`, and could be sent again as the console lists the key now.
pub(super) async fn answered(
    examined: &Examined,
    key: &HeldSecret,
    since: Option<UnixMillis>,
) -> Option<String> {
    let lately = UnixMillis(examined.clock.now().0.saturating_sub(LATELY_MS));
    let filter = ReceiptFilter {
        profile: Some(examined.profile.clone()),
        model: examined.subject.model.clone(),
        key_masked: Some(key.secret.masked()),
        since: since.max(Some(lately)),
        ..ReceiptFilter::default()
    };
    let receipts = examined.ledger.receipts(filter).await.ok()?;
    let relay = examined.subject.address.base();
    let here = |receipt: &Receipt| examined.profile == profile::LOCAL || receipt.relay == relay;
    let over = |receipt: &Receipt| receipt.state != ReceiptState::Sent;
    receipts
        .into_iter()
        .find(|receipt| here(receipt) && over(receipt))
        .filter(|receipt| came(receipt) && stands(&examined.console, key, receipt))
        .map(|receipt| receipt.model)
}

/// Whether an answer came: a part of it, or its proper end. What was cancelled says nothing of what would have come.
fn came(receipt: &Receipt) -> bool {
    let ended = match &receipt.finish {
        Some(Finish::Cancelled) => return false,
        None | Some(Finish::Cut) => false,
        Some(_) => true,
    };
    receipt.state == ReceiptState::Ended
        && receipt.fault.is_none()
        && receipt.reported.is_some()
        && (ended || receipt.first_ms.is_some())
}

/// Whether the key may still do what this request did: it is enabled, is billed in the same group, and may call the model.
/// Where nobody lists the key, nothing is said against it.
fn stands(console: &Console, key: &HeldSecret, receipt: &Receipt) -> bool {
    let Some(info) = key_info(console, key) else {
        // A list that lacks a key with a number says that it is gone.
        return console.keys.is_none() || key.id.is_none();
    };
    // One in `auto` is billed in whichever of its groups answered.
    let walks = |then: &String| {
        let named = &info.auto.groups;
        info.group == AUTO && (named.is_empty() || named.contains(then))
    };
    let in_group = match (&receipt.group, billed_group(console, key)) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(then), Some(now)) => *then == now || walks(then),
    };
    let models = info.models.as_ref();
    let may_call = models.is_none_or(|models| models.contains(&receipt.model));
    info.status == KeyStatus::Enabled && in_group && may_call
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::key::tests::key_in;
    use crate::domain::{ApiKey, AutoRoute, Basis, FaultKind, KeyInfo, Price, Usage};

    fn held() -> HeldSecret {
        HeldSecret {
            secret: ApiKey::new("sk-aB3dEFGHijklmnopx9Zk"),
            name: "blog".into(),
            id: Some(7),
        }
    }

    fn info() -> KeyInfo {
        KeyInfo {
            id: 7,
            name: "blog".into(),
            masked: held().secret.masked(),
            ..key_in("default")
        }
    }

    fn listing(info: KeyInfo) -> Console {
        Console {
            keys: Some(vec![info]),
            ..Console::default()
        }
    }

    /// A complete answer in group `default`.
    fn receipt() -> Receipt {
        Receipt {
            id: 1,
            profile: "p".into(),
            relay: "https://relay.example".into(),
            sent: UnixMillis(0),
            state: ReceiptState::Ended,
            model: "gpt-4o-mini".into(),
            model_echoed: None,
            key_id: Some(7),
            key_name: None,
            key_masked: held().secret.masked(),
            group: Some("default".into()),
            counted: Usage::default(),
            reported: Some(Usage::default()),
            price: Price::Unknown,
            expected: None,
            expected_basis: Basis::Estimated,
            charged: None,
            finish: Some(Finish::Stop),
            fault: None,
            status: Some(200),
            request_id: None,
            first_ms: Some(5),
            total_ms: Some(9),
            tool: "relaydeck".into(),
        }
    }

    #[test]
    fn s_98_only_what_came_is_an_answer() {
        let with = |finish: Option<Finish>, first_ms| {
            came(&Receipt {
                finish,
                first_ms,
                ..receipt()
            })
        };
        assert!(with(Some(Finish::Stop), Some(5)));
        assert!(with(Some(Finish::ToolCalls), None), "complete without text");
        assert!(with(Some(Finish::Cut), Some(5)), "its first part came");
        assert!(!with(Some(Finish::Cut), None));
        assert!(!with(None, None));
        assert!(!with(Some(Finish::Cancelled), None));
        assert!(!with(Some(Finish::Cancelled), Some(5)));
        assert!(!came(&Receipt {
            fault: Some(FaultKind::Network),
            ..receipt()
        }));
    }

    #[test]
    fn s_98_an_answer_proves_nothing_of_a_key_that_was_changed_since() {
        let stands = |info: KeyInfo| stands(&listing(info), &held(), &receipt());
        assert!(stands(info()));
        for status in [
            KeyStatus::Disabled,
            KeyStatus::Expired,
            KeyStatus::Exhausted,
        ] {
            assert!(!stands(KeyInfo { status, ..info() }), "{status:?}");
        }
        let limited = |name: &str| KeyInfo {
            models: Some(vec![name.into()]),
            ..info()
        };
        assert!(stands(limited("gpt-4o-mini")) && !stands(limited("gpt-4o")));
        let gone = KeyInfo {
            id: 8,
            masked: "sk-other".into(),
            ..info()
        };
        assert!(!stands(gone));
        let in_group = |group: &str, tries: &[&str]| KeyInfo {
            group: group.into(),
            auto: AutoRoute {
                groups: tries.iter().map(|name| (*name).to_owned()).collect(),
                cross_group_retry: false,
            },
            ..info()
        };
        assert!(!stands(in_group("vip", &[])));
        assert!(stands(in_group(AUTO, &[])) && stands(in_group(AUTO, &["default"])));
        assert!(!stands(in_group(AUTO, &["vip"])));
    }

    #[test]
    fn s_98_where_nobody_lists_the_key_its_answer_is_all_there_is_to_go_by() {
        let untold = Receipt {
            group: None,
            ..receipt()
        };
        assert!(stands(&Console::default(), &held(), &untold));
        assert!(!stands(&listing(info()), &held(), &untold));
    }
}
