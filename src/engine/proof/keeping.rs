//! What is kept of diagnoses and tests, and what is known from before: results, observations, the state behind the
//! checklist (S-84, S-98).

use std::path::Path;

use serde_json::{Value, json};

use super::answered::answered;
use super::{Examined, repository};
use crate::domain::profile;
use crate::domain::test_result::{TestKind, TestResult};
use crate::domain::{Address, ApiKey, Fault, FaultKind, ReceiptState, UnixMillis};
use crate::engine::tools::versions;
use crate::engine::{session::Session, settling};
use crate::ledger::{Ledger, ReceiptFilter};
use crate::locale::say;
use crate::verify::checklist::Facts;
use crate::verify::choice::billed_group;
use crate::verify::evidence::Observation;
use crate::verify::report::Report;
use crate::verify::trials::{Outcome, Target};

/// Results that the history goes back.
pub const HISTORY: u32 = 500;
/// Earlier answers that the evidence rests on.
const OBSERVED: u32 = 50;

/// Keeps a diagnosis.
///
/// # Errors
/// When it could not be written.
pub async fn keep_report(
    examined: &Examined,
    report: &Report,
    at: UnixMillis,
) -> Result<(), Fault> {
    let subject = &examined.subject;
    let key = subject.key.as_ref();
    let result = TestResult {
        profile: examined.profile.clone(),
        relay: relay_name(&examined.profile, &subject.address),
        at,
        test: TestKind::Ladder,
        model: subject.model.clone().unwrap_or_default(),
        group: None,
        key_masked: key.map(|key| key.held.secret.masked()).unwrap_or_default(),
        passed: report.trouble().is_none(),
        summary: report.summary(),
        requests: report.requests,
        cost: report.cost,
        first_ms: None,
        total_ms: None,
        detail: json!({
            "rung": report.trouble().map(|finding| finding.rung),
            "kind": report.kind(),
        })
        .to_string(),
    };
    examined
        .ledger
        .note_result(&result)
        .await
        .map_err(Fault::from)?;
    Ok(())
}

/// Keeps the outcome of a test.
///
/// # Errors
/// When it could not be written.
pub async fn keep_outcome(
    examined: &Examined,
    target: &Target,
    outcome: &Outcome,
    at: UnixMillis,
) -> Result<TestResult, Fault> {
    let mut detail = outcome.detail.clone();
    if let Some(object) = detail.as_object_mut() {
        object.insert("checks".into(), json!(outcome.checks));
        object.insert("sent".into(), json!(outcome.sent));
    }
    let result = TestResult {
        profile: examined.profile.clone(),
        relay: relay_name(&examined.profile, &target.address),
        at,
        test: outcome.test,
        model: target.model.clone(),
        group: target.group.clone(),
        key_masked: target.key.secret.masked(),
        passed: outcome.passed,
        summary: outcome.summary.clone(),
        requests: u32::try_from(outcome.sent.len()).unwrap_or(u32::MAX),
        cost: outcome.cost,
        first_ms: outcome.first_ms(),
        total_ms: outcome.total_ms(),
        detail: detail.to_string(),
    };
    examined
        .ledger
        .note_result(&result)
        .await
        .map_err(Fault::from)?;
    Ok(result)
}

/// What earlier requests for this model told about who answered: from the receipts, and the marks kept with results.
pub async fn observations(ledger: &Ledger, profile: &str, model: &str) -> Vec<Observation> {
    let filter = ReceiptFilter {
        profile: Some(profile.to_owned()),
        model: Some(model.to_owned()),
        limit: OBSERVED,
        ..ReceiptFilter::default()
    };
    let receipts = ledger.receipts(filter).await.unwrap_or_default();
    let mut seen: Vec<Observation> = receipts
        .into_iter()
        .filter(|receipt| receipt.state == ReceiptState::Ended && receipt.fault.is_none())
        .map(|receipt| Observation {
            echoed: receipt.model_echoed,
            fingerprint: None,
            reported: receipt.reported,
            counted: receipt.counted,
            // A receipt does not tell whether there were thoughts; then its output says nothing.
            reasoned: true,
        })
        .collect();
    let results = ledger.results(profile, HISTORY).await.unwrap_or_default();
    let marks = results
        .iter()
        .filter(|result| result.model == model)
        .filter_map(|result| serde_json::from_str::<Value>(&result.detail).ok())
        .filter_map(|detail| {
            detail
                .get("fingerprints")
                .and_then(Value::as_array)
                .cloned()
        })
        .flatten()
        .filter_map(|mark| mark.as_str().map(str::to_owned));
    seen.extend(marks.map(|mark| Observation {
        echoed: None,
        fingerprint: Some(mark),
        reported: None,
        counted: crate::domain::Usage::default(),
        reasoned: true,
    }));
    seen
}

