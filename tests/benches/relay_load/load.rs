//! The load: clients on plain sockets that send one request after another and look at no more of the answer than where
//! it ends, so that little of what is measured is theirs.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// A request, ready to be sent.
#[derive(Clone)]
pub struct Request(Vec<u8>);

impl Request {
    /// To `/v1/chat/completions`.
    pub fn chat(model: &str, stream: bool, key: &str) -> Self {
        let options = if stream {
            r#","stream_options":{"include_usage":true}"#
        } else {
            ""
        };
        let body = format!(
            r#"{{"model":"{model}","stream":{stream}{options},"max_tokens":64,"messages":[{{"role":"system","content":"You are a helpful assistant."}},{{"role":"user","content":"Say hello to the reader in one short sentence."}}]}}"#
        );
        Request::post("/v1/chat/completions", key, &body)
    }

    /// A stream from `/v1/messages`.
    pub fn messages(model: &str, key: &str) -> Self {
        let body = format!(
            r#"{{"model":"{model}","stream":true,"max_tokens":64,"system":"You are a helpful assistant.","messages":[{{"role":"user","content":"Say hello to the reader in one short sentence."}}]}}"#
        );
        Request::post("/v1/messages", key, &body)
    }

    fn post(path: &str, key: &str, body: &str) -> Self {
        let length = body.len();
        Request(
            format!("POST {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {key}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}")
                .into_bytes(),
        )
    }
}

/// What a round came to.
#[derive(Default)]
pub struct Round {
    /// Microseconds of each answer.
    times: Vec<u32>,
    /// Microseconds to the first byte of each answer's body.
    firsts: Vec<u32>,
    pub errors: usize,
    took: Duration,
    /// The server's CPU.
    pub cpu: Duration,
}

impl Round {
    /// Answers a second.
    pub fn rate(&self) -> f64 {
        self.times.len() as f64 / self.took.as_secs_f64()
    }

    /// Microseconds of CPU an answer.
    pub fn cpu_each(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / self.times.len().max(1) as f64
    }

    /// A percentile of the whole answers' times, in microseconds.
    pub fn percentile(&self, part: f64) -> f64 {
        percentile(&self.times, part)
    }

    /// The same of the time to the first byte of the body.
    pub fn first_percentile(&self, part: f64) -> f64 {
        percentile(&self.firsts, part)
    }
}

fn percentile(times: &[u32], part: f64) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    let place = (sorted.len() as f64 * part) as usize;
    sorted
        .get(place.min(sorted.len().saturating_sub(1)))
        .copied()
        .map_or(f64::NAN, f64::from)
}

/// So many clients for so long.
pub async fn requests(
    server: SocketAddr,
    request: &Request,
    at_once: usize,
    long: Duration,
) -> Round {
    let until = Instant::now() + long;
    crowd(server, request, at_once, move |_| Instant::now() < until).await
}

/// So many clients, each with so many streams one after another.
pub async fn streams(server: SocketAddr, request: &Request, at_once: usize, each: usize) -> Round {
    crowd(server, request, at_once, move |done| done < each).await
}

async fn crowd(
    server: SocketAddr,
    request: &Request,
    at_once: usize,
    more: impl Fn(usize) -> bool + Copy + Send + 'static,
) -> Round {
    let began = Instant::now();
    let mut clients = JoinSet::new();
    for _ in 0..at_once {
        let request = request.clone();
        clients.spawn(async move {
            let mut round = Round::default();
            let Ok(mut stream) = TcpStream::connect(server).await else {
                round.errors += 1;
                return round;
            };
            stream.set_nodelay(true).unwrap();
            let mut buffer = Vec::with_capacity(64 * 1024);
            let mut done = 0;
            while more(done) {
                done += 1;
                let sent = Instant::now();
                match exchange(&mut stream, &request, &mut buffer).await {
                    Some(first) => {
                        round.times.push(micros(sent.elapsed()));
                        round.firsts.push(micros(first.duration_since(sent)));
                    }
                    None => {
                        round.errors += 1;
                        return round;
                    }
                }
            }
            round
        });
    }
    let mut whole = Round::default();
    while let Some(round) = clients.join_next().await {
        let round = round.unwrap();
        whole.times.extend(round.times);
        whole.firsts.extend(round.firsts);
        whole.errors += round.errors;
    }
    whole.took = began.elapsed();
    whole
}

fn micros(time: Duration) -> u32 {
    u32::try_from(time.as_micros()).unwrap_or(u32::MAX)
}

/// One request and its whole answer; when its body began. `None` when it is no good answer.
async fn exchange(
    stream: &mut TcpStream,
    request: &Request,
    buffer: &mut Vec<u8>,
) -> Option<Instant> {
    stream.write_all(&request.0).await.ok()?;
    buffer.clear();
    let head = loop {
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
        if let Some(end) = buffer.windows(4).position(|part| part == b"\r\n\r\n") {
            break end + 4;
        }
    };
    let text = std::str::from_utf8(&buffer[..head])
        .ok()?
        .to_ascii_lowercase();
    if !text.starts_with("http/1.1 200") {
        return None;
    }
    let length = text
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"));
    let length: Option<usize> = length.and_then(|length| length.trim().parse().ok());
    let mut first = (buffer.len() > head).then(Instant::now);
    loop {
        let over = match length {
            Some(length) => buffer.len() >= head + length,
            None => buffer.ends_with(b"\r\n0\r\n\r\n"),
        };
        if over {
            return Some(first.unwrap_or_else(Instant::now));
        }
        if length.is_none() && buffer.len() > 32 * 1024 {
            // The end is all that counts.
            buffer.drain(head..buffer.len() - 16);
        }
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
        first.get_or_insert_with(Instant::now);
    }
}
