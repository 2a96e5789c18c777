//! The pages about third-party tools: what a setup would change, what came of it, what is to be done by hand.

use super::jobs::{Tone, ToolPage};
use super::{Checked, Chosen, Placed, ToolRow};
use crate::domain::time::took;
use crate::domain::{ApiKey, Fault, qr};
use crate::locale::say;
use crate::tools::links::App;
use crate::tools::{Places, Plan, Target, Tool, Undo};

type Rows = Vec<(Tone, String)>;

fn page(title: String, rows: Rows, question: Option<&str>) -> ToolPage {
    ToolPage {
        title,
        rows,
        question: question.map(str::to_owned),
        copy: None,
        set_up: None,
    }
}

fn blank(rows: &mut Rows) {
    rows.push((Tone::Text, String::new()));
}

/// What a setup would change.
pub fn plan(row: &ToolRow, plan: &Plan, chosen: &Chosen, places: &Places) -> ToolPage {
    let mut rows = uses(row);
    blank(&mut rows);
    let key = match (chosen.key_to_make, chosen.key_name.as_str()) {
        (true, name) => say!("tools-new-key", name = name),
        (false, name) => say!(
            "tools-key",
            name = name,
            masked = chosen.target.key.masked()
        ),
    };
    rows.push((Tone::Head, say!("tools-would-get").into()));
    rows.push((
        Tone::Text,
        say!(
            "tools-with",
            url = plan.tool.url(&chosen.target.address),
            key = key,
            model = chosen.target.model
        ),
    ));
    if plan.changes.is_empty() {
        rows.push((Tone::Good, say!("tools-has-it").into()));
        notes(row, &mut rows);
        return page(say!("tools-title-set-up", tool = row.name), rows, None);
    }
    for change in &plan.changes {
        blank(&mut rows);
        diff(&change.diff(places), &mut rows);
    }
    steps(&plan.steps, say!("tools-then-by-hand"), &mut rows);
    notes(row, &mut rows);
    page(
        say!("tools-ask-set-up", tool = row.name),
        rows,
        Some(say!("tools-yes-writes")),
    )
}

/// What a tool uses, and whether that can work.
fn uses(row: &ToolRow) -> Rows {
    let mut rows = vec![(Tone::Head, say!("tools-uses-now").into())];
    for (what, list) in [
        (say!("tools-address"), &row.urls),
        (say!("tools-field-key"), &row.keys),
        (say!("tools-field-model"), &row.models),
    ] {
        for (at, Placed { value, place }) in list.iter().enumerate() {
            let (tone, hidden) = if at == 0 {
                (Tone::Text, "")
            } else {
                (Tone::Dim, say!("tools-hidden"))
            };
            rows.push((tone, format!("{what}: {value}  ({place}{hidden})")));
        }
    }
    let tone = match row.state {
        super::State::Ready => Tone::Good,
        super::State::Wrong => Tone::Bad,
        super::State::Untouched | super::State::Unknown => Tone::Dim,
    };
    rows.push((tone, row.why.clone()));
    if row.state == super::State::Wrong {
        rows.extend(row.advice.clone().map(|advice| (Tone::Text, advice)));
    }
    rows
}

fn diff(text: &str, rows: &mut Rows) {
    rows.extend(text.lines().map(|line| {
        let tone = match line.chars().next() {
            _ if line.starts_with("--- ") || line.starts_with("+++ ") => Tone::Head,
            Some('+') => Tone::Good,
            Some('-') => Tone::Bad,
            Some('@') => Tone::Dim,
            _ => Tone::Code,
        };
        (tone, line.to_owned())
    }));
}

fn steps(steps: &[String], head: &str, rows: &mut Rows) {
    if steps.is_empty() {
        return;
    }
    blank(rows);
    rows.push((Tone::Head, head.into()));
    rows.extend(
        steps
            .iter()
            .enumerate()
            .map(|(at, step)| (Tone::Text, format!("{}. {step}", at + 1))),
    );
}

fn notes(row: &ToolRow, rows: &mut Rows) {
    if !row.notes.is_empty() {
        blank(rows);
    }
    rows.extend(row.notes.iter().map(|note| (Tone::Dim, note.clone())));
}

/// Instructions for a tool that is set up by hand.
pub fn by_hand(row: &ToolRow, tool: &Tool, chosen: &Chosen, places: &Places) -> ToolPage {
    let mut rows = uses(row);
    steps(
        &tool.instructions(&chosen.target, places),
        say!("tools-hand"),
        &mut rows,
    );
    blank(&mut rows);
    rows.push((
        Tone::Text,
        say!(
            "tools-key-is",
            name = chosen.key_name,
            masked = chosen.target.key.masked()
        ),
    ));
    notes(row, &mut rows);
    page(say!("tools-title-by-hand", tool = row.name), rows, None)
}

