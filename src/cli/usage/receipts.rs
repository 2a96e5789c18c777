//! `relaydeck usage receipts`: the latest requests one by one.

use serde_json::{Map, Value, json};

use super::super::args::ReceiptsArgs;
use super::super::output::{Align, Table, print_json, put_cost, put_money};
use super::super::words;
use super::super::world::{Ending, World};
use super::{asking, since};
use crate::domain::{Dispute, Fault, Receipt, ReceiptState, program};
use crate::ledger::ReceiptFilter;
use crate::locale::say;
use crate::tui::words::finish;

/// Prints them.
///
/// # Errors
/// When the span cannot be read or the ledger cannot be opened.
pub async fn run(world: &World, args: ReceiptsArgs) -> Result<Ending, Fault> {
    let filter = ReceiptFilter {
        profile: (!args.all).then(|| world.profile_name().to_owned()),
        since: Some(since(world, &args.since)?),
        disputed: args.disputes,
        limit: args.limit,
        ..ReceiptFilter::default()
    };
    let ledger = world.ledger().await?;
    asking::bring_in(world, &ledger, args.all).await;
    let receipts = ledger.receipts(filter).await.map_err(Fault::from)?;
    ledger.close().await.map_err(Fault::from)?;
    if world.json {
        print_json(&Value::Array(receipts.iter().map(receipt_json).collect()))
            .map_err(World::stdout_gone)?;
        return Ok(Ending::Done);
    }
    let columns = [
        (say!("cli-column-id"), Align::Right),
        (say!("cli-column-sent"), Align::Left),
        (say!("cli-column-model"), Align::Left),
        (say!("cli-column-key-name"), Align::Left),
        (say!("cli-column-in"), Align::Right),
        (say!("cli-column-out"), Align::Right),
        (say!("cli-column-cost"), Align::Right),
        (say!("cli-column-basis"), Align::Left),
        (say!("cli-column-first"), Align::Right),
        (say!("cli-column-end"), Align::Left),
        (
            if args.disputes {
                say!("cli-column-why")
            } else {
                say!("cli-column-tool")
            },
            Align::Left,
        ),
    ];
    let mut table = Table::new(&columns);
    for receipt in &receipts {
        let (usage, cost) = (receipt.usage(), receipt.cost());
        // What was refused has no figures; zeros would say that it had.
        let failed = receipt.state == ReceiptState::Failed && receipt.charged.is_none();
        let figure = |figure: String| if failed { "–".to_owned() } else { figure };
        table.row([
            receipt.id.to_string(),
            world.date(receipt.sent.seconds()),
            receipt.model.clone(),
            receipt
                .key_name
                .clone()
                .unwrap_or_else(|| receipt.key_masked.clone()),
            figure(usage.prompt().to_string()),
            figure(usage.output.to_string()),
            figure(
                cost.amount
                    .map_or("?".into(), |amount| format!("${}", amount.fixed(6))),
            ),
            figure(cost.basis.words().into()),
            receipt
                .first_ms
                .map_or(String::new(), |ms| format!("{ms} ms")),
            end_word(receipt),
            match Dispute::of(receipt) {
                Some(dispute) if args.disputes => dispute.words().to_owned(),
                _ => program::shown(&receipt.tool).to_owned(),
            },
        ]);
    }
    table
        .print(if args.disputes {
            say!("cli-receipts-no-disputes")
        } else {
            say!("cli-usage-none")
        })
        .map_err(World::stdout_gone)?;
    Ok(Ending::Done)
}

fn end_word(receipt: &Receipt) -> String {
    match (&receipt.fault, &receipt.finish, receipt.state) {
        (Some(fault), _, ReceiptState::Failed) if receipt.status.is_some() => {
            say!("cli-receipt-refused", why = words::fault_kind(*fault))
        }
        (Some(fault), ..) => words::fault_kind(*fault).to_owned(),
        (None, Some(end), _) => finish(end).to_owned(),
        (None, None, ReceiptState::Sent) => say!("cli-receipt-running").into(),
        (None, None, ReceiptState::Interrupted) => say!("cli-receipt-interrupted").into(),
        (None, None, _) => "–".into(),
    }
}

/// A receipt as one JSON object; exports have the same.
pub(super) fn receipt_json(receipt: &Receipt) -> Value {
    let mut object = Map::new();
    object.insert("id".into(), json!(receipt.id));
    object.insert("profile".into(), json!(receipt.profile));
    object.insert("relay".into(), json!(receipt.relay));
    object.insert("sent_ms".into(), json!(receipt.sent));
    object.insert("state".into(), json!(receipt.state));
    object.insert("model".into(), json!(receipt.model));
    object.insert("model_echoed".into(), json!(receipt.model_echoed));
    object.insert("key_id".into(), json!(receipt.key_id));
    object.insert("key_name".into(), json!(receipt.key_name));
    object.insert("key".into(), json!(receipt.key_masked));
    object.insert("group".into(), json!(receipt.group));
    object.insert("counted".into(), json!(receipt.counted));
    object.insert("reported".into(), json!(receipt.reported));
    put_cost(&mut object, "cost", receipt.cost());
    put_money(&mut object, "expected", receipt.expected);
    put_money(&mut object, "charged", receipt.charged);
    object.insert("finish".into(), json!(receipt.finish));
    object.insert("fault".into(), json!(receipt.fault));
    object.insert("status".into(), json!(receipt.status));
    object.insert("request_id".into(), json!(receipt.request_id));
    object.insert("first_ms".into(), json!(receipt.first_ms));
    object.insert("total_ms".into(), json!(receipt.total_ms));
    object.insert("tool".into(), json!(receipt.tool));
    object.insert("dispute".into(), json!(Dispute::of(receipt)));
    Value::Object(object)
}
