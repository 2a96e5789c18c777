//! The roles: everything a view may mean by a style.

use serde::Deserialize;

macro_rules! roles {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// What a piece of text is; the theme says how that looks.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Role {
            $($(#[$doc])* $name,)*
        }

        impl Role {
            /// Its name, as themes write it: `money-estimated`.
            pub fn word(self) -> String {
                let mut word = String::new();
                for letter in format!("{self:?}").chars() {
                    if letter.is_uppercase() && !word.is_empty() {
                        word.push('-');
                    }
                    word.extend(letter.to_lowercase());
                }
                word
            }

            /// Every role there is.
            pub const ALL: [Role; [$(Role::$name),*].len()] = [$(Role::$name),*];
        }
    };
}

roles! {
    /// Plain text.
    Text,
    /// Less important text.
    Dim,
    /// Something that should catch the eye.
    Accent,
    /// The name of the program, of a form, of an overlay.
    Title,
    /// A tab that is not shown.
    Tab,
    /// The tab that is shown.
    TabSelected,
    /// The row or choice under the cursor.
    Selection,
    /// A marked row's mark.
    Mark,
    /// The names of a table's columns.
    ColumnHead,
    /// Lines that separate.
    Rule,
    /// It works, it is enabled.
    Good,
    /// It needs attention soon.
    Warn,
    /// It does not work, it is refused.
    Bad,
    /// Data whose refresh failed.
    Stale,
    /// The letters a filter matched.
    Matched,
    /// Who wrote a message: the person.
    User,
    /// Who wrote a message: the model.
    Model,
    /// A model's reasoning.
    Reasoning,
    /// A heading in a text.
    Heading,
    /// Strong text.
    Strong,
    /// Stressed text.
    Emphasis,
    /// Text that was struck out.
    Struck,
    /// Code, names to be typed exactly.
    Code,
    /// A block of code.
    CodeBlock,
    /// A quotation.
    Quote,
    /// A link's text.
    Link,
    /// A link's address.
    LinkAddress,
    /// The bullet or number of a list.
    ListMark,
    /// A key of the keyboard in a hint.
    Key,
    /// What a key does.
    KeyLabel,
    /// A passing message.
    Flash,
    /// An amount whose basis does not matter here.
    Money,
    /// An amount we estimated.
    MoneyEstimated,
    /// An amount from the usage the relay reported.
    MoneyReported,
    /// An amount the relay charged.
    MoneySettled,
    /// An amount nobody knows.
    MoneyUnknown,
    /// The filled part of a meter.
    MeterFull,
    /// The filled part of a meter that is nearly empty.
    MeterLow,
    /// The empty part of a meter.
    MeterEmpty,
    /// A sparkline.
    Sparkline,
    /// Text being typed.
    Input,
    /// What stands in an empty input.
    Placeholder,
    /// What cannot be taken back.
    Dangerous,
    /// A code that a phone reads: its light squares on the dark ones.
    PhoneCode,
}
