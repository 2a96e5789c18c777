//! The part of the door that is how a relay is reached: a key, an access token, or a name and a password.

use crate::domain::ApiKey;

/// A credential as it was typed in; cleaned by the engine, which tells what it did.
#[derive(Clone, Debug)]
pub enum Credential {
    /// A key only: models can be listed and called.
    Key(ApiKey),
    /// An account's access token, with its number where the relay wants it.
    AccessToken {
        /// The token.
        token: ApiKey,
        /// The account's number.
        user_id: Option<i64>,
    },
    /// An account's name and password, for which the relay gives an access token. The password is kept nowhere.
    Password(PasswordLogIn),
}

/// An account's name and password, and what else a log-in may want.
#[derive(Clone, Debug)]
pub struct PasswordLogIn {
    /// The account's name.
    pub username: String,
    /// Its password.
    pub password: ApiKey,
    /// The code of a second factor, where the account has one.
    pub code: Option<String>,
    /// Whether the account is made first (S-02).
    pub register: bool,
}
