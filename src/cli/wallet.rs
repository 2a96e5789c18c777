//! `relaydeck wallet`: what is in it, and how to fill it.

use serde_json::{Map, Value, json};

use super::args::wallet::WalletCommand;
use super::output::{Align, Table, places, print, print_json, put_money};
use super::secret;
use super::world::{Ending, World};
use crate::client::RelayClient;
use crate::domain::{Account, Fault, Money, TopUp, WaysToPay};
use crate::locale::say;
use crate::tui::words;

/// Runs the sub-command.
///
/// # Errors
/// Whatever the relay refuses.
pub async fn run(world: &World, command: WalletCommand) -> Result<Ending, Fault> {
    let client = world.session().await?.client;
    match command {
        WalletCommand::Show => show(world, &client).await,
        WalletCommand::Redeem { code } => redeem(world, &client, code).await,
        WalletCommand::Topup { amount, method } => {
            top_up(world, &client, amount, method.as_deref()).await
        }
        WalletCommand::History { limit } => history(world, &client, limit).await,
    }
}

async fn show(world: &World, client: &RelayClient) -> Result<Ending, Fault> {
    let account = client.account().await?;
    let ways = client.ways_to_pay().await?;
    if world.json {
        print_json(&wallet_json(&account, &ways)).map_err(World::stdout_gone)?;
        return Ok(Ending::Done);
    }
    let money = |amount: Option<Money>| amount.map_or("?".to_owned(), |amount| amount.to_string());
    let methods: Vec<String> = ways
        .methods
        .iter()
        .map(|method| method.word.clone())
        .collect();
    let mut table = Table::new(&[(say!("cli-column-wallet"), Align::Left), ("", Align::Left)]);
    let requests = account
        .requests
        .map_or("?".into(), |count| count.to_string());
    for (name, value) in [
        (say!("cli-label-account"), account.shown_name().to_owned()),
        (say!("cli-label-balance"), money(account.balance)),
        (say!("cli-label-used"), money(account.used)),
        (say!("cli-label-requests"), requests),
        (say!("cli-label-group"), account.group.clone()),
        (
            say!("cli-label-codes"),
            if ways.redeems {
                say!("cli-wallet-codes")
            } else {
                say!("cli-wallet-no-codes")
            }
            .into(),
        ),
        (
            say!("cli-label-online"),
            if methods.is_empty() {
                say!("cli-wallet-not-online").into()
            } else {
                methods.join(" ")
            },
        ),
    ] {
        table.row([name.to_owned(), value]);
    }
    if let Some(shop) = &ways.shop {
        table.row([say!("cli-label-shop").into(), shop.clone()]);
    }
    table.print("").map_err(World::stdout_gone)?;
    if account
        .balance
        .is_some_and(|balance| balance <= Money::ZERO)
    {
        world.warn(say!("cli-wallet-empty"));
    }
    Ok(Ending::Done)
}

fn wallet_json(account: &Account, ways: &WaysToPay) -> Value {
    let mut object = Map::new();
    object.insert("account".into(), json!(account.name));
    object.insert("id".into(), json!(account.id));
    object.insert("group".into(), json!(account.group));
    put_money(&mut object, "balance", account.balance);
    put_money(&mut object, "used", account.used);
    object.insert("requests".into(), json!(account.requests));
    object.insert("ways_to_pay".into(), json!(ways));
    Value::Object(object)
}

async fn redeem(world: &World, client: &RelayClient, code: String) -> Result<Ending, Fault> {
    let added = client
        .redeem(&secret::given(code)?)
        .await
        .map_err(World::wrong_usage)?;
    // The code is redeemed whatever the next answer is.
    let balance = client
        .account()
        .await
        .ok()
        .and_then(|account| account.balance);
    if world.json {
        let mut object = Map::new();
        put_money(&mut object, "added", Some(added));
        put_money(&mut object, "balance", balance);
        print_json(&Value::Object(object)).map_err(World::stdout_gone)?;
    } else {
        let balance = balance.map_or("?".to_owned(), |balance| balance.to_string());
        world.warn(&say!(
            "cli-wallet-redeemed",
            added = added,
            balance = balance
        ));
    }
    Ok(Ending::Done)
}

async fn top_up(
    world: &World,
    client: &RelayClient,
    amount: u64,
    method: Option<&str>,
) -> Result<Ending, Fault> {
    let link = client
        .order(amount, method)
        .await
        .map_err(World::wrong_usage)?;
    if world.json {
        print_json(&json!(link)).map_err(World::stdout_gone)?;
        return Ok(Ending::Done);
    }
    // Alone on stdout, so that it can be handed to a browser.
    print(&format!("{}\n", link.url)).map_err(World::stdout_gone)?;
    world.warn(&match link.price {
        Some(price) => say!("cli-wallet-pay-price", price = price),
        None => say!("cli-wallet-pay").to_owned(),
    });
    Ok(Ending::Done)
}

async fn history(world: &World, client: &RelayClient, limit: u32) -> Result<Ending, Fault> {
    let mut entries = client.top_ups().await?;
    entries.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    if world.json {
        print_json(&entries.iter().map(entry_json).collect()).map_err(World::stdout_gone)?;
        return Ok(Ending::Done);
    }
    let columns = [
        (say!("cli-column-time"), Align::Left),
        (say!("cli-column-amount"), Align::Right),
        (say!("cli-column-state"), Align::Left),
        (say!("cli-column-how"), Align::Left),
        (say!("cli-column-number"), Align::Left),
    ];
    let mut table = Table::new(&columns);
    let decimals = places(entries.iter().filter_map(|entry| entry.amount));
    for entry in &entries {
        table.row([
            world.date(entry.at),
            entry
                .amount
                .map_or("?".into(), |amount| amount.with_sign(decimals)),
            words::top_up(entry.state).into(),
            entry.shown_how().to_owned(),
            entry.number.clone(),
        ]);
    }
    table
        .print(say!("cli-wallet-nothing"))
        .map_err(World::stdout_gone)?;
    Ok(Ending::Done)
}

fn entry_json(entry: &TopUp) -> Value {
    let mut object = Map::new();
    object.insert("at".into(), json!(entry.at.0));
    put_money(&mut object, "amount", entry.amount);
    object.insert("state".into(), json!(entry.state));
    object.insert("how".into(), json!(entry.how));
    object.insert("number".into(), json!(entry.number));
    Value::Object(object)
}
