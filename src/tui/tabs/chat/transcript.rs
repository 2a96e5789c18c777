//! The conversation as rows: questions, answers, what each cost, and how it ended.
//!
//! The rows of a turn are made from the turn and a [`Look`] alone. A cache may keep them; it never decides what they are.

use jiff::tz::TimeZone;
use ratatui::text::{Line, Span};

use super::state::ChatTurn;
use crate::domain::{Basis, Fault, Finish, UnixMillis};
use crate::locale::say;
use crate::tui::advice::advised;
use crate::tui::draw::{clean, cost};
use crate::tui::text::{Breaks, Wrap, sanitize, width, wrap_text};
use crate::tui::theme::{Role, Sign, Theme};
use crate::tui::words;

/// How far text stands in from the left.
pub const INDENT: usize = 3;

/// Everything besides the turn that its rows depend on.
#[derive(Clone, Debug)]
pub struct Look<'a> {
    /// Styles and signs.
    pub theme: &'a Theme,
    /// The zone of the times of day.
    pub zone: &'a TimeZone,
    /// Now, to tell today's times from older ones.
    pub now: UnixMillis,
    /// Cells in a row.
    pub width: u16,
    /// Whether reasoning is shown.
    pub reasoning_open: bool,
    /// The key that opens and folds it.
    pub reasoning_key: String,
    /// The key that asks again.
    pub retry_key: String,
    /// The key that copies what the relay's support needs.
    pub support_key: String,
    /// The serial of the turn that is chosen.
    pub chosen: Option<u64>,
}

impl Look<'_> {
    /// Cells for text.
    pub fn cells(&self) -> usize {
        usize::from(self.width).saturating_sub(INDENT + 1).max(2)
    }
}

