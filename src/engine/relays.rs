//! Adding a relay: the address put right, the credential cleaned, the relay reached with it, then all of it stored.

use super::door::Credential;
use super::host::{HeldKey, Host};
use super::session::connect;
use crate::domain::profile::LOCAL;
use crate::domain::{Access, Address, ApiKey, Fault, FaultKind, Profile};

/// Adds a relay. Returns the profile and what was put right in what was given.
///
/// # Errors
/// When the name, the address or the credential will not do, or the relay refuses it; then nothing was stored.
pub async fn add(
    host: &dyn Host,
    name: &str,
    address: &str,
    credential: Credential,
) -> Result<(Profile, Vec<String>), Fault> {
    let wrong = |message: String| Fault::new(FaultKind::BadRequest, message);
    let name = name.trim();
    Profile::check_name(name).map_err(|message| wrong(message).advise("choose another name"))?;
    if name == LOCAL {
        return Err(wrong(format!("{LOCAL:?} is the embedded relay's own name"))
            .advise("choose another name"));
    }
    let (profiles, _) = host.profiles()?;
    if profiles.iter().any(|profile| profile.name == name) {
        return Err(
            wrong(format!("there is a profile named {name:?} already")).advise(format!(
                "choose another name, or remove it first: relaydeck profiles remove {name}"
            )),
        );
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
            host.save_profile(&profile, None)?;
            host.hold_key(
                name,
                &HeldKey {
                    id: None,
                    name: "pasted".into(),
                    secret: key,
                },
            )?;
            profile
        }
        Credential::AccessToken { token, user_id } => {
            let token = clean(&token)?;
            let profile = profile(Access::Account { user_id });
            let client = connect(&profile, Some(token.clone()))?;
            client.probe().await?;
            client.account().await?;
            host.save_profile(&profile, Some(&token))?;
            profile
        }
    };
    Ok((profile, notes))
}
