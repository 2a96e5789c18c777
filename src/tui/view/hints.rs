//! The bottom rows: what can be pressed here, from the table of keys, and messages that pass.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::domain::Finish;
use crate::locale::say;
use crate::tui::draw::{clean, put, put_all, put_both};
use crate::tui::keymap::{Action, Context, Hint};
use crate::tui::model::{Flash, Model, Stage, Tone};
use crate::tui::overlay::form::Enter;
use crate::tui::overlay::{Overlay, detail};
use crate::tui::relay::Connection;
use crate::tui::tabs::Tab;
use crate::tui::tabs::chat::state::{ChatTurn, Scroll};
use crate::tui::tabs::tools::state::Item;
use crate::tui::tabs::verify::rows;
use crate::tui::text::{Wrap, wrap_text};
use crate::tui::theme::{Role, Sign};
use crate::tui::update::input::contexts;

/// Cells between the hints and a message beside them.
const APART: usize = 2;
/// A message may take so many rows.
const FLASH_ROWS: usize = 3;

/// How many rows the hints and the message need at this width.
pub fn height(model: &Model, width: u16) -> u16 {
    let cells = usize::from(width);
    match &model.flash {
        Some(flash) if !beside(model, flash, cells) => {
            u16::try_from(flash_rows(model, flash, cells).len()).unwrap_or(1)
        }
        Some(_) | None => 1,
    }
}

/// Draws the hints, and the message beside them; one that is too long for that stands in their place.
pub fn draw(model: &Model, area: Rect, buffer: &mut Buffer) {
    let cells = usize::from(area.width);
    match &model.flash {
        None => put(buffer, area, &hints(model, cells)),
        Some(flash) if beside(model, flash, cells) => {
            let right = flash_line(model, flash);
            let left = hints(model, cells.saturating_sub(right.width() + APART));
            put_both(buffer, area, &left, &right);
        }
        Some(flash) => put_all(buffer, area, &flash_rows(model, flash, cells)),
    }
}

/// Whether a message fits beside at least the first hints.
fn beside(model: &Model, flash: &Flash, cells: usize) -> bool {
    flash_line(model, flash).width() + hints(model, cells).width().min(cells / 3) < cells
}

fn flash_text(model: &Model, flash: &Flash) -> String {
    let theme = &model.settings.theme;
    let sign = match flash.tone {
        Tone::Info => String::new(),
        Tone::Good => format!("{} ", theme.glyph(Sign::Check)),
        Tone::Bad => format!("{} ", theme.glyph(Sign::Cross)),
    };
    let advice = match &flash.advice {
        Some(advice) => format!(" {} {}", theme.glyph(Sign::Arrow), clean(advice)),
        None => String::new(),
    };
    format!("{sign}{}{advice}", clean(&flash.text))
}

fn flash_role(flash: &Flash) -> Role {
    match flash.tone {
        Tone::Info => Role::Flash,
        Tone::Good => Role::Good,
        Tone::Bad => Role::Bad,
    }
}

fn flash_line(model: &Model, flash: &Flash) -> Line<'static> {
    let style = model.settings.theme.style(flash_role(flash));
    Line::styled(format!("{} ", flash_text(model, flash)), style)
}

fn flash_rows(model: &Model, flash: &Flash, width: usize) -> Vec<Line<'static>> {
    let style = model.settings.theme.style(flash_role(flash));
    let text = flash_text(model, flash);
    let mut rows = wrap_text(&text, width.saturating_sub(2), Wrap::Words, style);
    rows.truncate(FLASH_ROWS);
    for row in &mut rows {
        row.spans.insert(0, Span::raw(" "));
    }
    rows
}

/// As many hints as fit, the most important ones first and each of them whole.
fn hints(model: &Model, width: usize) -> Line<'static> {
    let theme = &model.settings.theme;
    let mut spans = vec![Span::raw(" ")];
    let mut used = 1;
    for hint in model.settings.keymap.hints(contexts(model)) {
        let Some(label) = label(model, &hint) else {
            continue;
        };
        // A blank between key and label, and two after it, of which the last hint needs none.
        let takes = crate::tui::text::width(&hint.keys) + crate::tui::text::width(&label) + 3;
        if used + takes > width + 2 {
            continue;
        }
        used += takes;
        let role = if hint.dangerous {
            Role::Dangerous
        } else {
            Role::Key
        };
        spans.push(Span::styled(hint.keys, theme.style(role)));
        spans.push(Span::styled(
            format!(" {label}  "),
            theme.style(Role::KeyLabel),
        ));
    }
    Line::from(spans)
}

