//! `relaydeck accounts`: the accounts of a relay one owns, the embedded one above all.

use serde_json::{Map, Value, json};

use super::args::owner::{AccountCreateArgs, AccountEditArgs, AccountsCommand, RoleWord};
use super::output::{Align, Table, places, print, print_json, put_money};
use super::secret;
use super::words;
use super::world::{Ending, World};
use crate::client::RelayClient;
use crate::client::owner::accounts::{AccountChange, AccountDraft, AccountRole, UserAccount};
use crate::domain::{ApiKey, Fault, FaultKind, Money};
use crate::locale::{pair, say};

/// Runs the sub-command.
///
/// # Errors
/// When the account in use is not the relay's owner, or the relay refuses.
pub async fn run(world: &World, command: AccountsCommand) -> Result<Ending, Fault> {
    let client = world.session().await?.client;
    match command {
        AccountsCommand::List => list(world, &client.accounts().await?),
        AccountsCommand::Show { account } => {
            let found = client.account_of(&account).await?;
            if world.json {
                print_json(&account_json(&found)).map_err(World::stdout_gone)?;
                return Ok(Ending::Done);
            }
            list(world, &[found])
        }
        AccountsCommand::Create(args) => create(world, &client, args).await,
        AccountsCommand::Edit(args) => edit(world, &client, args).await,
        AccountsCommand::Credit { account, amount } => {
            let amount = dollars(&amount, say!("help-value-amount"))?;
            let found = client.account_of(&account).await?;
            client
                .credit_account(found.id, amount)
                .await
                .map_err(World::wrong_usage)?;
            let now = client.account_of(&found.id.to_string()).await?;
            let told = say!(
                "cli-account-balance",
                name = now.name,
                balance = now.balance
            );
            tell(world, &now, &told)
        }
        AccountsCommand::Enable { account } => switch(world, &client, &account, true).await,
        AccountsCommand::Disable { account } => switch(world, &client, &account, false).await,
        AccountsCommand::Password { account, password } => {
            let found = client.account_of(&account).await?;
            let (password, made_up) = password_of(password)?;
            let change = AccountChange {
                password: Some(password.clone()),
                ..AccountChange::default()
            };
            let now = client.change_account(&found, &change).await?;
            told_with(world, &now, made_up.then_some(&password), Told::NewPassword)
        }
        AccountsCommand::Delete { account } => {
            let found = client.account_of(&account).await?;
            client.delete_account(found.id).await?;
            if world.json {
                print_json(&json!({"deleted": found.id})).map_err(World::stdout_gone)?;
            } else {
                world.warn(&say!("cli-account-deleted", name = found.name));
            }
            Ok(Ending::Done)
        }
    }
}

fn list(world: &World, accounts: &[UserAccount]) -> Result<Ending, Fault> {
    if world.json {
        print_json(&accounts.iter().map(account_json).collect()).map_err(World::stdout_gone)?;
        return Ok(Ending::Done);
    }
    let columns = [
        (say!("cli-column-id"), Align::Right),
        (say!("cli-column-name"), Align::Left),
        (say!("cli-column-role"), Align::Left),
        (say!("cli-column-status"), Align::Left),
        (say!("cli-column-group"), Align::Left),
        (say!("cli-column-balance"), Align::Right),
        (say!("cli-column-used"), Align::Right),
        (say!("cli-column-requests"), Align::Right),
        (say!("cli-column-remark"), Align::Left),
    ];
    let mut table = Table::new(&columns);
    let balance = places(accounts.iter().map(|account| account.balance));
    let used = places(accounts.iter().map(|account| account.used));
    for account in accounts {
        table.row([
            account.id.to_string(),
            account.name.clone(),
            words::role(account.role).into(),
            words::switched(account.enabled).into(),
            account.group.clone(),
            account.balance.with_sign(balance),
            account.used.with_sign(used),
            account.requests.to_string(),
            account.remark.clone(),
        ]);
    }
    table
        .print(say!("cli-accounts-none"))
        .map_err(World::stdout_gone)?;
    Ok(Ending::Done)
}

