//! The faults that can be asked for, and what each puts on the wire.

use serde_json::json;

use crate::relay::answers::ApiError;
use crate::relay::book::NoMoney;
use crate::relay::builtin::refusal::{Refusal, whole};
use crate::relay::builtin::reply::LATE_ERROR;
use crate::relay::refusals;
use crate::relay::traffic::{Ceiling, TooMuch};
use crate::relay::upstream::UpstreamReply;

/// A way to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// The word after `fault=`.
    pub name: &'static str,
    /// What it does, in one line.
    pub doc: &'static str,
    pub how: How,
}

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// What the relay itself refuses a caller for.
    Own(Ours),
    /// A vendor's error with this status, OpenAI's kind, its code, and what it says.
    Status(u16, &'static str, Option<&'static str>, &'static str),
    /// This status and this body under this content type.
    Body(u16, &'static str, &'static str),
    /// The stream ends in the middle.
    Cut,
    /// The stream ends with its reason to end, but without `[DONE]`.
    NoEnd,
    /// The connection breaks in the middle.
    Reset,
    /// Bytes that are no events.
    Garbage,
    /// An error event in the middle.
    LateError,
    /// A comment, and then an error that is no event.
    BareError,
    /// It works, very slowly.
    Slow,
}

/// What the relay itself refuses a caller for, about the key, the account or the group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ours {
    UnknownKey,
    TooFast,
    NoBalance,
    NoQuota,
    NoChannel,
}

impl Ours {
    /// In the words that the relay has for it.
    fn refusal(self) -> ApiError {
        // Units: what a request would have needed, and what a key has that is not used up.
        let (needed, left) = (5_000, 500);
        match self {
            Ours::UnknownKey => refusals::unknown_key(),
            Ours::TooFast => refusals::too_much(TooMuch {
                ceiling: Ceiling::Requests,
                most: 60,
                wait: 1,
            }),
            Ours::NoBalance => refusals::no_money(NoMoney::Account { free: 0 }, needed),
            Ours::NoQuota => refusals::no_money(NoMoney::Key { free: left }, needed),
            Ours::NoChannel => refusals::no_channel("relaydeck-lab", "default"),
        }
    }
}

/// The names, as the directive's form shows them. A test holds them against the table.
pub(super) const FORM: &str = "401|402|403|404|413|429|429-empty|500|502|503|504|524|wrong-path|no-channel|no-balance|no-quota|\
                               upstream-401|upstream-429|html|empty|garbage|cut|no-end|late-error|bare-error|json-as-stream|error-as-stream|slow|reset";

/// A page as web servers and login portals send it in place of an API's answer.
const PAGE: &str = "<!doctype html>\n<html>\n<head><title>Welcome</title></head>\n<body>\n<h1>Welcome</h1>\n\
                    <p>This page is what relaydeck-lab sends for fault=html: a web page where an API's answer is due.</p>\n\
                    </body>\n</html>\n";

/// A page as proxies in front of a server send it when the server does not answer.
const PROXY_PAGE: &str = "<html>\n<head><title>Error</title></head>\n<body><h1>The server behind this proxy does not answer</h1>\n\
                          <p>relaydeck-lab was asked for it.</p></body>\n</html>\n";

/// An error that is one plain document, although it is labelled a stream.
const LABELLED_STREAM: &str = "{\"error\":{\"message\":\"relaydeck-lab was asked for this fault: this is one JSON \
                               document, labelled text/event-stream\",\"type\":\"server_error\",\"param\":null,\"code\":null}}";

/// A web page, as a content type.
const PAGE_TYPE: &str = "text/html; charset=utf-8";
/// An event stream, as a content type.
const STREAM: &str = "text/event-stream";

