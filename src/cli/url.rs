//! `relaydeck url`: all forms of an address, or the one that a tool wants, and what was suspicious in the one that was
//! given (S-52, S-56, S-95).

use serde_json::{Map, Value, json};

use super::args::UrlArgs;
use super::output::{Align, Table, print, print_json};
use super::world::{Ending, World};
use crate::domain::address::{AddressError, Suspicion};
use crate::domain::{Address, Fault, FaultKind};
use crate::locale::say;
use crate::tools;

/// Runs the sub-command.
///
/// # Errors
/// When the text is no address.
pub fn run(world: &World, args: &UrlArgs) -> Result<Ending, Fault> {
    let (address, odd) = Address::parse(&args.form).map_err(|error| refused(&error))?;
    let tool = args.tool.as_deref().map(tools::named).transpose()?;
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
        let mut document = json!({"forms": forms, "suspicious": odd});
        if let Some(tool) = tool {
            let url = tool.url(&address);
            let calls = format!("{url}{}", tool.calls);
            document["tool"] =
                json!({"id": tool.id, "name": tool.name, "url": url, "calls": calls});
        }
        print_json(&document).map_err(World::stdout_gone)?;
        return Ok(Ending::Done);
    }
    if let Some(tool) = tool {
        let url = tool.url(&address);
        // Alone on its line, so that a script can take it.
        print(&format!("{url}\n")).map_err(World::stdout_gone)?;
        let calls = format!("{url}{}", tool.calls);
        world.warn(&say!("cli-url-tool", tool = tool.name, calls = calls));
        return warn_of(world, &odd);
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
    warn_of(world, &odd)
}

fn warn_of(world: &World, odd: &[Suspicion]) -> Result<Ending, Fault> {
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
