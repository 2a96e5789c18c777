//! How far away the terminal is, and how sparing one must be with bytes.

/// The flag `--link`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LinkChoice {
    /// As the environment says.
    #[default]
    Auto,
    /// The terminal is on this machine.
    Local,
    /// It is behind a network.
    Remote,
    /// It is behind a slow one.
    Slow,
}

/// How far away the terminal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// On this machine.
    Local,
    /// Behind a network.
    Remote,
    /// Behind a slow one.
    Slow,
}

impl Link {
    /// Settles it: the flag, then the variables that a login over SSH sets. `env` reads one variable.
    pub fn detect(choice: LinkChoice, env: impl Fn(&str) -> Option<String>) -> Self {
        let over_ssh = ["SSH_TTY", "SSH_CONNECTION"]
            .iter()
            .any(|name| env(name).is_some_and(|value| !value.is_empty()));
        match choice {
            LinkChoice::Auto if over_ssh => Link::Remote,
            LinkChoice::Auto | LinkChoice::Local => Link::Local,
            LinkChoice::Remote => Link::Remote,
            LinkChoice::Slow => Link::Slow,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_over_ssh_is_seen_and_the_flag_wins() {
        let ssh = |name: &str| (name == "SSH_CONNECTION").then(|| "10.0.0.1 22".to_owned());
        let empty = |_: &str| Some(String::new());
        assert_eq!(Link::detect(LinkChoice::Auto, ssh), Link::Remote);
        assert_eq!(Link::detect(LinkChoice::Auto, empty), Link::Local);
        assert_eq!(Link::detect(LinkChoice::Local, ssh), Link::Local);
        assert_eq!(Link::detect(LinkChoice::Slow, empty), Link::Slow);
    }
}
