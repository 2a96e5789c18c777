//! The upstream: answers that are there already, written by hand on plain sockets, so that it takes little of the machine.
//!
//! The model decides: `fast` streams its tokens one write each without a pause, `paced` a hundred a second, `brief` only
//! two.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Tokens of one stream.
pub const TOKENS: usize = 250;

const DOCUMENT: &str = r#"{"id":"chatcmpl-1","object":"chat.completion","created":1767225600,"model":"fast","choices":[{"index":0,"message":{"role":"assistant","content":"Hello! How can I help you today?"},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":20,"completion_tokens":10,"total_tokens":30}}"#;

/// Serves until it is killed.
pub async fn serve() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    super::announce(listener.local_addr().unwrap());
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        stream.set_nodelay(true).unwrap();
        tokio::spawn(connection(stream));
    }
}

async fn connection(mut stream: TcpStream) {
    let document = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{DOCUMENT}",
        DOCUMENT.len()
    );
    let mut buffer = Vec::with_capacity(4096);
    while let Some(request) = read_request(&mut stream, &mut buffer).await {
        let has = |words: &str| {
            request
                .windows(words.len())
                .any(|part| part == words.as_bytes())
        };
        let written = if has("\"stream\":true") {
            let pause = has("\"paced\"").then_some(Duration::from_millis(10));
            let tokens = if has("\"brief\"") { 2 } else { TOKENS };
            answer_in_pieces(&mut stream, tokens, pause).await
        } else {
            stream.write_all(document.as_bytes()).await
        };
        if written.is_err() {
            return;
        }
    }
}

/// The next request, head and body; `None` when the client is gone.
async fn read_request(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Vec<u8>> {
    loop {
        if let Some(head) = buffer.windows(4).position(|part| part == b"\r\n\r\n") {
            let text = String::from_utf8_lossy(&buffer[..head]).to_ascii_lowercase();
            let length = text
                .lines()
                .find_map(|line| line.strip_prefix("content-length:"));
            let whole = head + 4 + length.map_or(0, |text| text.trim().parse().unwrap());
            if buffer.len() >= whole {
                return Some(buffer.drain(..whole).collect());
            }
        }
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
}

async fn answer_in_pieces(
    stream: &mut TcpStream,
    tokens: usize,
    pause: Option<Duration>,
) -> std::io::Result<()> {
    let head =
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).await?;
    let part = piece(&event(r#"{"content":" token"}"#, "null"));
    for _ in 0..tokens {
        stream.write_all(part.as_bytes()).await?;
        match pause {
            Some(pause) => tokio::time::sleep(pause).await,
            None => tokio::task::yield_now().await,
        }
    }
    let usage = format!(
        "data: {{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1767225600,\"model\":\"fast\",\"choices\":[],\"usage\":{{\"prompt_tokens\":20,\"completion_tokens\":{tokens},\"total_tokens\":{}}}}}\n\n",
        20 + tokens
    );
    let end = event("{}", "\"stop\"") + &usage + "data: [DONE]\n\n";
    stream
        .write_all((piece(&end) + "0\r\n\r\n").as_bytes())
        .await
}

fn event(delta: &str, finish: &str) -> String {
    format!(
        "data: {{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1767225600,\"model\":\"fast\",\"system_fingerprint\":\"fp_1\",\"choices\":[{{\"index\":0,\"delta\":{delta},\"logprobs\":null,\"finish_reason\":{finish}}}]}}\n\n"
    )
}

fn piece(text: &str) -> String {
    format!("{:x}\r\n{text}\r\n", text.len())
}
