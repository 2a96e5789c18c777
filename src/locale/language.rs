//! Which languages there are, and which one is spoken: one for the whole program, chosen once.

use std::cell::Cell;
use std::pin::Pin;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};

/// A language of the interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Simplified Chinese.
    Chinese,
}

impl Language {
    /// Every language there is.
    pub const ALL: [Language; 2] = [Language::English, Language::Chinese];

    /// Its tag, as flags, files and locales begin.
    pub const fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Chinese => "zh",
        }
    }

    /// The language of a locale, by the first variable of POSIX's order that says something: `zh…` is Chinese, anything
    /// else is English. `env` reads one variable.
    pub fn of_locale(env: impl Fn(&str) -> Option<String>) -> Self {
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .find_map(|name| env(name).filter(|value| !value.is_empty()))
            .unwrap_or_default();
        let tag = locale.split(['_', '-', '.', '@']).next();
        match tag {
            Some(tag) if tag.eq_ignore_ascii_case("zh") => Language::Chinese,
            _ => Language::English,
        }
    }
}

static CHOSEN: AtomicU8 = AtomicU8::new(Language::English as u8);

thread_local! {
    static HERE: Cell<Option<Language>> = const { Cell::new(None) };
}

/// Chooses the language of the whole program.
pub fn choose(language: Language) {
    CHOSEN.store(language as u8, Ordering::Relaxed);
}

/// The language that is spoken on this thread.
pub fn spoken() -> Language {
    let chosen = || match CHOSEN.load(Ordering::Relaxed) {
        chosen if chosen == Language::Chinese as u8 => Language::Chinese,
        _ => Language::English,
    };
    HERE.get().unwrap_or_else(chosen)
}

/// Does something in a language, on this thread alone: for whoever must not disturb others, such as a test.
pub fn within<T>(language: Language, act: impl FnOnce() -> T) -> T {
    struct Before(Option<Language>);
    impl Drop for Before {
        fn drop(&mut self) {
            HERE.set(self.0);
        }
    }
    let _before = Before(HERE.replace(Some(language)));
    act()
}

/// A future whose work speaks a language, whichever threads it is done on.
#[must_use = "it does nothing until it is awaited"]
pub struct Speaking<F> {
    language: Language,
    future: Pin<Box<F>>,
}

/// Does the work of a future in a language: for whoever must not speak as the rest of the program does, such as a server
/// that is asked by other programs. What it spawns speaks for itself.
pub fn speaking<F: Future>(language: Language, future: F) -> Speaking<F> {
    let future = Box::pin(future);
    Speaking { language, future }
}

impl<F: Future> Future for Speaking<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        within(self.language, || self.future.as_mut().poll(context))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x_12_the_locale_chooses_by_its_first_variable_that_says_something() {
        let of = |pairs: &'static [(&str, &str)]| {
            Language::of_locale(|name| {
                let found = pairs.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            })
        };
        for chinese in ["zh", "zh_CN.UTF-8", "zh-Hans", "zh_TW", "ZH_CN", "zh.UTF-8"] {
            let language = Language::of_locale(|name| (name == "LANG").then(|| chinese.into()));
            assert_eq!(language, Language::Chinese, "{chinese}");
        }
        for english in ["", "C", "C.UTF-8", "POSIX", "en_US.UTF-8", "de_DE", "zhx"] {
            let language = Language::of_locale(|name| (name == "LANG").then(|| english.into()));
            assert_eq!(language, Language::English, "{english}");
        }
        assert_eq!(of(&[]), Language::English);
        assert_eq!(
            of(&[("LC_ALL", "C"), ("LANG", "zh_CN.UTF-8")]),
            Language::English
        );
        assert_eq!(
            of(&[("LC_ALL", ""), ("LC_MESSAGES", "zh_CN"), ("LANG", "C")]),
            Language::Chinese
        );
    }

    #[test]
    fn what_is_said_within_ends_with_it_even_when_it_panics() {
        let caught = std::panic::catch_unwind(|| {
            within(Language::Chinese, || {
                assert_eq!(spoken(), Language::Chinese);
                within(Language::English, || {
                    assert_eq!(spoken(), Language::English)
                });
                assert_eq!(spoken(), Language::Chinese);
                panic!("on purpose");
            })
        });
        assert!(caught.is_err());
        assert_eq!(spoken(), Language::English);
    }

    #[tokio::test]
    async fn a_future_speaks_its_language_at_every_step_and_nobody_elses() {
        let work = speaking(Language::Chinese, async {
            let before = spoken();
            tokio::task::yield_now().await;
            (before, spoken())
        });
        let beside = async {
            tokio::task::yield_now().await;
            spoken()
        };
        let (inside, outside) = tokio::join!(work, beside);
        assert_eq!(inside, (Language::Chinese, Language::Chinese));
        assert_eq!(outside, Language::English);
    }
}
