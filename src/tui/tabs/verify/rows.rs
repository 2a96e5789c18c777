//! The rows that say what was found, for the item under the cursor.

use ratatui::layout::Rect;
use ratatui::text::{Line as Row, Span};

use super::state::Item;
use crate::domain::test_result::TestResult;
use crate::engine::door::{Evidence, Finding, Look, Outcome, Sent, State, Verdict};
use crate::locale::{pair, say};
use crate::tui::advice::{advised, here};
use crate::tui::draw::clean;
use crate::tui::model::Model;
use crate::tui::overlay::detail::paragraph;
use crate::tui::text::{Align, fit, width};
use crate::tui::theme::{Role, Sign, Theme};
use crate::tui::words;

/// Where the findings stand: below the items and the line that names one of them.
pub fn area(body: Rect) -> Rect {
    let above = u16::try_from(Item::ALL.len()).unwrap_or(0) + 2;
    Rect {
        y: body.y + above.min(body.height),
        height: body.height.saturating_sub(above),
        ..body
    }
}

/// What was found, as rows of this width; that nothing was, where that is so.
pub fn found(model: &Model, cells: u16) -> Vec<Row<'static>> {
    let rows = told(model, cells);
    if !rows.is_empty() {
        return rows;
    }
    let theme = &model.settings.theme;
    let verify = &model.verify;
    let item = verify.item;
    let runs = verify.running.is_some_and(|(_, running)| running == item);
    let running = say!("verify-running", working = theme.glyph(Sign::Working));
    let text = match item {
        _ if runs => running.as_str(),
        Item::Ladder | Item::Connect | Item::Long | Item::Concurrency => say!("verify-not-run"),
        Item::Checklist | Item::Workflow => say!("verify-not-looked"),
        Item::History => say!("verify-no-history"),
    };
    paragraph(theme, text, Role::Dim, 1, cells)
}

/// What there is to say about the item: what it costs, what was refused, what was found. Empty where it was never run.
pub fn told(model: &Model, cells: u16) -> Vec<Row<'static>> {
    let theme = &model.settings.theme;
    let verify = &model.verify;
    let item = verify.item;
    let mut rows = Vec::new();
    if verify.asking == Some(item)
        && let Some(worst) = verify.worst(item)
    {
        let text = say!("verify-ask-cost", worst = worst);
        rows.extend(paragraph(theme, &text, Role::Warn, 1, cells));
        rows.push(Row::default());
    }
    if let Some((of, fault)) = &verify.fault
        && *of == item
    {
        let text = format!("{} {}", theme.glyph(Sign::Cross), clean(&fault.message));
        rows.extend(paragraph(theme, &text, Role::Bad, 1, cells));
        let advice = advised(theme, fault);
        rows.extend(paragraph(theme, &advice, Role::Text, 1, cells));
    }
    // Why nothing can be run is said above; what to do about it here.
    if let Some(Err(fault)) = &verify.plan {
        let advice = advised(theme, fault);
        rows.extend(paragraph(theme, &advice, Role::Accent, 1, cells));
    }
    let body = match item {
        Item::Ladder => ladder(theme, &verify.findings, cells),
        Item::Connect | Item::Long | Item::Concurrency => item
            .test()
            .and_then(|test| verify.outcome(test))
            .map(|outcome| tested(theme, outcome, cells))
            .unwrap_or_default(),
        Item::Checklist => checklist(model, cells),
        Item::Workflow => workflow(model, cells),
        Item::History => history(model, cells),
    };
    rows.extend(body);
    rows
}

/// The same as plain text, for the clipboard.
pub fn plain(model: &Model) -> String {
    let rows = told(model, 200);
    let lines: Vec<String> = rows
        .iter()
        .map(|row| {
            row.spans
                .iter()
                .map(|span| &*span.content)
                .collect::<String>()
        })
        .map(|line| line.trim_end().to_owned())
        .collect();
    lines.join("\n").trim().to_owned()
}