/// What a hint says here; `None` where the key would do nothing now, or where something else says it already.
fn label(model: &Model, hint: &Hint) -> Option<String> {
    if model.read_only && (hint.dangerous || hint.action.writes()) {
        return None;
    }
    let says = match hint.action {
        // The digits beside the tabs say it, except where digits are text.
        Action::NextTab => matches!(contexts(model), [Context::ChatInput]),
        Action::CommandLine => model.overlays.is_empty() && model.stage == Stage::Deck,
        Action::Quit => matches!(contexts(model), [Context::FirstRun | Context::Closed]),
        Action::PageDown => is_more(model),
        action => match model.overlays.last() {
            Some(overlay) => in_overlay(model, overlay, action),
            None if model.stage != Stage::Deck => true,
            None => match &model.relay.connection {
                Connection::Closed | Connection::Opening(_) => action != Action::Refresh,
                Connection::Failed(..) => true,
                Connection::Open(..) if model.tab == Tab::Chat => in_chat(model, action),
                Connection::Open(..) if model.tab == Tab::Verify => match action {
                    Action::Back => model.verify.running.is_some(),
                    Action::Copy => !rows::told(model, model.size.width).is_empty(),
                    // One at a time.
                    Action::Open => model.verify.running.is_none(),
                    _ => true,
                },
                Connection::Open(..) => in_list(model, action),
            },
        },
    };
    let stays = hint.action == Action::Back
        && model.overlays.is_empty()
        && model.tab == Tab::Chat
        && model.chat.streaming.is_none()
        && model.chat.waiting.is_none();
    let edits = stays && model.chat.editing.is_some();
    match (says, stays) {
        (false, _) => None,
        (true, true) if edits => Some(say!("hint-drop").into()),
        (true, true) => Some(say!("hint-read").into()),
        (true, false) => {
            Some(said_here(model, hint.action).map_or_else(|| hint.label.clone(), str::to_owned))
        }
    }
}

/// A word for what a key does as things stand, where that is another than the table's.
fn said_here(model: &Model, action: Action) -> Option<&'static str> {
    let over = model.overlays.last();
    match (action, over) {
        (Action::Copy, Some(Overlay::Page(_))) => Some(say!("hint-copy")),
        (Action::Accept, Some(over)) => match over.enter()? {
            Enter::Submit => Some(say!("hint-submit")),
            Enter::List => Some(say!("hint-list")),
            Enter::Next | Enter::Choose | Enter::Nothing => Some(say!("hint-next")),
        },
        (Action::Accept, None) if finds_the_nearest(model) => Some(say!("hint-find")),
        (Action::Open, None) if model.tab == Tab::Verify && !model.verify.item.runs() => {
            Some(say!("hint-look"))
        }
        (Action::Open, None) if is_only_shown(model) => Some(say!("hint-show")),
        (Action::Disputes, None) => {
            let view = model.usage.view.value();
            view.is_some_and(|view| view.disputes)
                .then(|| say!("hint-all"))
        }
        _ => None,
    }
}

/// Whether the cursor is on a sample or a link, which are shown and not set up.
fn is_only_shown(model: &Model) -> bool {
    let here = (model.tab == Tab::Tools).then(|| model.tools.current());
    matches!(here.flatten(), Some(Item::Sample(_) | Item::Link(_)))
}

/// Whether nothing matches, and Enter looks for the nearest name.
fn finds_the_nearest(model: &Model) -> bool {
    model.tab == Tab::Market
        && model.market.list.shown() == 0
        && !model.market.suggestions.is_empty()
}

/// Whether a page down shows more.
fn is_more(model: &Model) -> bool {
    let (width, screen) = (model.size.width, usize::from(model.size.height));
    // The deck, the tabs, the title of what is read, and this row are always there.
    match model.overlays.last() {
        Some(overlay) => overlay.scroll().is_some_and(|scroll| {
            let above = if model.stage == Stage::Deck { 3 } else { 2 };
            let seen = scroll + screen.saturating_sub(above + 1);
            detail::rows(model, overlay, width).len() > seen
        }),
        None => {
            let body = Rect::new(0, 2, width, model.size.height.saturating_sub(3));
            let seen = model.verify.scroll + usize::from(rows::area(body).height);
            model.tab == Tab::Verify && rows::told(model, width).len() > seen
        }
    }
}

/// Whether what is looked at is not there any more: nothing can be done with it but to leave.
fn is_gone(model: &Model, overlay: &Overlay) -> bool {
    match overlay {
        Overlay::KeyDetail { id, .. } => model.relay.key(*id).is_none(),
        Overlay::GroupDetail { name, .. } => model.relay.group(name).is_none(),
        Overlay::ModelDetail { name, .. } => model.relay.model(name).is_none(),
        Overlay::Receipt { id, .. } => model.usage.receipt(*id).is_none(),
        _ => false,
    }
}

