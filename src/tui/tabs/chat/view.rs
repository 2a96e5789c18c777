//! How the chat is drawn: the conversation, what stands in the way, the moving figures, the input.

use std::collections::HashSet;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::banner;
use super::state::{ChatFocus, ChatTurn, SPEEDS, Scroll};
use super::transcript::Look;
use super::update::{group, key};
use crate::domain::{Basis, Usage};
use crate::locale::say;
use crate::tui::draw::{
    self, Piece, cost, cut, fitting, put, put_all, put_both, put_pieces, row, rule,
};
use crate::tui::keymap::{Action, Context};
use crate::tui::layout::Layout;
use crate::tui::model::Model;
use crate::tui::overlay::detail::paragraph;
use crate::tui::purse::{self, Rest};
use crate::tui::text::{Breaks, sanitize};
use crate::tui::theme::{Role, Sign};
use crate::tui::view::ViewCache;
use crate::tui::words;

/// What the rows of a turn depend on, besides the turn.
pub fn look(model: &Model, width: u16) -> Look<'_> {
    let keymap = &model.settings.keymap;
    let key = |action| {
        let place = [Context::ChatInput];
        keymap.key_for(&place, action).unwrap_or_default()
    };
    Look {
        theme: &model.settings.theme,
        zone: &model.settings.zone,
        now: model.now.wall,
        width,
        reasoning_open: model.chat.reasoning_open,
        reasoning_key: key(Action::ToggleReasoning),
        retry_key: key(Action::Retry),
        support_key: key(Action::ContactSupport),
        chosen: model
            .chat
            .chosen
            .and_then(|at| model.chat.turns.get(at))
            .map(|turn| turn.serial),
    }
}

/// Whether this turn's answer is still coming.
pub fn is_streaming(model: &Model, turn: &ChatTurn) -> bool {
    model
        .chat
        .streaming
        .is_some_and(|streaming| turn.id == Some(streaming.turn))
}

/// Draws the tab.
pub fn draw(model: &Model, cache: &mut ViewCache, layout: &Layout, frame: &mut Frame<'_>) {
    let areas = &layout.chat;
    let below = transcript(model, cache, areas.transcript, frame.buffer_mut());
    let rows = banner::rows(model, areas.banner.width);
    put_all(frame.buffer_mut(), areas.banner, &rows);
    status(model, areas.status, frame.buffer_mut());
    connection(model, below, areas.rule, frame.buffer_mut());
    input(model, areas.input, frame);
}

/// Draws the visible rows; says how many there are below them.
fn transcript(model: &Model, cache: &mut ViewCache, area: Rect, buffer: &mut Buffer) -> usize {
    let chat = &model.chat;
    if chat.turns.is_empty() {
        welcome(model, area, buffer);
        return 0;
    }
    let look = look(model, area.width);
    // Rows of turns that are gone are let go of, now and then.
    if cache.turns.len() > chat.turns.len() + 16 {
        let serials: HashSet<u64> = chat.turns.iter().map(|turn| turn.serial).collect();
        cache.turns.retain(|serial, _| serials.contains(serial));
    }
    let mut rows_of = |turn: &ChatTurn| -> usize {
        let rows = cache.turns.entry(turn.serial).or_default();
        rows.sync(turn, &look, is_streaming(model, turn));
        rows.height()
    };
    let height = usize::from(area.height);
    let count = chat.turns.len();
    // From the anchor down; or from the end up, as many turns as fill the view.
    let (mut first, mut skip) = match chat.scroll {
        Scroll::At { turn, row } if turn < count => {
            (turn, row.min(rows_of(&chat.turns[turn]).saturating_sub(1)))
        }
        Scroll::At { .. } | Scroll::Follow => (count, 0),
    };
    let mut filled: usize = (first..count).map(|at| rows_of(&chat.turns[at])).sum();
    filled = filled.saturating_sub(skip);
    while filled < height && (first > 0 || skip > 0) {
        // Room is left: rows from above move down into it.
        if skip > 0 {
            let back = skip.min(height - filled);
            skip -= back;
            filled += back;
        } else {
            first -= 1;
            skip = rows_of(&chat.turns[first]);
        }
    }
    let mut y = 0;
    for turn in &chat.turns[first..] {
        let Some(rows) = cache.turns.get_mut(&turn.serial) else {
            continue;
        };
        y += rows.draw(std::mem::take(&mut skip), below_top(area, y), buffer, &look);
        if y >= height {
            break;
        }
    }
    filled.saturating_sub(height)
}

