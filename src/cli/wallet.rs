//! `relaydeck wallet`: what is in it, and how to fill it.

use serde_json::{Map, Value, json};

use super::args::wallet::WalletCommand;
use super::output::{Align, Table, print, print_json, put_money};
use super::secret;
use super::world::{Ending, World};
use crate::client::RelayClient;
use crate::domain::{Account, Fault, Money, TopUp, WaysToPay};

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
    let mut table = Table::new(&[("WALLET", Align::Left), ("", Align::Left)]);
    let requests = account
        .requests
        .map_or("?".into(), |count| count.to_string());
    for (name, value) in [
        ("account", account.name.clone()),
        ("balance", money(account.balance)),
        ("used", money(account.used)),
        ("requests", requests),
        ("group", account.group.clone()),
        (
            "codes",
            if ways.redeems {
                "redeemed here"
            } else {
                "not taken"
            }
            .into(),
        ),
        (
            "online",
            if methods.is_empty() {
                "not offered".into()
            } else {
                methods.join(" ")
            },
        ),
    ] {
        table.row([name.to_owned(), value]);
    }
    if let Some(shop) = &ways.shop {
        table.row(["shop".into(), shop.clone()]);
    }
    table.print("").map_err(World::stdout_gone)?;
    if account
        .balance
        .is_some_and(|balance| balance <= Money::ZERO)
    {
        world.warn(
            "the wallet is empty: requests that cost something are refused until it is filled",
        );
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
        world.warn(&format!(
            "{added} came into the wallet; the balance is {balance}"
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
    let price = link
        .price
        .map_or(String::new(), |price| format!("; the price is {price}"));
    world.warn(&format!(
        "open the page to pay{price}; the balance follows when the relay was told"
    ));
    Ok(Ending::Done)
}

async fn history(world: &World, client: &RelayClient, limit: usize) -> Result<Ending, Fault> {
    let mut entries = client.top_ups().await?;
    entries.truncate(limit);
    if world.json {
        print_json(&entries.iter().map(entry_json).collect()).map_err(World::stdout_gone)?;
        return Ok(Ending::Done);
    }
    let columns = [
        ("TIME", Align::Left),
        ("AMOUNT", Align::Right),
        ("STATE", Align::Left),
        ("HOW", Align::Left),
        ("NUMBER", Align::Left),
    ];
    let mut table = Table::new(&columns);
    for entry in &entries {
        table.row([
            world.date(entry.at),
            entry.amount.map_or("?".into(), |amount| amount.to_string()),
            entry.state.word().into(),
            entry.how.clone(),
            entry.number.clone(),
        ]);
    }
    table
        .print("Nothing came into this wallet yet.")
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
