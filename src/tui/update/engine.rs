//! What the engine says, taken into the model. A late answer to something that is gone is recognised by its id and dropped.

use crate::domain::profile::LOCAL;
use crate::domain::{Conversation, Fault, FaultKind, Profile, RelayFacts};
use crate::engine::door::{AskId, Command, Event, Scope};
use crate::locale::say;
use crate::tui::effect::Effects;
use crate::tui::model::{Model, Stage, Tone};
use crate::tui::overlay::{NewSecret, Note, Overlay, offer, wallet};
use crate::tui::relay::Connection;
use crate::tui::tabs::{Tab, chat, tools, usage, verify};

use super::{keys, settle};

/// Takes an event into the model.
pub fn event(model: &mut Model, event: Event, fx: &mut Effects) {
    match event {
        Event::Profiles { list, current } => profiles(model, list, current, fx),
        Event::Opening { profile } => opening(model, profile),
        Event::Opened {
            profile,
            facts,
            conversation,
        } => opened(model, profile, facts, conversation, fx),
        Event::OpenFailed { profile, fault } => {
            model.relay.forget();
            model.usage.forget();
            model.relay.connection = Connection::Failed(profile, fault);
            model.stage = Stage::Deck;
        }
        Event::Loaded { snapshot, at } => {
            model.relay.arrive(snapshot, at);
            settle(model);
            chat::update::choose_defaults(model);
            chat::update::send_waiting(model, fx);
        }
        Event::Failed { scope, fault } => {
            // The other lists say in their tabs what is wrong with them; the account has none. Once is enough.
            if scope == Scope::Account && model.relay.account.fault() != Some(&fault) {
                model.complain(&fault);
            }
            model.relay.fail(scope, fault);
            chat::update::send_waiting(model, fx);
        }
        Event::ProfileAdded {
            ask,
            profile,
            notes,
        } => profile_added(model, ask, profile, notes),
        Event::KeyCreated {
            ask,
            profile,
            key,
            secret,
            stored_in,
            warning,
        } => {
            close_form(model, ask);
            // In a profile that was left meanwhile, the numbers mean other keys; the secret is shown all the same.
            let here = model.relay.profile_name() == Some(profile.as_str());
            let new = NewSecret {
                warning,
                ..NewSecret::new(key, secret, stored_in)
            };
            keys::created(model, here, new);
        }
        Event::KeysDeleted {
            profile,
            ids,
            fault,
            ..
        } => {
            let here = model.relay.profile_name() == Some(profile.as_str());
            keys::deleted(model, here, &ids, fault);
        }
        Event::Keys { ask, profile, told } => keys::told(model, ask, &profile, told, fx),
        Event::Wallet { ask, told } => wallet::update::told(model, ask, told),
        Event::Compared {
            model: asked,
            looks,
        } => wallet::update::compared(model, asked.as_deref(), looks),
        Event::RegisterThere { ask, page } => wallet::update::register_there(model, ask, page),
        Event::Commands(lines) => model.commands = lines,
        Event::Offered(offers) => model.offers = offers,
        Event::OfferTaken { name, models, .. } => offer::taken(model, &name, &models),
        Event::OfferDeclined { .. } => {}
        Event::AskFailed { ask, fault } => ask_failed(model, ask, fault),
        Event::Tool(ask, Ok(news)) => tools::update::news(model, ask, news, fx),
        Event::Tool(ask, Err(fault)) => ask_failed(model, ask, fault),
        Event::Delta {
            turn,
            text,
            reasoning,
        } => {
            if let Some(column) = chat::side::column(model, turn) {
                column.turn.grow(&text, reasoning);
            } else if let Some(turn) = model.chat.turn_mut(turn) {
                turn.grow(&text, reasoning);
            }
        }
        Event::Spend { turn, spend } => match chat::side::column(model, turn) {
            Some(column) => column.take_spend(spend),
            None => chat::update::spend(model, turn, spend),
        },
        Event::Ended { turn, end } => match chat::side::column(model, turn) {
            Some(column) => column.end(*end),
            None => chat::update::ended(model, turn, *end, fx),
        },
        Event::Settled { turn, cost } => match chat::side::column(model, turn) {
            Some(column) => column.settle(cost),
            None => chat::update::settled(model, turn, cost, fx),
        },
        Event::ImageRead { image, .. } => {
            model.say(Tone::Good, say!("chat-picture-goes", name = image.name));
            model.chat.attached.push(image);
        }
        Event::Today(today) => {
            model.today = Some(today);
            model.today_lacks_last &= model.chat.streaming.is_some();
            usage::update::changed(model, fx);
        }
        Event::Measured(measured) => {
            model.relay.measured = *measured;
            settle(model);
        }
        Event::Kept { id } => {
            if let Some(newer) = model.chat.kept(id) {
                fx.engine(Command::Keep(newer));
            }
        }
        Event::Usage { view, at } => usage::update::arrive(model, *view, at, fx),
        Event::Running(running) => {
            model.usage.running = running;
            settle(model);
        }
        Event::UsageFailed { fault } => usage::update::fail(model, fault),
        Event::Sessions { ask, list, .. } => {
            let height = super::areas(model).picker_height().saturating_sub(1);
            if let Some(sessions) = chat::sessions::shown(model) {
                sessions.take(ask, list, height);
            }
        }
        Event::SessionRead { ask, conversation } => {
            chat::sessions::read(model, ask, *conversation, fx);
        }
        Event::SessionRenamed { id, name, .. } => chat::sessions::renamed(model, id, &name, fx),
        Event::SessionDeleted { id, .. } => chat::sessions::deleted(model, id, fx),
        Event::SessionExported { ask, path } => chat::sessions::exported(model, ask, &path),
        Event::Proof { ask, news } => verify::update::news(model, ask, *news, fx),
        Event::Notice(fault) => {
            // A store that cannot be written never answers a first keeping.
            if fault.kind == FaultKind::Local {
                model.chat.not_kept();
            }
            model.complain(&fault);
        }
    }
}

