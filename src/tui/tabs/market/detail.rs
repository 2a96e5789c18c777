//! Everything about one model (S-42, S-43): its exact name, its price in each group and where that comes from, the full
//! URL of each way to call it, and whether it can be called right now.

use ratatui::text::{Line, Span};

use crate::domain::chat::Protocol;
use crate::domain::price::BasePrice;
use crate::domain::{Endpoint, Model as Offer, Money, Price, Ratio, price_catalogue};
use crate::locale::say;
use crate::tui::draw::{clean, cut, ratio, times};
use crate::tui::model::Model;
use crate::tui::overlay::detail::{gone, labelled, paragraph, shift};
use crate::tui::tabs::chat;
use crate::tui::text::{Align, Wrap, fit, width, wrap_text};
use crate::tui::theme::{Role, Sign};
use crate::tui::words;

use super::ranking::{Ranked, ranked, why};

/// The rows of the detail at this width.
pub fn rows(model: &Model, name: &str, cells: u16) -> Vec<Line<'static>> {
    let theme = &model.settings.theme;
    let Some(offer) = model.relay.model(name) else {
        return gone(theme, say!("model-gone"), cells);
    };
    let mut rows = Vec::new();
    // The exact name, whole, whatever the width (S-44).
    let room = usize::from(cells).saturating_sub(2).max(2);
    let named = wrap_text(
        &clean(&offer.name),
        room,
        Wrap::Anywhere,
        theme.style(Role::Title),
    );
    rows.extend(named.into_iter().map(|row| shift(row, 1)));
    let vendor = match offer.vendor.trim() {
        "" => say!("model-vendor-unknown"),
        vendor => vendor,
    };
    let dot = theme.glyph(Sign::Dot);
    let mut about = vec![clean(vendor).into_owned()];
    about.extend(
        offer
            .shown_tags()
            .into_iter()
            .map(|tag| clean(tag).into_owned()),
    );
    rows.extend(paragraph(
        theme,
        &about.join(&format!(" {dot} ")),
        Role::Dim,
        1,
        cells,
    ));
    if !offer.about().is_empty() {
        rows.push(Line::default());
        let text = clean(offer.about());
        rows.extend(paragraph(theme, &text, Role::Text, 1, cells));
    }
    rows.push(Line::default());
    rows.extend(limits(model, offer, cells));
    rows.push(Line::default());
    rows.extend(prices(model, offer, cells));
    rows.push(Line::default());
    rows.extend(endpoints(model, offer, cells));
    rows.push(Line::default());
    rows.extend(preflight(model, offer, cells));
    rows
}

fn limits(model: &Model, offer: &Offer, cells: u16) -> Vec<Line<'static>> {
    let theme = &model.settings.theme;
    let tokens = |count: Option<u64>| count.map_or("?".into(), words::short);
    let text = match (offer.context, offer.listed_context(), offer.max_output) {
        (None, None, None) => say!("model-not-told").into(),
        (None, Some(listed), None) => say!(
            "model-limits-listed",
            context = words::short(listed),
            date = price_catalogue::date()
        ),
        (context, listed, answer) => {
            let context = listed.map_or_else(|| tokens(context), words::about);
            say!("model-limits", context = context, answer = tokens(answer))
        }
    };
    let value = vec![Span::styled(text, theme.style(Role::Text))];
    labelled(theme, say!("label-limits"), value, cells)
}