async fn create(
    world: &World,
    client: &RelayClient,
    args: AccountCreateArgs,
) -> Result<Ending, Fault> {
    let credit = args
        .credit
        .as_deref()
        .map(|text| dollars(text, "--credit"))
        .transpose()?;
    let (password, made_up) = password_of(args.password)?;
    let draft = AccountDraft {
        name: args.name,
        display_name: args.display_name,
        password: password.clone(),
        administrator: args.role == RoleWord::Admin,
    };
    let mut account = client.add_account(&draft).await?;
    // From here on the account exists, and its password must be told whatever else goes wrong.
    let rest = async {
        if args.group.is_some() || args.remark.is_some() {
            let change = AccountChange {
                group: args.group,
                remark: args.remark,
                ..AccountChange::default()
            };
            account = client.change_account(&account, &change).await?;
        }
        if let Some(credit) = credit {
            client.credit_account(account.id, credit).await?;
            account = client.account_of(&account.id.to_string()).await?;
        }
        Ok::<_, Fault>(())
    };
    let trouble = rest.await.err();
    let ending = told_with(world, &account, made_up.then_some(&password), Told::Made)?;
    match trouble {
        None => Ok(ending),
        Some(fault) if world.json => {
            world.warn(&fault.to_string());
            Ok(Ending::Told(fault.kind))
        }
        Some(fault) => Err(fault),
    }
}

async fn edit(world: &World, client: &RelayClient, args: AccountEditArgs) -> Result<Ending, Fault> {
    let found = client.account_of(&args.account).await?;
    let change = AccountChange {
        name: args.name,
        display_name: args.display_name,
        group: args.group,
        remark: args.remark,
        password: None,
    };
    let mut now = client.change_account(&found, &change).await?;
    if let Some(role) = args.role {
        let administrator = role == RoleWord::Admin;
        if administrator != (now.role == AccountRole::Administrator) {
            client.promote_account(now.id, administrator).await?;
            now = client.account_of(&now.id.to_string()).await?;
        }
    }
    let told = say!("cli-account-changed", name = now.name);
    tell(world, &now, &told)
}

async fn switch(
    world: &World,
    client: &RelayClient,
    who: &str,
    enabled: bool,
) -> Result<Ending, Fault> {
    let found = client.account_of(who).await?;
    client.enable_account(found.id, enabled).await?;
    let now = client.account_of(&found.id.to_string()).await?;
    let told = say!(
        "cli-account-switched",
        name = now.name,
        status = words::switched(now.enabled)
    );
    tell(world, &now, &told)
}

/// Tells of an account; its new password, where we made it up, alone on stdout.
/// What happened to an account.
#[derive(Clone, Copy)]
enum Told {
    Made,
    NewPassword,
}

fn told_with(
    world: &World,
    account: &UserAccount,
    password: Option<&ApiKey>,
    what: Told,
) -> Result<Ending, Fault> {
    if world.json {
        let mut object = account_json(account);
        if let Some(password) = password {
            object["password"] = json!(password.expose());
        }
        print_json(&object).map_err(World::stdout_gone)?;
        return Ok(Ending::Done);
    }
    if let Some(password) = password {
        print(&format!("{}\n", password.expose())).map_err(World::stdout_gone)?;
    }
    let told = match what {
        Told::Made => say!("cli-account-made", name = account.name, id = account.id),
        Told::NewPassword => say!("cli-account-password", name = account.name, id = account.id),
    };
    let once = match password {
        Some(_) => say!("cli-account-shown-once"),
        None => "",
    };
    world.warn(&format!("{told}{once}"));
    Ok(Ending::Done)
}

fn tell(world: &World, account: &UserAccount, told: &str) -> Result<Ending, Fault> {
    if world.json {
        print_json(&account_json(account)).map_err(World::stdout_gone)?;
    } else {
        world.warn(told);
    }
    Ok(Ending::Done)
}

/// The password that was given, or one made up; and whether it was.
fn password_of(given: Option<String>) -> Result<(ApiKey, bool), Fault> {
    match given {
        Some(text) => Ok((ApiKey::new(secret::given(text)?), false)),
        None => Ok((ApiKey::new(secret::made_up()?), true)),
    }
}

/// Dollars as they are typed.
pub fn dollars(text: &str, flag: &str) -> Result<Money, Fault> {
    Money::parse(text).map_err(|error| {
        Fault::new(FaultKind::Usage, pair(flag, error)).advise(say!("cli-advice-dollars"))
    })
}

/// The word of JSON documents.
fn status(account: &UserAccount) -> &'static str {
    if account.enabled {
        "enabled"
    } else {
        "disabled"
    }
}

fn account_json(account: &UserAccount) -> Value {
    let mut object = Map::new();
    object.insert("id".into(), json!(account.id));
    object.insert("name".into(), json!(account.name));
    object.insert("display_name".into(), json!(account.display_name));
    object.insert("role".into(), json!(account.role.word()));
    object.insert("status".into(), json!(status(account)));
    object.insert("group".into(), json!(account.group));
    put_money(&mut object, "balance", Some(account.balance));
    put_money(&mut object, "used", Some(account.used));
    object.insert("requests".into(), json!(account.requests));
    object.insert("remark".into(), json!(account.remark));
    object.insert("created".into(), json!(account.created.map(|at| at.0)));
    Value::Object(object)
}
