//! Everything about one receipt: our count, the relay's, the price, what was expected and what was charged.

use ratatui::text::{Line, Span};

use crate::domain::{Dispute, Money, Price, Receipt, ReceiptState, Usage, price_catalogue};
use crate::tui::draw::{self, clean};
use crate::tui::model::Model;
use crate::tui::overlay::detail::{labelled, paragraph};
use crate::tui::theme::{Role, Sign};
use crate::tui::words;

/// The rows of a receipt's detail.
pub fn rows(model: &Model, id: i64, cells: u16) -> Vec<Line<'static>> {
    let theme = &model.settings.theme;
    let Some(receipt) = model.usage.receipt(id) else {
        let gone = "This receipt is no longer among those that are shown.";
        return paragraph(theme, gone, Role::Dim, 1, cells);
    };
    let plain = |text: String| vec![Span::styled(text, theme.style(Role::Text))];
    let absent = || vec![Span::styled("not known", theme.style(Role::Dim))];
    let or_absent = |text: Option<String>| text.map_or_else(absent, plain);
    let own = |text: &Option<String>| text.as_ref().map(|text| clean(text).into_owned());
    let mut rows = vec![Line::default()];
    if let Some(dispute) = Dispute::of(receipt) {
        let text = format!("{} {}", theme.glyph(Sign::Warning), dispute.words());
        rows.extend(paragraph(theme, &text, Role::Warn, 1, cells));
        rows.push(Line::default());
    }
    let mut say = |label: &str, value: Vec<Span<'static>>| {
        rows.extend(labelled(theme, label, value, cells));
    };
    let sent = words::date_time(receipt.sent.seconds(), &model.settings.zone);
    let age = words::age(receipt.sent.seconds(), model.now.wall);
    say("Sent", plain(format!("{sent}, {age} ago")));
    say("State", plain(state(receipt).into()));
    say("Model", plain(clean(&receipt.model).into_owned()));
    if receipt
        .model_echoed
        .as_ref()
        .is_some_and(|echoed| *echoed != receipt.model)
    {
        say("Echoed as", or_absent(own(&receipt.model_echoed)));
    }
    let name = own(&receipt.key_name).map_or(String::new(), |name| format!("{name}  "));
    say(
        "Key",
        plain(format!("{name}{}", clean(&receipt.key_masked))),
    );
    say("Group", or_absent(own(&receipt.group)));
    say("Tool", plain(clean(&receipt.tool).into_owned()));
    // What another program was answered we did not see.
    let ours = (!receipt.counted.is_empty()).then(|| tokens(&receipt.counted));
    say("We counted", or_absent(ours));
    say(
        "It counted",
        or_absent(receipt.reported.map(|usage| tokens(&usage))),
    );
    say("Price", plain(price(&receipt.price)));
    let money = |money: Option<Money>| money.map(|money| format!("${}", money.decimal(6)));
    let expected = money(receipt.expected)
        .map(|expected| format!("{expected} {}", receipt.expected_basis.word()));
    say("Expected", or_absent(expected));
    say("Charged", or_absent(money(receipt.charged)));
    say("Cost", vec![draw::cost(theme, &receipt.cost())]);
    let finish = receipt
        .finish
        .as_ref()
        .map(|finish| clean(finish.word()).into_owned());
    say("Finish", or_absent(finish));
    if let Some(fault) = receipt.fault {
        let status = receipt.status.map(|status| format!(" (HTTP {status})"));
        let word = serde_json::to_value(fault).unwrap_or_default();
        let word = word.as_str().unwrap_or("failed").replace('_', " ");
        let text = format!("{word}{}", status.unwrap_or_default());
        say("Trouble", vec![Span::styled(text, theme.style(Role::Bad))]);
    }
    say(
        "First token",
        or_absent(receipt.first_ms.map(words::seconds)),
    );
    say(
        "Whole time",
        or_absent(receipt.total_ms.map(words::seconds)),
    );
    say("Request id", or_absent(own(&receipt.request_id)));
    say("Relay", plain(clean(&receipt.relay).into_owned()));
    say("Receipt", plain(receipt.id.to_string()));
    rows
}

const fn state(receipt: &Receipt) -> &'static str {
    match receipt.state {
        ReceiptState::Sent => "running",
        ReceiptState::Ended => "ended",
        ReceiptState::Failed => "failed before anything was generated",
        ReceiptState::Interrupted => "interrupted: the program ended while it ran",
    }
}

fn tokens(usage: &Usage) -> String {
    let mut text = format!("{} in", usage.input);
    if usage.cache_read > 0 {
        text += &format!(" + {} from cache", usage.cache_read);
    }
    if usage.cache_write > 0 {
        text += &format!(" + {} into cache", usage.cache_write);
    }
    format!("{text}, {} out", usage.output)
}

fn price(price: &Price) -> String {
    match price {
        Price::PerToken(prices) => format!(
            "${} in, ${} out, ${} cache read, ${} cache write per million tokens",
            words::price(prices.input),
            words::price(prices.output),
            words::price(prices.cache_read),
            words::price(prices.cache_write)
        ),
        Price::Listed(prices) => format!(
            "${} in, ${} out, ${} cache read, ${} cache write per million tokens (the vendor's list price of {}, an estimate: the relay told none)",
            words::listed(prices.input),
            words::listed(prices.output),
            words::listed(prices.cache_read),
            words::listed(prices.cache_write),
            price_catalogue::date()
        ),
        Price::PerCall { call } => format!("${} a call", words::price(*call)),
        Price::Tiered { expression } => format!("tiered: {}", clean(expression)),
        Price::Unknown => "? (not known when it was sent)".into(),
    }
}
