//! What passes and what does not: from the answers of a test to its outcome. Nothing here asks anybody anything.

use serde_json::{Value, json};

use super::{Check, Outcome, Sent};
use crate::domain::test_result::TestKind;
use crate::domain::time::took;
use crate::domain::{Basis, Cost, Fault, FaultKind, Finish, Money};
use crate::locale::{pair, say};
use crate::verify::door::{Ask, Told};
use crate::verify::evidence::Observation;
use crate::verify::needles::{self, Haystack, PLACES};

/// An outcome whose observations are still beside it.
pub(super) struct Judged {
    pub outcome: Outcome,
    pub observed: Vec<Observation>,
}

pub(super) fn judge_connect(
    asks: &[Ask; 2],
    listed: Check,
    whole: &Told,
    streamed: &Told,
) -> Judged {
    let mut checks = vec![listed];
    for (name, told) in [
        (say!("trial-reply"), whole),
        (say!("trial-stream"), streamed),
    ] {
        let ok = told.fault.is_none();
        checks.push(Check {
            what: say!("trial-understood", name = name),
            passed: Some(ok),
            seen: match (&told.fault, told.status) {
                (Some(fault), _) => fault.message.clone(),
                (None, Some(status)) => say!("verify-http", status = status),
                (None, None) => say!("trial-answered").into(),
            },
        });
        if !ok {
            continue;
        }
        checks.push(Check {
            what: say!("trial-says", name = name),
            passed: Some(told.is_good()),
            seen: match told.text.trim() {
                "" if told.reasoned => say!("trial-only-thoughts").into(),
                "" => say!("trial-nothing").into(),
                text => format!("{:?}", short(text)),
            },
        });
        checks.push(Check {
            what: say!("trial-reports", name = name),
            passed: Some(told.reported.is_some()),
            seen: match told.reported {
                Some(usage) => say!("trial-usage", input = usage.prompt(), output = usage.output),
                None => say!("trial-no-usage").into(),
            },
        });
    }
    let passed = checks.iter().all(|check| check.passed != Some(false));
    let told = vec![whole.clone(), streamed.clone()];
    let summary = match checks.iter().find(|check| check.passed == Some(false)) {
        Some(check) => pair(&check.what, &check.seen),
        None => say!(
            "trial-connect-summary",
            reply = took(whole.total_ms),
            stream = took(streamed.first_ms.unwrap_or(streamed.total_ms))
        ),
    };
    judged(
        TestKind::Connect,
        passed,
        summary,
        checks,
        asks,
        told,
        json!({}),
    )
}

pub(super) fn judge_long(ask: &Ask, hay: &Haystack, told: Told) -> Judged {
    let mut checks = vec![Check {
        what: say!("trial-ends-stop").into(),
        passed: Some(told.fault.is_none() && told.finish == Finish::Stop),
        seen: match &told.fault {
            Some(fault) => fault.message.clone(),
            None => format!("{:?}", told.finish).to_lowercase(),
        },
    }];
    let found = needles::found(&told.text, &hay.needles);
    for (nth, place) in PLACES.iter().enumerate() {
        checks.push(Check {
            what: say!("trial-needle", place = place),
            passed: Some(found[nth]),
            seen: match found[nth] {
                true => say!("trial-needle-found", needle = hay.needles[nth]),
                false => say!("trial-needle-lost", needle = hay.needles[nth]),
            },
        });
    }
    let gap = told.longest_gap();
    let usage = told.reported.unwrap_or(told.counted);
    let passed = checks.iter().all(|check| check.passed == Some(true));
    let broke = match (&told.fault, told.beats.last()) {
        (Some(_), Some(last)) => {
            say!("trial-broke", tokens = last.tokens, took = took(last.at_ms))
        }
        _ => String::new(),
    };
    let silence = gap.map_or_else(String::new, |(ms, at)| {
        say!("trial-silence", took = took(ms), at = took(at))
    });
    let hits = found.iter().filter(|found| **found).count();
    let summary = say!(
        "trial-long-summary",
        input = usage.prompt(),
        output = usage.output,
        took = took(told.total_ms),
        silence = silence,
        hits = hits,
        broke = broke
    );
    let detail = json!({
        "finish": told.finish,
        "needles": found,
        "longest_gap_ms": gap.map(|(ms, _)| ms),
        "longest_gap_at_ms": gap.map(|(_, at)| at),
        "broke_after_tokens": told.fault.as_ref().and(told.beats.last()).map(|beat| beat.tokens),
        "tokens_over_time": timeline(&told),
    });
    judged(
        TestKind::Long,
        passed,
        summary,
        checks,
        std::slice::from_ref(ask),
        vec![told],
        detail,
    )
}

/// Tokens at twenty moments of the answer, evenly apart.
fn timeline(told: &Told) -> Vec<u64> {
    const MOMENTS: u64 = 20;
    let Some(last) = told.beats.last().filter(|last| last.at_ms > 0) else {
        return Vec::new();
    };
    (1..=MOMENTS)
        .map(|nth| {
            let until = last.at_ms * nth / MOMENTS;
            told.beats
                .iter()
                .take_while(|beat| beat.at_ms <= until)
                .last()
                .map_or(0, |beat| beat.tokens)
        })
        .collect()
}

