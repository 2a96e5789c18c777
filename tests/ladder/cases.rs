//! The catalogue of errors: each case as every era and both languages word it, and the rung and advice it must lead to.
//! Source: `contract/new-api.md` 8.6, 8.7 and 11.

use relaydeck::verify::report::Rung;

/// Where the fault sits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Where {
    /// Wherever a key is shown.
    Key,
    /// Calls of a model.
    Call,
    /// Streamed calls alone.
    Stream,
}

/// A case.
pub struct Case {
    pub name: &'static str,
    pub place: Where,
    /// The rung that must be named.
    pub rung: Rung,
    /// What the advice must say, among other things.
    pub advice: &'static str,
    /// Whether it must not be asked again (S-97).
    pub once: bool,
    /// Whether another request may be sent to prove the advice, or because the fault only comes with the second.
    pub proves: bool,
    /// Status and body, as eras and languages word it. An empty body is none.
    pub answers: &'static [(u16, &'static str)],
}

/// All cases.
pub const CASES: &[Case] = &[
    Case {
        name: "no key was sent",
        place: Where::Key,
        rung: Rung::Credential,
        advice: "check the key",
        once: true,
        proves: false,
        answers: &[
            (
                401,
                r##"{"error": {"message": "未提供令牌 (request id: R)", "type": "one_api_error"}}"##,
            ),
            (
                401,
                r##"{"error": {"message": "未提供令牌 (request id: R)", "type": "new_api_error"}}"##,
            ),
            (
                401,
                r##"{"error": {"code": "", "message": "Token not provided (request id: R)", "type": "new_api_error"}}"##,
            ),
            (
                401,
                r##"{"error": {"code": "", "message": "Invalid token (request id: R)", "type": "new_api_error"}}"##,
            ),
            (
                401,
                r##"{"error": {"code": "", "message": "无效的令牌 (request id: R)", "type": "new_api_error"}}"##,
            ),
        ],
    },
    Case {
        name: "unknown key",
        place: Where::Key,
        rung: Rung::Credential,
        advice: "check the key",
        once: true,
        proves: false,
        answers: &[
            (
                401,
                r##"{"error": {"code": "", "message": "Invalid token (request id: R)", "type": "new_api_error"}}"##,
            ),
            (
                401,
                r##"{"error": {"code": "", "message": "无效的令牌 (request id: R)", "type": "new_api_error"}}"##,
            ),
            (
                401,
                r##"{"error": {"message": "无效的令牌 (request id: R)", "type": "new_api_error"}}"##,
            ),
            (
                401,
                r##"{"error": {"message": "无效的令牌 (request id: R)", "type": "one_api_error"}}"##,
            ),
        ],
    },
    Case {
        name: "expired key",
        place: Where::Key,
        rung: Rung::Credential,
        advice: "later expiry",
        once: true,
        proves: false,
        answers: &[
            (
                401,
                r##"{"error": {"code": "", "message": "该令牌已过期 (request id: R)", "type": "new_api_error"}}"##,
            ),
            (
                401,
                r##"{"error": {"message": "该令牌已过期 (request id: R)", "type": "one_api_error"}}"##,
            ),
            (
                401,
                r##"{"error": {"code": "", "message": "This token has expired (request id: R)", "type": "new_api_error"}}"##,
            ),
        ],
    },
    Case {
        name: "disabled key",
        place: Where::Key,
        rung: Rung::Credential,
        advice: "enable the key",
        once: true,
        proves: false,
        answers: &[
            (
                401,
                r##"{"error": {"code": "", "message": "该令牌状态不可用 (request id: R)", "type": "new_api_error"}}"##,
            ),
            (
                401,
                r##"{"error": {"message": "该令牌状态不可用 (request id: R)", "type": "one_api_error"}}"##,
            ),
            (
                401,
                r##"{"error": {"code": "", "message": "This token status is unavailable (request id: R)", "type": "new_api_error"}}"##,
            ),
        ],
    },
    Case {
        name: "exhausted key",
        place: Where::Key,
        rung: Rung::Balance,
        advice: "raise the key's quota",
        once: true,
        proves: false,
        answers: &[
            (
                401,
                r##"{"error": {"message": "令牌 laptop（#12）额度已用尽 (request id: R)", "type": "one_api_error"}}"##,
            ),
            (
                401,
                r##"{"error": {"message": "该令牌额度已用尽 (request id: R)", "type": "one_api_error"}}"##,
            ),
            (
                401,
                r##"{"error": {"code": "", "message": "该令牌额度已用尽 TokenStatusExhausted[sk-abc***xyz] (request id: R)", "type": "new_api_error"}}"##,
            ),
            (
                401,
                r##"{"error": {"message": "[sk-aB3***x9Z] 该令牌额度已用尽 !token.UnlimitedQuota && token.RemainQuota = -120 (request id: R)", "type": "new_api_error"}}"##,
            ),
            (
                401,
                r##"{"error": {"code": "", "message": "This token quota is exhausted TokenStatusExhausted[sk-abc***xyz] (request id: R)", "type": "new_api_error"}}"##,
            ),
        ],
    },
    Case {
        name: "database trouble",
        place: Where::Key,
        rung: Rung::Call,
        advice: "in trouble",
        once: false,
        proves: false,
        answers: &[
            (
                500,
                r##"{"error": {"code": "", "message": "数据库出错，请联系管理员 (request id: R)", "type": "new_api_error"}}"##,
            ),
            (
                500,
                r##"{"error": {"code": "", "message": "Database error, please contact the administrator (request id: R)", "type": "new_api_error"}}"##,
            ),
            (
                401,
                r##"{"error": {"message": "令牌验证失败 (request id: R)", "type": "one_api_error"}}"##,
            ),
        ],
    },
    Case {
        name: "user banned",
        place: Where::Key,
        rung: Rung::Credential,
        advice: "support",
        once: true,
        proves: false,
        answers: &[
            (
                403,
                r##"{"error": {"code": "", "message": "用户已被封禁 (request id: R)", "type": "new_api_error"}}"##,
            ),
            (
                403,
                r##"{"error": {"message": "用户已被封禁 (request id: R)", "type": "one_api_error"}}"##,
            ),
            (
                403,
                r##"{"error": {"code": "", "message": "User has been banned (request id: R)", "type": "new_api_error"}}"##,
            ),
        ],
    },
    Case {
        name: "IP not allowed",
        place: Where::Key,
        rung: Rung::Credential,
        advice: "IP list",
        once: true,
        proves: false,
        answers: &[
            (
                403,
                r##"{"error": {"code": "access_denied", "message": "您的 IP 不在令牌允许访问的列表中 (request id: R)", "type": "new_api_error"}}"##,
            ),
            (
                403,
                r##"{"error": {"message": "您的 IP 不在令牌允许访问的列表中 (request id: R)", "type": "new_api_error"}}"##,
            ),
            (
                403,
                r##"{"error": {"code": "access_denied", "message": "Your IP is not in the token's allowed list (request id: R)", "type": "new_api_error"}}"##,
            ),
            (
                403,
                r##"{"error": {"message": "该令牌只能在指定网段使用：10.0.0.0/8，当前 ip：1.2.3.4 (request id: R)", "type": "one_api_error"}}"##,
            ),
        ],
    },
    Case {
        name: "key's group not usable",
        place: Where::Call,
        rung: Rung::Group,
        advice: "group that this account may use",
        once: true,
        proves: false,
        answers: &[
            (
                403,
                r##"{"error": {"message": "令牌分组 vip 已被禁用 (request id: R)", "type": "new_api_error"}}"##,
            ),
            (
                403,
                r##"{"error": {"code": "", "message": "无权访问 vip 分组 (request id: R)", "type": "new_api_error"}}"##,
            ),
            (
                403,
                r##"{"error": {"code": "", "message": "No permission to access group vip (request id: R)", "type": "new_api_error"}}"##,
            ),
        ],
    },
    Case {
        name: "key's group not usable, told to the list too",
        place: Where::Key,
        rung: Rung::Group,
        advice: "group that this account may use",
        once: true,
        proves: false,
        answers: &[(
            403,
            r##"{"error": {"code": "", "message": "无权访问 vip 分组 (request id: R)", "type": "new_api_error"}}"##,
        )],
    },
    Case {
        name: "group removed",
        place: Where::Call,
        rung: Rung::Group,
        advice: "group that this account may use",
        once: true,
        proves: false,
        answers: &[
            (
                403,
                r##"{"error": {"code": "", "message": "分组 vip 已被弃用 (request id: R)", "type": "new_api_error"}}"##,
            ),
            (
                403,
                r##"{"error": {"code": "", "message": "Group vip has been deprecated (request id: R)", "type": "new_api_error"}}"##,
            ),
        ],
    },
    Case {
        name: "channel suffix",
        place: Where::Call,
        rung: Rung::Credential,
        advice: "key alone",
        once: true,
        proves: false,
        answers: &[
            (
                403,
                r##"{"error": {"code": "", "message": "普通用户不支持指定渠道 (request id: R)", "type": "new_api_error"}}"##,
            ),
            (
                403,
                r##"{"error": {"code": "", "message": "Regular users cannot specify a channel (request id: R)", "type": "new_api_error"}}"##,
            ),
        ],
    },
    Case {
        name: "model outside the key's limit",
        place: Where::Call,
        rung: Rung::Group,
        advice: "model list",
        once: true,
        proves: false,
        answers: &[
            (
                403,
                r##"{"error": {"code": "", "message": "该令牌无权访问模型 gpt-4o (request id: R)", "type": "new_api_error"}}"##,
            ),
            (
                403,
                r##"{"error": {"code": "", "message": "该令牌无权访问任何模型 (request id: R)", "type": "new_api_error"}}"##,
            ),
            (
                403,
                r##"{"error": {"message": "该令牌无权使用模型：gpt-4o (request id: R)", "type": "one_api_error"}}"##,
            ),
            (
                403,
                r##"{"error": {"code": "", "message": "This token has no access to model gpt-4o (request id: R)", "type": "new_api_error"}}"##,
            ),
            (
                403,
                r##"{"error": {"code": "", "message": "This token has no access to any models (request id: R)", "type": "new_api_error"}}"##,
            ),
        ],
    },
    Case {
        name: "no channel in the group",
        place: Where::Call,
        rung: Rung::Group,
        advice: "groups that have it",
        once: true,
        proves: false,
        answers: &[
            (
                503,
                r##"{"error": {"message": "当前分组 default 下对于模型 gpt-4o 无可用渠道 (request id: R)", "type": "one_api_error"}}"##,
            ),
            (
                503,
                r##"{"error": {"message": "当前分组 default 下对于模型 gpt-4o 无可用渠道 (request id: R)", "type": "new_api_error"}}"##,
            ),
            (
                503,
                r##"{"error": {"code": "model_not_found", "message": "分组 default 下模型 gpt-4o 无可用渠道（distributor） (request id: R)", "type": "new_api_error"}}"##,
            ),
            (
                503,
                r##"{"error": {"code": "model_not_found", "message": "No available channel for model gpt-4o under group default (distributor) (request id: R)", "type": "new_api_error"}}"##,
            ),
        ],
    },
    Case {
        name: "no channel, during the relay's retry",
        place: Where::Call,
        rung: Rung::Group,
        advice: "groups that have it",
        once: true,
        proves: false,
        answers: &[
            (
                500,
                r##"{"error": {"message": "分组 default 下模型 gpt-4o 的可用渠道不存在（retry） (request id: R)", "type": "new_api_error", "param": "", "code": "get_channel_failed"}}"##,
            ),
            (
                500,
                r##"{"error": {"message": "获取分组 default 下模型 gpt-4o 的可用渠道失败（retry）: x (request id: R)", "type": "new_api_error", "param": "", "code": "get_channel_failed"}}"##,
            ),
            (
                500,
                r##"{"error": {"message": "No available channel for model gpt-4o under group default (retry) (request id: R)", "type": "new_api_error", "param": "", "code": "get_channel_failed"}}"##,
            ),
        ],
    },
    Case {
        name: "channel look-up failed",
        place: Where::Call,
        rung: Rung::Group,
        advice: "groups that have it",
        once: true,
        proves: false,
        answers: &[
            (
                503,
                r##"{"error": {"code": "model_not_found", "message": "获取分组 default 下模型 gpt-4o 的可用渠道失败（distributor）：x (request id: R)", "type": "new_api_error"}}"##,
            ),
            (
                503,
                r##"{"error": {"code": "model_not_found", "message": "Failed to get available channel for model gpt-4o under group default (distributor): x (request id: R)", "type": "new_api_error"}}"##,
            ),
        ],
    },
    Case {
        name: "model name missing",
        place: Where::Call,
        rung: Rung::Call,
        advice: "change the request",
        once: true,
        proves: false,
        answers: &[
            (
                400,
                r##"{"error": {"code": "", "message": "未指定模型名称，模型名称不能为空 (request id: R)", "type": "new_api_error"}}"##,
            ),
            (
                400,
                r##"{"error": {"code": "", "message": "Model name not specified, model name cannot be empty (request id: R)", "type": "new_api_error"}}"##,
            ),
        ],
    },
    Case {
        name: "bad JSON",
        place: Where::Call,
        rung: Rung::Call,
        advice: "change the request",
        once: true,
        proves: false,
        answers: &[
            (
                400,
                r##"{"error": {"code": "", "message": "无效的请求，unexpected end of JSON input (request id: R)", "type": "new_api_error"}}"##,
            ),
            (
                400,
                r##"{"error": {"message": "Invalid request, unexpected end of JSON input (request id: R)", "type": "new_api_error"}}"##,
            ),
            (
                400,
                r##"{"error": {"code": "", "message": "Invalid request: unexpected end of JSON input (request id: R)", "type": "new_api_error"}}"##,
            ),
        ],
    },
    Case {
        name: "bad field",
        place: Where::Call,
        rung: Rung::Call,
        advice: "change the request",
        once: true,
        proves: false,
        answers: &[
            (
                500,
                r##"{"error": {"message": "field messages is required (request id: R)", "type": "new_api_error", "param": "", "code": "invalid_request"}}"##,
            ),
            (
                400,
                r##"{"error": {"message": "field messages is required (request id: R)", "type": "new_api_error", "param": "", "code": "invalid_request"}}"##,
            ),
            (
                400,
                r##"{"type": "error", "error": {"type": "new_api_error", "message": "field messages is required (request id: R)"}}"##,
            ),
        ],
    },
    Case {
        name: "body too large",
        place: Where::Call,
        rung: Rung::Call,
        advice: "too large",
        once: true,
        proves: false,
        answers: &[
            (
                413,
                r##"{"error": {"message": "request body too large (request id: R)", "type": "new_api_error", "param": "", "code": "read_request_body_failed"}}"##,
            ),
            (413, r##""##),
        ],
    },
    Case {
        name: "balance zero",
        place: Where::Call,
        rung: Rung::Balance,
        advice: "top up",
        once: true,
        proves: false,
        answers: &[
            (
                403,
                r##"{"error": {"message": "用户额度不足, 剩余额度: ＄0.000000 (request id: R)", "type": "new_api_error", "param": "", "code": "insufficient_user_quota"}}"##,
            ),
            (
                403,
                r##"{"error": {"message": "user quota is not enough (request id: R)", "type": "one_api_error"}}"##,
            ),
            (
                403,
                r##"{"error": {"message": "user quota is not enough (request id: R)", "type": "new_api_error"}}"##,
            ),
            (
                403,
                r##"{"error": {"message": "Insufficient user quota, remaining quota: ＄0.000000 (request id: R)", "type": "new_api_error", "param": "", "code": "insufficient_user_quota"}}"##,
            ),
            (
                403,
                r##"{"type": "error", "error": {"type": "new_api_error", "message": "用户额度不足, 剩余额度: ＄0.000000 (request id: R)"}}"##,
            ),
        ],
    },
    Case {
        name: "balance below the reservation",
        place: Where::Call,
        rung: Rung::Balance,
        advice: "top up",
        once: true,
        proves: false,
        answers: &[
            (
                403,
                r##"{"error": {"message": "预扣费额度失败, 用户剩余额度: ＄0.010000, 需要预扣费额度: ＄0.050000 (request id: R)", "type": "new_api_error", "param": "", "code": "insufficient_user_quota"}}"##,
            ),
            (
                403,
                r##"{"error": {"message": "chat pre-consumed quota failed, user quota: ＄0.010000, need quota: ＄0.050000 (request id: R)", "type": "new_api_error"}}"##,
            ),
            (
                403,
                r##"{"error": {"message": "Pre-consume failed: remaining user quota ＄0.010000, required pre-consume quota ＄0.050000 (request id: R)", "type": "new_api_error", "param": "", "code": "insufficient_user_quota"}}"##,
            ),
            (
                403,
                r##"{"type": "error", "error": {"type": "new_api_error", "message": "预扣费额度失败, 用户剩余额度: ＄0.010000, 需要预扣费额度: ＄0.050000 (request id: R)"}}"##,
            ),
        ],
    },
    Case {
        name: "subscription exhausted",
        place: Where::Call,
        rung: Rung::Balance,
        advice: "top up",
        once: true,
        proves: false,
        answers: &[
            (
                403,
                r##"{"error": {"message": "订阅额度不足或未配置订阅: x (request id: R)", "type": "new_api_error", "param": "", "code": "insufficient_user_quota"}}"##,
            ),
            (
                403,
                r##"{"error": {"message": "Subscription quota is insufficient or no subscription is configured: x (request id: R)", "type": "new_api_error", "param": "", "code": "insufficient_user_quota"}}"##,
            ),
            (
                403,
                r##"{"type": "error", "error": {"type": "new_api_error", "message": "订阅额度不足或未配置订阅: x (request id: R)"}}"##,
            ),
        ],
    },
    Case {
        name: "key quota below the reservation",
        place: Where::Call,
        rung: Rung::Balance,
        advice: "raise the key's quota",
        once: true,
        proves: false,
        answers: &[
            (
                403,
                r##"{"error": {"message": "令牌额度不足 (request id: R)", "type": "one_api_error"}}"##,
            ),
            (
                403,
                r##"{"error": {"message": "token quota is not enough, token remain quota: ＄0.010000, need quota: ＄0.050000 (request id: R)", "type": "new_api_error", "param": "", "code": "pre_consume_token_quota_failed"}}"##,
            ),
            (
                403,
                r##"{"type": "error", "error": {"type": "new_api_error", "message": "token quota is not enough, token remain quota: ＄0.010000, need quota: ＄0.050000 (request id: R)"}}"##,
            ),
        ],
    },
    Case {
        name: "model has no price",
        place: Where::Call,
        rung: Rung::Model,
        advice: "choose another model",
        once: true,
        proves: true,
        answers: &[
            (
                500,
                r##"{"error": {"message": "模型 gpt-4o 倍率或价格未配置, 请联系管理员设置；Model gpt-4o ratio or price not set, please contact administrator to set (request id: R)", "type": "new_api_error", "param": "", "code": "model_price_error"}}"##,
            ),
            (
                400,
                r##"{"error": {"message": "模型 gpt-4o 的价格尚未由管理员配置，请联系管理员；Model gpt-4o has not been priced by the administrator yet. (request id: R)", "type": "new_api_error", "param": "", "code": "model_price_error"}}"##,
            ),
            (
                400,
                r##"{"error": {"message": "Model gpt-4o has not been priced by the administrator yet. (request id: R)", "type": "new_api_error", "param": "", "code": "model_price_error"}}"##,
            ),
        ],
    },
    Case {
        name: "request limit",
        place: Where::Call,
        rung: Rung::Call,
        advice: "wait",
        once: false,
        proves: false,
        answers: &[
            (
                429,
                r##"{"error": {"code": "", "message": "您已达到请求数限制：1分钟内最多请求60次 (request id: R)", "type": "new_api_error"}}"##,
            ),
            (
                429,
                r##"{"error": {"code": "", "message": "您已达到总请求数限制：1分钟内最多请求100次，包括失败次数，请检查您的请求是否正确 (request id: R)", "type": "new_api_error"}}"##,
            ),
            (
                429,
                r##"{"error": {"code": "", "message": "You have reached the request limit: maximum 60 requests in 1 minutes (request id: R)", "type": "new_api_error"}}"##,
            ),
            (429, r##""##),
        ],
    },
    Case {
        name: "limiter broken",
        place: Where::Call,
        rung: Rung::Call,
        advice: "in trouble",
        once: false,
        proves: false,
        answers: &[(
            500,
            r##"{"error": {"code": "", "message": "rate_limit_check_failed (request id: R)", "type": "new_api_error"}}"##,
        )],
    },
    Case {
        name: "upstream limit",
        place: Where::Call,
        rung: Rung::Call,
        advice: "",
        once: false,
        proves: false,
        answers: &[
            (
                429,
                r##"{"error": {"message": "当前分组上游负载已饱和，请稍后再试 (request id: R)", "type": "one_api_error"}}"##,
            ),
            (
                429,
                r##"{"error": {"message": "Rate limit reached for gpt-4o (request id: R)", "type": "requests", "param": "", "code": "rate_limit_exceeded"}}"##,
            ),
        ],
    },
    Case {
        name: "upstream's key broken",
        place: Where::Call,
        rung: Rung::Call,
        advice: "between the relay and its vendor",
        once: true,
        proves: false,
        answers: &[
            (
                401,
                r##"{"error": {"message": "Incorrect API key provided: sk-abc***. (request id: R)", "type": "invalid_request_error", "param": "", "code": "invalid_api_key"}}"##,
            ),
            (
                401,
                r##"{"error": {"message": "invalid x-api-key (request id: R)", "type": "authentication_error", "param": "", "code": ""}}"##,
            ),
            (
                403,
                r##"{"error": {"message": "insufficient_quota (request id: R)", "type": "insufficient_quota", "param": "", "code": "insufficient_quota"}}"##,
            ),
            (
                402,
                r##"{"error": {"message": "credit balance is too low (request id: R)", "type": "upstream_error", "param": "", "code": ""}}"##,
            ),
        ],
    },
    Case {
        name: "upstream is a relay that refuses",
        place: Where::Call,
        rung: Rung::Call,
        advice: "between the relay and its vendor",
        once: true,
        proves: false,
        answers: &[
            (
                401,
                r##"{"error": {"code": "", "message": "Invalid token (request id: inner) (request id: R)", "type": "new_api_error"}}"##,
            ),
            (
                403,
                r##"{"error": {"message": "用户额度不足, 剩余额度: ＄0.000000 (request id: inner) (request id: R)", "type": "new_api_error", "param": "", "code": "insufficient_user_quota"}}"##,
            ),
        ],
    },
    Case {
        name: "upstream without a usable body",
        place: Where::Call,
        rung: Rung::Call,
        advice: "upstream is in trouble",
        once: false,
        proves: false,
        answers: &[
            (
                502,
                r##"{"error": {"message": "bad response status code 502 (request id: R)", "type": "bad_response_status_code", "param": "", "code": "bad_response_status_code"}}"##,
            ),
            (
                502,
                r##"{"error": {"message": "bad response status code 502 (request id: R)", "type": "upstream_error", "param": "", "code": "bad_response_status_code"}}"##,
            ),
        ],
    },
    Case {
        name: "upstream not reached",
        place: Where::Call,
        rung: Rung::Call,
        advice: "upstream is in trouble",
        once: false,
        proves: false,
        answers: &[
            (
                500,
                r##"{"error": {"message": "upstream error: do request failed (request id: R)", "type": "new_api_error", "param": "", "code": "do_request_failed"}}"##,
            ),
            (
                500,
                r##"{"error": {"message": "请求上游地址失败 (request id: R)", "type": "new_api_error", "param": "", "code": "do_request_failed"}}"##,
            ),
            (
                500,
                r##"{"error": {"message": "请求上游地址失败 (request id: R)", "type": "one_api_error"}}"##,
            ),
        ],
    },
    Case {
        name: "upstream answered nothing",
        place: Where::Call,
        rung: Rung::Call,
        advice: "upstream is in trouble",
        once: false,
        proves: false,
        answers: &[
            (
                500,
                r##"{"error": {"message": "empty response (request id: R)", "type": "new_api_error", "param": "", "code": "empty_response"}}"##,
            ),
            (
                500,
                r##"{"error": {"message": "bad response body (request id: R)", "type": "new_api_error", "param": "", "code": "bad_response_body"}}"##,
            ),
        ],
    },
    Case {
        name: "content filter",
        place: Where::Call,
        rung: Rung::Call,
        advice: "filter refused",
        once: true,
        proves: false,
        answers: &[
            (
                500,
                r##"{"error": {"message": "sensitive words detected (request id: R)", "type": "new_api_error", "param": "", "code": "sensitive_words_detected"}}"##,
            ),
            (
                400,
                r##"{"error": {"message": "request blocked (request id: R)", "type": "new_api_error", "param": "", "code": "prompt_blocked"}}"##,
            ),
        ],
    },
    Case {
        name: "server overloaded",
        place: Where::Call,
        rung: Rung::Call,
        advice: "in trouble",
        once: false,
        proves: false,
        answers: &[
            (
                503,
                r##"{"error": {"message": "system cpu overloaded (current: 95.0%, threshold: 90%) (request id: R)", "type": "new_api_error", "param": "", "code": "system_cpu_overloaded"}}"##,
            ),
            (
                503,
                r##"{"error": {"message": "system memory overloaded (current: 95.0%, threshold: 90%) (request id: R)", "type": "new_api_error", "param": "", "code": "system_memory_overloaded"}}"##,
            ),
            (
                503,
                r##"{"error": {"message": "system disk overloaded (current: 95.0%, threshold: 90%) (request id: R)", "type": "new_api_error", "param": "", "code": "system_disk_overloaded"}}"##,
            ),
        ],
    },
    Case {
        name: "panic",
        place: Where::Call,
        rung: Rung::Call,
        advice: "in trouble",
        once: false,
        proves: false,
        answers: &[(
            500,
            r##"{"error": {"message": "Panic detected, error: x", "type": "new_api_panic"}}"##,
        )],
    },
    Case {
        name: "not implemented",
        place: Where::Call,
        rung: Rung::Endpoint,
        advice: "no such endpoint",
        once: false,
        proves: true,
        answers: &[(
            501,
            r##"{"error": {"message": "API not implemented (request id: R)", "type": "new_api_error", "param": "", "code": "api_not_implemented"}}"##,
        )],
    },
    Case {
        name: "wrong path",
        place: Where::Call,
        rung: Rung::Endpoint,
        advice: "no such endpoint",
        once: false,
        proves: true,
        answers: &[(
            404,
            r##"{"error": {"message": "Invalid URL (POST /v1/chat/completions)", "type": "invalid_request_error", "param": "", "code": ""}}"##,
        )],
    },
    Case {
        name: "a gateway's page in place of an answer",
        place: Where::Call,
        rung: Rung::Call,
        advice: "",
        once: true,
        proves: false,
        answers: &[(
            200,
            r##"<!doctype html><html><head><title>Welcome</title></head></html>"##,
        )],
    },
    Case {
        name: "a firewall's page in place of an answer",
        place: Where::Call,
        rung: Rung::Call,
        advice: "firewall",
        once: true,
        proves: false,
        answers: &[(
            403,
            r##"<!doctype html><html><head><title>Just a moment...</title></head></html>"##,
        )],
    },
    Case {
        name: "a gateway in front of a dead relay",
        place: Where::Call,
        rung: Rung::Call,
        advice: "",
        once: false,
        proves: false,
        answers: &[
            (
                502,
                r##"<html><head><title>502 Bad Gateway</title></head></html>"##,
            ),
            (503, r##"<html><head><title>503</title></head></html>"##),
            (504, r##"<html><head><title>504</title></head></html>"##),
            (524, r##"<html><head><title>524</title></head></html>"##),
        ],
    },
    Case {
        name: "an answer of nothing",
        place: Where::Call,
        rung: Rung::Call,
        advice: "",
        once: true,
        proves: false,
        answers: &[(200, r##""##)],
    },
    Case {
        name: "an error with status 200",
        place: Where::Call,
        rung: Rung::Call,
        advice: "",
        once: true,
        proves: false,
        answers: &[(
            200,
            r##"{"error": {"message": "upstream error (request id: R)", "type": "upstream_error", "param": "", "code": "upstream_error"}}"##,
        )],
    },
    Case {
        name: "a stream that is an error document",
        place: Where::Stream,
        rung: Rung::Stream,
        advice: "",
        once: true,
        proves: true,
        answers: &[(
            200,
            r##"{"error": {"message": "upstream error (request id: R)", "type": "upstream_error", "param": "", "code": "upstream_error"}}"##,
        )],
    },
    Case {
        name: "a stream that is a page",
        place: Where::Stream,
        rung: Rung::Stream,
        advice: "another node",
        once: true,
        proves: true,
        answers: &[(
            200,
            r##"<!doctype html><html><head><title>Welcome</title></head></html>"##,
        )],
    },
    Case {
        name: "a stream of nothing",
        place: Where::Stream,
        rung: Rung::Stream,
        advice: "another node",
        once: true,
        proves: true,
        answers: &[(200, r##""##)],
    },
    Case {
        name: "only streams are limited",
        place: Where::Stream,
        rung: Rung::Stream,
        advice: "wait",
        once: false,
        proves: true,
        answers: &[(429, r##""##)],
    },
];
