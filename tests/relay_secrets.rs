//! No key and no prompt in anything the embedded relay writes or answers: its files, its log, its errors.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod relay_support;

use std::io::Write;
use std::sync::{Arc, Mutex};

use relay_support::{Deck, Upstream, data_lines, hello, json_of, json_response};
use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Kept {
    type Writer = Kept;

    fn make_writer(&'a self) -> Kept {
        self.clone()
    }
}

#[tokio::test]
async fn s_24_no_secret_and_no_prompt_is_in_anything_a_run_leaves_behind() {
    let kept = Kept::default();
    tracing_subscriber::fmt()
        .with_writer(kept.clone())
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .init();
    let credential = "upstream-credential-0123456789";
    let upstream = Upstream::start(move |body| {
        let sent = format!("You sent {credential} and {}", body["messages"][0]["content"]);
        json_response(401, &json!({"error": {"message": sent.chars().take(60).collect::<String>(), "code": "invalid_api_key"}}))
    })
    .await;
    let mut deck = Deck::start().await;
    let mut answers = Vec::new();
    let (row, made) = deck
        .make_key(json!({"name": "laptop", "unlimited_quota": true}))
        .await;
    answers.push(
        deck.add_channel(json!({"base_url": upstream.base, "key": credential, "models": "m"}))
            .await,
    );
    let first = deck.owner.first_key.expose().to_owned();
    let token = deck.owner.access_token.expose().to_owned();
    let prompt = "[[tokens=3 speed=0]] the-secret-of-the-prompt";
    for (key, model) in [
        (&made, "relaydeck-lab"),
        (&first, "m"),
        (&made, "nothing"),
        (&token, "relaydeck-lab"),
    ] {
        let mut body = hello(model, true);
        body["messages"][0]["content"] = json!(prompt);
        let response = deck.chat(key, &body).send().await.unwrap();
        if response.status() == 200 {
            data_lines(response).await;
        } else {
            answers.push(json_of(response).await);
        }
    }
    let in_query = deck
        .client
        .get(format!("{}/v1/models?key={made}x", deck.base));
    answers.push(json_of(in_query.send().await.unwrap()).await);
    let wrong = deck
        .client
        .get(format!("{}/api/user/self", deck.base))
        .bearer_auth(&made);
    answers.push(json_of(wrong.send().await.unwrap()).await);
    for path in [
        "/api/token/",
        "/api/log/self",
        "/api/user/self",
        "/api/channel/",
        "/api/status",
        "/api/pricing",
    ] {
        answers.push(deck.get(path).await);
    }
    answers.push(
        deck.send(
            "PUT",
            "/api/token/",
            &json!({"id": row["id"], "name": "desk"}),
        )
        .await,
    );
    answers.push(deck.get(&format!("/api/token/search?token={made}")).await);
    let mut files = Vec::new();
    for entry in std::fs::read_dir(deck.folder.path()).unwrap() {
        files.extend(std::fs::read(entry.unwrap().path()).unwrap());
    }
    deck.close().await;
    files.extend(std::fs::read(deck.folder.path().join("relay.db")).unwrap());

    let log = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
    assert!(
        log.contains("answered") && log.contains("failed"),
        "the log was written at all"
    );
    let files = String::from_utf8_lossy(&files).into_owned();
    assert!(files.contains("local-default"));
    let said: String = answers.iter().map(ToString::to_string).collect();
    let body = made.strip_prefix("sk-").unwrap().to_owned();
    for secret in [body, first.strip_prefix("sk-").unwrap().to_owned(), token] {
        for (place, text) in [("log", &log), ("files", &files), ("answers", &said)] {
            assert!(!text.contains(&secret), "{secret} is in the {place}");
        }
    }
    assert!(
        !log.contains(credential) && !said.contains(credential),
        "the upstream's credential is told"
    );
    assert!(
        !log.contains("the-secret-of-the-prompt") && !files.contains("the-secret-of-the-prompt")
    );
}
