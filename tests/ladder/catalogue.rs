//! The error catalogue: every answer, of every era and in both languages, and the rung and the advice it must lead to; and
//! that only what may pass is asked again (S-91…S-94, S-97, `contract/new-api.md` 8.7).

use futures_util::StreamExt;
use relaydeck::domain::FaultKind;
use relaydeck::verify::report::Rung;

use crate::fake::{Asked, Fake, Told};
use crate::table::{Shows, Table};
use crate::{diagnose, given, healthy};

/// A line of the fixture.
struct Row {
    line: &'static str,
    status: u16,
    place: &'static str,
    rung: Rung,
    kind: FaultKind,
    advice: &'static str,
    body: &'static str,
}

fn rows() -> Vec<Row> {
    let lines = include_str!("../fixtures/relay_errors.tsv").lines();
    let rows = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    rows.map(|line| {
        let fields: Vec<&str> = line.split('\t').collect();
        let [status, place, rung, kind, advice, body] = fields[..] else {
            panic!("six fields a line: {line}");
        };
        let named = |known: &Rung| serde_json::to_value(known).unwrap() == rung;
        Row {
            line,
            status: status.parse().unwrap(),
            place,
            rung: Rung::ALL.into_iter().find(named).expect("a rung"),
            kind: serde_json::from_value(kind.into()).unwrap(),
            advice,
            body: if body == "-" { "" } else { body },
        }
    })
    .collect()
}

impl Row {
    fn is_at(&self, asked: &Asked) -> bool {
        let with_key = asked.header("authorization").is_some();
        let listed = self.place == "key" && with_key && asked.place() == "/v1/models";
        asked.method == "POST" || listed
    }

    fn answer(&self) -> Told {
        match self.body {
            "" => Told::empty(self.status),
            text if text.starts_with('<') => Told::bytes(self.status, "text/html", text),
            text if text.starts_with('{') => Told::bytes(self.status, "application/json", text),
            text => Told::bytes(self.status, "text/plain", text),
        }
    }

    /// How often a model may be asked: not at all where the key's own list tells, again only what may pass and names no
    /// time to wait, and once more for each path that is tried in place of a missing one.
    fn requests(&self, names_a_wait: bool) -> std::ops::RangeInclusive<usize> {
        let passes = matches!(self.status, 429 | 500 | 502 | 503 | 504 | 524);
        match self.rung {
            Rung::Endpoint => 1..=3,
            rung if self.place == "key" && rung != Rung::Call => 0..=0,
            _ if passes && self.kind.may_pass() && !names_a_wait => 4..=4,
            _ => 1..=1,
        }
    }
}

async fn climbed(row: Row) -> (&'static str, Result<(), String>) {
    let line = row.line;
    (line, judged(row).await)
}

async fn judged(row: Row) -> Result<(), String> {
    let row = std::sync::Arc::new(row);
    let answering = row.clone();
    let fake = Fake::start(move |asked| match answering.is_at(asked) {
        true => answering.answer(),
        false => healthy(asked),
    })
    .await;
    let path = match row.place {
        "messages" => "/v1/messages",
        _ => "",
    };
    let (report, rows) = diagnose(given(&format!("{}{path}", fake.address.base()))).await;
    report.leads_to(row.rung, row.advice)?;
    let fault = report.trouble().and_then(|finding| finding.fault.clone());
    let fault = fault.ok_or("no fault is named")?;
    if fault.kind != row.kind {
        return Err(format!("{:?}, not {:?}", fault.kind, row.kind));
    }
    let asked = fake.asked();
    let posts = asked.iter().filter(|asked| asked.method == "POST").count();
    let may = row.requests(fault.retry_after.is_some());
    if !may.contains(&posts) {
        return Err(format!("{posts} requests to models, not {may:?}"));
    }
    crate::table::sent(rows, posts)
}

pub async fn hold(table: &mut Table) {
    table.part("the error catalogue, every era and both languages (8.7)");
    let mut all = futures_util::stream::iter(rows()).map(climbed).buffered(8);
    while let Some((line, led)) = all.next().await {
        table.hold(line, led);
    }
}