fn prices(model: &Model, offer: &Offer, cells: u16) -> Vec<Line<'static>> {
    let theme = &model.settings.theme;
    let say = |text: &str, role| paragraph(theme, text, role, 1, cells);
    let groups = ranked(&model.relay, offer);
    let mut rows = match &offer.price {
        BasePrice::Ratios(_) => say(say!("model-price-tokens"), Role::Heading),
        BasePrice::PerCall { .. } => say(say!("model-price-call"), Role::Heading),
        BasePrice::Tiered { expression } => {
            let mut rows = say(say!("model-price-tiered"), Role::Heading);
            rows.extend(say(&clean(expression), Role::Code));
            rows.extend(say(say!("model-price-tiered-hint"), Role::Dim));
            return rows;
        }
        BasePrice::Unknown => {
            let mut rows = say(say!("model-price-unknown"), Role::Warn);
            rows.extend(
                estimate(offer)
                    .map(|text| say(&text, Role::Dim))
                    .unwrap_or_default(),
            );
            return rows;
        }
    };
    if groups.is_empty() {
        let why = if model.relay.group_rows().is_empty() {
            say!("model-groups-unknown")
        } else {
            say!("model-groups-none")
        };
        rows.extend(say(why, Role::Warn));
        let [input, output, cache] =
            words::price_columns(&offer.price_in(Some(Ratio::ONE), model.relay.scale()));
        let text = match output.as_str() {
            "" => input,
            _ => say!(
                "model-price-base",
                input = input,
                output = output,
                cache = cache
            ),
        };
        rows.extend(paragraph(theme, &text, Role::Text, 3, cells));
        return rows;
    }
    let figure = if cells < 60 { 6 } else { 7 };
    let name = usize::from(cells)
        .saturating_sub(10 + 4 * (figure + 1))
        .clamp(8, 16);
    let columns = |group: &str, ratio: &str, figures: &[String]| {
        let figures: String = figures
            .iter()
            .map(|text| format!(" {}", fit(text, figure, Align::Right, "")))
            .collect();
        format!(
            "   {} {}{figures}",
            fit(&cut(theme, group, name), name, Align::Left, ""),
            fit(ratio, 5, Align::Left, ""),
        )
    };
    let heads: &[&str] = match &offer.price {
        BasePrice::Ratios(_) => &[
            say!("model-column-in"),
            say!("model-column-out"),
            say!("model-column-read"),
            say!("model-column-write"),
        ],
        _ => &[say!("model-column-call")],
    };
    let heads: Vec<String> = heads.iter().map(|head| (*head).to_owned()).collect();
    rows.push(Line::styled(
        columns(
            say!("model-column-group"),
            say!("model-column-ratio"),
            &heads,
        ),
        theme.style(Role::ColumnHead),
    ));
    for (at, one) in groups.iter().enumerate() {
        let group = one.group;
        let ratio = ratio(theme, group.ratio);
        let figures: Vec<String> = match &one.price {
            Price::PerToken(prices) => [
                prices.input,
                prices.output,
                prices.cache_read,
                prices.cache_write,
            ]
            .map(words::price)
            .to_vec(),
            Price::PerCall { call } => vec![words::price(*call)],
            Price::Tiered { .. } | Price::Listed(_) | Price::Unknown => {
                vec!["?".into(); heads.len()]
            }
        };
        let role = if at == 0 { Role::Text } else { Role::Dim };
        rows.push(Line::styled(
            columns(&group.name, &ratio, &figures),
            theme.style(role),
        ));
    }
    if let Some(why) = why(&groups) {
        rows.extend(say(&why, Role::Dim));
    }
    for one in &groups {
        if let Some(measured) = one.measured {
            let name = clean(&one.group.name);
            let text = say!(
                "model-worked",
                name = name,
                success = words::success(measured)
            );
            rows.extend(say(&text, Role::Dim));
        }
    }
    rows.extend(derivation(model, offer, &groups, cells));
    if offer.groups.is_none() {
        rows.extend(say(say!("model-groups-untold"), Role::Dim));
    }
    rows
}

/// What the bundled catalogue says in place of a price that the relay does not tell.
fn estimate(offer: &Offer) -> Option<String> {
    let Price::Listed(prices) = offer.listed() else {
        return None;
    };
    Some(say!(
        "model-price-estimate",
        date = price_catalogue::date(),
        input = words::listed(prices.input),
        output = words::listed(prices.output),
        cache = words::listed(prices.cache_read)
    ))
}

/// Where the figures come from (S-41), for the group whose prices the list shows.
fn derivation(
    model: &Model,
    offer: &Offer,
    groups: &[Ranked<'_>],
    cells: u16,
) -> Vec<Line<'static>> {
    let theme = &model.settings.theme;
    let chosen = groups
        .iter()
        .find(|one| one.group.name == model.market.group)
        .or(groups.first());
    let Some(Ranked { group, price, .. }) = chosen else {
        return Vec::new();
    };
    let (Some(ratio), BasePrice::Ratios(ratios), Price::PerToken(prices)) =
        (group.ratio, &offer.price, price)
    else {
        return Vec::new();
    };
    let unit = Money::from_wide_nanos(
        1_000_000_i128 * 1_000_000_000 / i128::from(model.relay.scale().units_per_usd()),
    );
    let text = say!(
        "model-derivation",
        group = clean(&group.name),
        unit = words::price(unit),
        model = ratios.model,
        ratio = ratio,
        input = words::price(prices.input),
        completion = ratios.completion,
        output = words::price(prices.output)
    );
    paragraph(theme, &times(theme, &text), Role::Dim, 1, cells)
}