/// All faults.
pub(super) const FAULTS: [Fault; 29] = [
    Fault {
        name: "401",
        doc: "the relay does not know the key",
        how: How::Own(Ours::UnknownKey),
    },
    Fault {
        name: "402",
        doc: "the vendor behind the relay wants money first",
        how: How::Status(
            402,
            "insufficient_quota",
            Some("insufficient_quota"),
            "Insufficient balance",
        ),
    },
    Fault {
        name: "403",
        doc: "access is refused",
        how: How::Status(
            403,
            "permission_error",
            Some("access_denied"),
            "Access to this model is not permitted",
        ),
    },
    Fault {
        name: "404",
        doc: "the model is not found",
        how: How::Status(
            404,
            "invalid_request_error",
            Some("model_not_found"),
            "The model does not exist",
        ),
    },
    Fault {
        name: "413",
        doc: "the request is too large",
        how: How::Status(
            413,
            "invalid_request_error",
            Some("request_too_large"),
            "The request is too large",
        ),
    },
    Fault {
        name: "429",
        doc: "the relay says that the key is used too fast; retry-after=SECONDS adds the header",
        how: How::Own(Ours::TooFast),
    },
    Fault {
        name: "429-empty",
        doc: "too many requests, with an empty body; retry-after=SECONDS adds the header",
        how: How::Body(429, "", ""),
    },
    Fault {
        name: "500",
        doc: "an internal error",
        how: How::Status(500, "server_error", None, "The server had an error"),
    },
    Fault {
        name: "502",
        doc: "status 502 and the web page of a proxy",
        how: How::Body(502, PAGE_TYPE, PROXY_PAGE),
    },
    Fault {
        name: "503",
        doc: "overloaded; retry-after=SECONDS adds the header",
        how: How::Status(
            503,
            "server_error",
            Some("overloaded"),
            "The server is overloaded; try again later",
        ),
    },
    Fault {
        name: "504",
        doc: "the upstream took too long",
        how: How::Status(
            504,
            "server_error",
            Some("timeout"),
            "The model took too long",
        ),
    },
    Fault {
        name: "524",
        doc: "status 524 and the web page of a proxy that waited too long",
        how: How::Body(524, PAGE_TYPE, PROXY_PAGE),
    },
    Fault {
        name: "wrong-path",
        doc: "404 for the path, as where the address or the endpoint is wrong",
        how: How::Status(
            404,
            "invalid_request_error",
            None,
            "Invalid URL (POST /v1/chat/completions)",
        ),
    },
    Fault {
        name: "no-channel",
        doc: "503 as a relay says that no channel of the group has the model",
        how: How::Own(Ours::NoChannel),
    },
    Fault {
        name: "no-balance",
        doc: "403 as a relay says that the account has no money left",
        how: How::Own(Ours::NoBalance),
    },
    Fault {
        name: "no-quota",
        doc: "403 as a relay says that the key has too little quota left",
        how: How::Own(Ours::NoQuota),
    },
    Fault {
        name: "upstream-401",
        doc: "the vendor refuses the credential of the relay's channel",
        how: How::Status(
            401,
            "invalid_request_error",
            Some("invalid_api_key"),
            "Incorrect API key provided",
        ),
    },
    Fault {
        name: "upstream-429",
        doc: "the vendor has too many requests; retry-after=SECONDS adds the header",
        how: How::Status(
            429,
            "rate_limit_error",
            Some("rate_limit_exceeded"),
            "Rate limit reached; try again later",
        ),
    },
    Fault {
        name: "html",
        doc: "status 200 and a web page",
        how: How::Body(200, PAGE_TYPE, PAGE),
    },
    Fault {
        name: "empty",
        doc: "status 200 and an empty body",
        how: How::Body(200, "", ""),
    },
    Fault {
        name: "garbage",
        doc: "bytes that are no event, after the tokens of after=N",
        how: How::Garbage,
    },
    Fault {
        name: "cut",
        doc: "the body ends in the middle, without the closing event",
        how: How::Cut,
    },
    Fault {
        name: "no-end",
        doc: "the body ends after the finish reason, without [DONE]",
        how: How::NoEnd,
    },
    Fault {
        name: "late-error",
        doc: "an error event in the middle of the stream",
        how: How::LateError,
    },
    Fault {
        name: "bare-error",
        doc: "a comment, then an error in plain JSON that is no event",
        how: How::BareError,
    },
    Fault {
        name: "json-as-stream",
        doc: "status 200 and an error in plain JSON, labelled as an event stream",
        how: How::Body(200, STREAM, LABELLED_STREAM),
    },
    Fault {
        name: "error-as-stream",
        doc: "status 503 and an error in plain JSON, labelled as an event stream",
        how: How::Body(503, STREAM, LABELLED_STREAM),
    },
    Fault {
        name: "slow",
        doc: "the first token after 8 s, then 2 tokens a second",
        how: How::Slow,
    },
    Fault {
        name: "reset",
        doc: "the connection breaks in the middle",
        how: How::Reset,
    },
];

/// The fault of this name.
pub(super) fn named(name: &str) -> Option<Fault> {
    FAULTS.into_iter().find(|fault| fault.name == name)
}

impl Fault {
    /// The answer, for a fault that leaves no room for another.
    pub fn instead(&self, stream: bool, retry_after: Option<u64>) -> Option<UpstreamReply> {
        let asked =
            |says: &str| format!("{says} (asked of relaydeck-lab with fault={})", self.name);
        match self.how {
            How::Own(ours) => {
                let told = ours.refusal();
                let error = json!({"error": {
                    "message": asked(&told.message), "type": told.kind, "param": told.param, "code": told.code,
                }});
                let status = told.status.as_u16();
                let wait = retry_after.filter(|_| takes_a_wait(status));
                Some(whole(status, "application/json", wait, error.to_string()))
            }
            How::Status(status, kind, code, says) => {
                let refusal = Refusal {
                    status,
                    message: asked(says),
                    kind,
                    param: None,
                    code,
                    retry_after: retry_after.filter(|_| takes_a_wait(status)),
                };
                Some(refusal.into_reply())
            }
            How::Body(status, content_type, body) => {
                let content_type = match (content_type, stream, status) {
                    ("", true, 200) => STREAM,
                    ("", _, _) => "application/json",
                    (given, _, _) => given,
                };
                let wait = retry_after.filter(|_| status == 429);
                Some(whole(status, content_type, wait, body))
            }
            How::BareError if stream => {
                let body = format!(": PING\n\n{LATE_ERROR}\n");
                Some(whole(200, STREAM, None, body))
            }
            How::BareError => Some(whole(200, "application/json", None, LATE_ERROR)),
            How::Cut | How::NoEnd | How::Reset | How::Garbage | How::LateError | How::Slow => None,
        }
    }
}

/// Whether an answer of this status may say when to come again.
const fn takes_a_wait(status: u16) -> bool {
    matches!(status, 429 | 503)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_names_every_fault_of_the_table() {
        let names: Vec<_> = FAULTS.iter().map(|fault| fault.name).collect();
        assert_eq!(names.join("|"), FORM);
        assert!(FAULTS.iter().all(|fault| named(fault.name) == Some(*fault)));
    }
}
