//! The faults that can be asked for, and what each puts on the wire.

use crate::relay::builtin::refusal::{Refusal, whole};
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
    /// An error with this status, OpenAI's kind, its code, and what it says.
    Status(u16, &'static str, Option<&'static str>, &'static str),
    /// Status 200 and this body under this content type.
    Body(&'static str, &'static str),
    /// The stream ends in the middle.
    Cut,
    /// The connection breaks in the middle.
    Reset,
    /// Bytes that are no events.
    Garbage,
    /// It works, very slowly.
    Slow,
}

/// The names, as the directive's form shows them. A test holds them against the table.
pub(super) const FORM: &str =
    "401|403|404|429|500|503|html|empty|garbage|cut|json-as-stream|slow|reset";

/// A page as web servers and login portals send it in place of an API's answer.
const PAGE: &str = "<!doctype html>\n<html>\n<head><title>Welcome</title></head>\n<body>\n<h1>Welcome</h1>\n\
                    <p>This page is what relaydeck-lab sends for fault=html: a web page where an API's answer is due.</p>\n\
                    </body>\n</html>\n";

/// An error that is one plain document, although it is labelled a stream.
const LABELLED_STREAM: &str = "{\"error\":{\"message\":\"relaydeck-lab was asked for fault=json-as-stream: this is one JSON \
                               document, labelled text/event-stream\",\"type\":\"server_error\",\"param\":null,\"code\":null}}";

/// All faults.
pub(super) const FAULTS: [Fault; 13] = [
    Fault {
        name: "401",
        doc: "the credential is refused",
        how: How::Status(
            401,
            "invalid_request_error",
            Some("invalid_api_key"),
            "Incorrect API key provided",
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
        name: "429",
        doc: "too many requests; retry-after=SECONDS adds the header",
        how: How::Status(
            429,
            "rate_limit_error",
            Some("rate_limit_exceeded"),
            "Rate limit reached; try again later",
        ),
    },
    Fault {
        name: "500",
        doc: "an internal error",
        how: How::Status(500, "server_error", None, "The server had an error"),
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
        name: "html",
        doc: "status 200 and a web page",
        how: How::Body("text/html; charset=utf-8", PAGE),
    },
    Fault {
        name: "empty",
        doc: "status 200 and an empty body",
        how: How::Body("", ""),
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
        name: "json-as-stream",
        doc: "status 200 and an error in plain JSON, labelled as an event stream",
        how: How::Body("text/event-stream", LABELLED_STREAM),
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
        match self.how {
            How::Status(status, kind, code, says) => {
                let refusal = Refusal {
                    status,
                    message: format!("{says} (asked of relaydeck-lab with fault={})", self.name),
                    kind,
                    param: None,
                    code,
                    retry_after: retry_after.filter(|_| matches!(status, 429 | 503)),
                };
                Some(refusal.into_reply())
            }
            How::Body(content_type, body) => {
                let content_type = match (content_type, stream) {
                    ("", true) => "text/event-stream",
                    ("", false) => "application/json",
                    (given, _) => given,
                };
                Some(whole(200, content_type, None, body))
            }
            How::Cut | How::Reset | How::Garbage | How::Slow => None,
        }
    }
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
