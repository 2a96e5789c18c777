//! Streams of recorded shape: what exactly a client reads, event by event, for what an upstream streams.

use relaydeck::relay::translate::{Pair, Progress, Trouble, TroubleKind};
use serde_json::{Value, json};

use crate::client::read;
use crate::support::{is_failed, open, plain_request, play, stamp};

/// Plays an upstream's stream from `tests/fixtures/translate` to the strict client, and holds what was written against
/// the snapshot beside it.
fn golden(fixture: &str, pair: Pair) {
    golden_for(fixture, pair, plain_request(pair));
}

fn golden_for(fixture: &str, pair: Pair, request: Value) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/translate");
    let bytes = std::fs::read(folder.join(format!("{fixture}.sse"))).unwrap();
    let (out, _) = play(&open(pair, request), &bytes, &[]);
    read(pair.client(), &out);
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path(folder);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let name = format!("{fixture}_to_{:?}", pair.client()).to_lowercase();
    settings.bind(|| insta::assert_snapshot!(name, String::from_utf8(out).unwrap()));
}

#[test]
fn x_10_two_parallel_calls_with_interleaved_arguments() {
    golden("chat_parallel_calls", Pair::MessagesToChat);
    golden("chat_parallel_calls", Pair::ResponsesToChat);
}

#[test]
fn x_10_thinking_then_text_then_a_call() {
    golden("claude_thinking_text_call", Pair::ChatToMessages);
    golden("claude_thinking_text_call", Pair::ResponsesToMessages);
    golden("chat_reasoning_text", Pair::MessagesToChat);
    golden("chat_reasoning_text", Pair::ResponsesToChat);
}

#[test]
fn x_10_an_empty_answer() {
    golden("chat_empty", Pair::MessagesToChat);
    golden("chat_empty", Pair::ResponsesToChat);
    golden("claude_empty", Pair::ChatToMessages);
}

#[test]
fn x_10_an_error_in_mid_stream() {
    golden("chat_late_error", Pair::MessagesToChat);
    golden("chat_late_error", Pair::ResponsesToChat);
    golden("claude_late_error", Pair::ChatToMessages);
    golden("claude_late_error", Pair::ResponsesToMessages);
}

#[test]
fn x_10_an_answer_that_ends_at_the_limit_in_the_middle_of_a_call() {
    golden("chat_cut_by_limit", Pair::MessagesToChat);
    golden("chat_cut_by_limit", Pair::ResponsesToChat);
}

#[test]
fn x_10_a_free_form_tool() {
    golden("chat_free_form", Pair::ResponsesToChat);
}

#[test]
fn x_10_a_chat_client_that_asked_for_no_usage_gets_none() {
    let request =
        json!({"model": "m", "stream": true, "messages": [{"role": "user", "content": "hi"}]});
    let bytes = b"event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":5}}}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
    let (out, translator) = play(&open(Pair::ChatToMessages, request), bytes, &[]);
    let text = String::from_utf8(out).unwrap();
    assert!(
        !text.contains("usage") && text.ends_with("data: [DONE]\n\n"),
        "{text}"
    );
    assert_eq!(translator.usage().unwrap().input, 5);
}

#[test]
fn x_10_usage_in_every_chunk_loses_no_arguments() {
    let call = |arguments: &str, tokens: u64| {
        format!(
            "data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"tool_calls\":[{{\"index\":0,{}\"function\":{{{}\"arguments\":{}}}}}]}}}}],\"usage\":{{\"prompt_tokens\":5,\"completion_tokens\":{tokens}}}}}\n\n",
            if tokens == 1 { "\"id\":\"a\"," } else { "" },
            if tokens == 1 { "\"name\":\"f\"," } else { "" },
            Value::from(arguments),
        )
    };
    let bytes = [
        call("", 1),
        call("{\"k\":", 2),
        call("1}", 3),
        "data: [DONE]\n\n".into(),
    ]
    .concat();
    let (out, translator) = play(
        &open(Pair::MessagesToChat, plain_request(Pair::MessagesToChat)),
        bytes.as_bytes(),
        &[],
    );
    let told = read(Pair::MessagesToChat.client(), &out);
    assert_eq!(told.calls, [("f".to_owned(), "{\"k\":1}".to_owned())]);
    assert_eq!(
        (told.finish.as_deref(), told.usage["output_tokens"].as_u64()),
        (Some("tool_use"), Some(3))
    );
    assert_eq!(translator.progress(), &Progress::Ended);
}