/// The live state behind the checklist: `ladder` is the latest diagnosis, and when it was over; `folder` is where the
/// repository is looked for.
pub async fn facts(
    examined: &Examined,
    ladder: Option<(UnixMillis, Report)>,
    folder: &Path,
) -> Facts {
    let subject = &examined.subject;
    let console = &examined.console;
    let key = subject.key.as_ref().map(|key| &key.held);
    let held = examined.held();
    let masked = key.map(|key| key.secret.masked());
    let results = examined
        .ledger
        .results(&examined.profile, HISTORY)
        .await
        .unwrap_or_default()
        .into_iter()
        .filter(|result| Some(&result.key_masked) == masked.as_ref())
        .filter(|result| {
            subject
                .model
                .as_ref()
                .is_none_or(|model| result.model == *model)
        })
        .collect();
    let keys: Vec<ApiKey> = held.iter().map(|key| key.secret.clone()).collect();
    let here = folder.to_owned();
    let repository = tokio::task::spawn_blocking(move || repository::look(&here, &keys))
        .await
        .ok();
    let (host, relay) = (examined.host(), subject.address.clone());
    let profile = examined.profile.clone();
    let tools = tokio::task::spawn_blocking(move || versions(host.as_ref(), &profile, &relay))
        .await
        .ok()
        .flatten();
    let (climbed, ladder) = ladder.unzip();
    let answered = match key {
        Some(key) => answered(examined, key, climbed).await,
        None => None,
    };
    let account = console
        .account
        .clone()
        .map(|account| account.map(|account| (account.shown_name().to_owned(), account.balance)));
    Facts {
        account,
        keys: console.keys.as_ref().map(Vec::len),
        held: held.len(),
        ladder,
        answered,
        results,
        group: key.and_then(|key| billed_group(console, key)),
        repository,
        settled: settled(examined).await,
        tools,
    }
}

/// Requests found in the relay's log, of those that were answered lately; looked up now where they were not yet.
async fn settled(examined: &Examined) -> Option<(u64, u64)> {
    let client = examined.client().ok()?;
    if !client.has_account() {
        return None;
    }
    let session = Session::unopened(examined.host(), examined.kept_profile(), client).managing();
    settling::settle_old_rows(&session, &examined.ledger, &examined.clock).await;
    let filter = ReceiptFilter {
        profile: Some(examined.profile.clone()),
        limit: OBSERVED,
        ..ReceiptFilter::default()
    };
    let receipts = examined.ledger.receipts(filter).await.ok()?;
    let answered = receipts
        .iter()
        .filter(|receipt| receipt.state == ReceiptState::Ended && receipt.fault.is_none());
    let (mut sent, mut found) = (0, 0);
    for receipt in answered {
        sent += 1;
        found += u64::from(receipt.charged.is_some());
    }
    Some((found, sent))
}

/// There is no key that a test could be run with.
pub(super) fn no_key() -> Fault {
    Fault::new(FaultKind::NotFound, say!("proof-no-key")).advise(say!("proof-no-key-advice"))
}

/// The relay that results are kept and compared by: its base address. The embedded relay may listen somewhere else every time,
/// so its own name stands for it.
fn relay_name(of: &str, address: &Address) -> String {
    if of == profile::LOCAL {
        "embedded relay".into()
    } else {
        address.base().to_owned()
    }
}