fn endpoints(model: &Model, offer: &Offer, cells: u16) -> Vec<Line<'static>> {
    let theme = &model.settings.theme;
    let mut rows = paragraph(theme, say!("model-called-on"), Role::Heading, 1, cells);
    if offer.endpoints.is_empty() {
        rows.extend(paragraph(
            theme,
            say!("model-endpoint-untold"),
            Role::Dim,
            3,
            cells,
        ));
    }
    let Some(profile) = model.relay.profile() else {
        return rows;
    };
    for endpoint in offer.endpoints.iter() {
        let word = fit(&clean(&endpoint.to_string()), 10, Align::Left, "");
        let url = match endpoint.path(&offer.name) {
            Some(path) => clean(&profile.address.join(&path)).into_owned(),
            None => say!("model-endpoint-own").into(),
        };
        if width(&url) + 15 <= usize::from(cells) {
            rows.push(Line::from(vec![
                Span::raw(format!("   {word} ")),
                Span::styled(url, theme.style(Role::LinkAddress)),
            ]));
            continue;
        }
        // A long one stands below, whole.
        rows.push(Line::raw(format!("   {}", word.trim_end())));
        let room = usize::from(cells).saturating_sub(6).max(2);
        let lines = wrap_text(&url, room, Wrap::Anywhere, theme.style(Role::LinkAddress));
        rows.extend(lines.into_iter().map(|line| shift(line, 5)));
    }
    rows
}

/// Whether it can be called right now: key, group, price, endpoint, balance (S-42).
fn preflight(model: &Model, offer: &Offer, cells: u16) -> Vec<Line<'static>> {
    let theme = &model.settings.theme;
    let relay = &model.relay;
    let mut checks: Vec<Span<'static>> = Vec::new();
    let mut say = |good: Option<bool>, text: String| {
        let (sign, role) = match good {
            Some(true) => (theme.glyph(Sign::Check), Role::Good),
            Some(false) => (theme.glyph(Sign::Cross), Role::Bad),
            None => ("?", Role::Warn),
        };
        checks.push(Span::styled(format!("{sign} {text}"), theme.style(role)));
    };
    let key = chat::update::key(model);
    let group = chat::update::group(model);
    match key {
        Some(row) => {
            let allowed = row
                .info
                .models
                .as_ref()
                .is_none_or(|models| models.contains(&offer.name));
            let name = clean(&row.info.name);
            let text = match allowed {
                true => say!("check-key", name = name),
                false => say!("check-key-not-allowed", name = name),
            };
            say(Some(allowed), text);
        }
        None if relay.manages() => say(Some(false), say!("check-no-key").into()),
        None => say(Some(true), say!("check-key-profile").into()),
    }
    match (group, &offer.groups) {
        (Some(group), Some(_)) if offer.in_group(group) => {
            say(Some(true), say!("check-in-group", group = clean(group)));
        }
        (Some(group), Some(_)) => say(
            Some(false),
            say!("check-not-in-group", group = clean(group)),
        ),
        (_, _) => say(None, say!("check-group-untold").into()),
    }
    match relay.price(offer, group.unwrap_or_default()) {
        Price::PerToken(prices) => {
            let (input, output) = (words::price(prices.input), words::price(prices.output));
            say(
                Some(true),
                say!("check-price", input = input, output = output),
            );
        }
        Price::Listed(prices) => {
            let (input, output) = (words::listed(prices.input), words::listed(prices.output));
            let date = price_catalogue::date();
            say(
                None,
                say!(
                    "check-price-listed",
                    input = input,
                    output = output,
                    date = date
                ),
            );
        }
        Price::PerCall { call } => say(Some(true), say!("check-price-call", call = call)),
        Price::Tiered { .. } | Price::Unknown => say(None, say!("check-price-unknown").into()),
    }
    // The one that the chat would call.
    let speaks = |endpoint: &Endpoint| Protocol::of(endpoint).is_some();
    let called = offer.endpoints.iter().any(speaks);
    let called = called.then(|| Protocol::Auto.endpoint(&offer.name, &offer.endpoints));
    match called.and_then(|endpoint| endpoint.path(&offer.name)) {
        Some(path) => say(Some(true), path),
        None if offer.endpoints.is_empty() => say(None, say!("check-endpoint-untold").into()),
        None => say(Some(false), say!("check-not-chat").into()),
    }
    match relay.balance() {
        Some(balance) => say(
            Some(balance > Money::ZERO),
            say!("check-wallet", balance = balance),
        ),
        None => say(None, say!("check-wallet-unknown").into()),
    }
    let mut rows = paragraph(theme, say!("model-to-chat-now"), Role::Heading, 1, cells);
    // A check is never broken in two.
    let mut line = vec![Span::raw("   ")];
    let mut used = 3;
    for check in checks {
        if used + check.width() > usize::from(cells) && used > 3 {
            rows.push(Line::from(std::mem::replace(
                &mut line,
                vec![Span::raw("   ")],
            )));
            used = 3;
        }
        used += check.width() + 2;
        line.push(check);
        line.push(Span::raw("  "));
    }
    rows.push(Line::from(line));
    rows
}
