//! The mouse, for those who have switched it on: the wheel moves what has the focus, a press chooses a tab or a row, or goes
//! to the chat's input. Everything it does, a key does too.

use crossterm::event::{KeyCode, KeyEvent};

use super::{areas, input};
use crate::tui::effect::Effects;
use crate::tui::filtered::FilteredList;
use crate::tui::keymap::Action;
use crate::tui::model::{Model, Stage};
use crate::tui::tabs::chat::state::ChatFocus;
use crate::tui::tabs::{Tab, usage, verify};
use crate::tui::term::{Deed, Pointer};
use crate::tui::text::width;
use crate::tui::view::deck::tab_labels;

/// Rows that a notch of the wheel moves.
const NOTCH: usize = 3;

/// The mouse did something.
pub fn pointer(model: &mut Model, pointer: Pointer, fx: &mut Effects) {
    match pointer.deed {
        Deed::WheelUp => turn(model, Action::Up, fx),
        Deed::WheelDown => turn(model, Action::Down, fx),
        Deed::Press if model.overlays.is_empty() && model.stage == Stage::Deck => {
            press(model, pointer, fx);
        }
        Deed::Press => {}
    }
}

fn turn(model: &mut Model, action: Action, fx: &mut Effects) {
    let code = if action == Action::Up {
        KeyCode::Up
    } else {
        KeyCode::Down
    };
    for _ in 0..NOTCH {
        input::act(model, KeyEvent::from(code), Some(action), fx);
    }
}

fn press(model: &mut Model, pointer: Pointer, fx: &mut Effects) {
    let areas = areas(model);
    if areas.tabs.height > 0 && pointer.row == areas.tabs.y {
        if let Some(tab) = tab_at(model, areas.tabs.width, usize::from(pointer.column)) {
            input::show_tab(model, tab, fx);
        }
        return;
    }
    let height = areas.list_height();
    let inside = areas.rows.contains((pointer.column, pointer.row).into());
    let row = usize::from(pointer.row.saturating_sub(areas.rows.y));
    match model.tab {
        Tab::Keys if inside => choose(&mut model.keys.list, row, height),
        Tab::Groups if inside => choose(&mut model.groups.list, row, height),
        Tab::Market if inside => choose(&mut model.market.list, row, height),
        Tab::Tools if inside => choose(&mut model.tools.list, row, height),
        Tab::Chat if pointer.row >= areas.chat.input.y => model.chat.focus = ChatFocus::Input,
        Tab::Chat => model.chat.focus = ChatFocus::Reading,
        Tab::Usage => usage::update::point(model, pointer.row),
        Tab::Verify => verify::update::point(model, areas.body, pointer.row),
        _ => {}
    }
}

/// The tab whose name stands in this column.
fn tab_at(model: &Model, cells: u16, column: usize) -> Option<Tab> {
    let mut left = 1;
    tab_labels(model, cells)
        .into_iter()
        .find_map(|(tab, label)| {
            let right = left + width(&label);
            let found = (left..right).contains(&column).then_some(tab);
            left = right + 2;
            found
        })
}

/// Puts the cursor on a row of those that are visible.
fn choose<K: Clone + PartialEq>(list: &mut FilteredList<K>, row: usize, height: usize) {
    let (rows, cursor) = list.window(height);
    if row >= rows.len() {
        return;
    }
    let by = isize::try_from(row).unwrap_or(0) - isize::try_from(cursor).unwrap_or(0);
    list.step(by, height);
}
