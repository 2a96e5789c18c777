//! The form that adds a relay: with a key only, or with the access token of an account (doors two and three of S-01).

use super::form::{Choice, Control, Form};
use crate::domain::key::KeyTextError;
use crate::domain::profile::LOCAL;
use crate::domain::{Address, ApiKey, FaultKind, Profile};
use crate::engine::door::{Credential, PasswordLogIn};
use crate::locale::say;
use crate::tui::edit::Editor;

/// The fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelayField {
    /// The relay's address.
    Address,
    /// The key, or the access token.
    Secret,
    /// How one logs in.
    With,
    /// The account's number.
    UserId,
    /// The account's name.
    User,
    /// The account's password.
    Password,
    /// The code of a second factor.
    Code,
    /// What the profile is to be called.
    Name,
    /// The button.
    Add,
}

/// What the relay is reached with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// A key: models can be listed and called.
    Key,
    /// An account's access token: keys, groups and wallet too.
    Account,
}

/// What is to be added.
#[derive(Clone, Debug)]
pub struct NewRelay {
    /// The profile's name.
    pub name: String,
    /// The address, as it was typed in.
    pub address: String,
    /// The credential, as it was pasted.
    pub credential: Credential,
}

/// The ways to log in, by position.
const TOKEN: usize = 0;
const PASSWORD: usize = 1;
const NEW_ACCOUNT: usize = 2;

/// The form.
#[derive(Clone, Debug)]
pub struct RelayForm {
    /// Its fields.
    pub form: Form<RelayField>,
    /// What the relay is reached with.
    pub door: Door,
    /// Whether the name was typed in; until then it follows the address.
    named: bool,
}

impl RelayForm {
    /// An empty form.
    pub fn new(door: Door) -> Self {
        let line = || Control::Line(Editor::line());
        let secret = || Control::Secret(Editor::line());
        let (title, form) = match door {
            Door::Key => (
                say!("form-relay-key-title"),
                say!("form-relay-address-hint"),
            ),
            Door::Account => (
                say!("form-relay-login-title"),
                say!("form-relay-address-hint"),
            ),
        };
        let mut form =
            Form::new(title).with(RelayField::Address, say!("field-address"), line(), form);
        form = match door {
            Door::Key => form.with(
                RelayField::Secret,
                say!("field-key"),
                secret(),
                say!("form-relay-key-hint"),
            ),
            Door::Account => form
                .with(
                    RelayField::With,
                    say!("field-with"),
                    Control::Choice(Choice::of([
                        say!("form-login-with-token"),
                        say!("form-login-with-password"),
                        say!("form-login-register"),
                    ])),
                    "",
                )
                .with(
                    RelayField::User,
                    say!("field-user-name"),
                    line(),
                    say!("form-login-user-hint"),
                )
                .with(
                    RelayField::Password,
                    say!("field-password"),
                    Control::Password(Editor::line()),
                    say!("form-login-password-hint"),
                )
                .with(
                    RelayField::Code,
                    say!("field-code"),
                    line(),
                    say!("form-login-code-hint"),
                )
                .with(
                    RelayField::Secret,
                    say!("field-access-token"),
                    secret(),
                    say!("form-relay-token-hint"),
                )
                .with(
                    RelayField::UserId,
                    say!("field-user-id"),
                    line(),
                    say!("form-relay-user-id-hint"),
                ),
        };
        let form = form
            .with(
                RelayField::Name,
                say!("field-name"),
                line(),
                say!("form-relay-name-hint"),
            )
            .with(
                RelayField::Add,
                say!("form-relay-button"),
                Control::Submit,
                "",
            );
        let mut this = RelayForm {
            form,
            door,
            named: false,
        };
        this.show_fields();
        this
    }

    /// How one logs in, where that can be chosen.
    fn with(&self) -> usize {
        self.form.chosen(RelayField::With)
    }

    /// Only the fields that belong to the chosen way are visible.
    fn show_fields(&mut self) {
        let with = self.with();
        for (field, visible) in [
            (RelayField::User, with != TOKEN),
            (RelayField::Password, with != TOKEN),
            (RelayField::Code, with == PASSWORD),
            (RelayField::Secret, with == TOKEN),
            (RelayField::UserId, with == TOKEN),
        ] {
            self.form.show(field, visible);
        }
        let hint = match with {
            PASSWORD => {
                say!("form-login-password-about")
            }
            NEW_ACCOUNT => {
                say!("form-login-register-about")
            }
            _ => say!("form-login-token-about"),
        };
        if let Some(field) = self.form.field_mut(RelayField::With) {
            field.hint = hint.into();
        }
    }

