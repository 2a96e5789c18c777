//! What a program's `.env` says about a relay: which variables, and which form of the address beside the key (S-18, S-72).

use super::address::Address;
use super::key::ApiKey;

use crate::locale::say;

/// The programs a `.env` is for; it decides the names of the variables and the form of the address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EnvFor {
    /// Programs made with OpenAI's libraries: `OPENAI_API_KEY`, and `OPENAI_BASE_URL` with its `/v1`.
    OpenAi,
    /// Programs made with Anthropic's libraries: `ANTHROPIC_API_KEY`, and `ANTHROPIC_BASE_URL` without `/v1`.
    Anthropic,
    /// The key alone, in a variable of this name.
    Only(String),
}

impl EnvFor {
    /// From the word of the command line: `openai`, `anthropic`, or else the name of a variable.
    ///
    /// # Errors
    /// A sentence for the flag or field, where it is neither.
    pub fn from_word(word: &str) -> Result<Self, String> {
        match word.trim() {
            "openai" => Ok(EnvFor::OpenAi),
            "anthropic" => Ok(EnvFor::Anthropic),
            name => check_variable(name).map(|()| EnvFor::Only(name.to_owned())),
        }
    }

    /// The variables it wants, in the order in which they are written.
    pub fn variables(&self) -> Vec<&str> {
        match self {
            EnvFor::OpenAi => vec!["OPENAI_API_KEY", "OPENAI_BASE_URL"],
            EnvFor::Anthropic => vec!["ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"],
            EnvFor::Only(name) => vec![name],
        }
    }

    /// The variables with their values. All of them are kept like secrets, because one of them is.
    pub fn entries(&self, secret: &ApiKey, address: &Address) -> Vec<(String, ApiKey)> {
        let values = match self {
            EnvFor::OpenAi => vec![secret.clone(), ApiKey::new(address.v1())],
            EnvFor::Anthropic => vec![secret.clone(), ApiKey::new(address.base())],
            EnvFor::Only(_) => vec![secret.clone()],
        };
        let names = self.variables().into_iter().map(str::to_owned);
        names.zip(values).collect()
    }
}

/// What is wrong with the name of a variable, if anything.
///
/// # Errors
/// A sentence for the field.
pub fn check_variable(name: &str) -> Result<(), String> {
    let starts_well =
        name.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_');
    let goes_on_well = name
        .chars()
        .all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    match name {
        "" => Err(say!("env-variable-none").into()),
        _ if starts_well && goes_on_well => Ok(()),
        name => Err(say!("env-variable-odd", name = format!("{name:?}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s_72_each_library_gets_the_form_of_the_address_it_wants() {
        let (address, _) = Address::parse("https://r.example/v1").unwrap();
        let told = |kind: EnvFor| {
            let entries = kind.entries(&ApiKey::new("sk-a"), &address);
            let lines = entries
                .iter()
                .map(|(name, value)| format!("{name}={}", value.expose()));
            lines.collect::<Vec<_>>()
        };
        assert_eq!(
            told(EnvFor::OpenAi),
            [
                "OPENAI_API_KEY=sk-a",
                "OPENAI_BASE_URL=https://r.example/v1"
            ]
        );
        assert_eq!(
            told(EnvFor::Anthropic),
            [
                "ANTHROPIC_API_KEY=sk-a",
                "ANTHROPIC_BASE_URL=https://r.example"
            ]
        );
        assert_eq!(told(EnvFor::from_word("MY_KEY").unwrap()), ["MY_KEY=sk-a"]);
    }

    #[test]
    fn a_name_that_no_shell_takes_is_refused() {
        for wrong in ["", "1KEY", "MY-KEY", "A B", "ключ"] {
            assert!(EnvFor::from_word(wrong).is_err(), "{wrong:?}");
        }
    }
}