#[test]
fn x_10_an_error_before_anything_was_written_keeps_its_status() {
    for (pair, bytes, status) in [
        (Pair::MessagesToChat, &b"data: {\"error\":{\"message\":\"slow down\",\"type\":\"rate_limit_error\",\"code\":\"rate_limit_exceeded\"}}\n\n"[..], 429),
        (Pair::ChatToMessages, b"event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n", 503),
        (Pair::ResponsesToChat, b": PING\n\n{\"error\":{\"message\":\"no\",\"type\":\"new_api_error\",\"code\":\"insufficient_user_quota\"}}", 402),
        (Pair::ResponsesToMessages, b": PING\n\n", 502),
    ] {
        let (out, mut translator) = play(&open(pair, plain_request(pair)), bytes, &[]);
        assert!(out.is_empty());
        let Progress::Failed(trouble) = translator.progress() else {
            panic!("{:?}", translator.progress());
        };
        assert_eq!(trouble.answer(pair.client()).0, status, "{pair:?}");
        // Where status 200 is out already, the error is written as the stream's only word.
        let mut late = Vec::new();
        translator.write_failure(&mut late);
        assert!(read_failure(pair, &late), "{pair:?}");
    }
}

fn read_failure(pair: Pair, bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    match pair {
        Pair::ChatToMessages => {
            text.starts_with("data: {\"error\":") && text.ends_with("data: [DONE]\n\n")
        }
        Pair::MessagesToChat => text.starts_with("event: error\ndata: {\"type\":\"error\""),
        _ => read(pair.client(), bytes).error.is_some(),
    }
}

#[test]
fn x_10_a_call_that_was_cut_is_never_closed_as_if_whole() {
    let bytes = b"data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"sh\",\"arguments\":\"{\\\"command\\\":\\\"rm -r /tmp\"}}]}}]}\n\n";
    let (out, translator) = play(
        &open(Pair::MessagesToChat, plain_request(Pair::MessagesToChat)),
        bytes,
        &[],
    );
    let text = String::from_utf8(out).unwrap();
    assert!(
        !text.contains("content_block_stop") && text.contains("event: error"),
        "{text}"
    );
    assert!(is_failed(&translator));
    let (out, _) = play(
        &open(Pair::ResponsesToChat, plain_request(Pair::ResponsesToChat)),
        bytes,
        &[],
    );
    let text = String::from_utf8(out).unwrap();
    assert!(
        !text.contains("arguments.done") && text.contains("\"status\":\"incomplete\""),
        "{text}"
    );
}

#[test]
fn x_10_the_relay_can_end_a_stream_and_nothing_follows() {
    let bridge = open(Pair::MessagesToChat, plain_request(Pair::MessagesToChat));
    let (mut stream, mut out) = (bridge.stream(stamp()), Vec::new());
    stream.event(
        None,
        r#"{"choices":[{"delta":{"content":"half an "}}]}"#,
        &mut out,
    );
    assert_eq!(stream.progress(), &Progress::Running);
    assert!(stream.counted() > 0 && stream.usage().is_none());
    stream.fail(
        Trouble::new(
            TroubleKind::Timeout,
            "the upstream sent nothing for 60 seconds",
        ),
        &mut out,
    );
    let written = out.len();
    stream.event(
        None,
        r#"{"choices":[{"delta":{"content":"answer"}}]}"#,
        &mut out,
    );
    stream.fail(Trouble::new(TroubleKind::Server, "again"), &mut out);
    stream.finish(&mut out);
    assert_eq!(out.len(), written);
    assert_eq!(
        read(bridge.pair().client(), &out).error.unwrap()["error"]["type"],
        "timeout_error"
    );
}

#[test]
fn x_10_a_character_cut_in_two_ends_nothing() {
    let bytes = b"data: {\"choices\":[{\"delta\":{\"content\":\"a\\ud83d\"}}]}\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"\\ude00b\"},\"finish_reason\":\"stop\"}]}\n\n";
    for pair in [Pair::MessagesToChat, Pair::ResponsesToChat] {
        let (out, _) = play(&open(pair, plain_request(pair)), bytes, &[]);
        assert_eq!(read(pair.client(), &out).text, "a\u{fffd}\u{fffd}b");
    }
}

#[test]
fn x_10_a_stream_can_be_handed_between_threads() {
    fn is_send<T: Send + 'static>(_: &T) {}
    let bridge = open(Pair::MessagesToChat, plain_request(Pair::MessagesToChat));
    is_send(&bridge);
    is_send(&bridge.stream(stamp()));
}