pub(super) fn judge_concurrency(asks: &[Ask], told: Vec<Told>) -> Judged {
    let good = told.iter().filter(|told| told.is_good()).count();
    let limited = told
        .iter()
        .filter(|told| {
            told.fault.as_ref().is_some_and(|fault| {
                fault.kind == FaultKind::RateLimited || fault.status == Some(429)
            })
        })
        .count();
    let waits: Vec<u64> = told
        .iter()
        .filter_map(|told| told.fault.as_ref()?.retry_after)
        .collect();
    let passed = good == asks.len() && good > 0;
    let times = || {
        told.iter()
            .filter(|told| told.is_good())
            .map(|told| told.total_ms)
    };
    let (p50, p95) = (percentile(times(), 50), percentile(times(), 95));
    let ms = |time: Option<u64>| time.map_or_else(|| "–".to_owned(), took);
    let mut summary = say!(
        "trial-many-summary",
        good = good,
        all = asks.len(),
        p50 = ms(p50),
        p95 = ms(p95)
    );
    if limited > 0 {
        summary += &say!("trial-many-limited", limited = #limited);
        if let Some(longest) = waits.iter().max() {
            summary += &say!("trial-many-wait", longest = longest);
        }
    }
    let checks = vec![
        Check {
            what: say!("trial-all-succeed", count = asks.len()),
            passed: Some(passed),
            seen: match told.iter().find(|told| !told.is_good()) {
                None => say!("trial-all").into(),
                Some(told) => match &told.fault {
                    Some(fault) => say!("trial-some-told", good = good, fault = fault.message),
                    None => say!("trial-some-silent", good = good),
                },
            },
        },
        Check {
            what: say!("trial-limited").into(),
            passed: Some(limited == 0),
            seen: limited.to_string(),
        },
    ];
    let detail = json!({
        "at_once": asks.len(), "good": good, "p50_ms": p50, "p95_ms": p95, "told_429": limited, "retry_after": waits,
    });
    judged(
        TestKind::Concurrency,
        passed,
        summary,
        checks,
        asks,
        told,
        detail,
    )
}

fn judged(
    test: TestKind,
    passed: bool,
    summary: String,
    checks: Vec<Check>,
    asks: &[Ask],
    told: Vec<Told>,
    detail: Value,
) -> Judged {
    let fault = told
        .iter()
        .find_map(|told| told.fault.clone())
        .filter(|_| !passed)
        .or_else(|| {
            (!passed).then(|| {
                Fault::new(FaultKind::Upstream, summary.clone()).advise(say!("trial-advice"))
            })
        });
    let observed = asks
        .iter()
        .zip(&told)
        .filter(|(_, told)| told.fault.is_none())
        .map(|(_, told)| Observation {
            echoed: told.echoed.clone(),
            fingerprint: told.fingerprint.clone(),
            reported: told.reported,
            counted: told.counted,
            reasoned: told.reasoned,
        })
        .collect::<Vec<_>>();
    let fingerprints: Vec<&String> = observed
        .iter()
        .filter_map(|seen| seen.fingerprint.as_ref())
        .collect();
    let mut detail = detail;
    if let Some(object) = detail.as_object_mut() {
        object.insert("fingerprints".into(), json!(fingerprints));
    }
    Judged {
        outcome: Outcome {
            test,
            passed,
            summary,
            checks,
            cost: total_cost(&told),
            sent: told.iter().map(sent).collect(),
            fault,
            evidence: Vec::new(),
            detail,
        },
        observed,
    }
}

fn sent(told: &Told) -> Sent {
    let usage = told.reported.unwrap_or(told.counted);
    Sent {
        good: told.is_good(),
        status: told.status,
        first_ms: told.first_ms,
        total_ms: told.total_ms,
        input: usage.prompt(),
        output: usage.output,
        reported: told.reported.is_some(),
        echoed: told.echoed.clone(),
        fault: told.fault.as_ref().map(|fault| fault.message.clone()),
        retry_after: told.fault.as_ref().and_then(|fault| fault.retry_after),
    }
}

/// What requests cost together, resting on the weakest of their figures; unknown as soon as one is.
pub fn total_cost(told: &[Told]) -> Cost {
    let amount = told.iter().try_fold(0_i64, |sum, told| {
        Some(sum.saturating_add(told.cost.amount?.nanos()))
    });
    let basis = told.iter().map(|told| told.cost.basis).min();
    Cost {
        amount: amount.map(Money::from_nanos),
        basis: basis.unwrap_or(Basis::Settled),
    }
}

/// The value that so many percent of the values do not exceed.
pub(super) fn percentile(values: impl Iterator<Item = u64>, percent: usize) -> Option<u64> {
    let mut values: Vec<u64> = values.collect();
    values.sort_unstable();
    let last = values.len().checked_sub(1)?;
    values
        .get(
            (values.len() * percent)
                .div_ceil(100)
                .saturating_sub(1)
                .min(last),
        )
        .copied()
}

fn short(text: &str) -> String {
    let mut cut: String = text.chars().take(40).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    cut
}

#[cfg(test)]
#[path = "judging_tests.rs"]
mod tests;