/// A row of a sign, a label and a text that wraps beneath itself.
fn labelled(
    theme: &Theme,
    sign: (&str, Role),
    label: &str,
    label_cells: usize,
    text: &str,
    role: Role,
    cells: u16,
) -> Vec<Row<'static>> {
    let indent = label_cells + 6;
    let wrapped = paragraph(theme, &clean(text), role, indent, cells);
    let mut rows = Vec::new();
    for (at, mut row) in wrapped.into_iter().enumerate() {
        if at == 0 {
            let text: String = row.spans.iter().map(|span| &*span.content).collect();
            row = Row::from(vec![
                Span::raw(" "),
                Span::styled(fit(sign.0, 3, Align::Left, ""), theme.style(sign.1)),
                Span::styled(
                    fit(label, label_cells, Align::Left, theme.glyph(Sign::Ellipsis)),
                    theme.style(Role::Text),
                ),
                Span::raw("  "),
                Span::styled(text.trim_start().to_owned(), theme.style(role)),
            ]);
        }
        rows.push(row);
    }
    rows
}

fn verdict_sign(theme: &Theme, verdict: Verdict) -> (&'static str, Role) {
    match verdict {
        Verdict::Good => (theme.glyph(Sign::Check), Role::Good),
        Verdict::Warned => (theme.glyph(Sign::Warning), Role::Warn),
        Verdict::Mended => (theme.glyph(Sign::Cross), Role::Warn),
        Verdict::Failed => (theme.glyph(Sign::Cross), Role::Bad),
        Verdict::Unknown => ("?", Role::Dim),
        Verdict::NotReached => (theme.glyph(Sign::Dot), Role::Dim),
    }
}

fn ladder(theme: &Theme, findings: &[Finding], cells: u16) -> Vec<Row<'static>> {
    const LABEL: usize = 11;
    let mut rows = Vec::new();
    for finding in findings {
        let sign = verdict_sign(theme, finding.verdict);
        let role = match finding.verdict {
            Verdict::Failed | Verdict::Mended => Role::Strong,
            Verdict::NotReached | Verdict::Unknown => Role::Dim,
            Verdict::Good | Verdict::Warned => Role::Text,
        };
        rows.extend(labelled(
            theme,
            sign,
            finding.rung.words(),
            LABEL,
            &finding.evidence,
            role,
            cells,
        ));
        let tells = !matches!(finding.verdict, Verdict::Good | Verdict::NotReached);
        if let Some(advice) = finding.advice.as_deref().filter(|_| tells) {
            let text = format!("{} {}", theme.glyph(Sign::Arrow), clean(&here(advice)));
            rows.extend(paragraph(theme, &text, Role::Accent, LABEL + 6, cells));
        }
        if let Some(proof) = &finding.proof {
            let (change, outcome) = (clean(&proof.change), clean(&proof.outcome));
            let text = match proof.helped {
                true => say!("verify-proof", change = change, outcome = outcome),
                false => say!("verify-tried", change = change, outcome = outcome),
            };
            let role = if proof.helped { Role::Good } else { Role::Dim };
            rows.extend(paragraph(theme, &text, role, LABEL + 6, cells));
        }
    }
    rows
}

fn tested(theme: &Theme, outcome: &Outcome, cells: u16) -> Vec<Row<'static>> {
    let label = if cells < 100 { 29 } else { 34 };
    let passed = |passed: Option<bool>| match passed {
        Some(true) => (theme.glyph(Sign::Check), Role::Good),
        Some(false) => (theme.glyph(Sign::Cross), Role::Bad),
        None => ("?", Role::Dim),
    };
    let sign = passed(Some(outcome.passed));
    let mut rows = Vec::new();
    let head = format!("{} {}  {}", sign.0, clean(&outcome.summary), outcome.cost);
    rows.extend(paragraph(theme, &head, sign.1, 1, cells));
    if let Some(fault) = outcome.fault.as_ref().filter(|_| !outcome.passed) {
        let text = advised(theme, fault);
        rows.extend(paragraph(theme, &text, Role::Accent, 1, cells));
    }
    rows.push(Row::default());
    for check in &outcome.checks {
        rows.extend(labelled(
            theme,
            passed(check.passed),
            &check.what,
            label,
            &check.seen,
            Role::Text,
            cells,
        ));
    }
    if outcome.sent.len() > 2 {
        let longest = outcome
            .sent
            .iter()
            .map(|sent| sent.total_ms)
            .max()
            .unwrap_or(1)
            .max(1);
        for sent in &outcome.sent {
            rows.push(bar(theme, sent, longest, cells));
        }
    }
    for evidence in &outcome.evidence {
        let about = say!("verify-evidence", about = evidence.about);
        rows.extend(labelled(
            theme,
            look_sign(theme, evidence),
            &about,
            label,
            &evidence.seen,
            Role::Text,
            cells,
        ));
    }
    rows
}

