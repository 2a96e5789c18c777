//! Advice that names a command of the shell, as it is said where the same is one key away.
//!
//! The rooms below advise whoever asked, in the shell or on the screen, and know the shell's commands alone.

use std::borrow::Cow;

use super::draw::clean;
use super::theme::{Sign, Theme};
use crate::domain::Fault;
use crate::locale::{Word, say};

/// What is said in the shell, and what is said here.
const SAID: [(Word, Word); 34] = [
    (Word("check-account-advice"), Word("here-account")),
    (Word("check-key-made-advice"), Word("here-make-key")),
    (Word("check-key-stored-advice"), Word("here-store-key")),
    (Word("check-key-usable-advice"), Word("here-ladder")),
    (Word("check-group-advice"), Word("here-group")),
    (
        Word("check-model-in-group-advice"),
        Word("here-groups-of-model"),
    ),
    (Word("check-exact-name-advice"), Word("here-exact-name")),
    (Word("check-node-advice"), Word("here-node")),
    (Word("check-url-form-advice"), Word("here-address")),
    (Word("check-endpoint-advice"), Word("here-endpoint")),
    (Word("check-tool-version-advice"), Word("here-tool")),
    (Word("check-connect-advice"), Word("here-connect")),
    (Word("check-long-advice"), Word("here-long-text")),
    (Word("check-concurrency-advice"), Word("here-concurrency")),
    (Word("check-log-advice"), Word("here-log")),
    (Word("step-register-how"), Word("here-account")),
    (Word("step-make-key-how"), Word("here-make-named-key")),
    (Word("step-save-how"), Word("here-save")),
    (Word("step-choose-how"), Word("here-choose")),
    (Word("step-check-how"), Word("here-exact-name")),
    (Word("step-base-url-how"), Word("here-address")),
    (Word("step-small-how"), Word("here-connect")),
    (Word("step-long-how"), Word("here-long")),
    (Word("climb-no-key-advice"), Word("here-make-key")),
    (Word("judge-slow-advice"), Word("here-node")),
    (Word("mend-access-token-advice"), Word("here-access-token")),
    (Word("model-search-advice"), Word("here-exact-name")),
    (Word("proof-no-key-advice"), Word("here-make-key")),
    (Word("proof-no-relay-advice"), Word("here-relay")),
    (Word("proof-no-model-advice"), Word("here-model")),
    (Word("proof-longer"), Word("here-longer")),
    (Word("send-make-key"), Word("here-make-held-key")),
    (Word("profile-none-advice"), Word("here-relays")),
    (Word("session-none-advice"), Word("here-sessions")),
];

/// Says something of a name.
type Naming = fn(&str) -> String;

/// The same for advice that names a group or a tool.
const NAMING: [(Naming, Naming); 3] = [
    (
        |group| say!("send-make-key-of-group", group = group),
        |group| say!("here-make-key-of-group", group = group),
    ),
    (
        |tool| say!("tools-set-up-with", tool = tool),
        |tool| say!("here-set-up", tool = tool),
    ),
    (
        |tool| say!("tools-set-up-again", tool = tool),
        |tool| say!("here-set-up-again", tool = tool),
    ),
];

/// Stands for the name, where it is looked for.
const NAME: &str = "\u{1}";

/// Advice as it is said on the screen.
pub fn here(advice: &str) -> Cow<'_, str> {
    if let Some((_, here)) = SAID.iter().find(|(shell, _)| shell.say() == advice) {
        return here.say().into();
    }
    let naming = NAMING.iter().find_map(|(shell, here)| {
        let told = shell(NAME);
        let (before, behind) = told.split_once(NAME)?;
        let name = advice.strip_prefix(before)?.strip_suffix(behind)?;
        Some(here(name))
    });
    naming.map_or(advice.into(), Cow::Owned)
}

/// What to do about a trouble, as it stands in the row below it.
pub fn advised(theme: &Theme, fault: &Fault) -> String {
    format!(
        "{} {}",
        theme.glyph(Sign::Arrow),
        clean(&here(&fault.advice))
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::FaultKind;
    use crate::locale::{Language, say, within};
    use crate::tui::theme::{ColorLevel, Glyphs};

    #[test]
    fn s_98_advice_on_the_screen_names_keys_and_other_advice_stays() {
        for language in Language::ALL {
            within(language, || {
                for (shell, screen) in SAID {
                    assert_eq!(here(shell.say()), screen.say());
                    assert_ne!(shell.say(), shell.0, "no catalogue has it");
                    assert_ne!(screen.say(), screen.0, "no catalogue has it");
                    assert!(!screen.say().contains("--"), "{}", screen.say());
                }
                for (shell, screen) in NAMING {
                    for name in ["codex", "vip 2", "组：一"] {
                        assert_eq!(here(&shell(name)), screen(name));
                    }
                    assert!(!screen("x").contains("relaydeck "), "{}", screen("x"));
                }
                assert_eq!(here("else"), "else");
                let theme = Theme::new(ColorLevel::None, Glyphs::Unicode);
                let fault = Fault::new(FaultKind::NotFound, "").advise(say!("send-make-key"));
                assert_eq!(
                    advised(&theme, &fault),
                    format!("→ {}", say!("here-make-held-key"))
                );
            });
        }
    }
}