fn below_top(area: Rect, rows: usize) -> Rect {
    crate::tui::draw::below(area, u16::try_from(rows).unwrap_or(u16::MAX))
}

/// What stands in an empty conversation.
fn welcome(model: &Model, area: Rect, buffer: &mut Buffer) {
    let theme = &model.settings.theme;
    let mut rows = vec![Line::default()];
    let text = if model.chat.model.is_empty() {
        say!("chat-empty-no-model")
    } else {
        say!("chat-empty")
    };
    rows.extend(paragraph(theme, text, Role::Dim, 1, area.width));
    put_all(buffer, area, &rows);
}

/// The moving figures, in places of their own: a figure that did not change is not drawn again.
fn status(model: &Model, area: Rect, buffer: &mut Buffer) {
    let theme = &model.settings.theme;
    let chat = &model.chat;
    let Some(last) = chat.turns.last() else {
        return;
    };
    let dim = theme.style(Role::Dim);
    // A conversation from before has no moving figures: what its last answer cost is shown.
    let (usage, figure) = match &chat.spend {
        Some(spend) => (spend.usage, Some(spend.cost)),
        None => (last.turn.usage, last.turn.cost),
    };
    let nothing = usage.is_empty() || figure.is_none();
    let Some(figure) = figure.filter(|_| !nothing) else {
        if chat.streaming.is_some() {
            let working = theme.glyph(Sign::Working);
            let came = !last.turn.reply.is_empty() || !last.turn.reasoning.is_empty();
            let text = match came {
                true => say!("chat-answering", working = working),
                false => say!("chat-sent", working = working),
            };
            put(buffer, area, &Line::styled(text, dim));
        }
        return;
    };
    let mut left = tokens(model, &usage, figure.basis);
    let mut right = Vec::new();
    if let Some(spend) = &chat.spend {
        if let Some(speed) = spend.tenths_per_second {
            let text = format!("  {:>9}", words::speed(speed));
            left.push(Piece::of(7, text, theme.style(Role::Text)));
        }
        if let Some(first) = spend.first_ms {
            let text = words::seconds(first);
            left.push(Piece::labelled(
                4,
                theme,
                say!("chat-first"),
                text,
                Role::Text,
            ));
        }
        let money = |matters, label: &str, rest: Rest| {
            let text = draw::about(theme, rest.reckoned, rest.money);
            Piece::labelled(matters, theme, label, text, Role::Money)
        };
        let (key, wallet) = (purse::key(model), purse::wallet(model));
        right.extend(key.map(|left| money(6, say!("chat-key-left"), left)));
        right.extend(wallet.map(|rest| money(3, say!("chat-wallet-left"), rest)));
        // As wide at the start as later, so that nothing beside it moves.
        let picture = format!("  {:>SPEEDS$}", picture(model));
        right.push(Piece::of(2, picture, theme.style(Role::Sparkline)));
        right.push(Piece::of(2, " ", dim));
    }
    left.push(Piece {
        matters: Piece::STAYS,
        spans: vec![Span::raw("   "), cost(theme, &figure)],
    });
    put_pieces(buffer, area, left, right);
}

fn tokens(model: &Model, usage: &Usage, basis: Basis) -> Vec<Piece> {
    let theme = &model.settings.theme;
    // English says what is counted behind the figure, Chinese before it.
    let piece = |gap: &'static str, before: &str, text: String, behind: &str| Piece {
        matters: 8,
        spans: vec![
            Span::raw(gap),
            Span::styled(before.to_owned(), theme.style(Role::Dim)),
            Span::styled(text, theme.style(Role::Text)),
            Span::styled(behind.to_owned(), theme.style(Role::Dim)),
        ],
    };
    let estimated = basis == Basis::Estimated;
    let figure = |count: u64| draw::about(theme, estimated, words::short(count));
    // As wide at the start as later, and never far from its word.
    let output = match say!("chat-unit-out") {
        "" => format!("{:<5}", figure(usage.output)),
        _ => format!("{:>5}", figure(usage.output)),
    };
    vec![
        piece(
            " ",
            say!("chat-before-in"),
            figure(usage.prompt()),
            say!("chat-unit-in"),
        ),
        piece("  ", say!("chat-before-out"), output, say!("chat-unit-out")),
    ]
}

