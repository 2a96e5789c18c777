//! What the tab of tools remembers: the rows, the filter and the cursor.

use crate::domain::sample::Sample;
use crate::engine::door::AskId;
use crate::engine::tools::{APPS, App, State, ToolRow};
use crate::tui::filtered::{FilteredList, as_found};
use crate::tui::remote::Remote;
use crate::tui::tabs::Tab;

/// A row of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// A tool.
    Tool(Box<ToolRow>),
    /// A sample of code.
    Sample(Sample),
    /// An app that is set up by a link.
    Link(App),
}

impl Item {
    /// What tells it apart from the others.
    pub fn id(&self) -> String {
        match self {
            Item::Tool(row) => row.id.to_owned(),
            Item::Sample(sample) => format!("sample {}", sample.word()),
            Item::Link(app) => format!("link {}", app.id),
        }
    }

    /// What a filter looks at.
    fn text(&self) -> String {
        match self {
            Item::Tool(row) => format!("{} {} {}", row.id, row.name, row.about),
            Item::Sample(sample) => format!("sample {}", sample.word()),
            Item::Link(app) => format!("link {} {}", app.id, app.name),
        }
    }
}

/// The tab of tools.
#[derive(Clone, Debug, Default)]
pub struct ToolsTab {
    /// The rows: tools of this machine, the others, samples, links.
    pub items: Remote<Vec<Item>>,
    /// The list.
    pub list: FilteredList<String>,
    /// What asked for the rows last.
    pub(super) listing: Option<AskId>,
    /// What asked for a page last: an answer to anything before it is not awaited any more.
    pub(super) paging: Option<AskId>,
    /// The tab in which that was asked: in another one its answer is not shown.
    pub(super) paging_in: Option<Tab>,
}

impl ToolsTab {
    /// The tools as the engine tells them, with samples and links below.
    pub fn items_of(rows: Vec<ToolRow>) -> Vec<Item> {
        let tools = rows.into_iter().map(|row| Item::Tool(Box::new(row)));
        let samples = Sample::ALL.into_iter().map(Item::Sample);
        tools
            .chain(samples)
            .chain(APPS.into_iter().map(Item::Link))
            .collect()
    }

    /// The rows changed.
    pub fn load(&mut self, height: usize) {
        let items = self.items.value().map(Vec::as_slice).unwrap_or_default();
        let texts = items.iter().map(|item| (item.id(), item.text()));
        self.list.load(texts, height, &as_found);
    }

    /// A tool by its id.
    pub fn tool(&self, id: &str) -> Option<&ToolRow> {
        let mut items = self.items.value()?.iter();
        items.find_map(|item| match item {
            Item::Tool(row) if row.id == id => Some(row.as_ref()),
            _ => None,
        })
    }

    /// The row under the cursor.
    pub fn current(&self) -> Option<&Item> {
        let id = self.list.current_key()?;
        self.items.value()?.iter().find(|item| item.id() == *id)
    }

    /// How many tools of this machine can work as they are set up, of how many that are set up at all.
    pub fn working(&self) -> (usize, usize) {
        let states = self
            .items
            .value()
            .into_iter()
            .flatten()
            .filter_map(|item| match item {
                Item::Tool(row) => Some(row.state),
                Item::Sample(_) | Item::Link(_) => None,
            });
        let set_up: Vec<State> = states
            .filter(|state| matches!(state, State::Ready | State::Wrong))
            .collect();
        (
            set_up
                .iter()
                .filter(|state| **state == State::Ready)
                .count(),
            set_up.len(),
        )
    }
}
