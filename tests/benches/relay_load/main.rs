//! The relay under load beside a bare pass-through proxy on axum, in one run: requests a second, CPU a request, added
//! latency, streamed tokens, memory. Prints and judges nothing.
//!
//! Upstream, bare proxy and relay are processes of their own, so that the CPU of each can be read; this one makes the
//! load. The two are measured in turns, round by round, because machines are noisy: compare shares, not figures of
//! different days. The relay is the real binary, with its log and its database, billing every request.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a measurement that cannot run must say so"
)]

mod bare;
mod load;
mod process;
mod upstream;

use std::net::SocketAddr;
use std::time::Duration;

use load::{Request, Round};
use process::Server;

/// Whether `cargo bench` runs it; whoever only builds and runs everything gets one quick round.
struct Scale {
    rounds: usize,
    round: Duration,
    levels: &'static [usize],
    /// Streams that each of 64 clients reads in a round.
    streams: usize,
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    match std::env::args().nth(1).as_deref() {
        Some("upstream") => runtime.block_on(upstream::serve()),
        Some("bare") => bare::run(std::env::args().nth(2).unwrap().parse().unwrap()),
        _ => runtime.block_on(measure()),
    }
}

async fn measure() {
    let real = std::env::args().any(|word| word == "--bench");
    let scale = if real {
        Scale {
            rounds: 9,
            round: Duration::from_secs(2),
            levels: &[1, 16, 64, 256],
            streams: 6,
        }
    } else {
        Scale {
            rounds: 1,
            round: Duration::from_millis(150),
            levels: &[1, 16],
            streams: 1,
        }
    };
    let upstream = Server::role("upstream", None);
    let bare = Server::role("bare", Some(upstream.address));
    let home = tempfile::tempdir().unwrap();
    let (relay, key) = Server::relay(home.path(), upstream.address);
    let idle = (bare.resident(), relay.resident());

    requests(&scale, &upstream, &bare, &relay, &key).await;
    let loaded = (bare.resident(), relay.resident());
    first_token(&scale, &upstream, &bare, &relay, &key).await;
    streams(&scale, &bare, &relay, &key).await;

    let after = (bare.resident(), relay.resident());
    println!("\nresident memory, MiB         bare    relay");
    for (when, (bare, relay)) in [
        ("idle", idle),
        ("after the requests", loaded),
        ("after the streams", after),
    ] {
        println!("  {when:<22} {bare:>8.1} {relay:>8.1}");
    }
}

async fn requests(scale: &Scale, upstream: &Server, bare: &Server, relay: &Server, key: &str) {
    println!(
        "at once    bare req/s  relay req/s  share   CPU µs/req: bare  relay  ratio (middle half)  errors"
    );
    let ask = Request::chat("fast", false, key);
    for &at_once in scale.levels {
        let pairs = paired(scale, bare, relay, async |server| {
            load::requests(server.address, &ask, at_once, scale.round).await
        })
        .await;
        println!(
            "{at_once:>7} {:>13.0} {:>12.0} {:>6.2} {:>18.1} {:>6.1} {:>20} {:>7}",
            median(&pairs, |(bare, _)| bare.rate()),
            median(&pairs, |(_, relay)| relay.rate()),
            median(&pairs, |(bare, relay)| relay.rate() / bare.rate()),
            median(&pairs, |(bare, _)| bare.cpu_each()),
            median(&pairs, |(_, relay)| relay.cpu_each()),
            cpu_ratio(&pairs),
            pairs
                .iter()
                .map(|(bare, relay)| bare.errors + relay.errors)
                .sum::<usize>(),
        );
        if at_once == 1 {
            let direct = load::requests(upstream.address, &ask, 1, scale.round).await;
            let added = |part: f64, of: &dyn Fn(&(Round, Round)) -> f64| {
                (median(&pairs, of) - direct.percentile(part)) / 1_000.0
            };
            println!(
                "        added p50 / p99, ms: bare {:.3} / {:.3}, relay {:.3} / {:.3}",
                added(0.50, &|(bare, _)| bare.percentile(0.50)),
                added(0.99, &|(bare, _)| bare.percentile(0.99)),
                added(0.50, &|(_, relay)| relay.percentile(0.50)),
                added(0.99, &|(_, relay)| relay.percentile(0.99)),
            );
        }
    }
}

