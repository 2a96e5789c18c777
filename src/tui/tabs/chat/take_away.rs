//! What was said, taken out of the dashboard: onto the plain screen to select from, into a file, onto the screen that is
//! there when the dashboard has been left. The ways for what is too long for a clipboard.

use std::fmt::Write;

use crate::locale::{Word, say};
use crate::tui::effect::{Effect, Effects};
use crate::tui::model::{Model, Tone};
use crate::tui::tabs::groups::support;
use crate::tui::text::{Breaks, sanitize};
use crate::tui::words;

/// The answer of the turn that is chosen, else the last one that has any text.
pub fn last_answer(model: &Model) -> Option<&str> {
    let chosen = model.chat.chosen.and_then(|at| model.chat.turns.get(at));
    if let Some(turn) = chosen {
        return Some(turn.turn.reply.as_str()).filter(|reply| !reply.is_empty());
    }
    let turns = model.chat.turns.iter().rev();
    turns
        .map(|turn| turn.turn.reply.as_str())
        .find(|reply| !reply.is_empty())
}

/// Copies what the relay's support needs to find a request that failed (S-36): the one that is chosen, else the last.
pub fn contact_support(model: &mut Model, fx: &mut Effects) {
    let chosen = model.chat.chosen.and_then(|at| model.chat.turns.get(at));
    let turn = chosen.or(model.chat.turns.last());
    match turn.filter(|turn| turn.failed_there()) {
        Some(turn) => fx.copy(support::of_turn(model, turn), support::WHAT),
        None => model.say(Tone::Info, say!("chat-nothing-failed")),
    }
}

/// Shows the conversation as plain text on the terminal's first screen, where its own selecting and scrolling work.
pub fn select(model: &mut Model, fx: &mut Effects) {
    if model.chat.turns.is_empty() {
        model.say(Tone::Info, say!("chat-no-conversation"));
        return;
    }
    let mut text = String::new();
    for turn in &model.chat.turns {
        let (prompt, reply) = (&turn.turn.prompt, &turn.turn.reply);
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "> {}\n\n{}\n\n",
            prompt.replace('\n', "\n> "),
            reply.trim_end()
        );
    }
    fx.push(Effect::Select(sanitize(&text, Breaks::Text).into_owned()));
}

/// Saves the last answer in a file of the folder that the program was started in.
pub fn save(model: &mut Model, fx: &mut Effects) {
    let Some(answer) = last_answer(model) else {
        model.say(Tone::Info, say!("chat-no-answer"));
        return;
    };
    let text = answer.to_owned();
    fx.push(Effect::Save {
        name: file_name(model),
        text,
        what: Word("copied-answer"),
    });
}

/// Prints the last answer when the dashboard is left.
pub fn print_later(model: &mut Model, fx: &mut Effects) {
    let Some(answer) = last_answer(model) else {
        model.say(Tone::Info, say!("chat-no-answer"));
        return;
    };
    let text = sanitize(answer, Breaks::Text).into_owned();
    fx.push(Effect::PrintLater(text));
    model.say(Tone::Good, say!("chat-printed-later"));
}

fn file_name(model: &Model) -> String {
    let time = words::date_time(model.now.wall.seconds(), &model.settings.zone);
    let time: String = time
        .chars()
        .map(|letter| match letter {
            ' ' => '-',
            ':' => '.',
            other => other,
        })
        .collect();
    format!("relaydeck-answer-{time}.md")
}