fn profiles(model: &mut Model, list: Vec<Profile>, current: Option<String>, fx: &mut Effects) {
    model.profiles = list;
    settle(model);
    if model.stage != Stage::Starting {
        return;
    }
    let wanted = model
        .settings
        .profile
        .clone()
        .or(current)
        .or_else(|| model.profiles.first().map(|profile| profile.name.clone()));
    match wanted {
        Some(profile) => {
            model.stage = Stage::Deck;
            open(model, profile, fx);
        }
        None => model.stage = Stage::FirstRun(0),
    }
}

/// Asks the engine to open a profile.
pub fn open(model: &mut Model, profile: String, fx: &mut Effects) {
    model.stage = Stage::Deck;
    chat::update::stop(model, fx);
    model.relay.forget();
    model.usage.forget();
    model.relay.connection = Connection::Opening(profile.clone());
    settle(model);
    fx.engine(Command::Open { profile });
}

fn opening(model: &mut Model, profile: String) {
    model.stage = Stage::Deck;
    model.relay.forget();
    model.usage.forget();
    model.verify.forget();
    tools::update::forget(model);
    // A filter or a mark is about the lists of the relay before.
    model.keys.list.unfilter();
    model.keys.marked.clear();
    model.groups.list.unfilter();
    model.groups.of_model = None;
    model.market.list.unfilter();
    model.market.widen();
    model.relay.connection = Connection::Opening(profile);
    // What lies over the tab is about the relay before; only a secret that was not seen yet must stay.
    model
        .overlays
        .retain(|overlay| matches!(overlay, Overlay::Secret(_) | Overlay::Note(_)));
    settle(model);
}

fn opened(
    model: &mut Model,
    profile: Profile,
    facts: RelayFacts,
    conversation: Option<Box<Conversation>>,
    fx: &mut Effects,
) {
    model.stage = Stage::Deck;
    if !model
        .profiles
        .iter()
        .any(|known| known.name == profile.name)
    {
        model.profiles.push(profile.clone());
        model.profiles.sort_by(|a, b| a.name.cmp(&b.name));
    }
    let is_local = profile.is_local();
    // Whoever has only a key is not told of account, keys and groups: nothing is awaited there.
    let awaited: &[Scope] = if facts.manages {
        &Scope::ALL
    } else {
        &[Scope::Models]
    };
    for scope in awaited {
        model.relay.ask(*scope);
    }
    let name = profile.name.clone();
    model.relay.connection = Connection::Open(Box::new(profile), Box::new(facts));
    chat::update::restore(model, &name, conversation.map(|kept| *kept), fx);
    settle(model);
    match model.tab {
        Tab::Verify => verify::update::show(model, fx),
        Tab::Tools => tools::update::enter(model, fx),
        _ => {}
    }
    if let Some(question) = model.greeting.take()
        && is_local
        && model.chat.turns.is_empty()
    {
        chat::update::greet(model, question, fx);
    }
}

