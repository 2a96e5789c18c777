//! What `relaydeck login` and `relaydeck register` take.

use clap::Args;

/// Log in to a relay.
#[derive(Debug, Args)]
pub struct LoginArgs {
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    #[arg(short, long, value_name = "USER")]
    pub user: String,
    #[arg(long, value_name = "PASSWORD")]
    pub password: Option<String>,
    #[arg(long, value_name = "CODE")]
    pub code: Option<String>,
}

/// Make an account at a relay, and log in to it.
#[derive(Debug, Args)]
pub struct RegisterArgs {
    #[arg(long, value_name = "URL")]
    pub url: String,
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    #[arg(short, long, value_name = "USER")]
    pub user: String,
    #[arg(long, value_name = "PASSWORD")]
    pub password: Option<String>,
}