/// A request as a bar beside the longest.
fn bar(theme: &Theme, sent: &Sent, longest: u64, cells: u16) -> Row<'static> {
    let room = u64::from(cells).saturating_sub(30).clamp(1, 60);
    let full = usize::try_from((sent.total_ms * room).div_ceil(longest)).unwrap_or(0);
    let (sign, role) = match sent.good {
        true => (theme.glyph(Sign::Check), Role::Good),
        false => (theme.glyph(Sign::Cross), Role::Bad),
    };
    let status = sent.status.map_or_else(
        || say!("verify-no-answer").to_owned(),
        |status| say!("verify-http", status = status),
    );
    Row::from(vec![
        Span::raw(" "),
        Span::styled(fit(sign, 3, Align::Left, ""), theme.style(role)),
        Span::styled(theme.glyph(Sign::MeterFull).repeat(full), theme.style(role)),
        Span::styled(
            format!(" {}  {status}", words::seconds(sent.total_ms)),
            theme.style(Role::Dim),
        ),
    ])
}

fn look_sign(theme: &Theme, evidence: &Evidence) -> (&'static str, Role) {
    match evidence.look {
        Look::Consistent => (theme.glyph(Sign::Check), Role::Good),
        Look::Odd => (theme.glyph(Sign::Warning), Role::Warn),
        Look::Unknown => ("?", Role::Dim),
    }
}

fn state_sign(theme: &Theme, state: State) -> (&'static str, Role) {
    match state {
        State::Done => (theme.glyph(Sign::Check), Role::Good),
        State::Failed => (theme.glyph(Sign::Cross), Role::Bad),
        State::Unknown => ("?", Role::Dim),
    }
}

fn checklist(model: &Model, cells: u16) -> Vec<Row<'static>> {
    const LABEL: usize = 22;
    let theme = &model.settings.theme;
    let mut rows = Vec::new();
    for line in &model.verify.lines {
        let sign = state_sign(theme, line.state);
        rows.extend(labelled(
            theme,
            sign,
            line.item.words(),
            LABEL,
            &line.seen,
            Role::Text,
            cells,
        ));
        if let Some(advice) = line.advice {
            let text = format!("{} {}", theme.glyph(Sign::Arrow), here(advice));
            rows.extend(paragraph(theme, &text, Role::Dim, LABEL + 6, cells));
        }
    }
    rows
}

fn workflow(model: &Model, cells: u16) -> Vec<Row<'static>> {
    let theme = &model.settings.theme;
    let mut rows = Vec::new();
    for (nth, step) in model.verify.steps.iter().enumerate() {
        let (sign, role) = state_sign(theme, step.state);
        let title = if step.is_next {
            Role::Strong
        } else {
            Role::Text
        };
        let next = if step.is_next {
            say!("verify-next")
        } else {
            ""
        };
        rows.push(Row::from(vec![
            Span::raw(" "),
            Span::styled(fit(sign, 3, Align::Left, ""), theme.style(role)),
            Span::styled(format!("{:>2} {}", nth + 1, step.title), theme.style(title)),
            Span::styled(next, theme.style(Role::Accent)),
        ]));
        if step.is_next {
            rows.extend(paragraph(theme, &here(step.how), Role::Dim, 7, cells));
        }
    }
    rows
}

fn history(model: &Model, cells: u16) -> Vec<Row<'static>> {
    let theme = &model.settings.theme;
    let label = |result: &TestResult| {
        let when = words::clock(result.at, model.now.wall, &model.settings.zone);
        format!("{when} {}", result.test.words())
    };
    let results = &model.verify.results;
    let widest = results.iter().map(|result| width(&label(result)));
    let room = widest.max().unwrap_or_default().min(26);
    let mut rows = Vec::new();
    for result in results {
        let sign = match result.passed {
            true => (theme.glyph(Sign::Check), Role::Good),
            false => (theme.glyph(Sign::Cross), Role::Bad),
        };
        let summary = &result.summary;
        let text = match (&result.group, result.model.as_str()) {
            (_, "") => summary.clone(),
            (Some(group), name) => pair(say!("verify-place", name = name, group = group), summary),
            (None, name) => pair(name, summary),
        };
        let (label, role) = (label(result), Role::Text);
        rows.extend(labelled(theme, sign, &label, room, &text, role, cells));
    }
    rows
}