/// Closes the form that asked this, if it is still there.
pub fn close_form(model: &mut Model, ask: AskId) {
    model.overlays.retain_mut(|overlay| {
        let asked = overlay.form_parts().and_then(|(asked, _)| *asked);
        asked != Some(ask)
    });
}

/// The form that asked this waits no more, and shows the trouble where there is some. `false` when it is gone.
pub fn refused(model: &mut Model, ask: AskId, fault: Option<Fault>) -> bool {
    for overlay in model.overlays.iter_mut().rev() {
        if let Some((asked, shown)) = overlay.form_parts()
            && *asked == Some(ask)
        {
            *asked = None;
            *shown = fault;
            overlay.blame();
            return true;
        }
    }
    false
}

fn profile_added(model: &mut Model, ask: AskId, profile: Profile, notes: Vec<String>) {
    close_form(model, ask);
    let name = profile.name.clone();
    model.profiles.retain(|known| known.name != name);
    model.profiles.push(profile);
    model.profiles.sort_by(|a, b| a.name.cmp(&b.name));
    model.stage = Stage::Deck;
    if notes.is_empty() {
        model.say(Tone::Good, say!("relay-added", name = name));
    } else {
        model.overlays.push(Overlay::Note(Note {
            title: say!("relay-added", name = name),
            lines: notes,
        }));
    }
}

/// Trouble goes to the form that asked, where it can be mended; else it is said in passing.
fn ask_failed(model: &mut Model, ask: AskId, fault: Fault) {
    if !tools::update::failed(model, ask, &fault) && !refused(model, ask, Some(fault.clone())) {
        model.complain(&fault);
    }
}

/// Asks for a list anew, unless it is on its way.
pub fn refresh(model: &mut Model, scope: Scope, fx: &mut Effects) {
    model.relay.ask(scope);
    fx.engine(Command::Refresh(scope));
}

/// The engine could not take a command: what waits for its answer must not wait for ever.
pub fn busy(model: &mut Model, command: Command) {
    let fault =
        Fault::new(FaultKind::Local, say!("engine-busy")).advise(say!("engine-busy-advice"));
    not_taken(model, command, &fault);
}

/// A command did not go through: what waits for its answer must not wait for ever.
pub fn not_taken(model: &mut Model, command: Command, fault: &Fault) {
    match command {
        Command::AddProfile { ask, .. }
        | Command::CreateKey { ask, .. }
        | Command::Keys { ask, .. }
        | Command::ListSessions { ask, .. }
        | Command::ReadSession { ask, .. }
        | Command::RenameSession { ask, .. }
        | Command::DeleteSession { ask, .. }
        | Command::ExportSession { ask, .. }
        | Command::ReadImage { ask, .. }
        | Command::Tool(ask, _)
        | Command::Wallet { ask, .. }
        | Command::AnswerOffer { ask, .. } => {
            ask_failed(model, ask, fault.clone());
        }
        Command::Send { turn, .. } => match chat::side::column(model, turn) {
            Some(column) => column.refuse(fault.clone()),
            None => chat::update::refused(model, turn, fault.clone()),
        },
        Command::Keep(conversation) if conversation.id.is_none() => model.chat.not_kept(),
        Command::Refresh(scope) => model.relay.fail(scope, fault.clone()),
        Command::WatchRunning(_) => model.usage.watching = false,
        Command::LookAtUsage { .. } => usage::update::fail(model, fault.clone()),
        Command::Open { profile } => {
            model.relay.connection = Connection::Failed(profile, fault.clone());
        }
        Command::Stop(_) => chat::update::stop_refused(model),
        Command::Prove { ask, .. } => verify::update::refused(model, ask, fault.clone()),
        Command::DeleteKeys { .. }
        | Command::Compare { .. }
        | Command::Mark(_)
        | Command::KeepCommands(_)
        | Command::Keep(_)
        | Command::StopProving(_) => {}
    }
    model.complain(fault);
}

/// The engine ended under us: nothing can be done any more, but what is on the screen can be read.
pub fn gone(model: &mut Model) {
    model.engine_gone = true;
    let fault =
        Fault::new(FaultKind::Local, say!("engine-ended")).advise(say!("engine-ended-advice"));
    chat::update::cut_off(model, &fault);
    model.complain(&fault);
}

/// The relay inside, as the first door opens it.
pub fn open_local(model: &mut Model, fx: &mut Effects) {
    open(model, LOCAL.into(), fx);
}
