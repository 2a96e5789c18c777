//! All relays side by side: the balance of each, and what one model costs at each.

use ratatui::text::{Line, Span};

use crate::domain::Price;
use crate::engine::door::RelayLook;
use crate::locale::say;
use crate::tui::draw::{clean, cut};
use crate::tui::model::Model;
use crate::tui::overlay::detail::paragraph;
use crate::tui::tabs::list::failed;
use crate::tui::text::{Align, fit};
use crate::tui::theme::{Role, Sign, Theme};
use crate::tui::words;

/// Cells of a balance.
const BALANCE: usize = 12;

/// The rows; those of before stay while the relays are looked at anew.
pub fn rows(model: &Model, cells: u16) -> Vec<Line<'static>> {
    let theme = &model.settings.theme;
    let mut rows = paragraph(theme, say!("wallet-relays"), Role::Heading, 1, cells);
    let looks = &model.relay.looks;
    if let Some(fault) = looks.fault() {
        rows.extend(failed(theme, fault, 3, cells));
    }
    if looks.is_loading() {
        let text = say!("wallet-relays-looking", sign = theme.glyph(Sign::Working));
        rows.extend(paragraph(theme, &text, Role::Dim, 3, cells));
    }
    let Some(looks) = looks.value() else {
        return rows;
    };
    let asked = model.relay.looks_at.as_deref();
    if let Some(asked) = asked {
        let text = say!("wallet-relays-prices", model = clean(asked));
        rows.extend(paragraph(theme, &text, Role::Dim, 3, cells));
    }
    let name = usize::from(cells).saturating_sub(52).clamp(10, 24);
    for look in looks {
        let here = model.relay.profile_name() == Some(look.profile.as_str());
        let mark = if here { theme.glyph(Sign::Mark) } else { " " };
        let balance = look.balance.map_or("?".into(), |money| money.to_string());
        let (told, role) = match &look.fault {
            Some(fault) => (clean(&fault.message).into_owned(), Role::Bad),
            None => (priced(look, asked.is_some()), Role::Text),
        };
        let room = usize::from(cells).saturating_sub(name + BALANCE + 6);
        rows.push(Line::from(vec![
            Span::styled(format!(" {mark} "), theme.style(Role::Accent)),
            Span::styled(column(theme, &look.profile, name, Align::Left), {
                theme.style(if here { Role::Strong } else { Role::Text })
            }),
            Span::styled(
                column(theme, &balance, BALANCE, Align::Right),
                theme.style(match look.balance {
                    Some(_) => Role::Money,
                    None => Role::Dim,
                }),
            ),
            Span::styled(format!("  {}", cut(theme, &told, room)), theme.style(role)),
        ]));
    }
    rows
}

fn column(theme: &Theme, text: &str, cells: usize, align: Align) -> String {
    fit(&cut(theme, text, cells), cells, align, "")
}

/// What the model costs there, and in which group that is.
fn priced(look: &RelayLook, asked: bool) -> String {
    let Some((group, price)) = &look.best else {
        return match asked {
            true => say!("wallet-relays-no-model").into(),
            false => String::new(),
        };
    };
    let figures = match price {
        Price::PerToken(prices) => {
            let (input, output) = (words::price(prices.input), words::price(prices.output));
            say!("wallet-relays-per-token", input = input, output = output)
        }
        Price::Listed(prices) => {
            let (input, output) = (words::listed(prices.input), words::listed(prices.output));
            say!("wallet-relays-per-token", input = input, output = output)
        }
        Price::PerCall { call } => say!("wallet-relays-per-call", price = call),
        Price::Tiered { .. } => say!("wallet-relays-tiers").into(),
        Price::Unknown => "?".into(),
    };
    match group.as_str() {
        "" => figures,
        group => say!(
            "wallet-relays-group",
            prices = figures,
            group = clean(group)
        ),
    }
}