    /// Moves what the relay refused to the field that it is about. An address that answers wrongly, or not at all, is
    /// trouble of the whole.
    pub fn blame(&mut self) {
        let with = self.with();
        let field = |kind: FaultKind, message: &str| match kind {
            FaultKind::SecondFactor => Some(RelayField::Code),
            FaultKind::CredentialRefused if self.door == Door::Account && with != TOKEN => {
                Some(RelayField::Password)
            }
            FaultKind::CredentialRefused => Some(RelayField::Secret),
            FaultKind::Unsupported if with != TOKEN => Some(RelayField::With),
            FaultKind::BadRequest if with == NEW_ACCOUNT => {
                let words = message.to_lowercase();
                let password = words.contains("password") || words.contains("密码");
                Some(match password {
                    true => RelayField::Password,
                    false => RelayField::User,
                })
            }
            _ => None,
        };
        let Some(fault) = &self.form.fault else {
            return;
        };
        if let Some(field) = field(fault.kind, &fault.message)
            && let Some(fault) = self.form.fault.take()
        {
            self.form.accuse(field, &fault);
        }
    }

    /// Brings warnings and the proposed name in line with what is filled in. Call it after every change.
    pub fn refresh(&mut self, profiles: &[Profile]) {
        self.show_fields();
        if self.form.focus() == Some(RelayField::Name) {
            self.named = !self.form.text(RelayField::Name).is_empty();
        }
        let address = Address::parse(&self.form.text(RelayField::Address));
        let odd = address.as_ref().map(|(_, odd)| odd.as_slice());
        let odd = odd.unwrap_or_default().iter().map(ToString::to_string);
        self.form.set_warnings(RelayField::Address, odd);
        let on_it = self.form.focus() == Some(RelayField::Name);
        // What is being typed is left alone, an empty line too.
        if let (Ok((address, _)), false, false) = (&address, self.named, on_it) {
            let name = Profile::propose_name(address, profiles);
            if let Some(field) = self.form.field_mut(RelayField::Name) {
                field.control = Control::Line(Editor::with(&name));
            }
        }
        let secret = self.form.text(RelayField::Secret);
        let mut told: Vec<String> = Vec::new();
        if let Ok((key, cleaned)) = ApiKey::from_pasted(&secret) {
            told.extend(cleaned.into_iter().map(|what| what.told().to_owned()));
            if self.door == Door::Key && !key.expose().starts_with("sk-") {
                told.push(say!("form-relay-key-name").into());
            }
        }
        self.form.set_warnings(RelayField::Secret, told);
    }

    /// Checks every field. `None` when something is wrong; the errors then stand beside the fields.
    pub fn relay(&mut self, profiles: &[Profile]) -> Option<NewRelay> {
        let address = self.form.text(RelayField::Address);
        let wrong = Address::parse(&address)
            .err()
            .map(|error| error.to_string());
        self.form.set_error(RelayField::Address, wrong);
        let secret = self.form.text(RelayField::Secret);
        let with = self.with();
        let wrong = ApiKey::from_pasted(&secret)
            .err()
            .filter(|_| with == TOKEN)
            .map(|error| self.secret_error(&error));
        self.form.set_error(RelayField::Secret, wrong);
        let user = self.form.text(RelayField::User).trim().to_owned();
        let missing = (with != TOKEN && user.is_empty()).then(|| say!("form-login-which").into());
        self.form.set_error(RelayField::User, missing);
        let password = self.form.text(RelayField::Password);
        let missing =
            (with != TOKEN && password.is_empty()).then(|| say!("form-login-no-password").into());
        self.form.set_error(RelayField::Password, missing);
        let name = self.form.text(RelayField::Name).trim().to_owned();
        let taken = profiles.iter().any(|profile| profile.name == name);
        let wrong = match Profile::check_name(&name) {
            Err(error) => Some(error),
            Ok(()) if name == LOCAL => Some(say!("form-relay-local").into()),
            Ok(()) if taken => Some(say!("form-relay-taken", name = name)),
            Ok(()) => None,
        };
        self.form.set_error(RelayField::Name, wrong);
        let typed = self.form.text(RelayField::UserId).trim().to_owned();
        let user_id = match typed.as_str() {
            "" => Ok(None),
            digits => digits.parse::<i64>().map(Some),
        };
        let wrong = user_id
            .is_err()
            .then(|| say!("form-relay-not-number", typed = format!("{typed:?}")));
        self.form.set_error(RelayField::UserId, wrong);
        if self.form.stop_at_error() {
            return None;
        }
        let credential = match self.door {
            Door::Key => Credential::Key(ApiKey::new(secret)),
            Door::Account if with != TOKEN => {
                let code = self.form.text(RelayField::Code).trim().to_owned();
                Credential::Password(PasswordLogIn {
                    username: user,
                    password: ApiKey::new(password),
                    code: (with == PASSWORD && !code.is_empty()).then_some(code),
                    register: with == NEW_ACCOUNT,
                })
            }
            Door::Account => Credential::AccessToken {
                token: ApiKey::new(secret),
                user_id: user_id.ok()?,
            },
        };
        Some(NewRelay {
            name,
            address,
            credential,
        })
    }

