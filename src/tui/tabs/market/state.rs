//! What the marketplace remembers: the filter, the group whose prices are shown, the order, the cursor.

use crate::domain::{Model, Money, Price};
use crate::tui::filtered::FilteredList;
use crate::tui::relay::Relay;

/// In which order the models stand, when no query puts the best match first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// By name.
    #[default]
    Name,
    /// The cheapest input first.
    Input,
    /// The cheapest output first.
    Output,
}

impl Order {
    /// The next one, going round.
    #[must_use]
    pub const fn next(self) -> Order {
        match self {
            Order::Name => Order::Input,
            Order::Input => Order::Output,
            Order::Output => Order::Name,
        }
    }

    /// The word people see.
    pub const fn word(self) -> &'static str {
        match self {
            Order::Name => "name",
            Order::Input => "input price",
            Order::Output => "output price",
        }
    }
}

/// The marketplace.
#[derive(Clone, Debug, Default)]
pub struct MarketTab {
    /// The models, by exact name.
    pub list: FilteredList<String>,
    /// The group whose prices are shown; empty until groups are known.
    pub group: String,
    /// Whether only the models of that group are shown.
    pub only_group: bool,
    /// The order.
    pub order: Order,
}

impl MarketTab {
    /// Models, groups or the account changed.
    pub fn load(&mut self, relay: &Relay, height: usize) {
        self.choose_group(relay);
        let rows = relay.model_rows();
        let texts = rows.iter().map(|model| {
            let text = format!("{} {} {}", model.name, model.vendor, model.tags.join(" "));
            (model.name.clone(), text)
        });
        let arrange = arrangement(relay, &self.group, self.only_group, self.order);
        self.list.load(texts, height, &arrange);
    }

    /// The query changed.
    pub fn search(&mut self, relay: &Relay, height: usize) {
        let arrange = arrangement(relay, &self.group, self.only_group, self.order);
        self.list.search(height, &arrange);
    }

    /// The group or the order changed.
    pub fn sift(&mut self, relay: &Relay, height: usize) {
        let arrange = arrangement(relay, &self.group, self.only_group, self.order);
        self.list.sift(height, &arrange);
    }

    /// Keeps the group if the relay has it; else takes the account's own, else the first.
    fn choose_group(&mut self, relay: &Relay) {
        let groups = relay.group_rows();
        if groups.iter().any(|group| group.name == self.group) {
            return;
        }
        let own = relay
            .own_group()
            .filter(|own| groups.is_empty() || groups.iter().any(|group| group.name == *own));
        self.group = own
            .or(groups.first().map(|group| group.name.as_str()))
            .unwrap_or_default()
            .to_owned();
    }

    /// Shows the prices of the next group.
    pub fn cycle_group(&mut self, relay: &Relay) {
        let groups = relay.group_rows();
        let at = groups.iter().position(|group| group.name == self.group);
        let next = at.map_or(0, |at| (at + 1) % groups.len().max(1));
        if let Some(group) = groups.get(next) {
            self.group = group.name.clone();
        }
    }
}

/// Leaves out and sorts the models that a query found.
fn arrangement<'a>(
    relay: &'a Relay,
    group: &'a str,
    only_group: bool,
    order: Order,
) -> impl Fn(&mut Vec<usize>, bool) + 'a {
    move |shown, searching| {
        let models = relay.model_rows();
        if only_group {
            shown.retain(|at| models.get(*at).is_some_and(|model| model.in_group(group)));
        }
        let by_price = |output: bool| {
            move |at: &usize| {
                models
                    .get(*at)
                    .map(|model| rank(model, relay, group, output))
            }
        };
        match order {
            Order::Name => {}
            // With a query the best match stays first; the order is for browsing.
            _ if searching => {}
            Order::Input => shown.sort_by_cached_key(by_price(false)),
            Order::Output => shown.sort_by_cached_key(by_price(true)),
        }
    }
}

/// By the token before by the call before unknown; models that the group does not have stand last.
fn rank(model: &Model, relay: &Relay, group: &str, output: bool) -> (u8, Money) {
    if !model.in_group(group) {
        return (4, Money::ZERO);
    }
    match relay.price(model, group) {
        Price::PerToken(prices) if output => (0, prices.output),
        Price::PerToken(prices) => (0, prices.input),
        Price::PerCall { call } => (1, call),
        Price::Tiered { .. } => (2, Money::ZERO),
        Price::Unknown => (3, Money::ZERO),
    }
}
