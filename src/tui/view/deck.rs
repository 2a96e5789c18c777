//! The deck: whose relay this is, how near it is, what is in the wallet, what today has cost. And the tabs below it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::domain::{FaultKind, Money};
use crate::tui::draw::{clean, cut, money, put_both};
use crate::tui::keymap::Action;
use crate::tui::model::{Model, Stage};
use crate::tui::relay::Connection;
use crate::tui::remote::Remote;
use crate::tui::tabs::Tab;
use crate::tui::theme::{Role, Sign};
use crate::tui::update::input::contexts;
use crate::tui::words;

/// A piece of the deck, and how much it matters: the least goes first where room is short.
struct Piece {
    matters: u8,
    spans: Vec<Span<'static>>,
}

impl Piece {
    fn width(&self) -> usize {
        self.spans.iter().map(Span::width).sum()
    }
}

/// Draws the first row.
pub fn draw(model: &Model, area: Rect, buffer: &mut Buffer) {
    let mut left = vec![Piece {
        matters: 1,
        spans: vec![Span::styled(
            " relaydeck ",
            model.settings.theme.style(Role::Title),
        )],
    }];
    if model.stage == Stage::Deck {
        left.extend(relay(model));
        left.extend(account(model));
    } else {
        let version = format!(" {}", model.settings.version);
        left.push(Piece {
            matters: 0,
            spans: vec![Span::styled(version, model.settings.theme.style(Role::Dim))],
        });
    }
    let mut right = money_pieces(model);
    let room = usize::from(area.width);
    let total = |left: &[Piece], right: &[Piece]| {
        let sum = |pieces: &[Piece]| pieces.iter().map(Piece::width).sum::<usize>();
        sum(left) + sum(right) + 1
    };
    while total(&left, &right) > room {
        let least = left.iter().chain(&right).map(|piece| piece.matters).min();
        let Some(least) = least.filter(|least| *least < 9) else {
            break;
        };
        left.retain(|piece| piece.matters > least);
        right.retain(|piece| piece.matters > least);
    }
    let line = |pieces: Vec<Piece>| {
        let spans: Vec<Span<'static>> = pieces.into_iter().flat_map(|piece| piece.spans).collect();
        Line::from(spans)
    };
    put_both(buffer, area, &line(left), &line(right));
}

/// Profile, host, latency; or in words what is wrong.
fn relay(model: &Model) -> Vec<Piece> {
    let theme = &model.settings.theme;
    let styled = |text: String, role| vec![Span::styled(text, theme.style(role))];
    let piece = |matters, spans| Piece { matters, spans };
    match &model.relay.connection {
        Connection::Closed => Vec::new(),
        Connection::Opening(name) => vec![piece(
            9,
            styled(format!(" opening {}", cut(theme, name, 24)), Role::Warn),
        )],
        Connection::Failed(name, _) => vec![piece(
            9,
            styled(format!(" {} is not open", cut(theme, name, 24)), Role::Bad),
        )],
        Connection::Open(profile, facts) => {
            let dot = theme.glyph(Sign::Dot);
            let mut pieces = vec![
                piece(
                    9,
                    styled(format!(" {}", cut(theme, &profile.name, 20)), Role::Accent),
                ),
                piece(
                    2,
                    styled(
                        format!(" {dot} {}", cut(theme, profile.address.host(), 32)),
                        Role::Dim,
                    ),
                ),
            ];
            if out_of_reach(model) {
                pieces.push(piece(9, styled(" out of reach".into(), Role::Bad)));
            } else {
                pieces.push(piece(
                    5,
                    styled(format!(" {} ms", facts.latency_ms), Role::Dim),
                ));
            }
            pieces
        }
    }
}

/// Whether the last thing asked of the relay failed on the way.
fn out_of_reach(model: &Model) -> bool {
    fn lost<T>(list: &Remote<T>) -> bool {
        list.fault()
            .is_some_and(|fault| matches!(fault.kind, FaultKind::Network | FaultKind::Timeout))
    }
    let relay = &model.relay;
    lost(&relay.account) || lost(&relay.keys) || lost(&relay.groups) || lost(&relay.models)
}