/// A name at the left, a time at the right.
fn header(look: &Look<'_>, name: &str, role: Role, at: UnixMillis, here: bool) -> Line<'static> {
    let time = words::clock(at, look.now, look.zone);
    let room = usize::from(look.width).saturating_sub(width(&time) + 3);
    let name = crate::tui::draw::cut(look.theme, name, room);
    let gap = usize::from(look.width).saturating_sub(width(&name) + width(&time) + 2);
    let before = match here {
        true => Span::styled(
            look.theme.glyph(Sign::Cursor),
            look.theme.style(Role::Accent),
        ),
        false => Span::raw(" "),
    };
    Line::from(vec![
        before,
        Span::styled(name, look.theme.style(role)),
        Span::raw(" ".repeat(gap)),
        Span::styled(time, look.theme.style(Role::Dim)),
    ])
}

/// Text of many lines, wrapped and set in.
fn block(look: &Look<'_>, text: &str, role: Role) -> Vec<Line<'static>> {
    let text = sanitize(text, Breaks::Keep);
    let rows = wrap_text(
        text.trim_end_matches('\n'),
        look.cells(),
        Wrap::Words,
        look.theme.style(role),
    );
    rows.into_iter().map(set_in).collect()
}

/// Sets a row in from the left.
fn set_in(mut row: Line<'static>) -> Line<'static> {
    row.spans.insert(0, Span::raw(" ".repeat(INDENT)));
    row
}

/// The rows above the answer: the question, who answers, the reasoning.
pub fn head(turn: &ChatTurn, look: &Look<'_>) -> Vec<Line<'static>> {
    let kept = &turn.turn;
    let chosen = look.chosen == Some(turn.serial);
    let mut rows = vec![header(
        look,
        say!("chat-you"),
        Role::User,
        kept.sent,
        chosen,
    )];
    rows.extend(block(look, &kept.prompt, Role::Text));
    for image in &kept.images {
        let text = say!(
            "chat-picture",
            bullet = look.theme.glyph(Sign::Bullet),
            name = clean(&image.name),
            size = image.size()
        );
        rows.extend(block(look, &text, Role::Dim));
    }
    rows.push(header(look, &kept.model, Role::Model, kept.sent, false));
    if !kept.reasoning.is_empty() {
        let size = words::short(crate::domain::count::count_tokens(&kept.reasoning));
        let key = &look.reasoning_key;
        let text = match look.reasoning_open {
            true => {
                let sign = look.theme.glyph(Sign::Unfolded);
                say!("chat-reasoning-folds", sign = sign, size = size, key = key)
            }
            false => {
                let sign = look.theme.glyph(Sign::Folded);
                say!("chat-reasoning-opens", sign = sign, size = size, key = key)
            }
        };
        rows.extend(block(look, &text, Role::Dim));
        if look.reasoning_open {
            rows.extend(block(look, &kept.reasoning, Role::Reasoning));
            rows.push(Line::default());
        }
    }
    rows
}

/// The rows below the answer: how it ended and what it cost.
pub fn tail(turn: &ChatTurn, look: &Look<'_>, streaming: bool) -> Vec<Line<'static>> {
    let kept = &turn.turn;
    let mut rows = Vec::new();
    if streaming {
        if kept.reply.is_empty() && kept.reasoning.is_empty() {
            let text = say!("chat-waiting", working = look.theme.glyph(Sign::Working));
            rows.extend(block(look, &text, Role::Dim));
        }
    } else {
        if let Some(fault) = &kept.fault {
            rows.extend(trouble(turn, fault, look));
        } else if let Some(words) = odd_end(turn) {
            let text = format!("{} {words}", look.theme.glyph(Sign::Warning));
            rows.extend(block(look, &text, Role::Warn));
            // Whoever stopped it knows what to do.
            if turn.asks_again() && turn.turn.finish != Some(Finish::Cancelled) {
                let text = say!("chat-asks-again", key = look.retry_key);
                rows.extend(block(look, &text, Role::Dim));
            }
        }
        rows.push(bill(turn, look));
    }
    rows.push(Line::default());
    rows
}

/// What is worth saying of an end that was no trouble.
pub fn odd_end(turn: &ChatTurn) -> Option<String> {
    Some(match &turn.turn.finish {
        Some(Finish::Stop | Finish::ToolCalls) if !turn.turn.reply.trim().is_empty() => {
            return None;
        }
        Some(Finish::Stop) => say!("end-empty").into(),
        Some(Finish::ToolCalls) => say!("end-tool").into(),
        Some(Finish::Length) => say!("end-length").into(),
        Some(Finish::ContentFilter) => say!("end-filter").into(),
        Some(Finish::Other(reason)) => say!("end-other", reason = reason),
        Some(Finish::Cancelled) => say!("end-stopped").into(),
        Some(Finish::Cut) => say!("end-cut").into(),
        None => say!("end-program").into(),
    })
}

fn trouble(turn: &ChatTurn, fault: &Fault, look: &Look<'_>) -> Vec<Line<'static>> {
    let theme = look.theme;
    let status = fault
        .status
        .map(|status| say!("fault-status", status = status))
        .unwrap_or_default();
    let what = format!(
        "{} {}{status}",
        theme.glyph(Sign::Cross),
        clean(&fault.message)
    );
    let wait = fault
        .retry_after
        .map(|seconds| say!("chat-asked-to-wait", seconds = seconds))
        .unwrap_or_default();
    let advice = advised(theme, fault) + &wait;
    let mut rows = block(look, &what, Role::Bad);
    rows.extend(block(look, &advice, Role::Text));
    let id = fault.request_id.as_ref().or(turn.request_id.as_ref());
    let id = id
        .map(|id| say!("chat-request", id = clean(id)))
        .unwrap_or_default();
    let mut next = say!("chat-asks-again", key = look.retry_key);
    if turn.failed_there() {
        next.push_str("  ");
        next.push_str(&say!("chat-support", key = look.support_key));
    }
    // An id is copied by the mouse too: it stays in one piece.
    if width(&next) + width(&id) > look.cells() {
        rows.extend(block(look, &next, Role::Dim));
        rows.extend(block(look, id.trim_start(), Role::Dim));
    } else {
        rows.extend(block(look, &format!("{next}{id}"), Role::Dim));
    }
    rows
}

/// Tokens, cost and time of one turn.
fn bill(turn: &ChatTurn, look: &Look<'_>) -> Line<'static> {
    let kept = &turn.turn;
    let dim = look.theme.style(Role::Dim);
    let mut spans = vec![Span::raw(" ".repeat(INDENT))];
    if !kept.usage.is_empty() {
        let cached = match kept.usage.cache_read {
            0 => String::new(),
            tokens => say!("chat-cached", tokens = words::short(tokens)),
        };
        let guessed = kept.cost.is_none_or(|cost| cost.basis == Basis::Estimated);
        let about = if guessed {
            look.theme.glyph(Sign::About)
        } else {
            ""
        };
        spans.push(Span::styled(
            say!(
                "chat-tokens",
                about = about,
                input = words::short(kept.usage.prompt()),
                cached = cached,
                output = words::short(kept.usage.output)
            ),
            dim,
        ));
    }
    match &kept.cost {
        Some(figure) if kept.is_counted() => {
            spans.push(cost(look.theme, figure));
        }
        _ => spans.push(Span::styled(say!("chat-no-tokens"), dim)),
    }
    if let Some(total) = kept.total_ms {
        spans.push(Span::styled(format!("  {}", words::seconds(total)), dim));
    }
    Line::from(spans)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::FaultKind;
    use crate::engine::door::TurnId;
    use crate::tui::theme::{ColorLevel, Glyphs};

    fn with_look<T>(test: impl FnOnce(&Look<'_>) -> T) -> T {
        let theme = Theme::new(ColorLevel::None, Glyphs::Unicode);
        test(&Look {
            theme: &theme,
            zone: &TimeZone::UTC,
            now: UnixMillis(0),
            width: 40,
            reasoning_open: false,
            reasoning_key: "^T".into(),
            retry_key: "Alt-r".into(),
            support_key: "Alt-c".into(),
            chosen: None,
        })
    }

    fn turn() -> ChatTurn {
        ChatTurn::asked(1, TurnId(1), "m".into(), "why?".into(), UnixMillis(0))
    }

    fn texts(rows: &[Line<'_>]) -> Vec<String> {
        rows.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_failed_answer_says_why_what_to_do_and_how_to_ask_again() {
        let mut turn = turn();
        turn.turn.fault = Some(
            Fault::new(FaultKind::CredentialRefused, "the key was\u{1b}[2J refused")
                .with_status(401)
                .with_request_id(Some("req-7".into())),
        );
        let rows = with_look(|look| texts(&tail(&turn, look, false))).join("\n");
        for part in [
            "✗ the key was refused (HTTP 401)",
            "→ check the key",
            "Alt-r tries again  Alt-c copies it\n   for support\n   request req-7",
        ] {
            assert!(rows.contains(part), "{part} in {rows}");
        }
    }

    #[test]
    fn an_answer_that_ended_oddly_says_so() {
        let said = |finish: Option<Finish>, reply: &str| {
            let mut turn = turn();
            turn.grow(reply, false);
            turn.turn.finish = finish;
            odd_end(&turn)
        };
        assert_eq!(said(Some(Finish::Stop), "text"), None);
        assert_eq!(said(Some(Finish::ToolCalls), "text"), None);
        assert!(said(Some(Finish::Stop), " \n").is_some_and(|words| words.contains("empty")));
        assert!(said(Some(Finish::ToolCalls), "").is_some_and(|words| words.contains("tool")));
        assert!(said(Some(Finish::Length), "text").is_some());
        assert!(said(None, "text").is_some());
    }

    #[test]
    fn no_row_is_wider_than_the_screen() {
        let mut turn = turn();
        turn.turn.model = "模型".repeat(40);
        turn.turn.prompt = "word ".repeat(40);
        turn.grow(&"think ".repeat(40), true);
        with_look(|look| {
            for row in head(&turn, look).iter().chain(&tail(&turn, look, false)) {
                assert!(row.width() <= 40, "{row}");
            }
        });
    }
}
