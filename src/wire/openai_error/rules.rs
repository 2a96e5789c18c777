//! The classifier's rules in their order; the first that fits decides (`contract/new-api.md` 8.7).

use super::ErrorAnswer;
use super::pace::{self, Ceiling};
use super::read::{ErrorText, Shape};
use super::verdict::Verdict;
use crate::domain::FaultKind as Kind;
use crate::locale::say;

/// Types that only a relay's own errors carry.
const OWN_TYPES: [&str; 4] = [
    "new_api_error",
    "one_api_error",
    "new_api_panic",
    "veloera_error",
];

/// Who is speaking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Speaker {
    /// The relay, about itself or about us.
    Relay,
    /// An address that is no relay, about itself or about us.
    Direct,
    /// Somebody behind the relay.
    Upstream,
}

fn speaker(answer: &ErrorAnswer<'_>, text: &ErrorText) -> Speaker {
    let own = OWN_TYPES.contains(&text.kind.as_str());
    match (own, text.request_ids.len()) {
        (true, 0 | 1) => Speaker::Relay,
        (true, _) => Speaker::Upstream,
        (false, 0) if !answer.from_relay || text.shape != Shape::Json => Speaker::Direct,
        (false, _) => Speaker::Upstream,
    }
}

pub(super) fn judge(answer: &ErrorAnswer<'_>, text: &ErrorText) -> Verdict {
    let status = answer.status.unwrap_or_default();
    if text.shape == Shape::Html {
        return page(answer, status);
    }
    if matches!(answer.status, Some(200..=299)) && text.shape != Shape::Json {
        return Kind::NotAnApi.into();
    }
    if status == 404 && text.message.contains("Invalid URL") {
        return Kind::EndpointMissing.into();
    }
    let says = Words::of(text);
    // The fee that a vendor takes for words it refuses comes as 403, and is no trouble of the relay's with its vendor.
    if says.code.starts_with("violation_fee") {
        return filtered();
    }
    let speaker = speaker(answer, text);
    if speaker == Speaker::Upstream && matches!(status, 401 | 402 | 403 | 429) {
        return Verdict::advised(Kind::Upstream, say!("trouble-relay-upstream-advice"));
    }
    own_codes(&says)
        .or_else(|| (status == 401).then(|| refused(&says)))
        .or_else(|| quota(status, speaker, &says))
        .or_else(|| (status == 403).then(|| forbidden(&says)))
        .or_else(|| model(status, &says))
        .or_else(|| request(status, &says))
        .unwrap_or_else(|| trouble(status, speaker, &says))
}

/// A web page instead of an answer: a wrong address, a firewall, or a proxy in front of a relay that is down.
fn page(answer: &ErrorAnswer<'_>, status: u16) -> Verdict {
    let title = String::from_utf8_lossy(answer.body.get(..4_096).unwrap_or(answer.body));
    let challenge = [
        "Just a moment",
        "Attention Required",
        "cf-chl",
        "challenge-platform",
    ];
    if answer.firewall || challenge.iter().any(|sign| title.contains(sign)) {
        return Verdict::advised(Kind::NotAnApi, say!("trouble-relay-firewall"));
    }
    match status {
        429 => Kind::RateLimited.into(),
        504 | 522 | 524 => Kind::Timeout.into(),
        500.. => Kind::Server.into(),
        _ => Kind::NotAnApi.into(),
    }
}

/// Codes that tell exactly, whatever the status: those of the relay we carry ourselves.
fn own_codes(says: &Words<'_>) -> Option<Verdict> {
    Some(match says.code {
        "token_expired" => Kind::KeyExpired.into(),
        "token_disabled" => Kind::KeyDisabled.into(),
        "token_exhausted" => Kind::KeyQuota.into(),
        "model_not_allowed" => Kind::ModelNotAllowed.into(),
        "group_not_allowed" => Kind::GroupNotAllowed.into(),
        _ => return None,
    })
}

fn refused(says: &Words<'_>) -> Verdict {
    if says.any(&["过期", "expired"]) {
        return Kind::KeyExpired.into();
    }
    if says.any(&["用尽", "exhausted"]) {
        return Kind::KeyQuota.into();
    }
    if says.any(&["不可用", "unavailable"]) {
        return Kind::KeyDisabled.into();
    }
    // One API answers 401 when its own database fails.
    if says.any(&["令牌验证失败"]) {
        return Kind::Server.into();
    }
    Verdict::advised(Kind::CredentialRefused, say!("trouble-relay-key-advice"))
}

fn quota(status: u16, speaker: Speaker, says: &Words<'_>) -> Option<Verdict> {
    if says.code == "pre_consume_token_quota_failed"
        || says.any(&["token quota is not enough", "令牌额度不足"])
    {
        return Some(Kind::KeyQuota.into());
    }
    let balance = [
        "用户额度不足",
        "预扣费",
        "订阅额度不足",
        "user quota",
        "insufficient user quota",
        "pre-consume failed",
        "subscription quota",
    ];
    if says.code == "insufficient_user_quota" || says.any(&balance) {
        return Some(Verdict::advised(
            Kind::Balance,
            say!("trouble-relay-balance-advice"),
        ));
    }
    let vendors = [
        "insufficient_quota",
        "insufficient_balance",
        "billing_hard_limit_reached",
    ];
    let spent = status == 402
        || vendors.contains(&says.code)
        || vendors.contains(&says.kind)
        || says.any(&[
            "insufficient balance",
            "credit balance is too low",
            "insufficient credits",
        ]);
    (speaker == Speaker::Direct && spent).then(|| Kind::Balance.into())
}