async fn first_token(scale: &Scale, upstream: &Server, bare: &Server, relay: &Server, key: &str) {
    let ask = Request::chat("brief", true, key);
    let pairs = paired(scale, bare, relay, async |server| {
        load::requests(server.address, &ask, 1, scale.round / 2).await
    })
    .await;
    let direct = load::requests(upstream.address, &ask, 1, scale.round / 2).await;
    let added = |of: &dyn Fn(&(Round, Round)) -> f64| {
        (median(&pairs, of) - direct.first_percentile(0.50)) / 1_000.0
    };
    println!(
        "first token, one stream: added p50, ms: bare {:.3}, relay {:.3}",
        added(&|(bare, _)| bare.first_percentile(0.50)),
        added(&|(_, relay)| relay.first_percentile(0.50)),
    );
}

async fn streams(scale: &Scale, bare: &Server, relay: &Server, key: &str) {
    println!(
        "\n64 streams                   bare tok/s  relay tok/s  share   CPU µs/token: bare  relay  ratio (middle half)"
    );
    for (name, model, messages) in [
        ("same dialect, flat out", "fast", false),
        ("same dialect, 100/s each", "paced", false),
        ("Messages from chat, flat out", "fast", true),
        ("Messages from chat, 100/s", "paced", true),
    ] {
        let plain = Request::chat(model, true, key);
        let asked = if messages {
            Request::messages(model, key)
        } else {
            plain.clone()
        };
        let streams = if model == "paced" { 1 } else { scale.streams };
        let pairs = paired(scale, bare, relay, async |server| {
            let ask = if server.address == bare.address {
                &plain
            } else {
                &asked
            };
            load::streams(server.address, ask, 64, streams).await
        })
        .await;
        let tokens = upstream::TOKENS as f64;
        println!(
            "{name:<28} {:>10.0} {:>12.0} {:>6.2} {:>20.2} {:>6.2} {:>20}",
            median(&pairs, |(bare, _)| bare.rate() * tokens),
            median(&pairs, |(_, relay)| relay.rate() * tokens),
            median(&pairs, |(bare, relay)| relay.rate() / bare.rate()),
            median(&pairs, |(bare, _)| bare.cpu_each() / tokens),
            median(&pairs, |(_, relay)| relay.cpu_each() / tokens),
            cpu_ratio(&pairs),
        );
        let errors: usize = pairs
            .iter()
            .map(|(bare, relay)| bare.errors + relay.errors)
            .sum();
        if errors > 0 {
            println!("        {errors} errors");
        }
    }
}

/// Both in turns, each round with the CPU that its server took; one short round before that does not count.
async fn paired(
    scale: &Scale,
    bare: &Server,
    relay: &Server,
    run: impl AsyncFn(&Server) -> Round,
) -> Vec<(Round, Round)> {
    let measured = async |server: &Server| {
        let before = server.cpu();
        let mut round = run(server).await;
        // What is still being settled belongs to the round.
        tokio::time::sleep(Duration::from_millis(20)).await;
        round.cpu = server.cpu() - before;
        round
    };
    let mut pairs = Vec::new();
    for round in 0..=scale.rounds {
        let pair = (measured(bare).await, measured(relay).await);
        if round > 0 || scale.rounds == 1 {
            pairs.push(pair);
        }
    }
    pairs
}

fn median(pairs: &[(Round, Round)], of: impl Fn(&(Round, Round)) -> f64) -> f64 {
    let values = sorted(pairs, of);
    values[values.len() / 2]
}

/// The relay's CPU in shares of the bare proxy's: the median of the rounds, and where the middle half of them lies, which
/// tells how quiet the machine was.
fn cpu_ratio(pairs: &[(Round, Round)]) -> String {
    let ratios = sorted(pairs, |(bare, relay)| relay.cpu_each() / bare.cpu_each());
    let at = |quarter: usize| ratios[(ratios.len() - 1) * quarter / 4];
    format!(
        "{:.2} ({:.2}–{:.2})",
        ratios[ratios.len() / 2],
        at(1),
        at(3)
    )
}

fn sorted(pairs: &[(Round, Round)], of: impl Fn(&(Round, Round)) -> f64) -> Vec<f64> {
    let mut values: Vec<f64> = pairs.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    values
}

/// Says where it listens, on the first line of stdout: how a role tells the process that started it.
fn announce(address: SocketAddr) {
    println!("http://{address}");
}
