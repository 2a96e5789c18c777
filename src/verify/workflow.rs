//! The safest workflow as a guided path: from an account to a tool that works, one step after the other (S-99).

use serde::Serialize;

use super::checklist::{Item, Line, State};

use crate::locale::Word;

/// A step of the path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What is done in it.
    pub title: &'static str,
    /// How it stands: failed as soon as one of its lines is, done when all are.
    pub state: State,
    /// Whether it is the one to do now: the first that is not done.
    pub is_next: bool,
    /// How it is done.
    pub how: &'static str,
}

/// The steps in their order, with the lines of the checklist that each rests on.
const STEPS: [(Word, &[Item], Word); 10] = [
    (
        Word("step-register"),
        &[Item::Account],
        Word("step-register-how"),
    ),
    (
        Word("step-top-up"),
        &[Item::Balance],
        Word("step-top-up-how"),
    ),
    (
        Word("step-make-key"),
        &[Item::KeyMade],
        Word("step-make-key-how"),
    ),
    (
        Word("step-save"),
        &[Item::KeyStored, Item::KeyUsable],
        Word("step-save-how"),
    ),
    (
        Word("step-choose"),
        &[Item::Group, Item::ModelInGroup],
        Word("step-choose-how"),
    ),
    (
        Word("step-check"),
        &[Item::ExactName, Item::Endpoint],
        Word("step-check-how"),
    ),
    (
        Word("step-base-url"),
        &[Item::UrlForm, Item::Node],
        Word("step-base-url-how"),
    ),
    (Word("step-small"), &[Item::Connect], Word("step-small-how")),
    (
        Word("step-long"),
        &[Item::Long, Item::Concurrency],
        Word("step-long-how"),
    ),
    (
        Word("step-tools"),
        &[Item::ToolVersion, Item::NoKeyInRepository],
        Word("step-tools-how"),
    ),
];

/// The path as it stands by the checklist.
pub fn steps(lines: &[Line]) -> Vec<Step> {
    let mut open = false;
    STEPS
        .into_iter()
        .map(|(title, items, how)| {
            let states: Vec<State> = lines
                .iter()
                .filter(|line| items.contains(&line.item))
                .map(|line| line.state)
                .collect();
            let state = if states.contains(&State::Failed) {
                State::Failed
            } else if states.is_empty() || states.contains(&State::Unknown) {
                State::Unknown
            } else {
                State::Done
            };
            let is_next = state != State::Done && !open;
            open |= state != State::Done;
            Step {
                title: title.say(),
                state,
                is_next,
                how: how.say(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::checklist::{Facts, lines};

    #[test]
    fn s_99_the_first_step_that_is_not_done_is_the_next() {
        let fresh = steps(&lines(&Facts::default()));
        assert_eq!(fresh.len(), 10);
        assert!(fresh[0].is_next && fresh.iter().filter(|step| step.is_next).count() == 1);
        let with_account = Facts {
            account: Some(Ok(("lin".into(), Some(crate::domain::Money::from_usd(1))))),
            keys: Some(0),
            ..Facts::default()
        };
        let path = steps(&lines(&with_account));
        let next = path.iter().position(|step| step.is_next);
        assert_eq!(next, Some(2), "make a key");
        assert_eq!(path[2].state, State::Failed);
    }
}
