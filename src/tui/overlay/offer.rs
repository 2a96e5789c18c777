//! An upstream that was found on this machine, offered to the relay inside. It is used only after a yes that is chosen and
//! confirmed: no letter that is typed at the wrong moment is one.

use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::Overlay;
use super::detail::paragraph;
use super::view::head;
use crate::domain::{Profile, price_catalogue};
use crate::engine::door::{Command, Offered};
use crate::locale::{Word, listed, say};
use crate::tui::draw::{bar, below, clean, put_all, row};
use crate::tui::effect::Effects;
use crate::tui::keymap::Action;
use crate::tui::model::{Model, Tone};
use crate::tui::theme::{Role, Sign};

/// The answers; the first one is chosen unless another is.
const ANSWERS: [Word; 3] = [
    Word("offer-not-now"),
    Word("offer-use"),
    Word("offer-never"),
];
const USE: usize = 1;
const NEVER: usize = 2;

/// Rows of the page, its title included.
pub const HEIGHT: u16 = 10;

/// An offer, and which answer is chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// What is offered.
    pub what: Offered,
    /// The chosen answer, by position.
    pub at: usize,
}

/// Shows the next offer, where nothing is open and nothing was begun: nobody is interrupted. Called after every message.
pub fn show_next(model: &mut Model) {
    let here = model.relay.profile().is_some_and(Profile::is_local);
    let begun = !model.overlays.is_empty() || !model.chat.editor.text().is_empty();
    if !here || begun || model.read_only || model.offers.is_empty() {
        return;
    }
    let what = model.offers.remove(0);
    model
        .overlays
        .push(Overlay::Offer(Box::new(Offer { what, at: 0 })));
}

/// A key on the page.
pub fn key(model: &mut Model, _: KeyEvent, action: Option<Action>, fx: &mut Effects) {
    let Some(Overlay::Offer(offer)) = model.overlays.last_mut() else {
        return;
    };
    let last = ANSWERS.len() - 1;
    match action {
        Some(Action::Up) => offer.at = offer.at.saturating_sub(1),
        Some(Action::Down) => offer.at = (offer.at + 1).min(last),
        Some(Action::Accept) => {
            let (what, at) = (offer.what.clone(), offer.at);
            model.overlays.pop();
            answer(model, what, at, fx);
        }
        Some(Action::Back) => {
            model.overlays.pop();
            model.say(Tone::Info, say!("offer-later"));
        }
        _ => {}
    }
}

fn answer(model: &mut Model, what: Offered, at: usize, fx: &mut Effects) {
    let name = what.name.clone();
    match at {
        USE | NEVER => {
            let ask = model.ask_id();
            let yes = at == USE;
            fx.engine(Command::AnswerOffer { ask, what, yes });
            if yes {
                model.say(Tone::Info, say!("offer-asking", name = name));
            } else {
                model.say(Tone::Info, say!("offer-declined", name = name));
            }
        }
        _ => model.say(Tone::Info, say!("offer-later")),
    }
}

/// An offer became a channel.
pub fn taken(model: &mut Model, name: &str, models: &[String]) {
    let first: Vec<&str> = models.iter().take(3).map(String::as_str).collect();
    let text = say!(
        "offer-taken",
        name = name,
        count = #models.len(),
        models = listed(&first)
    );
    let unknown = models
        .iter()
        .filter(|model| price_catalogue::find(model).is_none());
    let price = match unknown.count() {
        0 => say!("offer-priced", date = price_catalogue::date()),
        1 if models.len() == 1 => say!("offer-unpriced-one").into(),
        unknown => say!("offer-unpriced", unknown = #unknown),
    };
    model.say(Tone::Good, say!("told-both", what = text, more = price));
}

/// Draws the page.
pub fn draw(model: &Model, offer: &Offer, area: Rect, frame: &mut Frame<'_>) {
    let theme = &model.settings.theme;
    let what = &offer.what;
    let title = say!("offer-title", name = clean(&what.name));
    head(model, &title, area, frame);
    let mut rows = Vec::new();
    let credential = match &what.masked {
        Some(masked) => masked.clone(),
        None => say!("offer-no-key").to_owned(),
    };
    for text in [
        say!("offer-found", found = clean(&what.found)),
        say!(
            "offer-where",
            address = clean(&what.address),
            kind = what.kind,
            credential = credential
        ),
    ] {
        rows.extend(paragraph(theme, &text, Role::Strong, 1, area.width));
    }
    rows.extend(paragraph(
        theme,
        say!("offer-consequence"),
        Role::Text,
        1,
        area.width,
    ));
    rows.push(Line::default());
    let chosen = rows.len() + offer.at;
    for word in ANSWERS {
        let cursor = match rows.len() == chosen {
            true => theme.glyph(Sign::Cursor),
            false => " ",
        };
        rows.push(Line::raw(format!(" {cursor} {word}")));
    }
    let page = below(area, 1);
    put_all(frame.buffer_mut(), page, &rows);
    bar(frame.buffer_mut(), row(page, chosen), theme);
}
