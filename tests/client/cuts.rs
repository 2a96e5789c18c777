//! Streams that end anywhere.

use relaydeck::domain::{ChatRequest, FaultKind};

use crate::chat::{STREAM, all, request, text};
use crate::fake::{Fake, Piece, Told, key};

/// The text of the events that are whole within the first bytes, and whether the finish is among them.
fn seen(bytes: &[u8]) -> (String, bool) {
    let lossy = String::from_utf8_lossy(bytes);
    let mut said = String::new();
    let mut finished = false;
    for event in lossy.split("\n\n") {
        let data = event.trim_start_matches("data: ").trim_end();
        let Ok(value) = serde_json::from_str::<serde_json::Value>(data) else {
            continue;
        };
        let choice = &value["choices"][0];
        said.push_str(choice["delta"]["content"].as_str().unwrap_or_default());
        finished |= choice["finish_reason"].is_string();
    }
    (said, finished)
}

#[tokio::test]
async fn a_stream_cut_at_any_byte_keeps_what_came() {
    let bytes: Vec<u8> = STREAM
        .iter()
        .flat_map(|data| format!("data: {data}\n\n").into_bytes())
        .collect();
    let stream = bytes.clone();
    let fake = Fake::start(move |asked| {
        let cut: usize = asked.json()["max_tokens"].as_u64().unwrap() as usize;
        let told = Told::bytes(200, "text/event-stream", &stream[..cut]);
        // Even and odd temperatures: the server ends properly, or its connection breaks.
        match asked.json()["temperature"].as_f64() {
            Some(breaks) if breaks > 0.5 => told.then(Piece::Cut),
            _ => told,
        }
    })
    .await;
    let client = fake.member();
    for cut in 1..bytes.len() {
        for breaks in [false, true] {
            let request = ChatRequest {
                max_tokens: Some(cut as u32),
                temperature: Some(if breaks { 1.0 } else { 0.0 }),
                ..request()
            };
            let (parts, fault) = all(client.chat(&key(), &request).await.unwrap()).await;
            let (said, finished) = seen(&bytes[..cut]);
            assert_eq!(text(&parts), said, "cut at {cut}, breaks {breaks}");
            match fault {
                None => assert!(finished, "cut at {cut}, breaks {breaks}"),
                Some(fault) => {
                    assert!(!finished, "cut at {cut}, breaks {breaks}: {fault}");
                    assert_eq!(fault.kind, FaultKind::StreamBroken, "cut at {cut}: {fault}");
                }
            }
        }
    }
}