fn forbidden(says: &Words<'_>) -> Verdict {
    if says.code == "access_denied" || says.any(&["ip 不在", "allowed list", "网段"]) {
        return Kind::IpNotAllowed.into();
    }
    if says.any(&["封禁", "banned"]) {
        return Verdict::advised(Kind::Forbidden, say!("trouble-relay-banned"));
    }
    if says.any(&["指定渠道", "specify a channel"]) {
        return Verdict::advised(Kind::CredentialRefused, say!("trouble-relay-dash"));
    }
    // A group may be named after a model, and the other way round: whole phrases before single words.
    let starts = |phrase: &str| says.lower.starts_with(phrase);
    let group = starts("no permission to access group")
        || starts("令牌分组")
        || (starts("group ") && says.lower.ends_with("deprecated"))
        || (starts("无权访问") && says.lower.ends_with("分组"))
        || (starts("分组") && says.lower.ends_with("弃用"));
    if says.any(&["模型", "model"]) && !group {
        return Kind::ModelNotAllowed.into();
    }
    if group || says.any(&["分组", "group"]) {
        return Kind::GroupNotAllowed.into();
    }
    Kind::Forbidden.into()
}

fn model(status: u16, says: &Words<'_>) -> Option<Verdict> {
    if says.code == "model_price_error" || says.any(&["倍率或价格未配置", "has not been priced"])
    {
        return Some(Kind::ModelUnpriced.into());
    }
    let unserved = [
        "无可用渠道",
        "可用渠道",
        "no available channel",
        "available channel for model",
    ];
    if matches!(says.code, "model_not_found" | "get_channel_failed") || says.any(&unserved) {
        return Some(Kind::ModelNotFound.into());
    }
    // Ollama, vLLM and others answer an unknown name so.
    (status == 404 && says.any(&["model"])).then(|| Kind::ModelNotFound.into())
}

fn request(status: u16, says: &Words<'_>) -> Option<Verdict> {
    if says.code == "context_length_exceeded"
        || says.any(&[
            "context length",
            "context window",
            "maximum context",
            "prompt is too long",
        ])
    {
        return Some(Verdict::advised(
            Kind::BadRequest,
            say!("trouble-relay-too-long"),
        ));
    }
    let filters = [
        "sensitive_words_detected",
        "prompt_blocked",
        "content_filter",
        "content_policy_violation",
    ];
    if filters.contains(&says.code) {
        return Some(filtered());
    }
    // Relays before 2026 answer 500 where a field is missing.
    if says.code == "invalid_request" {
        return Some(Kind::BadRequest.into());
    }
    if status == 413 {
        let advice = match pace::ceiling(&says.lower, says.kind, says.code) {
            Some(Ceiling::Tokens) => {
                say!("trouble-relay-large-tokens")
            }
            _ => say!("trouble-relay-large"),
        };
        return Some(Verdict::advised(Kind::BadRequest, advice));
    }
    Some(match status {
        404 | 405 | 501 => Kind::EndpointMissing.into(),
        300..=399 => Kind::NotAnApi.into(),
        400 | 409 | 410 | 415 | 422 => Kind::BadRequest.into(),
        408 => Kind::Timeout.into(),
        429 => too_fast(says),
        _ => return None,
    })
}

/// A filter refused what was said.
fn filtered() -> Verdict {
    Verdict::advised(Kind::BadRequest, say!("trouble-relay-filter"))
}

/// Who asks too fast is told which ceiling it was, where the refusal names one.
fn too_fast(says: &Words<'_>) -> Verdict {
    match pace::ceiling(&says.lower, says.kind, says.code) {
        Some(ceiling) => Verdict::advised(Kind::RateLimited, pace::advice(ceiling)),
        None => Kind::RateLimited.into(),
    }
}

fn trouble(status: u16, speaker: Speaker, says: &Words<'_>) -> Verdict {
    if matches!(status, 504 | 522 | 524) {
        return Kind::Timeout.into();
    }
    let upstream = speaker == Speaker::Upstream
        || says.kind == "upstream_error"
        || says.kind == "bad_response_status_code"
        || says.code.starts_with("channel:")
        || matches!(
            says.code,
            "bad_response_status_code"
                | "bad_response"
                | "bad_response_body"
                | "read_response_body_failed"
                | "do_request_failed"
                | "empty_response"
                | "aws_invoke_error"
        )
        || says.any(&["请求上游地址失败", "上游负载"]);
    // An error inside a stream: what was generated until then came from upstream.
    let inside = status < 300 && speaker != Speaker::Relay;
    if upstream || inside {
        return Kind::Upstream.into();
    }
    match status {
        400..=499 => Kind::BadRequest.into(),
        _ => Kind::Server.into(),
    }
}

/// What the error says, for looking words up in both languages.
struct Words<'a> {
    code: &'a str,
    kind: &'a str,
    lower: String,
}

impl<'a> Words<'a> {
    fn of(text: &'a ErrorText) -> Self {
        Words {
            code: &text.code,
            kind: &text.kind,
            lower: text.message.to_lowercase(),
        }
    }

    /// Whether one of these stands in the message; they are in lower case.
    fn any(&self, needles: &[&str]) -> bool {
        needles.iter().any(|needle| self.lower.contains(needle))
    }
}
