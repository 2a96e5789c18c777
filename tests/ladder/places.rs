//! Addresses that are wrong, dead, insecure or slow: each leads to its rung, with the change that helps tried at once
//! (S-90, S-91, S-95, S-96).

use std::net::TcpListener;
use std::time::Duration;

use relaydeck::domain::FaultKind;
use relaydeck::engine::proof::Given;
use relaydeck::tools;
use relaydeck::verify::ladder::Limits;
use relaydeck::verify::report::{Rung, Verdict};
use serde_json::json;

use crate::fake::{Fake, Told};
use crate::support::host::TestHost;
use crate::support::tls::self_signed;
use crate::table::{Shows, Table, told};
use crate::{KEY, diagnose, diagnose_as, given, healthy};

pub async fn hold(table: &mut Table) {
    table.part("S-90, /v1 is missing or doubled");
    missing_version(table).await;
    table.part("S-91, 404: the model has another endpoint");
    endpoints(table).await;
    table.part("S-95, a tool has another form of the address than it wants");
    forms_of_tools(table).await;
    table.part("wrong hosts, firewalls, gateways");
    wrong_hosts(table).await;
    table.part("dead names, closed ports, bad certificates, slow nodes");
    connections(table).await;
    slow_node(table).await;
}

/// A port where nothing listens.
fn closed_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// A server that takes connections and does this with each.
fn server(serve: impl Fn(std::net::TcpStream) + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || listener.incoming().flatten().for_each(serve));
    port
}

async fn missing_version(table: &mut Table) {
    // Relays of this family answer a page wherever no path of the API was hit; others a 404.
    for (elsewhere, forms) in [
        (
            "a page",
            [
                "/chat/completions",
                "/v1/v1/chat/completions",
                "/V1",
                "/v1/v1",
            ],
        ),
        (
            "404",
            [
                "/chat/completions",
                "/v1/v1/chat/completions",
                "/messages",
                "/v1/models/chat/completions",
            ],
        ),
    ] {
        let fake = Fake::start(move |asked| match asked.place() {
            path if path.starts_with("/v1/v1") && elsewhere == "404" => Told::no_route(asked),
            path if path.starts_with("/v1/") || path.starts_with("/api/") => healthy(asked),
            _ if elsewhere == "404" => Told::no_route(asked),
            _ => Told::html(200),
        })
        .await;
        for form in forms {
            let (report, _) = diagnose(given(&format!("{}{form}", fake.address.base()))).await;
            let finding = report.trouble().cloned();
            let mended = match finding {
                Some(finding) if finding.verdict == Verdict::Mended => Ok(()),
                Some(finding) => Err(told(&finding)),
                None => Err("no trouble was found".into()),
            };
            // A path of another endpoint is no fault of the address alone: the climb goes on with it.
            let went_on = report
                .findings
                .iter()
                .all(|all| all.verdict != Verdict::Failed);
            let led = report
                .leads_to(Rung::Address, "/v1")
                .and(report.proves("a model API answers"))
                .and(mended)
                .and(report.exits(FaultKind::EndpointMissing.exit_code()))
                .and(match went_on || form == "/messages" {
                    true => Ok(()),
                    false => Err("the climb ended".to_owned()),
                });
            table.hold(&format!("{form}, {elsewhere} elsewhere"), led);
        }
    }
}

async fn endpoints(table: &mut Table) {
    // Relays with a price list tell which path a model is called on.
    let fake = Fake::start(|asked| match asked.place() {
        "/api/pricing" => Told::json(200, json!({"success":true,"data":[
            {"model_name":"gpt-4o","quota_type":0,"model_ratio":1,"completion_ratio":1,"enable_groups":["default"],"supported_endpoint_types":["openai"]},
        ],"group_ratio":{"default":1}})),
        _ => healthy(asked),
    })
    .await;
    let (report, _) = diagnose(given(&format!("{}/v1/messages", fake.address.base()))).await;
    table.hold(
        "the price list names the path",
        report.leads_to(Rung::Endpoint, "/v1/chat/completions"),
    );

    // Others answer 404, and the path that works is found by calling it.
    let blind = Fake::start(|asked| match asked.place() {
        "/v1/messages" => Told::json(200, json!({"model":"gpt-4o","content":[{"type":"text","text":"ready"}],"stop_reason":"end_turn","usage":{"input_tokens":9,"output_tokens":1}})),
        "/v1/chat/completions" => Told::no_route(asked),
        _ => healthy(asked),
    })
    .await;
    let (report, _) = diagnose(given(blind.address.base())).await;
    let led = report.leads_to(Rung::Endpoint, "no such endpoint");
    table.hold(
        "404, and another path works",
        led.and(report.proves("/v1/messages")),
    );
}

/// Each tool with the form that another kind of tool wants.
async fn forms_of_tools(table: &mut Table) {
    let fake = Fake::start(healthy).await;
    let base = fake.address.base();
    for tool in tools::all() {
        let wants = tool.url(&fake.address);
        for has in [
            base.to_owned(),
            format!("{base}/v1"),
            format!("{base}/v1/chat/completions"),
        ] {
            if has == wants {
                continue;
            }
            let given = Given {
                key: Some(KEY.into()),
                model: Some("gpt-4o".into()),
                ..Given::of_tool(tool, has.clone())
            };
            let (report, _) = diagnose(given).await;
            let led = report.leads_to(Rung::Address, &format!("wants {wants};"));
            table.hold(&format!("{} with {has}", tool.id), led);
        }
    }
}

