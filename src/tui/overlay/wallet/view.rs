//! How the wallet is drawn: the account, how it is filled and what came in; below, all relays side by side.

use ratatui::text::{Line, Span};

use super::side_by_side;
use crate::domain::{Money, TopUpState};
use crate::locale::{listed, say};
use crate::tui::draw::{clean, cut, with_ratio};
use crate::tui::model::Model;
use crate::tui::overlay::detail::{labelled, paragraph};
use crate::tui::remote::Remote;
use crate::tui::tabs::list::failed;
use crate::tui::text::{Align, fit};
use crate::tui::theme::{Role, Sign};
use crate::tui::words;

/// Top-ups that are listed.
const LISTED: usize = 12;

/// The rows of the wallet's page.
pub fn rows(model: &Model, cells: u16) -> Vec<Line<'static>> {
    let mut rows = vec![Line::default()];
    rows.extend(account(model, cells));
    rows.push(Line::default());
    if model.relay.manages() {
        rows.extend(ways(model, cells));
        rows.push(Line::default());
        let came_in = top_ups(model, cells);
        if !came_in.is_empty() {
            rows.extend(came_in);
            rows.push(Line::default());
        }
    }
    rows.extend(side_by_side::rows(model, cells));
    rows
}

/// The console's overview (S-03).
fn account(model: &Model, cells: u16) -> Vec<Line<'static>> {
    let theme = &model.settings.theme;
    let Some(account) = model.relay.account.value() else {
        let text = match model.relay.manages() {
            true => say!("wallet-account-unknown"),
            false => {
                say!("wallet-key-only")
            }
        };
        return paragraph(theme, text, Role::Dim, 1, cells);
    };
    let mut rows = Vec::new();
    let mut say = |label: &str, text: String, role| {
        let value = vec![Span::styled(text, theme.style(role))];
        rows.extend(labelled(theme, label, value, cells));
    };
    let money = |amount: Option<Money>| amount.map_or("?".into(), |amount| amount.to_string());
    say(
        say!("wallet-account"),
        clean(account.shown_name()).into_owned(),
        Role::Strong,
    );
    let group = with_ratio(theme, &account.group, model.relay.ratio(&account.group), 40);
    say(say!("wallet-group"), group, Role::Text);
    let empty = account
        .balance
        .is_some_and(|balance| balance <= Money::ZERO);
    let role = if empty { Role::Bad } else { Role::Money };
    say(say!("wallet-balance"), money(account.balance), role);
    if empty {
        let sign = theme.glyph(Sign::Warning);
        // Where the ways are not known, what stands below names none.
        let unknown = model.relay.wallet.fault().is_some() && model.relay.wallet.value().is_none();
        let text = match model.relay.profile().filter(|_| unknown) {
            Some(profile) => {
                let host = clean(profile.address.host());
                say!("wallet-empty-elsewhere", sign = sign, host = host)
            }
            None => say!("wallet-empty-warning", sign = sign),
        };
        say("", text, Role::Bad);
    }
    say(say!("wallet-used"), money(account.used), Role::Text);
    let requests = account
        .requests
        .and_then(|count| usize::try_from(count).ok());
    say(
        say!("wallet-requests"),
        requests.map_or("?".into(), words::grouped),
        Role::Text,
    );
    rows
}

/// How the wallet is filled (S-04, S-07).
fn ways(model: &Model, cells: u16) -> Vec<Line<'static>> {
    let theme = &model.settings.theme;
    let mut rows = paragraph(theme, say!("wallet-ways"), Role::Heading, 1, cells);
    let mut say = |text: &str, role| rows.extend(paragraph(theme, text, role, 3, cells));
    let Some(wallet) = model.relay.wallet.value() else {
        match model.relay.wallet.fault() {
            Some(fault) => {
                rows.extend(failed(theme, fault, 3, cells));
                let again = say!("list-try-again");
                rows.extend(paragraph(theme, again, Role::Dim, 3, cells));
            }
            None => say(
                &say!("wallet-fetching", sign = theme.glyph(Sign::Working)),
                Role::Dim,
            ),
        }
        return rows;
    };
    let ways = &wallet.ways;
    if ways.redeems {
        say(say!("wallet-way-code"), Role::Text);
    }
    if !ways.methods.is_empty() {
        let names: Vec<String> = ways
            .methods
            .iter()
            .map(|method| clean(&method.name).into_owned())
            .collect();
        say(
            &say!("wallet-way-online", methods = listed(&names)),
            Role::Text,
        );
    }
    if let Some(shop) = &ways.shop {
        say(&say!("wallet-way-shop", address = clean(shop)), Role::Text);
    }
    if !ways.redeems && ways.methods.is_empty() && ways.shop.is_none() {
        say(say!("wallet-way-none"), Role::Warn);
    }
    rows
}

fn top_ups(model: &Model, cells: u16) -> Vec<Line<'static>> {
    let theme = &model.settings.theme;
    // Why nothing is known of it is said where the ways are.
    let Some(wallet) = model.relay.wallet.value() else {
        if matches!(model.relay.wallet, Remote::Loading(_)) {
            let text = say!(
                "group-channels-fetching",
                working = theme.glyph(Sign::Working)
            );
            let mut rows = paragraph(theme, say!("wallet-came-in"), Role::Heading, 1, cells);
            rows.extend(paragraph(theme, &text, Role::Dim, 3, cells));
            return rows;
        }
        return Vec::new();
    };
    let mut rows = paragraph(theme, say!("wallet-came-in"), Role::Heading, 1, cells);
    if let Some(fault) = &wallet.fault {
        rows.extend(paragraph(
            theme,
            &clean(&fault.message),
            Role::Dim,
            3,
            cells,
        ));
    } else if wallet.top_ups.is_empty() {
        rows.extend(paragraph(
            theme,
            say!("wallet-came-in-nothing"),
            Role::Dim,
            3,
            cells,
        ));
    }
    for top_up in wallet.top_ups.iter().take(LISTED) {
        let at = words::date_time(top_up.at, &model.settings.zone);
        let amount = top_up
            .amount
            .map_or("?".into(), |amount| amount.to_string());
        let how = cut(
            theme,
            top_up.shown_how(),
            usize::from(cells).saturating_sub(44).max(8),
        );
        let role = match top_up.state {
            TopUpState::Done => Role::Text,
            TopUpState::Pending => Role::Warn,
            TopUpState::Failed | TopUpState::Expired => Role::Dim,
        };
        let state = fit(words::top_up(top_up.state), 8, Align::Left, "");
        let text = format!("{at}  {amount:>10}  {state} {how}");
        rows.push(Line::styled(format!("   {text}"), theme.style(role)));
    }
    let more = wallet.top_ups.len().saturating_sub(LISTED);
    if more > 0 {
        let text = say!("wallet-came-in-more", count = more);
        rows.extend(paragraph(theme, &text, Role::Dim, 3, cells));
    }
    rows
}
