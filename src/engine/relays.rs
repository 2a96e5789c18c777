//! Adding a relay: the address put right, the credential cleaned, the relay reached with it, then all of it stored.

use super::door::{Credential, PasswordLogIn};
use super::host::{HeldKey, Host};
use super::session::connect;
use crate::client::{Credentials, LogIn, LoggedIn, Registration, RelayClient};
use crate::domain::profile::LOCAL;
use crate::domain::{Access, Address, ApiKey, Fault, FaultKind, Profile};
use crate::locale::say;

/// What became of adding a relay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Added {
    /// It is there: the profile, and what was put right in what was given.
    Here(Profile, Vec<String>),
    /// The relay makes accounts on this page of its own only (S-02). Nothing was stored.
    OnItsPage(String),
}

/// Adds a relay.
///
/// # Errors
/// When the name, the address or the credential will not do, or the relay refuses it; then nothing was stored.
pub async fn add(
    host: &dyn Host,
    name: &str,
    address: &str,
    credential: Credential,
) -> Result<Added, Fault> {
    let wrong = |message: String| Fault::new(FaultKind::BadRequest, message);
    let name = name.trim();
    Profile::check_name(name).map_err(|message| wrong(message).advise(say!("relay-other-name")))?;
    if name == LOCAL {
        return Err(
            wrong(say!("relay-local-name", local = format!("{LOCAL:?}")))
                .advise(say!("relay-other-name")),
        );
    }
    let (profiles, _) = host.profiles()?;
    if profiles.iter().any(|profile| profile.name == name) {
        return Err(wrong(say!("relay-name-taken", name = format!("{name:?}")))
            .advise(say!("relay-name-taken-advice", name = name)));
    }
    let (address, odd) = Address::parse(address)
        .map_err(|error| wrong(error.to_string()).advise(FaultKind::NotAnApi.advice()))?;
    let mut notes: Vec<String> = odd.iter().map(ToString::to_string).collect();
    let mut clean = |pasted: &ApiKey| {
        let (key, done) = ApiKey::from_pasted(pasted.expose()).map_err(|error| {
            wrong(error.to_string()).advise(FaultKind::CredentialRefused.advice())
        })?;
        notes.extend(done.iter().map(|cleaning| cleaning.told().to_owned()));
        Ok::<_, Fault>(key)
    };
    let profile = |access| Profile {
        name: name.to_owned(),
        address: address.clone(),
        access,
    };
    let profile = match credential {
        Credential::Key(pasted) => {
            let key = clean(&pasted)?;
            let profile = profile(Access::KeyOnly);
            connect(&profile, None)?.models(Some(&key)).await?;
            // The key first: a profile whose key could not be stored would stand in the way of the next try.
            host.hold_key(
                name,
                &HeldKey {
                    id: None,
                    name: "pasted".into(),
                    secret: key,
                },
            )?;
            host.save_profile(&profile, None)?;
            profile
        }
        Credential::AccessToken { token, user_id } => {
            let token = clean(&token)?;
            let profile = profile(Access::Account { user_id });
            store(host, &profile, &token).await?;
            profile
        }
        Credential::Password(account) => {
            let (token, user_id) = match trade(&account, &address).await? {
                Traded::Token(token, user_id) => (token, user_id),
                Traded::OnItsPage(page) => return Ok(Added::OnItsPage(page)),
            };
            if account.register {
                notes.push(say!("login-account-made", name = account.username.trim()));
            }
            let profile = profile(Access::Account { user_id });
            store(host, &profile, &token).await?;
            profile
        }
    };
    Ok(Added::Here(profile, notes))
}

/// Logs in anew to a relay that is there already: its profile gets a new access token.
///
/// # Errors
/// When the relay refuses the account, or the token cannot be stored; then the old one stays.
pub async fn renew(host: &dyn Host, known: &Profile, account: &PasswordLogIn) -> Result<(), Fault> {
    if known.is_local() {
        let fault = Fault::new(FaultKind::BadRequest, say!("relay-local-open"));
        return Err(fault.advise(say!("relay-local-open-advice")));
    }
    match trade(account, &known.address).await? {
        Traded::Token(token, user_id) => {
            let access = Access::Account { user_id };
            let profile = Profile {
                access,
                ..known.clone()
            };
            store(host, &profile, &token).await
        }
        Traded::OnItsPage(page) => Err(Fault::new(
            FaultKind::Unsupported,
            say!("relay-own-page", page = page),
        )),
    }
}

/// Stores a profile and its access token, once the relay was seen to take it.
async fn store(host: &dyn Host, profile: &Profile, token: &ApiKey) -> Result<(), Fault> {
    let client = connect(profile, Some(token.clone()))?;
    client.probe().await?;
    client.account().await?;
    host.save_profile(profile, Some(token))
}

/// What a name and a password were traded for.
enum Traded {
    /// An access token, and the account's number where the relay tells it.
    Token(ApiKey, Option<i64>),
    /// Nothing: the relay makes accounts on this page only.
    OnItsPage(String),
}

/// Trades a name and a password for an access token, making the account first where that was asked.
async fn trade(account: &PasswordLogIn, address: &Address) -> Result<Traded, Fault> {
    let client = RelayClient::new(address.clone(), Credentials::default())?;
    let draft = LogIn {
        username: account.username.trim().to_owned(),
        password: account.password.clone(),
        code: account.code.clone(),
    };
    if account.register {
        if let Registration::OnItsPage(page) = client.registration().await? {
            return Ok(Traded::OnItsPage(page));
        }
        client.register(&draft).await?;
    }
    let logged_in = client.log_in(&draft).await.map_err(|fault| {
        // Nothing is lost: the account is there, and making it a second time would be refused.
        match account.register {
            true => fault.advise(say!("login-made-advice")),
            false => fault,
        }
    })?;
    match logged_in {
        LoggedIn::In {
            user_id,
            access_token,
            ..
        } => Ok(Traded::Token(access_token, user_id)),
        LoggedIn::WantsCode => Err(Fault::new(
            FaultKind::SecondFactor,
            say!("login-second-factor"),
        )),
    }
}
