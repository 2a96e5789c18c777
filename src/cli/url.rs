//! `relaydeck url`: all forms of an address, and what was suspicious in the one that was given (S-52, S-56).

use serde_json::{Map, Value, json};

use super::args::UrlArgs;
use super::output::{Align, Table, print_json};
use super::world::{Ending, World};
use crate::domain::address::AddressError;
use crate::domain::{Address, Fault, FaultKind};
use crate::locale::say;

/// Runs the sub-command.
///
/// # Errors
/// When the text is no address.
pub fn run(world: &World, args: &UrlArgs) -> Result<Ending, Fault> {
    let (address, odd) = Address::parse(&args.form).map_err(|error| refused(&error))?;
    if world.json {
        let forms: Map<String, Value> = address
            .forms()
            .into_iter()
            .map(|form| (form.name.to_owned(), json!(form.url)))
            .collect();
        let odd: Vec<Value> = odd
            .iter()
            .map(|odd| json!({"code": odd.code(), "message": odd.to_string()}))
            .collect();
        print_json(&json!({"forms": forms, "suspicious": odd})).map_err(World::stdout_gone)?;
        return Ok(Ending::Done);
    }
    let mut table = Table::new(&[
        (say!("cli-column-form"), Align::Left),
        (say!("cli-column-address"), Align::Left),
        (say!("cli-column-wanted-by"), Align::Left),
    ]);
    for form in address.forms() {
        table.row([form.name.into(), form.url, form.wanted_by.into()]);
    }
    table.print("").map_err(World::stdout_gone)?;
    for odd in odd {
        world.warn(&format!("! {odd}"));
    }
    Ok(Ending::Done)
}

/// What was given is no address: wrong usage, and the text is not repeated.
pub(super) fn refused(error: &AddressError) -> Fault {
    let advice = match error {
        AddressError::Key => say!("cli-url-key"),
        _ => say!("cli-url-form"),
    };
    Fault::new(FaultKind::Usage, error.to_string()).advise(advice)
}
