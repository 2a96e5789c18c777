//! What `relaydeck login` and `relaydeck register` take.

use clap::Args;

/// Log in to a relay.
#[derive(Debug, Args)]
pub struct LoginArgs {
    /// Its address in any form; not needed for a profile that is there already
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// What you call it; from its address when absent. A profile of this name gets a new access token
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// The account's name
    #[arg(short, long, value_name = "USER")]
    pub user: String,
    /// Its password; read from stdin with `-`, from RELAYDECK_PASSWORD when absent. It goes to the relay once and is kept
    /// nowhere
    #[arg(long, value_name = "PASSWORD")]
    pub password: Option<String>,
    /// The code that the account's second factor shows now
    #[arg(long, value_name = "CODE")]
    pub code: Option<String>,
}

/// Make an account at a relay, and log in to it.
#[derive(Debug, Args)]
pub struct RegisterArgs {
    /// The relay's address in any form
    #[arg(long, value_name = "URL")]
    pub url: String,
    /// What you call it; from its address when absent
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// The new account's name
    #[arg(short, long, value_name = "USER")]
    pub user: String,
    /// Its password; read from stdin with `-`, from RELAYDECK_PASSWORD when absent. It is kept nowhere
    #[arg(long, value_name = "PASSWORD")]
    pub password: Option<String>,
}
