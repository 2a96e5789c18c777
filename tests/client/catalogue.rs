//! Every row of the error catalogue of relays, in both languages and of every era: the kind, and what to do.

use futures_util::StreamExt;
use relaydeck::domain::{ChatRequest, Fault, FaultKind as Kind};
use relaydeck::wire::openai_error::{ErrorAnswer, classify};
use serde_json::{Value, json};

use crate::fake::{Fake, Told, key};

/// An error of a relay itself, in the shape of its handlers, as New API writes it.
fn own(code: &str, message: &str) -> Value {
    json!({"error":{"message":format!("{message} (request id: R1)"),"type":"new_api_error","param":"","code":code}})
}

/// The same as One API and New API before August 2025 write it: no code.
fn old(message: &str) -> Value {
    json!({"error":{"message":format!("{message} (request id: R1)"),"type":"one_api_error"}})
}

/// An error that came through a relay from its upstream.
fn passed(kind: &str, code: &str, message: &str) -> Value {
    json!({"error":{"message":format!("{message} (request id: R1)"),"type":kind,"param":"","code":code}})
}

/// The catalogue: status, body, what it means, a word of the advice.
fn catalogue() -> Vec<(u16, Value, Kind, &'static str)> {
    vec![
        // Keys
        (
            401,
            own("", "Invalid token"),
            Kind::CredentialRefused,
            "sk-",
        ),
        (401, own("", "无效的令牌"), Kind::CredentialRefused, "sk-"),
        (401, old("无效的令牌"), Kind::CredentialRefused, "sk-"),
        (401, own("", "未提供令牌"), Kind::CredentialRefused, "key"),
        (
            401,
            own("", "Token not provided"),
            Kind::CredentialRefused,
            "key",
        ),
        (401, own("", "该令牌已过期"), Kind::KeyExpired, "expiry"),
        (
            401,
            own("", "This token has expired"),
            Kind::KeyExpired,
            "expiry",
        ),
        (
            401,
            own("token_expired", "the key has ended"),
            Kind::KeyExpired,
            "expiry",
        ),
        (
            401,
            own("", "该令牌状态不可用"),
            Kind::KeyDisabled,
            "enable",
        ),
        (
            401,
            own("", "This token status is unavailable"),
            Kind::KeyDisabled,
            "enable",
        ),
        (
            401,
            own("token_disabled", "the key is off"),
            Kind::KeyDisabled,
            "enable",
        ),
        (
            401,
            old("令牌 laptop（#12）额度已用尽"),
            Kind::KeyQuota,
            "quota",
        ),
        (
            401,
            own("", "该令牌额度已用尽 TokenStatusExhausted[sk-abc***xyz]"),
            Kind::KeyQuota,
            "quota",
        ),
        (
            401,
            own(
                "",
                "[sk-aB3***x9Z] 该令牌额度已用尽 !token.UnlimitedQuota && token.RemainQuota = -120",
            ),
            Kind::KeyQuota,
            "quota",
        ),
        (
            401,
            own(
                "",
                "This token quota is exhausted TokenStatusExhausted[sk-abc***xyz]",
            ),
            Kind::KeyQuota,
            "quota",
        ),
        (
            403,
            own("token_exhausted", "the key's quota is used up"),
            Kind::KeyQuota,
            "quota",
        ),
        (401, old("令牌验证失败"), Kind::Server, "later"),
        (
            500,
            own("", "数据库出错，请联系管理员"),
            Kind::Server,
            "later",
        ),
        (
            500,
            own("", "Database error, please contact the administrator"),
            Kind::Server,
            "later",
        ),
        // The account and the key's limits
        (403, own("", "用户已被封禁"), Kind::Forbidden, "banned"),
        (
            403,
            own("", "User has been banned"),
            Kind::Forbidden,
            "banned",
        ),
        (
            403,
            own("access_denied", "您的 IP 不在令牌允许访问的列表中"),
            Kind::IpNotAllowed,
            "IP list",
        ),
        (
            403,
            own("", "您的 IP 不在令牌允许访问的列表中"),
            Kind::IpNotAllowed,
            "IP list",
        ),
        (
            403,
            own("", "Your IP is not in the token's allowed list"),
            Kind::IpNotAllowed,
            "IP list",
        ),
        (
            403,
            old("该令牌只能在指定网段使用：10.0.0.0/8，当前 ip：1.2.3.4"),
            Kind::IpNotAllowed,
            "IP list",
        ),
        (
            403,
            own("", "令牌分组 vip 已被禁用"),
            Kind::GroupNotAllowed,
            "group",
        ),
        (
            403,
            own("", "无权访问 vip 分组"),
            Kind::GroupNotAllowed,
            "group",
        ),
        (
            403,
            own("", "No permission to access group vip"),
            Kind::GroupNotAllowed,
            "group",
        ),
        (
            403,
            own("", "分组 vip 已被弃用"),
            Kind::GroupNotAllowed,
            "group",
        ),
        (
            403,
            own("", "Group vip has been deprecated"),
            Kind::GroupNotAllowed,
            "group",
        ),
        (
            403,
            own("", "普通用户不支持指定渠道"),
            Kind::CredentialRefused,
            "dash",
        ),
        (
            403,
            own("", "Regular users cannot specify a channel"),
            Kind::CredentialRefused,
            "dash",
        ),
        (
            403,
            own("", "该令牌无权访问模型 gpt-4o"),
            Kind::ModelNotAllowed,
            "model",
        ),
        (
            403,
            own("", "该令牌无权访问任何模型"),
            Kind::ModelNotAllowed,
            "model",
        ),
        (
            403,
            old("该令牌无权使用模型：gpt-4o"),
            Kind::ModelNotAllowed,
            "model",
        ),
        (
            403,
            own("", "This token has no access to model gpt-4o"),
            Kind::ModelNotAllowed,
            "model",
        ),
        (
            403,
            own("", "This token has no access to any models"),
            Kind::ModelNotAllowed,
            "model",
        ),
        // The model
        (
            503,
            old("当前分组 default 下对于模型 gpt-9 无可用渠道"),
            Kind::ModelNotFound,
            "exact name",
        ),
        (
            503,
            own(
                "model_not_found",
                "分组 default 下模型 gpt-9 无可用渠道（distributor）",
            ),
            Kind::ModelNotFound,
            "exact name",
        ),
        (
            503,
            own(
                "model_not_found",
                "No available channel for model gpt-9 under group default (distributor)",
            ),
            Kind::ModelNotFound,
            "exact name",
        ),
        (
            500,
            own(
                "get_channel_failed",
                "分组 default 下模型 x 的可用渠道不存在（retry）",
            ),
            Kind::ModelNotFound,
            "exact name",
        ),
        (
            500,
            own(
                "get_channel_failed",
                "No available channel for model x under group default (retry)",
            ),
            Kind::ModelNotFound,
            "exact name",
        ),
        (
            503,
            own(
                "model_not_found",
                "获取分组 default 下模型 x 的可用渠道失败（distributor）：…",
            ),
            Kind::ModelNotFound,
            "exact name",
        ),
        (
            503,
            own(
                "model_not_found",
                "Failed to get available channel for model x under group default (distributor): …",
            ),
            Kind::ModelNotFound,
            "exact name",
        ),
        (
            500,
            own(
                "model_price_error",
                "模型 x 倍率或价格未配置, 请联系管理员设置；Model x ratio or price not set, please contact administrator to set",
            ),
            Kind::ModelUnpriced,
            "price",
        ),
        (
            400,
            own(
                "model_price_error",
                "Model x has not been priced by the administrator yet.",
            ),
            Kind::ModelUnpriced,
            "price",
        ),
        // The request
        (
            400,
            own("", "未指定模型名称，模型名称不能为空"),
            Kind::BadRequest,
            "message",
        ),
        (
            400,
            own("", "Model name not specified, model name cannot be empty"),
            Kind::BadRequest,
            "message",
        ),
        (400, own("", "无效的请求，EOF"), Kind::BadRequest, "message"),
        (
            400,
            own("invalid_request", "field messages is required"),
            Kind::BadRequest,
            "message",
        ),
        (
            413,
            own("read_request_body_failed", "request body too large"),
            Kind::BadRequest,
            "shorten",
        ),
        (
            400,
            passed(
                "invalid_request_error",
                "context_length_exceeded",
                "This model's maximum context length is 8192 tokens.",
            ),
            Kind::BadRequest,
            "larger context",
        ),
        (
            500,
            own("sensitive_words_detected", "user sensitive words detected"),
            Kind::BadRequest,
            "filter",
        ),
        (
            400,
            own("prompt_blocked", "blocked"),
            Kind::BadRequest,
            "filter",
        ),
        // Money
        (
            403,
            own(
                "insufficient_user_quota",
                "用户额度不足, 剩余额度: ＄0.000000",
            ),
            Kind::Balance,
            "top up",
        ),
        (
            403,
            own("insufficient_user_quota", "user quota is not enough"),
            Kind::Balance,
            "top up",
        ),
        (
            403,
            old("user quota is not enough"),
            Kind::Balance,
            "top up",
        ),
        (
            403,
            own(
                "insufficient_user_quota",
                "Insufficient user quota, remaining quota: ＄0.000000",
            ),
            Kind::Balance,
            "top up",
        ),
        (
            403,
            own(
                "insufficient_user_quota",
                "预扣费额度失败, 用户剩余额度: ＄0.010000, 需要预扣费额度: ＄0.050000",
            ),
            Kind::Balance,
            "top up",
        ),
        (
            403,
            own(
                "insufficient_user_quota",
                "chat pre-consumed quota failed, user quota: ＄0.010000, need quota: ＄0.050000",
            ),
            Kind::Balance,
            "top up",
        ),
        (
            403,
            own(
                "insufficient_user_quota",
                "Pre-consume failed: remaining user quota ＄0.010000, required pre-consume quota ＄0.050000",
            ),
            Kind::Balance,
            "top up",
        ),
        (
            403,
            own("insufficient_user_quota", "订阅额度不足或未配置订阅: x"),
            Kind::Balance,
            "top up",
        ),
        (
            403,
            own(
                "insufficient_user_quota",
                "Subscription quota is insufficient or no subscription is configured: x",
            ),
            Kind::Balance,
            "top up",
        ),
        (
            403,
            json!({"type":"error","error":{"type":"new_api_error","message":"预扣费额度失败, 用户剩余额度: ＄0.010000 (request id: R1)"}}),
            Kind::Balance,
            "top up",
        ),
        (
            403,
            own(
                "pre_consume_token_quota_failed",
                "token quota is not enough, token remain quota: ＄0.010000, need quota: ＄0.050000",
            ),
            Kind::KeyQuota,
            "raise",
        ),
        (403, old("令牌额度不足"), Kind::KeyQuota, "raise"),
        // Too much, too busy
        (
            429,
            own("", "您已达到请求数限制：1分钟内最多请求60次"),
            Kind::RateLimited,
            "wait",
        ),
        (
            429,
            own(
                "",
                "You have reached the request limit: maximum 60 requests in 1 minutes",
            ),
            Kind::RateLimited,
            "wait",
        ),
        (
            429,
            own("", "当前分组上游负载已饱和，请稍后再试"),
            Kind::RateLimited,
            "wait",
        ),
        (
            500,
            own("", "rate_limit_check_failed"),
            Kind::Server,
            "later",
        ),
        (
            503,
            own(
                "system_cpu_overloaded",
                "system cpu overloaded (current: 95.0%, threshold: 90%)",
            ),
            Kind::Server,
            "later",
        ),
        (
            503,
            json!({"error":{"type":"new_api_error","message":"system memory overloaded"}}),
            Kind::Server,
            "later",
        ),
        (
            500,
            json!({"error":{"message":"Panic detected, error: x","type":"new_api_panic"}}),
            Kind::Server,
            "later",
        ),
        // Upstream trouble, which is not the user's
        (
            401,
            passed(
                "invalid_request_error",
                "invalid_api_key",
                "Incorrect API key provided: sk-abc***.",
            ),
            Kind::Upstream,
            "not with your key",
        ),
        (
            401,
            passed("authentication_error", "", "invalid x-api-key"),
            Kind::Upstream,
            "not with your key",
        ),
        (
            429,
            passed(
                "insufficient_quota",
                "insufficient_quota",
                "You exceeded your current quota",
            ),
            Kind::Upstream,
            "not with your key",
        ),
        (
            403,
            passed(
                "invalid_request_error",
                "",
                "Your credit balance is too low",
            ),
            Kind::Upstream,
            "not with your key",
        ),
        (
            402,
            passed("upstream_error", "", "Insufficient Balance"),
            Kind::Upstream,
            "not with your key",
        ),
        (
            429,
            passed(
                "rate_limit_error",
                "rate_limit_exceeded",
                "Rate limit reached for ***",
            ),
            Kind::Upstream,
            "not with your key",
        ),
        // The upstream is such a relay itself: the words are the same, the ids are two.
        (
            401,
            own("", "Invalid token (request id: R0)"),
            Kind::Upstream,
            "not with your key",
        ),
        (
            403,
            own(
                "insufficient_user_quota",
                "用户额度不足, 剩余额度: ＄0.000000 (request id: R0)",
            ),
            Kind::Upstream,
            "not with your key",
        ),
        (
            502,
            passed(
                "bad_response_status_code",
                "bad_response_status_code",
                "bad response status code 502",
            ),
            Kind::Upstream,
            "upstream",
        ),
        (
            500,
            own("do_request_failed", "请求上游地址失败"),
            Kind::Upstream,
            "upstream",
        ),
        (
            500,
            own("do_request_failed", "upstream error: do request failed"),
            Kind::Upstream,
            "upstream",
        ),
        (500, own("empty_response", ""), Kind::Upstream, "upstream"),
        (
            500,
            own("channel:no_available_key", "no key"),
            Kind::Upstream,
            "upstream",
        ),
        (
            500,
            passed("server_error", "", "The server had an error"),
            Kind::Upstream,
            "upstream",
        ),
        // Paths
        (
            404,
            json!({"error":{"message":"Invalid URL (POST /v1/foo)","type":"invalid_request_error","param":"","code":""}}),
            Kind::EndpointMissing,
            "/v1",
        ),
        (
            501,
            own("api_not_implemented", "API not implemented"),
            Kind::EndpointMissing,
            "endpoint",
        ),
        // Addresses that are no relay: they speak for themselves.
        (
            401,
            json!({"error":{"message":"Incorrect API key provided: x.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}),
            Kind::CredentialRefused,
            "key",
        ),
        (
            429,
            json!({"error":{"message":"You exceeded your current quota","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}),
            Kind::Balance,
            "top up",
        ),
        (
            429,
            json!({"error":{"message":"Rate limit reached","type":"requests","param":null,"code":"rate_limit_exceeded"}}),
            Kind::RateLimited,
            "wait",
        ),
        (
            402,
            json!({"error":{"message":"Insufficient Balance","type":"unknown_error","param":null,"code":"invalid_request_error"}}),
            Kind::Balance,
            "top up",
        ),
        (
            404,
            json!({"error":{"message":"The model `x` does not exist or you do not have access to it.","type":"invalid_request_error","param":null,"code":"model_not_found"}}),
            Kind::ModelNotFound,
            "exact name",
        ),
        (
            404,
            json!({"error":{"message":"model \"x\" not found, try pulling it first","type":"api_error","param":null,"code":null}}),
            Kind::ModelNotFound,
            "exact name",
        ),
        (
            404,
            json!({"detail":"Not Found"}),
            Kind::EndpointMissing,
            "/v1",
        ),
        (
            422,
            json!({"detail":[{"loc":["body","messages"],"msg":"field required","type":"value_error.missing"}]}),
            Kind::BadRequest,
            "message",
        ),
        (
            400,
            json!({"error":{"message":"Requested tokens (5000) exceed context window of 512","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}),
            Kind::BadRequest,
            "larger context",
        ),
        (
            529,
            json!({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}),
            Kind::Server,
            "later",
        ),
    ]
}

fn judged(status: u16, body: &[u8]) -> Fault {
    classify(&ErrorAnswer {
        status: Some(status),
        body,
        ..ErrorAnswer::default()
    })
}

#[test]
fn every_row_of_the_catalogue_is_understood() {
    let mut wrong = Vec::new();
    for (status, body, kind, advice) in catalogue() {
        let fault = judged(status, body.to_string().as_bytes());
        if fault.kind != kind || !fault.advice.contains(advice) {
            wrong.push(format!(
                "{status} {body}\n   is {:?} ({}; {}), not {kind:?} ({advice})",
                fault.kind, fault.message, fault.advice
            ));
        }
        assert!(!fault.message.contains("request id"), "{fault}");
        assert_eq!(fault.status, Some(status));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_relay_s_own_words_are_kept() {
    let fault = judged(403, own("", "无权访问 vip 分组").to_string().as_bytes());
    assert_eq!(
        fault.message,
        "the key's group may not be used: 无权访问 vip 分组"
    );
    assert_eq!(fault.request_id.as_deref(), Some("R1"));
    let fault = judged(502, b"");
    assert_eq!(fault.message, "the relay failed (HTTP 502)");
}

#[test]
fn answers_without_json_are_judged_by_their_status() {
    for (status, body, kind) in [
        (429, "", Kind::RateLimited),
        (413, "", Kind::BadRequest),
        (500, "", Kind::Server),
        (503, "", Kind::Server),
        (401, "Unauthorized", Kind::CredentialRefused),
        (403, "Forbidden", Kind::Forbidden),
        (404, "404 page not found", Kind::EndpointMissing),
        (405, "Method Not Allowed", Kind::EndpointMissing),
        (
            502,
            "<html><title>502 Bad Gateway</title></html>",
            Kind::Server,
        ),
        (504, "<html><title>504</title></html>", Kind::Timeout),
        (524, "error code: 524", Kind::Timeout),
        (
            403,
            "<html><title>Just a moment...</title></html>",
            Kind::NotAnApi,
        ),
        (404, "<html></html>", Kind::NotAnApi),
        (429, "<html></html>", Kind::RateLimited),
        (200, "<html></html>", Kind::NotAnApi),
        (200, "hello", Kind::NotAnApi),
        (302, "", Kind::NotAnApi),
    ] {
        let fault = judged(status, body.as_bytes());
        assert_eq!(fault.kind, kind, "{status} {body}: {fault}");
    }
}

#[tokio::test]
async fn every_row_reaches_the_user_through_a_chat() {
    let rows = catalogue();
    let answers: Vec<(u16, Value)> = rows
        .iter()
        .map(|(status, body, ..)| (*status, body.clone()))
        .collect();
    let fake = Fake::start(move |asked| {
        let row: usize = asked.json()["model"].as_str().unwrap().parse().unwrap();
        let (status, body) = answers[row].clone();
        Told::json(status, body).header("x-oneapi-request-id", "H1")
    })
    .await;
    let client = fake.visitor();
    for (number, (status, body, kind, _)) in rows.into_iter().enumerate() {
        let request = ChatRequest {
            model: number.to_string(),
            messages: vec![],
            max_tokens: None,
            temperature: None,
        };
        let fault = match client.chat(&key(), &request).await {
            Ok(mut reply) => reply.parts.next().await.unwrap().unwrap_err(),
            Err(fault) => fault,
        };
        // A request id in the headers says that a relay of this family answered: a foreign error is its upstream's then.
        let direct =
            body["error"]["type"] != "new_api_error" && !body.to_string().contains("request id");
        if !direct {
            assert_eq!(fault.kind, kind, "{status} {body}: {fault}");
        }
        assert_eq!(fault.request_id.as_deref(), Some("H1"));
    }
}
