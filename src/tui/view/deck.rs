//! The deck: whose relay this is, how near it is, what is in the wallet, what today has cost. And the tabs below it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::domain::Money;
use crate::locale::say;
use crate::tui::draw::{self, Piece, clean, cut, put_both, put_pieces, with_ratio};
use crate::tui::keymap::Action;
use crate::tui::model::{Model, Stage};
use crate::tui::purse;
use crate::tui::relay::Connection;
use crate::tui::tabs::Tab;
use crate::tui::text::width;
use crate::tui::theme::{Role, Sign};
use crate::tui::update::input::contexts;
use crate::tui::words;

/// Draws the first row.
pub fn draw(model: &Model, area: Rect, buffer: &mut Buffer) {
    let theme = &model.settings.theme;
    let mut left = vec![Piece::of(1, " relaydeck ", theme.style(Role::Title))];
    for (on, word, role) in [
        (model.read_only, say!("deck-read-only"), Role::Warn),
        (model.private, say!("deck-private"), Role::Accent),
    ] {
        if on {
            left.push(Piece::of(
                Piece::STAYS,
                format!(" {word}"),
                theme.style(role),
            ));
        }
    }
    if model.stage == Stage::Deck {
        left.extend(relay(model));
        left.extend(account(model));
    } else {
        let version = format!(" {}", model.settings.version);
        left.push(Piece::of(0, version, theme.style(Role::Dim)));
    }
    let right = match model.stage {
        Stage::Deck => money_pieces(model),
        Stage::Starting | Stage::FirstRun(_) => Vec::new(),
    };
    put_pieces(buffer, area, left, right);
}

/// Profile, host, latency; or in words what is wrong.
fn relay(model: &Model) -> Vec<Piece> {
    let theme = &model.settings.theme;
    let piece = |matters, text: String, role| Piece::of(matters, text, theme.style(role));
    match &model.relay.connection {
        Connection::Closed => Vec::new(),
        Connection::Opening(name) => {
            let text = say!("deck-opening", name = cut(theme, name, 24));
            vec![piece(Piece::STAYS, text, Role::Warn)]
        }
        Connection::Failed(name, _) => {
            let text = say!("deck-not-open", name = cut(theme, name, 24));
            vec![piece(Piece::STAYS, text, Role::Bad)]
        }
        Connection::Open(profile, facts) => {
            let name = format!(" {}", cut(theme, &profile.name, 20));
            let host = cut(theme, profile.address.host(), 32);
            let host = format!(" {} {host}", theme.glyph(Sign::Dot));
            let reach = if model.relay.is_out_of_reach() {
                piece(Piece::STAYS, say!("deck-out-of-reach").into(), Role::Bad)
            } else {
                piece(5, format!(" {} ms", facts.latency_ms), Role::Dim)
            };
            vec![
                piece(Piece::STAYS, name, Role::Accent),
                piece(2, host, Role::Dim),
                reach,
            ]
        }
    }
}

fn account(model: &Model) -> Vec<Piece> {
    let theme = &model.settings.theme;
    let Some(account) = model.relay.account.value() else {
        return Vec::new();
    };
    let name = format!("   {}", cut(theme, account.shown_name(), 16));
    let mut pieces = vec![Piece::of(4, name, theme.style(Role::Text))];
    if let Some(group) = model.relay.own_group() {
        let group = with_ratio(theme, group, model.relay.ratio(group), 16);
        pieces.push(Piece::labelled(
            3,
            theme,
            say!("deck-group"),
            group,
            Role::Text,
        ));
    }
    pieces
}

fn money_pieces(model: &Model) -> Vec<Piece> {
    let theme = &model.settings.theme;
    let mut pieces = Vec::new();
    if model.relay.manages() {
        let (text, role) = match purse::wallet(model) {
            Some(rest) if rest.money <= Money::ZERO => {
                (say!("deck-wallet-empty", rest = rest.money), Role::Bad)
            }
            Some(rest) => (draw::about(theme, rest.reckoned, rest.money), Role::Money),
            None => ("?".into(), Role::MoneyUnknown),
        };
        pieces.push(Piece::labelled(
            Piece::STAYS,
            theme,
            say!("deck-wallet"),
            text,
            role,
        ));
    }
    if let Some(today) = model.today {
        let running = model.chat.spend.as_ref();
        let running = running.filter(|spend| model.today_lacks_last && !spend.usage.is_empty());
        let (mut spent, mut tokens) = (today.spent, today.tokens);
        let (mut estimated, mut unknown) = (today.estimated, today.unknown > 0);
        if let Some(spend) = running {
            spent = spent.plus(spend.cost.amount.unwrap_or_default());
            tokens = tokens.saturating_add(spend.usage.total());
            unknown |= spend.cost.amount.is_none();
            estimated = true;
        }
        let text = draw::sum(theme, spent, estimated, unknown);
        pieces.push(Piece::labelled(
            7,
            theme,
            say!("deck-today"),
            text,
            Role::Money,
        ));
        let tokens = say!("deck-tokens", tokens = words::short(tokens));
        pieces.push(Piece::of(6, tokens, theme.style(Role::Dim)));
    }
    pieces.push(Piece::of(Piece::STAYS, " ", theme.style(Role::Text)));
    pieces
}

/// The tabs as they stand in a row of so many cells. Where there is no room for all names, the last of those that are not
/// chosen stand with their digits alone.
pub fn tab_labels(model: &Model, cells: u16) -> Vec<(Tab, String)> {
    let full = |tab: Tab| (tab, format!("{} {}", tab.digit(), tab.word()));
    let mut labels: Vec<_> = Tab::ALL.into_iter().map(full).collect();
    let used: usize = labels.iter().map(|(_, label)| width(label) + 2).sum();
    let mut lacking = (used + help(model).width()).saturating_sub(usize::from(cells));
    for (tab, label) in labels.iter_mut().rev() {
        if lacking > 0 && *tab != model.tab {
            let short = tab.digit().to_string();
            lacking = lacking.saturating_sub(width(label) - width(&short));
            *label = short;
        }
    }
    labels
}

/// Draws the tabs, and the key for help.
pub fn tabs(model: &Model, area: Rect, buffer: &mut Buffer) {
    let theme = &model.settings.theme;
    let mut spans = vec![Span::raw(" ")];
    for (tab, label) in tab_labels(model, area.width) {
        let role = if tab == model.tab {
            Role::TabSelected
        } else {
            Role::Tab
        };
        spans.push(Span::styled(label, theme.style(role)));
        spans.push(Span::raw("  "));
    }
    put_both(buffer, area, &Line::from(spans), &help(model));
}

/// The key for help, where it has one here.
fn help(model: &Model) -> Line<'static> {
    let theme = &model.settings.theme;
    let help = model
        .settings
        .keymap
        .key_for(contexts(model), Action::Help)
        .map(|key| {
            vec![
                Span::styled(clean(&key).into_owned(), theme.style(Role::Key)),
                Span::styled(say!("deck-help"), theme.style(Role::KeyLabel)),
            ]
        })
        .unwrap_or_default();
    Line::from(help)
}