/// What came of a setup.
pub fn written(plan: &Plan, kept: &str, checked: Result<Checked, Fault>) -> ToolPage {
    let mut rows = vec![(Tone::Good, say!("tools-is-set-up", tool = plan.tool.name))];
    let kept = match plan.replaces() {
        true => say!("tools-kept", kept = kept),
        false => say!("tools-none-kept").to_owned(),
    };
    rows.push((Tone::Text, kept));
    rows.push(through(checked, Some(&plan.target.model)));
    steps(&plan.steps, say!("tools-now-by-hand"), &mut rows);
    page(
        say!("tools-title-set-up", tool = plan.tool.name),
        rows,
        None,
    )
}

fn through(checked: Result<Checked, Fault>, model: Option<&str>) -> (Tone, String) {
    match checked {
        Ok(checked) if checked.model == Some(false) => (
            Tone::Bad,
            say!(
                "tools-works-not-among",
                model = model.unwrap_or(say!("tools-its-model")),
                models = checked.models
            ),
        ),
        Ok(checked) => (Tone::Good, works(&checked)),
        Err(fault) => (
            Tone::Bad,
            say!("tools-failed", what = fault.message, advice = fault.advice),
        ),
    }
}

/// What a call that worked showed.
fn works(checked: &Checked) -> String {
    let models = say!("tools-key-models", count = #checked.models);
    match &checked.answer {
        Some(answer) => say!(
            "tools-works-answer",
            text = format!("{:?}", short(&answer.text)),
            took = took(answer.ms),
            cost = answer.cost,
            models = models
        ),
        None => say!("tools-works", models = models),
    }
}

fn short(text: &str) -> String {
    const MOST: usize = 40;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// What a call through what a tool uses showed.
pub fn checked(row: &ToolRow, checked: Result<Checked, Fault>) -> ToolPage {
    let mut rows = uses(row);
    blank(&mut rows);
    rows.push(through(
        checked,
        row.models.first().map(|model| model.value.as_str()),
    ));
    page(say!("tools-title-check", tool = row.name), rows, None)
}

/// Why no call can be made through what a tool uses.
pub fn not_ready(row: &ToolRow) -> ToolPage {
    let mut rows = uses(row);
    blank(&mut rows);
    rows.push((Tone::Text, say!("tools-nothing-to-call").into()));
    page(say!("tools-title-check", tool = row.name), rows, None)
}

/// What undoing would change.
pub fn undo(tool: &Tool, undo: &Undo, places: &Places) -> ToolPage {
    let mut rows = Rows::new();
    for file in &undo.files {
        rows.push((Tone::Head, places.shown(&file.path)));
        diff(&file.diff(places), &mut rows);
        blank(&mut rows);
    }
    page(
        say!("tools-ask-undo", tool = tool.name),
        rows,
        Some(say!("tools-yes-undo")),
    )
}

/// What came of undoing.
pub fn undone(tool: &Tool, undo: &Undo, places: &Places) -> ToolPage {
    let told = |file: &crate::tools::UndoFile| {
        (
            Tone::Good,
            say!(
                "tools-file-told",
                file = places.shown(&file.path),
                how = file.how.told()
            ),
        )
    };
    let mut rows: Rows = undo.files.iter().map(told).collect();
    if undo.earlier > 0 {
        rows.push((Tone::Text, say!("tools-more-undo", count = undo.earlier)));
    }
    page(say!("tools-title-undone", tool = tool.name), rows, None)
}

/// Before a link is shown: it holds a key.
pub fn link_question(app: &App, target: &Target) -> ToolPage {
    let rows = vec![
        (
            Tone::Text,
            say!(
                "tools-link-does",
                about = app.about.say(),
                name = app.name,
                address = target.address
            ),
        ),
        (
            Tone::Text,
            say!("tools-link-key", masked = target.key.masked()),
        ),
    ];
    page(
        say!("tools-ask-link", app = app.name),
        rows,
        Some(say!("tools-yes-link")),
    )
}

/// A link, as text and as a code.
pub fn link(app: &App, link: &str) -> ToolPage {
    let mut rows = vec![(Tone::Text, link.to_owned())];
    blank(&mut rows);
    match qr::rows(link) {
        Some(code) => rows.extend(code.into_iter().map(|row| (Tone::Code, row))),
        None => rows.push((Tone::Dim, say!("tools-link-long").into())),
    }
    ToolPage {
        copy: Some(ApiKey::new(link)),
        set_up: None,
        ..page(say!("tools-title-link", app = app.name), rows, None)
    }
}
