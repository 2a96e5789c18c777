//! `relaydeck sample`: a program that calls this relay, ready to run.

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};
use serde_json::json;

use super::output::{print, print_json};
use super::world::{Ending, World};
use crate::domain::sample::{KEY_VARIABLE, Sample};
use crate::domain::{Address, Fault, FaultKind, Model};
use crate::engine::session::Session;
use crate::locale::say;

/// What a sample is made for. Texts here are what `--help` says.
#[derive(Debug, Args)]
pub struct SampleArgs {
    #[arg(value_name = "LANG", value_enum)]
    pub sample: Sample,
    #[arg(short, long)]
    pub model: Option<String>,
}

impl ValueEnum for Sample {
    fn value_variants<'a>() -> &'a [Self] {
        &Sample::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.word()))
    }
}

/// Runs the sub-command. The program stands alone on stdout.
///
/// # Errors
/// When the relay cannot be asked, or has no such model.
pub async fn run(world: &World, args: SampleArgs) -> Result<Ending, Fault> {
    let mut session = world.session().await?;
    if let Some(fault) = session.fetch_all().await {
        world.warn(&say!("cli-not-all-fetched", fault = fault));
    }
    let model = match args.model {
        Some(name) => {
            session.check_model(&name, None)?;
            name
        }
        None => first(&session, args.sample)?,
    };
    let (address, later) = world.lasting_address(&session)?;
    let text = args.sample.text(&address, &model);
    if world.json {
        let url = url(&address, args.sample);
        let document = json!({
            "lang": args.sample.word(), "model": model, "url": url, "key_variable": KEY_VARIABLE, "text": text,
        });
        print_json(&document).map_err(World::stdout_gone)?;
    } else {
        print(&text).map_err(World::stdout_gone)?;
        if later {
            world.warn(&say!("cli-sample-later", address = address));
        }
    }
    Ok(Ending::Done)
}

/// The address that is called in the end.
fn url(address: &Address, sample: Sample) -> Option<String> {
    Some(address.join(&sample.endpoint().path("")?))
}

fn first(session: &Session, sample: Sample) -> Result<String, Fault> {
    let wanted = sample.endpoint();
    let answers = |model: &&Model| model.endpoints.is_empty() || model.endpoints.contains(&wanted);
    let models = session.lists.models.as_deref().unwrap_or_default();
    let found = models.iter().find(answers).map(|model| model.name.clone());
    found.ok_or_else(|| {
        Fault::new(
            FaultKind::ModelNotFound,
            say!("cli-sample-no-model", endpoint = wanted),
        )
        .advise(say!("tools-name-one"))
    })
}