    fn secret_error(&self, error: &KeyTextError) -> String {
        match (self.door, error) {
            (Door::Account, KeyTextError::Empty) => say!("form-relay-no-token").into(),
            (Door::Account, KeyTextError::OddCharacter(odd)) => {
                say!("form-relay-token-odd", odd = format!("{odd:?}"))
            }
            (Door::Key, error) => error.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Access;

    fn type_in(form: &mut RelayForm, field: RelayField, text: &str, profiles: &[Profile]) {
        form.form.focus_on(field);
        form.form.paste(text);
        form.refresh(profiles);
    }

    fn profile(name: &str) -> Profile {
        Profile {
            name: name.into(),
            address: Address::parse("https://h.example").unwrap().0,
            access: Access::KeyOnly,
        }
    }

    #[test]
    fn a_name_follows_the_address_until_one_is_typed_in() {
        let there = [profile("4sapi")];
        let mut form = RelayForm::new(Door::Key);
        type_in(&mut form, RelayField::Address, "api.4sapi.com/v1", &there);
        assert_eq!(form.form.text(RelayField::Name), "4sapi-2");
        let field = form.form.field(RelayField::Address).unwrap();
        assert!(field.warnings.iter().any(|text| text.contains("no scheme")));
        type_in(&mut form, RelayField::Name, "x", &there);
        type_in(&mut form, RelayField::Address, ".example", &there);
        assert_eq!(form.form.text(RelayField::Name), "4sapi-2x");
    }

    #[test]
    fn s_59_and_s_60_what_is_odd_about_a_key_is_said() {
        let mut form = RelayForm::new(Door::Key);
        type_in(&mut form, RelayField::Secret, "Bearer sk-abc", &[]);
        let told = |form: &RelayForm| {
            form.form
                .field(RelayField::Secret)
                .unwrap()
                .warnings
                .join(" ")
        };
        assert!(told(&form).contains("Bearer"));
        let mut form = RelayForm::new(Door::Key);
        type_in(&mut form, RelayField::Secret, "cursor-dev", &[]);
        assert!(told(&form).contains("the key's name?"));
    }

    #[test]
    fn every_wrong_field_says_so() {
        let mut form = RelayForm::new(Door::Account);
        type_in(&mut form, RelayField::UserId, "seven", &[]);
        type_in(&mut form, RelayField::Name, "local", &[]);
        assert!(form.relay(&[]).is_none());
        for (field, word) in [
            (RelayField::Address, "no address"),
            (RelayField::Secret, "no access token"),
            (RelayField::UserId, "not a number"),
            (RelayField::Name, "another name"),
        ] {
            let error = form.form.field(field).unwrap().error.clone().unwrap();
            assert!(error.contains(word), "{field:?}: {error}");
        }
    }

    #[test]
    fn a_filled_in_form_gives_what_was_typed() {
        let mut form = RelayForm::new(Door::Account);
        type_in(&mut form, RelayField::Address, "https://r.example/v1", &[]);
        type_in(&mut form, RelayField::Secret, "token", &[]);
        type_in(&mut form, RelayField::UserId, "7", &[]);
        let relay = form.relay(&[]).unwrap();
        assert_eq!(
            (relay.name.as_str(), relay.address.as_str()),
            ("r", "https://r.example/v1"),
            "the engine cleans it and tells"
        );
        assert!(matches!(
            relay.credential,
            Credential::AccessToken {
                user_id: Some(7),
                ..
            }
        ));
    }
}
