//! Where everything stands, from the model and the size alone. `update` and `view` both ask here, so they agree.

use ratatui::layout::{Rect, Size};

use super::model::{Model, Stage};
use super::overlay::{Overlay, offer};
use super::relay::Connection;
use super::tabs::Tab;
use super::tabs::chat::banner;
use super::tabs::usage::places::places;
use super::view::hints;

/// Below this the dashboard says so in one line.
pub const SMALLEST: Size = Size {
    width: 60,
    height: 16,
};
/// From this width on the detail of a model stands beside the list.
pub const WIDE: u16 = 120;
/// The input grows to this many rows, and to a third of the body at most.
const INPUT_ROWS: u16 = 8;

/// The chat's parts, from top to bottom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChatAreas {
    /// The conversation.
    pub transcript: Rect,
    /// What stands in the way of sending.
    pub banner: Rect,
    /// The moving figures.
    pub status: Rect,
    /// The rule that names model, endpoint, key and group.
    pub rule: Rect,
    /// The input.
    pub input: Rect,
}

/// The frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// The deck.
    pub deck: Rect,
    /// The tabs.
    pub tabs: Rect,
    /// The tab.
    pub body: Rect,
    /// The hints.
    pub hints: Rect,
    /// The line above a list: filter, count, age.
    pub caption: Rect,
    /// The names of a list's columns.
    pub head: Rect,
    /// The rows of a list.
    pub rows: Rect,
    /// The detail beside the list, where there is room.
    pub detail: Option<Rect>,
    /// The chat.
    pub chat: ChatAreas,
    /// What the topmost overlay may fill, its title included.
    pub overlay: Rect,
}

/// The layout; `None` where the terminal is too small.
pub fn layout(model: &Model, size: Size) -> Option<Layout> {
    if size.width < SMALLEST.width || size.height < SMALLEST.height {
        return None;
    }
    let row = |y: u16, height: u16| Rect::new(0, y, size.width, height);
    // A message that is too long for the last row takes more of them.
    let bottom = size.height - hints::height(model, size.width);
    // Without tabs the row belongs to the body.
    let top = if model.stage == Stage::Deck { 2 } else { 1 };
    let body = row(top, bottom - top);
    let mut this = Layout {
        deck: row(0, 1),
        tabs: row(1, top - 1),
        body,
        hints: row(bottom, size.height - bottom),
        ..Layout::default()
    };
    place_list(&mut this, model);
    this.chat = chat(model, body);
    this.overlay = model.overlays.last().map_or(body, |top| overlay(top, body));
    Some(this)
}

fn place_list(this: &mut Layout, model: &Model) {
    let mut area = this.body;
    // An empty list has no detail: what is said of it takes the whole width.
    if model.tab == Tab::Market && area.width >= WIDE && model.market.list.shown() > 0 {
        let beside = area.width * 2 / 5 - 1;
        let left = area.width - beside;
        this.detail = Some(Rect::new(left, area.y, beside, area.height));
        // The bar, and a blank before it.
        area.width = left - 2;
    }
    if model.tab == Tab::Usage {
        let places = places(area, model.usage.running.len());
        (this.caption, this.head, this.rows) = (places.caption, places.head, places.rows);
        return;
    }
    this.caption = Rect { height: 1, ..area };
    this.head = Rect {
        y: area.y + 1,
        height: 1,
        ..area
    };
    this.rows = Rect {
        y: area.y + 2,
        height: area.height - 2,
        ..area
    };
}

/// The chat from the bottom up: input, rule, figures, what stands in the way; the conversation gets the rest.
fn chat(model: &Model, body: Rect) -> ChatAreas {
    let open = matches!(model.relay.connection, Connection::Open(..));
    if !open {
        return ChatAreas {
            transcript: body,
            ..ChatAreas::default()
        };
    }
    let most = (body.height / 3).clamp(1, INPUT_ROWS);
    let typed = model
        .chat
        .editor
        .height(usize::from(body.width) - 1, usize::from(most));
    let input = u16::try_from(typed).unwrap_or(most).clamp(1, most);
    let banner = u16::try_from(banner::rows(model, body.width).len()).unwrap_or(u16::MAX);
    let mut bottom = body.bottom();
    let mut take = |height: u16| {
        let height = height.min(bottom - body.y);
        bottom -= height;
        Rect::new(body.x, bottom, body.width, height)
    };
    let input = take(input);
    let rule = take(1);
    let status = take(1);
    let banner = take(banner.min(4));
    let transcript = take(u16::MAX);
    ChatAreas {
        transcript,
        banner,
        status,
        rule,
        input,
    }
}

/// What an overlay may fill, its title included. Questions and lists to choose from stand at the bottom of the body, so
/// that what they are about stays in sight; everything else takes the whole body.
pub fn overlay(overlay: &Overlay, body: Rect) -> Rect {
    let height = match overlay {
        Overlay::Confirm(question) => question.height(),
        Overlay::Offer(_) => offer::HEIGHT,
        Overlay::Picker(_) | Overlay::Command(_) => (body.height * 3 / 5).max(8),
        Overlay::Help { .. }
        | Overlay::NewKey(_)
        | Overlay::Secret(_)
        | Overlay::KeyDetail { .. }
        | Overlay::GroupDetail { .. }
        | Overlay::ModelDetail { .. }
        | Overlay::Receipt { .. }
        | Overlay::AddRelay(_)
        | Overlay::WriteEnv(_)
        | Overlay::Sessions(_)
        | Overlay::Side(_)
        | Overlay::ChatForm(_)
        | Overlay::Page(_)
        | Overlay::Wallet { .. }
        | Overlay::WalletForm(_)
        | Overlay::Link(_)
        | Overlay::Note(_) => body.height,
    };
    let height = height.min(body.height);
    Rect {
        y: body.bottom() - height,
        height,
        ..body
    }
}

impl Layout {
    /// How many rows of a list are visible.
    pub fn list_height(&self) -> usize {
        usize::from(self.rows.height)
    }

    /// How many rows of a picker are visible: below its title and its query.
    pub fn picker_height(&self) -> usize {
        usize::from(self.overlay.height.saturating_sub(2))
    }

    /// How many rows of a text in an overlay are visible: below its title.
    pub fn page_height(&self) -> usize {
        usize::from(self.overlay.height.saturating_sub(1))
    }
}
