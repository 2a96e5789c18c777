//! Marking an answer as good or bad (S-33): the user's own word, kept for its group and model.

use crate::domain::stability::Mark;
use crate::engine::door::Command;
use crate::locale::say;
use crate::tui::effect::Effects;
use crate::tui::model::{Model, Tone};

use super::update::group;

/// Marks the chosen answer, or the last one.
pub fn mark(model: &mut Model, good: bool, fx: &mut Effects) {
    let now_in = group(model).map(str::to_owned);
    let last = model.chat.turns.len().checked_sub(1);
    let at = model.chat.chosen.or(last);
    let turn = at.and_then(|at| model.chat.turns.get_mut(at));
    let Some(turn) = turn.filter(|turn| !turn.turn.reply.is_empty()) else {
        return model.say(Tone::Info, say!("mark-nothing"));
    };
    let Some(group) = turn.group.clone().or(now_in) else {
        return model.say(Tone::Info, say!("mark-no-group"));
    };
    let mark = Mark {
        group,
        model: turn.turn.model.clone(),
        good,
        request_id: turn.request_id.clone(),
    };
    turn.good = Some(good);
    let (name, group) = (mark.model.clone(), mark.group.clone());
    let text = match good {
        true => say!("mark-good", model = name, group = group),
        false => say!("mark-bad", model = name, group = group),
    };
    model.say(Tone::Good, text);
    fx.engine(Command::Mark(mark));
}
