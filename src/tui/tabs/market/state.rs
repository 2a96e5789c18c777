//! What the marketplace remembers: the query, the facets, the group whose prices are shown, the order, the cursor.

use std::cmp::Ordering;

use super::facet::{self, Facet};
use crate::domain::model_name::suggest;
use crate::domain::{Model, Money, Price, TokenPrices};
use crate::tui::filtered::FilteredList;
use crate::tui::keymap::Action;
use crate::tui::order::Order;
use crate::tui::relay::Relay;

/// Names that are offered where nothing matches.
const SUGGESTIONS: usize = 3;

/// A column that the list can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarketColumn {
    /// From A to Z.
    Name,
    /// From A to Z.
    Vendor,
    /// The cheapest first, the unknown last.
    Input,
    /// The cheapest first, the unknown last.
    Output,
    /// The longest first, the unknown last.
    Context,
    /// Those first whose answers were liked best, the unmarked last (S-33).
    Marks,
}

/// The position of the column of marks, which is the last one.
pub const MARKS: usize = 7;

impl MarketColumn {
    /// The column that an action sorts by.
    pub const fn of(action: Action) -> Option<Self> {
        Some(match action {
            Action::SortName => MarketColumn::Name,
            Action::SortVendor => MarketColumn::Vendor,
            Action::SortInput => MarketColumn::Input,
            Action::SortOutput => MarketColumn::Output,
            Action::SortContext => MarketColumn::Context,
            Action::SortMarks => MarketColumn::Marks,
            _ => return None,
        })
    }

    /// Whether it shows less from row to row when it is sorted by as it comes.
    pub const fn falls(self) -> bool {
        matches!(self, MarketColumn::Context | MarketColumn::Marks)
    }