fn account(model: &Model) -> Vec<Piece> {
    let theme = &model.settings.theme;
    let Some(account) = model.relay.account.value() else {
        return Vec::new();
    };
    let mut pieces = vec![Piece {
        matters: 4,
        spans: vec![Span::styled(
            format!("   {}", cut(theme, &account.name, 16)),
            theme.style(Role::Text),
        )],
    }];
    if let Some(group) = model.relay.own_group() {
        let ratio = model
            .relay
            .ratio(group)
            .map(|ratio| format!(" {ratio}").replace('×', theme.glyph(Sign::Times)))
            .unwrap_or_default();
        pieces.push(Piece {
            matters: 3,
            spans: vec![
                Span::styled("  group ", theme.style(Role::Dim)),
                Span::styled(
                    format!("{}{ratio}", cut(theme, group, 16)),
                    theme.style(Role::Text),
                ),
            ],
        });
    }
    pieces
}

/// What is in the wallet as far as is known now, and whether that is our own reckoning.
fn wallet(model: &Model) -> Option<(Money, bool)> {
    let account = model.relay.account.timed();
    if let (Some(spend), Some(last)) = (&model.chat.spend, model.chat.turns.last()) {
        let ended = last.turn.sent.0.saturating_add(
            i64::try_from(last.turn.total_ms.unwrap_or(u64::MAX)).unwrap_or(i64::MAX),
        );
        let newer = account.is_none_or(|account| account.at.0 < ended);
        if let (Some(rest), true) = (spend.wallet, newer) {
            return Some((rest, true));
        }
    }
    account
        .and_then(|account| account.balance)
        .map(|balance| (balance, false))
}

fn money_pieces(model: &Model) -> Vec<Piece> {
    let theme = &model.settings.theme;
    let piece = |matters, label: &str, value: String, role| Piece {
        matters,
        spans: vec![
            Span::styled(format!("   {label} "), theme.style(Role::Dim)),
            Span::styled(value, theme.style(role)),
        ],
    };
    let mut pieces = Vec::new();
    if model.relay.manages() {
        pieces.push(match wallet(model) {
            Some((rest, _)) if rest <= Money::ZERO => {
                piece(9, "wallet", format!("{rest} is empty: top up"), Role::Bad)
            }
            Some((rest, reckoned)) => {
                let about = if reckoned {
                    theme.glyph(Sign::About)
                } else {
                    ""
                };
                piece(9, "wallet", format!("{about}{rest}"), Role::Money)
            }
            None => piece(9, "wallet", money(None), Role::MoneyUnknown),
        });
    }
    if let Some(today) = model.today {
        let unknown = match today.unknown {
            0 => "",
            _ => "+?",
        };
        pieces.push(piece(
            7,
            "today",
            format!("{}{unknown}", today.spent),
            Role::Money,
        ));
        pieces.push(Piece {
            matters: 6,
            spans: vec![Span::styled(
                format!("   {} tok", words::short(today.tokens)),
                theme.style(Role::Dim),
            )],
        });
    }
    if let Some(last) = pieces.last_mut() {
        last.spans.push(Span::raw(" "));
    }
    pieces
}

/// Draws the tabs, and the key for help.
pub fn tabs(model: &Model, area: Rect, buffer: &mut Buffer) {
    let theme = &model.settings.theme;
    let mut spans = vec![Span::raw(" ")];
    for (at, tab) in Tab::ALL.into_iter().enumerate() {
        let role = if tab == model.tab {
            Role::TabSelected
        } else {
            Role::Tab
        };
        spans.push(Span::styled(
            format!("{} {}", at + 1, tab.word()),
            theme.style(role),
        ));
        spans.push(Span::raw("  "));
    }
    let help = model
        .settings
        .keymap
        .key_for(contexts(model), Action::Help)
        .map(|key| {
            vec![
                Span::styled(clean(&key).into_owned(), theme.style(Role::Key)),
                Span::styled(" help ", theme.style(Role::KeyLabel)),
            ]
        })
        .unwrap_or_default();
    put_both(buffer, area, &Line::from(spans), &Line::from(help));
}
