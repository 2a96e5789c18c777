//! `relaydeck login` and `relaydeck register`: a relay added with the name and the password of an account (S-01, S-02).

use serde_json::json;

use super::args::login::{LoginArgs, RegisterArgs};
use super::hidden;
use super::output::{print, print_json};
use super::secret::{STDIN, given, of_environment};
use super::world::{Ending, World};
use crate::domain::{Address, ApiKey, Fault, FaultKind, Profile};
use crate::engine::door::{Credential, PasswordLogIn};
use crate::engine::host::Host;
use crate::engine::relays::{self, Added};
use crate::locale::say;

/// Where the password is when no flag gives it.
const PASSWORD: &str = "RELAYDECK_PASSWORD";

/// Logs in. A profile that is there already gets a new access token.
///
/// # Errors
/// When the relay refuses name, password or code, or what came of it cannot be stored.
pub async fn login(world: &World, args: LoginArgs) -> Result<Ending, Fault> {
    let account = PasswordLogIn {
        username: args.user,
        password: password(args.password, false)?,
        code: args.code,
        register: false,
    };
    let (profiles, _) = world.host.profiles()?;
    let known = args
        .name
        .as_ref()
        .and_then(|name| profiles.iter().find(|profile| profile.name == *name));
    let same = |known: &&Profile| match &args.url {
        None => true,
        Some(url) => Address::parse(url).is_ok_and(|(address, _)| address == known.address),
    };
    if let Some(known) = known.filter(same) {
        relays::renew(world.host.as_ref(), known, &account)
            .await
            .map_err(World::wrong_usage)?;
        return told(world, known, &[], Told::Renewed);
    }
    add(world, args.url, args.name, account, &profiles).await
}

/// Makes an account and logs in to it. Where the relay makes accounts on a page of its own only, its address goes to
/// stdout.
///
/// # Errors
/// When the relay refuses, or what came of it cannot be stored.
pub async fn register(world: &World, args: RegisterArgs) -> Result<Ending, Fault> {
    let account = PasswordLogIn {
        username: args.user,
        password: password(args.password, true)?,
        code: None,
        register: true,
    };
    let (profiles, _) = world.host.profiles()?;
    add(world, Some(args.url), args.name, account, &profiles).await
}

async fn add(
    world: &World,
    url: Option<String>,
    name: Option<String>,
    account: PasswordLogIn,
    profiles: &[Profile],
) -> Result<Ending, Fault> {
    let Some(url) = url else {
        return Err(Fault::new(FaultKind::Usage, say!("cli-login-which"))
            .advise(say!("cli-login-which-advice")));
    };
    let name = match name {
        Some(name) => name,
        None => {
            let (address, _) = Address::parse(&url).map_err(|error| {
                Fault::new(FaultKind::Usage, error.to_string()).advise(FaultKind::NotAnApi.advice())
            })?;
            Profile::propose_name(&address, profiles)
        }
    };
    let credential = Credential::Password(account);
    let added = relays::add(world.host.as_ref(), &name, &url, credential)
        .await
        .map_err(World::wrong_usage)?;
    let (profile, notes) = match added {
        Added::Here(profile, notes) => (profile, notes),
        Added::OnItsPage(page) => return elsewhere(world, &page),
    };
    world.host.remember_profile(&profile.name)?;
    told(world, &profile, &notes, Told::Added)
}

/// Nothing was made: the relay's own page does that.
fn elsewhere(world: &World, page: &str) -> Result<Ending, Fault> {
    if world.json {
        print_json(&json!({"registered": false, "page": page})).map_err(World::stdout_gone)?;
    } else {
        world.warn(say!("cli-login-own-page"));
        print(&format!("{page}\n")).map_err(World::stdout_gone)?;
        world.warn(say!("cli-login-there-first"));
    }
    Ok(Ending::Told(FaultKind::Unsupported))
}

/// What happened to a profile.
#[derive(Clone, Copy)]
enum Told {
    Added,
    Renewed,
}

fn told(world: &World, profile: &Profile, notes: &[String], what: Told) -> Result<Ending, Fault> {
    for note in notes {
        world.warn(note);
    }
    if world.json {
        print_json(&json!({"name": profile.name, "url": profile.address.base(), "notes": notes}))
            .map_err(World::stdout_gone)?;
    } else {
        let (name, address) = (&profile.name, &profile.address);
        world.warn(&match what {
            Told::Renewed => say!("cli-login-renewed", name = name, address = address),
            Told::Added => say!("cli-profile-added", name = name, address = address),
        });
    }
    Ok(Ending::Done)
}

/// The password of a flag, else of the environment, else as it is typed. A fresh one is typed twice: nobody sees a slip.
fn password(flag: Option<String>, fresh: bool) -> Result<ApiKey, Fault> {
    let asks = match &flag {
        Some(text) => text == STDIN,
        None => true,
    };
    let set = of_environment(PASSWORD).filter(|_| flag.is_none());
    let text = match (flag, set) {
        (_, Some(text)) => text,
        _ if asks && hidden::can_ask() => {
            let text = hidden::ask(say!("cli-ask-password"))?;
            if fresh && hidden::ask(say!("cli-ask-again"))? != text {
                return Err(Fault::new(FaultKind::Usage, say!("cli-ask-differs"))
                    .advise(say!("cli-ask-differs-advice")));
            }
            text
        }
        (Some(text), None) => given(text)?,
        (None, None) => {
            return Err(Fault::new(FaultKind::Usage, say!("cli-login-no-password"))
                .advise(say!("cli-login-no-password-advice", variable = PASSWORD)));
        }
    };
    Ok(ApiKey::new(text))
}