async fn wrong_hosts(table: &mut Table) {
    let at_root = Fake::start(|asked| match asked.place() {
        path if path.starts_with("/v1/") || path.starts_with("/api/status") => healthy(asked),
        _ => Told::html(200),
    })
    .await;
    let (report, _) = diagnose(given(&format!("{}/shop", at_root.address.base()))).await;
    let led = report.leads_to(Rung::Kind, "API host");
    table.hold(
        "a page's path",
        led.and(report.proves(at_root.address.base())),
    );

    let below = Fake::start(|asked| match asked.place() {
        "/api/v1/models" => Told::json(
            401,
            json!({"error":{"message":"No auth credentials found","code":401}}),
        ),
        _ => Told::html(200),
    })
    .await;
    let (report, _) = diagnose(given(below.address.base())).await;
    let led = report.leads_to(Rung::Kind, "API host");
    table.hold("the API lies below /api", led.and(report.proves("/api")));

    let wall = || {
        let page = "<html><head><title>Just a moment...</title></head></html>";
        Told::bytes(403, "text/html", page).header("cf-mitigated", "challenge")
    };
    let gone = || {
        Told::bytes(
            502,
            "text/html",
            "<html><title>502 Bad Gateway</title></html>",
        )
    };
    let moved = || Told::empty(301).header("location", "https://elsewhere.example/");
    for (fault, answer, advice, kind) in [
        (
            "a host of pages alone",
            Told::html(200),
            "API host",
            FaultKind::NotAnApi,
        ),
        (
            "a firewall's challenge",
            wall(),
            "firewall",
            FaultKind::NotAnApi,
        ),
        (
            "moved to another host",
            moved(),
            "use it as the address",
            FaultKind::NotAnApi,
        ),
        (
            "a gateway before a dead relay",
            gone(),
            "in trouble",
            FaultKind::Server,
        ),
        (
            "JSON that is no list",
            Told::json(200, json!({"hello": 1})),
            "API host",
            FaultKind::NotAnApi,
        ),
    ] {
        let fake = Fake::start(move |_| answer.clone()).await;
        let (report, rows) = diagnose(given(fake.address.base())).await;
        let led = report
            .leads_to(Rung::Kind, advice)
            .and(report.stops_there());
        let led = led
            .and(report.exits(kind.exit_code()))
            .and(crate::table::sent(rows, 0));
        table.hold(fault, led);
    }
}

async fn connections(table: &mut Table) {
    let hangs_up = server(drop);
    let plain = Fake::start(healthy).await;
    let plain = plain.address.base().replace("http://", "https://");
    for (fault, url, rung, advice) in [
        (
            "a dead name",
            "https://no-such-relay.invalid".to_owned(),
            Rung::Address,
            "spelling",
        ),
        (
            "a closed port",
            format!("http://127.0.0.1:{}", closed_port()),
            Rung::Address,
            "port",
        ),
        (
            "a certificate of its own",
            format!("https://localhost:{}", self_signed("relay.example")),
            Rung::Tls,
            "official address",
        ),
        (
            "hung up while agreeing on encryption",
            format!("https://127.0.0.1:{hangs_up}"),
            Rung::Tls,
            "another network or node",
        ),
        (
            "https to a server of plain http",
            plain,
            Rung::Tls,
            "plain http",
        ),
        (
            "hung up without an answer",
            format!("http://127.0.0.1:{hangs_up}"),
            Rung::Kind,
            "network connection",
        ),
    ] {
        let (report, rows) = diagnose(given(&url)).await;
        let mut led = report.leads_to(rung, advice).and(report.stops_there());
        match fault {
            "a dead name" => led = led.and(report.exits(6)),
            "a certificate of its own" => led = led.and(report.sums_up("certificate")),
            "https to a server of plain http" => led = led.and(report.proves("http://")),
            _ => {}
        }
        table.hold(fault, led.and(crate::table::sent(rows, 0)));
    }
}

/// A slow node is no failure: it is warned of, and climbed all the same.
async fn slow_node(table: &mut Table) {
    let fake = Fake::start(|asked| {
        if asked.place() == "/api/status" && asked.header("accept-language").is_none() {
            std::thread::sleep(Duration::from_millis(300));
        }
        healthy(asked)
    })
    .await;
    let limits = Limits {
        slow: Duration::from_millis(250),
        ..Limits::default()
    };
    let (report, _) = diagnose_as(given(fake.address.base()), TestHost::new(), None, limits).await;
    let address = &report.findings[0];
    let advised = address.advice.as_deref().unwrap_or_default();
    let warned = address.verdict == Verdict::Warned && advised.contains("another node");
    let led = match (warned, report.trouble()) {
        (true, None) => Ok(()),
        (_, Some(trouble)) => Err(told(trouble)),
        (false, None) => Err(told(address)),
    };
    table.hold("a slow node", led);
}