    /// Its position on the screen.
    pub const fn position(self) -> usize {
        match self {
            MarketColumn::Name => 0,
            MarketColumn::Vendor => 1,
            MarketColumn::Input => 2,
            MarketColumn::Output => 3,
            MarketColumn::Context => 5,
            MarketColumn::Marks => MARKS,
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
    /// What the models must have.
    pub facets: Vec<Facet>,
    /// The order.
    pub order: Order<MarketColumn>,
    /// Names that are near to a query that nothing matches (S-45).
    pub suggestions: Vec<String>,
}

impl MarketTab {
    /// Models, groups or the account changed.
    pub fn load(&mut self, relay: &Relay, height: usize) {
        self.choose_group(relay);
        let rows = relay.model_rows();
        let texts = rows.iter().map(|model| {
            let mut words = vec![&*model.name, &*model.vendor];
            words.extend(model.tags.iter().map(String::as_str));
            words.extend(model.shown_tags());
            words.dedup();
            let text = words.join(" ");
            (model.name.clone(), text)
        });
        {
            let arrange = arrangement(
                relay,
                &self.group,
                self.only_group,
                &self.facets,
                self.order,
            );
            self.list.load(texts, height, &arrange);
        }
        self.suggest(relay);
    }

    /// The query changed.
    pub fn search(&mut self, relay: &Relay, height: usize) {
        {
            let arrange = arrangement(
                relay,
                &self.group,
                self.only_group,
                &self.facets,
                self.order,
            );
            self.list.search(height, &arrange);
        }
        self.suggest(relay);
    }

    /// The group, the facets or the order changed.
    pub fn sift(&mut self, relay: &Relay, height: usize) {
        let arrange = arrangement(
            relay,
            &self.group,
            self.only_group,
            &self.facets,
            self.order,
        );
        self.list.sift(height, &arrange);
    }

    /// Whether something other than the query leaves models out.
    pub fn is_narrowed(&self) -> bool {
        self.only_group || !self.facets.is_empty()
    }

    /// Shows all models again that the query finds.
    pub fn widen(&mut self) {
        self.only_group = false;
        self.facets.clear();
    }

    /// Looks for names that are near, where a query finds nothing at all. Never rewrites the query (S-45).
    fn suggest(&mut self, relay: &Relay) {
        self.suggestions.clear();
        let query = self.list.query.text();
        if self.list.found() == 0 && !query.trim().is_empty() {
            let names = relay.model_rows().iter().map(|model| model.name.as_str());
            self.suggestions = suggest(query.trim(), names, SUGGESTIONS);
        }
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

/// Leaves out and sorts the models that a query found. With a query the best match stays first; the order is for browsing.
fn arrangement<'a>(
    relay: &'a Relay,
    group: &'a str,
    only_group: bool,
    facets: &'a [Facet],
    order: Order<MarketColumn>,
) -> impl Fn(&mut Vec<usize>, bool) + 'a {
    move |shown, searching| {
        let models = relay.model_rows();
        if only_group || !facets.is_empty() {
            let wanted = |model: &Model| {
                (!only_group || model.in_group(group)) && facet::fits(facets, model)
            };
            shown.retain(|at| models.get(*at).is_some_and(wanted));
        }
        let Some((column, reversed)) = order.by().filter(|_| !searching) else {
            return;
        };
        let mut keyed: Vec<(Rank<'_>, usize)> = shown
            .iter()
            .filter_map(|at| Some((rank(models.get(*at)?, relay, group, column), *at)))
            .collect();
        keyed.sort_by(|(one, _), (other, _)| compare(one, other, reversed));
        shown.clear();
        shown.extend(keyed.into_iter().map(|(_, at)| at));
    }
}

/// What a row is sorted by: what cannot be compared stands last, whichever way round.
struct Rank<'a> {
    class: u8,
    figure: i64,
    word: &'a str,
}

fn compare(one: &Rank<'_>, other: &Rank<'_>, reversed: bool) -> Ordering {
    let within = (one.figure, one.word).cmp(&(other.figure, other.word));
    let within = if reversed { within.reverse() } else { within };
    one.class.cmp(&other.class).then(within)
}

fn rank<'a>(model: &'a Model, relay: &Relay, group: &str, column: MarketColumn) -> Rank<'a> {
    let by = |class, figure, word| Rank {
        class,
        figure,
        word,
    };
    match column {
        MarketColumn::Name => by(0, 0, &model.name),
        MarketColumn::Vendor => by(u8::from(model.vendor.is_empty()), 0, &model.vendor),
        MarketColumn::Context => match model.context {
            Some(tokens) => by(
                0,
                i64::try_from(tokens).unwrap_or(i64::MAX).saturating_neg(),
                "",
            ),
            None => by(1, 0, ""),
        },
        MarketColumn::Marks => {
            let marks = relay.measured.marks_of_model(&model.name);
            let small = |count: u64| i64::try_from(count).unwrap_or(i64::MAX).min(999_999);
            match marks.liking() {
                Some((share, count)) => by(0, -(small(share) * 1_000_000 + small(count)), ""),
                None => by(1, 0, ""),
            }
        }
        MarketColumn::Input | MarketColumn::Output => {
            let (class, money) = price_rank(model, relay, group, column == MarketColumn::Output);
            by(class, money.nanos(), "")
        }
    }
}

/// By the token before by the call before what only the catalogue prices before unknown; models that the group does not
/// have stand last.
fn price_rank(model: &Model, relay: &Relay, group: &str, output: bool) -> (u8, Money) {
    if !model.in_group(group) {
        return (5, Money::ZERO);
    }
    let part = |prices: TokenPrices| if output { prices.output } else { prices.input };
    match relay.price(model, group) {
        Price::PerToken(prices) => (0, part(prices)),
        Price::PerCall { call } => (1, call),
        Price::Tiered { .. } => (2, Money::ZERO),
        Price::Listed(prices) => (3, part(prices)),
        Price::Unknown => (4, Money::ZERO),
    }
}