fn in_overlay(model: &Model, overlay: &Overlay, action: Action) -> bool {
    match overlay {
        overlay if is_gone(model, overlay) => action == Action::Back,
        overlay if !overlay.takes(action) => false,
        Overlay::KeyDetail { .. }
        | Overlay::GroupDetail { .. }
        | Overlay::ModelDetail { .. }
        | Overlay::Receipt { .. }
        | Overlay::Picker(_) => true,
        Overlay::NewKey(_)
        | Overlay::AddRelay(_)
        | Overlay::WriteEnv(_)
        | Overlay::ChatForm(_)
        | Overlay::WalletForm(_) => {
            let steps = |forward| overlay.filling().is_some_and(|form| form.steps(forward));
            match action {
                Action::Accept => overlay.enter() != Some(Enter::Nothing),
                Action::NextField => steps(true),
                Action::PreviousField => steps(false),
                _ => true,
            }
        }
        Overlay::Wallet { .. } => {
            let ways = model.relay.wallet.value().map(|wallet| &wallet.ways);
            match action {
                Action::Redeem => ways.is_some_and(|ways| ways.redeems),
                Action::TopUp => ways.is_some_and(|ways| !ways.methods.is_empty()),
                Action::CopyUrl => ways.is_some_and(|ways| ways.shop.is_some()),
                action => action != Action::Copy,
            }
        }
        Overlay::Help { .. }
        | Overlay::Confirm(_)
        | Overlay::Secret(_)
        | Overlay::Command(_)
        | Overlay::Side(_)
        | Overlay::Link(_)
        | Overlay::Offer(_)
        | Overlay::Note(_) => true,
        // What is done with a session needs one under the cursor.
        Overlay::Sessions(sessions) => {
            matches!(action, Action::Back | Action::NewConversation) || sessions.list.shown() > 0
        }
        Overlay::Page(page) => match action {
            Action::Copy => page.copy.is_some(),
            Action::Yes | Action::No => page.question.is_some(),
            Action::Back => page.question.is_none(),
            _ => !matches!(action, Action::Open | Action::Filter | Action::Mark),
        },
    }
}

fn in_chat(model: &Model, action: Action) -> bool {
    let chat = &model.chat;
    match action {
        Action::Follow => chat.scroll != Scroll::Follow,
        // One answer at a time.
        Action::Send => chat.streaming.is_none() && chat.waiting.is_none(),
        Action::EditTurn => !chat.turns.is_empty(),
        Action::Copy => chat.turns.iter().any(|turn| !turn.turn.reply.is_empty()),
        Action::ContactSupport => chat.turns.last().is_some_and(|last| last.failed_there()),
        // A reply that is still coming has not failed.
        // What the user stopped needs no doctor.
        Action::Diagnose => {
            let stopped = |last: &ChatTurn| last.turn.finish == Some(Finish::Cancelled);
            let last = chat.turns.last();
            chat.streaming.is_none() && last.is_some_and(|last| last.failed() && !stopped(last))
        }
        Action::Retry => {
            chat.streaming.is_none() && chat.turns.last().is_some_and(|last| last.asks_again())
        }
        _ => true,
    }
}

fn in_list(model: &Model, action: Action) -> bool {
    let (rows, filtering) = match model.tab {
        Tab::Keys => (model.keys.list.shown(), model.keys.list.typing),
        Tab::Groups => (model.groups.list.shown(), model.groups.list.typing),
        Tab::Market => (model.market.list.shown(), model.market.list.typing),
        Tab::Chat | Tab::Verify => (0, false),
        Tab::Tools => (model.tools.list.shown(), model.tools.list.typing),
        Tab::Usage => (model.usage.receipts().len(), false),
    };
    let told = model.relay.manages() || matches!(model.tab, Tab::Market | Tab::Usage | Tab::Tools);
    match action {
        Action::Filter | Action::Mark if model.tab == Tab::Usage => false,
        Action::CycleSpan | Action::CycleBreakdown | Action::Disputes => true,
        // A filter that finds nothing is not kept.
        Action::Accept if filtering => rows > 0 || finds_the_nearest(model),
        _ if filtering => true,
        Action::NewKey => model.relay.manages(),
        Action::Undo | Action::Check => rows > 0 && !is_only_shown(model),
        Action::Refresh => told,
        Action::CycleGroup | Action::OnlyGroup => !model.relay.group_rows().is_empty(),
        Action::Groups => rows > 0 && !model.relay.group_rows().is_empty(),
        _ => rows > 0,
    }
}
