//! Faults on demand: each behaves on the wire as it is named.

use std::time::Duration;

use serde_json::json;

use crate::probe::{Answer, LAB, stream, whole};

async fn both(prompt: &str) -> [Answer; 2] {
    [stream(LAB, prompt).await, whole(LAB, prompt).await]
}

#[tokio::test(start_paused = true)]
async fn x09_a_status_comes_with_an_error_in_openai_s_shape() {
    for (status, kind, code) in [
        ("401", "new_api_error", json!("invalid_token")),
        ("403", "permission_error", json!("access_denied")),
        ("404", "invalid_request_error", json!("model_not_found")),
        ("429", "new_api_error", json!("rate_limit_exceeded")),
        ("500", "server_error", json!(null)),
        ("503", "server_error", json!("overloaded")),
        (
            "upstream-401",
            "invalid_request_error",
            json!("invalid_api_key"),
        ),
        (
            "upstream-429",
            "rate_limit_error",
            json!("rate_limit_exceeded"),
        ),
    ] {
        let fault = status;
        let status: u16 = status.rsplit('-').next().unwrap().parse().unwrap();
        for answer in both(&format!("[[fault={fault}]]")).await {
            assert_eq!(
                (answer.status, answer.content_type.as_str()),
                (status, "application/json")
            );
            let error = &answer.document()["error"];
            assert_eq!((&error["type"], &error["code"]), (&json!(kind), &code));
            let param = match fault {
                "401" => json!(""),
                "429" => json!("requests_per_minute"),
                _ => json!(null),
            };
            assert_eq!(error["param"], param);
            let message = error["message"].as_str().unwrap();
            assert!(message.contains(&format!("fault={fault}")), "{message}");
            assert_eq!(answer.retry_after, None);
            assert_eq!(answer.took, Duration::ZERO);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn x09_retry_after_goes_with_the_statuses_that_know_it() {
    for (fault, wait) in [(429, Some(2)), (503, Some(2)), (500, None), (401, None)] {
        for answer in both(&format!("[[fault={fault} retry-after=2]]")).await {
            assert_eq!(answer.retry_after, wait, "{fault}");
        }
    }
    let late = stream(LAB, "[[fault=503 first=3s]]").await;
    assert_eq!((late.status, late.took), (503, Duration::from_secs(3)));
}

#[tokio::test(start_paused = true)]
async fn x09_what_is_no_api_answers_200_all_the_same() {
    for answer in both("[[fault=html]]").await {
        assert_eq!(
            (answer.status, answer.content_type.as_str()),
            (200, "text/html; charset=utf-8")
        );
        assert!(answer.text().starts_with("<!doctype html>"));
    }
    let [streamed, whole] = both("[[fault=empty]]").await;
    assert_eq!(
        (streamed.status, streamed.content_type.as_str()),
        (200, "text/event-stream")
    );
    assert_eq!(
        (whole.status, whole.content_type.as_str()),
        (200, "application/json")
    );
    assert!(streamed.pieces.is_empty() && whole.pieces.is_empty());
    for answer in both("[[fault=json-as-stream]]").await {
        assert_eq!(
            (answer.status, answer.content_type.as_str()),
            (200, "text/event-stream")
        );
        assert!(answer.document()["error"]["message"].is_string());
    }
}

#[tokio::test(start_paused = true)]
async fn x09_garbage_is_neither_event_nor_text() {
    for answer in both("[[fault=garbage]]").await {
        assert_eq!(answer.status, 200);
        let bytes: Vec<u8> = answer
            .pieces
            .iter()
            .flat_map(|(_, piece)| piece.clone())
            .collect();
        assert!(std::str::from_utf8(&bytes).is_err());
        assert!(!answer.text().contains("data:"));
        assert!(bytes.contains(&0x1b), "a terminal's escape is among it");
    }
    let late = stream(LAB, "[[fault=garbage after=3]]").await;
    assert_eq!(
        late.text().matches("data: ").count(),
        4,
        "the role and three tokens"
    );
    assert!(!late.is_closed());
}

#[tokio::test(start_paused = true)]
async fn x09_a_cut_ends_in_the_middle_without_a_word() {
    let [streamed, whole] = both("[[fault=cut tokens=40]]").await;
    assert_eq!(
        (streamed.deltas("content").len(), streamed.finish()),
        (20, None)
    );
    assert!(!streamed.is_closed() && streamed.broken.is_none());
    assert_eq!(streamed.usage(), None);
    assert_eq!(whole.status, 200);
    assert!(serde_json::from_str::<serde_json::Value>(&whole.text()).is_err());
    for (after, tokens) in [("0", 0), ("39", 39), ("40", 40), ("999", 40)] {
        let answer = stream(LAB, &format!("[[fault=cut tokens=40 after={after}]]")).await;
        assert_eq!(
            (answer.deltas("content").len(), answer.finish()),
            (tokens, None),
            "{after}"
        );
    }
    assert!(stream(LAB, "[[fault=cut after=0]]").await.pieces.is_empty());
}

#[tokio::test(start_paused = true)]
async fn x09_a_reset_breaks_the_connection_in_the_middle() {
    for answer in both("[[fault=reset tokens=40]]").await {
        assert_eq!(answer.status, 200);
        assert!(
            answer
                .broken
                .as_deref()
                .is_some_and(|why| why.contains("reset")),
            "{answer:?}"
        );
        assert!(!answer.pieces.is_empty());
    }
    let streamed = stream(LAB, "[[fault=reset tokens=40 after=5]]").await;
    assert_eq!(streamed.deltas("content").len(), 5);
}

#[tokio::test(start_paused = true)]
async fn x09_slow_is_slow_and_whole() {
    let answer = stream(LAB, "[[fault=slow tokens=5]]").await;
    let deltas = answer.deltas("content");
    assert_eq!(deltas[0].0, Duration::from_secs(8));
    assert_eq!(deltas[4].0, Duration::from_secs(10));
    assert!(answer.is_closed());
    assert_eq!(
        whole(LAB, "[[fault=slow tokens=4]]").await.took,
        Duration::from_secs(10)
    );
}

#[tokio::test(start_paused = true)]
async fn x09_what_relays_and_proxies_answer_has_their_status_and_their_body() {
    for (fault, status, kind, part) in [
        ("402", 402, "application/json", "insufficient_quota"),
        ("413", 413, "application/json", "request_too_large"),
        ("504", 504, "application/json", "took too long"),
        ("502", 502, "text/html; charset=utf-8", "<html>"),
        ("524", 524, "text/html; charset=utf-8", "<html>"),
        (
            "wrong-path",
            404,
            "application/json",
            "Invalid URL (POST /v1/chat/completions)",
        ),
        (
            "no-channel",
            503,
            "application/json",
            "No available channel for model",
        ),
        (
            "no-balance",
            403,
            "application/json",
            "insufficient_user_quota",
        ),
        (
            "no-quota",
            403,
            "application/json",
            "pre_consume_token_quota_failed",
        ),
        (
            "error-as-stream",
            503,
            "text/event-stream",
            "labelled text/event-stream",
        ),
        ("429-empty", 429, "application/json", ""),
    ] {
        for answer in both(&format!("[[fault={fault} retry-after=4]]")).await {
            assert_eq!(
                (answer.status, answer.content_type.as_str()),
                (status, kind),
                "{fault}"
            );
            assert!(answer.text().contains(part), "{fault}: {}", answer.text());
            let waits = matches!(fault, "429-empty" | "no-channel").then_some(4);
            assert_eq!(answer.retry_after, waits, "{fault}");
        }
    }
    let [streamed, whole] = both("[[fault=429-empty]]").await;
    assert!(streamed.pieces.is_empty() && whole.pieces.is_empty());
    assert_eq!(streamed.retry_after, None);
}

#[tokio::test(start_paused = true)]
async fn x09_errors_come_late_bare_and_ends_without_their_mark() {
    let [streamed, whole] = both("[[fault=late-error tokens=40 after=7]]").await;
    assert_eq!(streamed.deltas("content").len(), 7);
    let last = streamed.text();
    let last = last.trim_end().rsplit("\n\n").next().unwrap();
    assert!(last.starts_with("data: {\"error\":"), "{last}");
    assert!(whole.document()["error"]["message"].is_string());

    let [streamed, whole] = both("[[fault=bare-error]]").await;
    let text = streamed.text();
    assert!(text.starts_with(": PING\n\n{\"error\":"), "{text}");
    assert!(whole.document()["error"]["message"].is_string());

    let [streamed, whole] = both("[[fault=no-end tokens=4]]").await;
    assert_eq!(
        (streamed.deltas("content").len(), streamed.is_closed()),
        (4, false)
    );
    assert_eq!(streamed.finish().as_deref(), Some("stop"));
    assert_eq!(whole.status, 200);
}

#[tokio::test(start_paused = true)]
async fn x09_help_lists_every_fault() {
    for answer in both("[[help speed=0]]").await {
        let text = match answer.content_type.as_str() {
            "text/event-stream" => {
                let deltas = answer.deltas("content");
                deltas.into_iter().map(|(_, text)| text).collect::<String>()
            }
            _ => answer.document()["choices"][0]["message"]["content"]
                .as_str()
                .unwrap()
                .to_owned(),
        };
        for fault in ["429-empty", "no-balance", "bare-error", "reset", "slow"] {
            assert!(
                text.contains(&format!("`fault={fault}`")),
                "{fault}: {text}"
            );
        }
        assert!(text.contains("`stall=DURATION`"), "{text}");
    }
}
