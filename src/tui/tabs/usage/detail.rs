//! Everything about one receipt: our count, the relay's, the price, what was expected and what was charged.

use ratatui::text::{Line, Span};

use crate::domain::{
    Cost, Dispute, Money, Price, Receipt, ReceiptState, Usage, price_catalogue, program,
};
use crate::locale::say;
use crate::tui::draw::{self, clean};
use crate::tui::model::Model;
use crate::tui::overlay::detail::{gone, labelled, paragraph};
use crate::tui::theme::{Role, Sign};
use crate::tui::words;

/// The rows of a receipt's detail.
pub fn rows(model: &Model, id: i64, cells: u16) -> Vec<Line<'static>> {
    let theme = &model.settings.theme;
    let Some(receipt) = model.usage.receipt(id) else {
        return gone(theme, say!("receipt-gone"), cells);
    };
    let plain = |text: String| vec![Span::styled(text, theme.style(Role::Text))];
    let absent = || {
        vec![Span::styled(
            say!("receipt-not-known"),
            theme.style(Role::Dim),
        )]
    };
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
    say(
        say!("label-sent"),
        plain(say!("receipt-sent", sent = sent, age = age)),
    );
    say(say!("label-state"), plain(state(receipt).into()));
    say(
        say!("label-model"),
        plain(clean(&receipt.model).into_owned()),
    );
    if receipt
        .model_echoed
        .as_ref()
        .is_some_and(|echoed| *echoed != receipt.model)
    {
        say(say!("label-echoed"), or_absent(own(&receipt.model_echoed)));
    }
    let name = own(&receipt.key_name).map_or(String::new(), |name| format!("{name}  "));
    say(
        say!("label-key-used"),
        plain(format!("{name}{}", clean(&receipt.key_masked))),
    );
    say(say!("label-group"), or_absent(own(&receipt.group)));
    say(
        say!("label-tool"),
        plain(clean(program::shown(&receipt.tool)).into_owned()),
    );
    // What another program was answered we did not see.
    let ours = (!receipt.counted.is_empty()).then(|| tokens(&receipt.counted));
    say(say!("label-we-counted"), or_absent(ours));
    say(
        say!("label-it-counted"),
        or_absent(receipt.reported.map(|usage| tokens(&usage))),
    );
    say(say!("label-price"), plain(price(&receipt.price)));
    let money = |money: Option<Money>| money.map(|money| format!("${}", money.decimal(6)));
    let figure = |amount: Option<Money>, basis| {
        amount.map_or_else(absent, |_| vec![draw::cost(theme, &Cost { amount, basis })])
    };
    say(
        say!("label-expected"),
        figure(receipt.expected, receipt.expected_basis),
    );
    say(say!("label-charged"), or_absent(money(receipt.charged)));
    let cost = receipt.cost();
    say(say!("label-cost"), figure(cost.amount, cost.basis));
    let finish = receipt
        .finish
        .as_ref()
        .map(|finish| clean(words::finish(finish)).into_owned());
    say(say!("label-finish"), or_absent(finish));
    if let Some(fault) = receipt.fault {
        let status = receipt
            .status
            .map(|status| say!("fault-status", status = status));
        let text = format!("{}{}", words::fault(fault), status.unwrap_or_default());
        say(
            say!("label-trouble"),
            vec![Span::styled(text, theme.style(Role::Bad))],
        );
    }
    say(
        say!("label-first-token"),
        or_absent(receipt.first_ms.map(words::seconds)),
    );
    say(
        say!("label-whole-time"),
        or_absent(receipt.total_ms.map(words::seconds)),
    );
    say(
        say!("label-request-id"),
        or_absent(own(&receipt.request_id)),
    );
    say(
        say!("label-relay"),
        plain(clean(&receipt.relay).into_owned()),
    );
    say(say!("label-receipt"), plain(receipt.id.to_string()));
    rows
}

fn state(receipt: &Receipt) -> &'static str {
    match receipt.state {
        ReceiptState::Sent => say!("receipt-running"),
        ReceiptState::Ended => say!("receipt-ended"),
        ReceiptState::Failed => say!("receipt-failed"),
        ReceiptState::Interrupted => say!("receipt-interrupted"),
    }
}

fn tokens(usage: &Usage) -> String {
    let mut text = say!("receipt-in", count = usage.input);
    if usage.cache_read > 0 {
        text += &say!("receipt-from-cache", count = usage.cache_read);
    }
    if usage.cache_write > 0 {
        text += &say!("receipt-into-cache", count = usage.cache_write);
    }
    say!("receipt-out", text = text, count = usage.output)
}

fn price(price: &Price) -> String {
    match price {
        Price::PerToken(prices) => say!(
            "receipt-price",
            input = words::price(prices.input),
            output = words::price(prices.output),
            read = words::price(prices.cache_read),
            write = words::price(prices.cache_write)
        ),
        Price::Listed(prices) => say!(
            "receipt-price-listed",
            input = words::listed(prices.input),
            output = words::listed(prices.output),
            read = words::listed(prices.cache_read),
            write = words::listed(prices.cache_write),
            date = price_catalogue::date()
        ),
        Price::PerCall { call } => say!("price-a-call", price = words::price(*call)),
        Price::Tiered { expression } => say!("receipt-tiered", expression = clean(expression)),
        Price::Unknown => say!("receipt-price-unknown").into(),
    }
}