/// The speed over the last seconds.
fn picture(model: &Model) -> String {
    let speeds = &model.chat.speeds;
    if speeds.len() < 2 {
        // One speed alone is neither fast nor slow.
        return String::new();
    }
    let steps = model.settings.theme.steps();
    let most = speeds.iter().copied().max().unwrap_or(0).max(1);
    speeds
        .iter()
        .map(|speed| {
            let step = u64::from(*speed) * 7 / u64::from(most);
            steps[usize::try_from(step).unwrap_or(0).min(7)]
        })
        .collect()
}

/// The rule above the input: model, endpoint, key, group; and how much there is to read below.
fn connection(model: &Model, below: usize, area: Rect, buffer: &mut Buffer) {
    let theme = &model.settings.theme;
    let dot = theme.glyph(Sign::Dot);
    let chat = &model.chat;
    let style = |role| theme.style(role);
    let name = if chat.model.is_empty() {
        Piece::of(Piece::STAYS, say!("chat-title-no-model"), style(Role::Warn))
    } else {
        let name = cut(theme, &chat.model, usize::from(area.width) / 2);
        Piece::of(Piece::STAYS, name, style(Role::Model))
    };
    let mut title = vec![name];
    let mut say = |matters, text: String| {
        title.push(Piece::of(
            matters,
            format!(" {dot} {text}"),
            style(Role::Dim),
        ));
    };
    let known = model.relay.model(&chat.model);
    let offered = known.map_or(&[][..], |known| &known.endpoints);
    let endpoint = chat.settings.protocol.endpoint(&chat.model, offered);
    say(
        1,
        endpoint
            .path(&cut(theme, &chat.model, 24))
            .unwrap_or_default(),
    );
    match key(model) {
        Some(row) => say(
            3,
            say!("chat-title-key", name = cut(theme, &row.info.name, 20)),
        ),
        None if model.relay.manages() && model.relay.keys.value().is_some() => {
            say(3, say!("chat-title-no-key").into());
        }
        None => {}
    }
    if let Some(group) = group(model) {
        say(2, say!("chat-title-group", name = cut(theme, group, 16)));
    }
    let more = if chat.scroll == Scroll::Follow || below == 0 {
        Line::default()
    } else {
        let text = say!(
            "chat-below",
            sign = theme.glyph(Sign::Below),
            rows = words::grouped(below)
        );
        Line::styled(text, style(Role::Accent))
    };
    let room = usize::from(area.width).saturating_sub(more.width() + 4);
    let title = fitting(title, room);
    let line = rule(theme, title, area.width);
    put_both(buffer, area, &line, &more);
}

/// The input, with the terminal's own cursor at the caret.
fn input(model: &Model, area: Rect, frame: &mut Frame<'_>) {
    let theme = &model.settings.theme;
    let chat = &model.chat;
    let typing = chat.focus == ChatFocus::Input;
    let area = Rect {
        x: area.x + 1,
        width: area.width.saturating_sub(1),
        ..area
    };
    let shown = chat.editor.shown(usize::from(area.width));
    let height = usize::from(area.height).max(1);
    let top = shown.caret.0.saturating_sub(height - 1);
    if chat.editor.is_empty() {
        let text = if typing {
            say!("chat-ask-something")
        } else {
            say!("chat-write-hint")
        };
        let line = Line::styled(text, theme.style(Role::Placeholder));
        put(frame.buffer_mut(), area, &line);
    }
    for (at, shown) in shown.rows.iter().skip(top).take(height).enumerate() {
        let text = sanitize(&shown.text, Breaks::Keep);
        let line = Line::styled(text.into_owned(), theme.style(Role::Input));
        put(frame.buffer_mut(), row(area, at), &line);
    }
    if typing && model.overlays.is_empty() {
        let x = u16::try_from(shown.caret.1).unwrap_or(0);
        let y = u16::try_from(shown.caret.0 - top).unwrap_or(0);
        frame.set_cursor_position((area.x + x.min(area.width.saturating_sub(1)), area.y + y));
    }
}
