//! What is known of each tool on this machine, ready to be shown: no secret in it, every value with its place.

use crate::domain::{Address, Fault};
use crate::engine::host::Host;
use crate::locale::say;
use crate::tools::{self, Evidence, Found, Places, Tool, Verdict};

/// A value and where it stands; keys in their masked form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The value.
    pub value: String,
    /// Where it stands.
    pub place: String,
}

/// How a tool is set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetupKind {
    /// Its files are written.
    Written,
    /// A file of variables is written where one is named.
    NamedFile,
    /// By hand, with instructions.
    ByHand,
}

/// Whether what a tool uses can work, as far as can be told without asking anyone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It can.
    Ready,
    /// Nothing is set up.
    Untouched,
    /// It cannot.
    Wrong,
    /// Nobody can tell.
    Unknown,
}

impl State {
    /// The word of JSON documents.
    pub const fn word(self) -> &'static str {
        match self {
            State::Ready => "ready",
            State::Untouched => "not_set_up",
            State::Wrong => "wrong",
            State::Unknown => "unknown",
        }
    }
}

/// A tool as it is on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToolRow {
    /// The word that names it.
    pub id: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub about: &'static str,
    /// How well its facts are known.
    pub evidence: Evidence,
    /// What shows that it is here.
    pub found: Option<String>,
    /// How it is set up.
    pub kind: SetupKind,
    /// The files that are written.
    pub files: Vec<String>,
    /// The form of the address it wants, with the relay in use where there is one.
    pub wants: String,
    /// What it puts behind the address.
    pub calls: &'static str,
    /// Addresses, the first wins.
    pub urls: Vec<Placed>,
    /// Keys, the first wins.
    pub keys: Vec<Placed>,
    /// Models, the first wins.
    pub models: Vec<Placed>,
    /// The profile whose address it uses.
    pub relay: Option<String>,
    /// The name of the key it uses, where we hold it.
    pub key_name: Option<String>,
    /// Whether that can work.
    pub state: State,
    /// Why, in a few words.
    pub why: String,
    /// The same in two or three words, where it is wrong.
    pub brief: &'static str,
    /// What to do, where something is to be done.
    pub advice: Option<String>,
    /// How many setups can be undone.
    pub undoable: usize,
    /// What is to be done by hand.
    pub steps: Vec<String>,
    /// What people should know.
    pub notes: &'static [String],
    /// How it is installed.
    pub install: Option<&'static str>,
}

/// Every tool: those on this machine first, by name.
///
/// # Errors
/// When the profiles or the vault cannot be read.
pub fn rows(
    host: &dyn Host,
    places: &Places,
    relay: Option<&Address>,
) -> Result<Vec<ToolRow>, Fault> {
    let known = Known::of(host)?;
    let mut rows: Vec<ToolRow> = tools::all()
        .iter()
        .map(|tool| make(tool, places, relay, &known))
        .collect();
    rows.sort_by_key(|row| {
        (
            row.found.is_none() && row.urls.is_empty(),
            row.name.to_lowercase(),
        )
    });
    Ok(rows)
}

/// One tool.
///
/// # Errors
/// When the profiles or the vault cannot be read.
pub fn row(
    host: &dyn Host,
    places: &Places,
    relay: Option<&Address>,
    tool: &'static Tool,
) -> Result<ToolRow, Fault> {
    Ok(make(tool, places, relay, &Known::of(host)?))
}

/// The relays and keys that we know, to name what a tool uses.
struct Known {
    relays: Vec<(String, Address)>,
    keys: Vec<(String, crate::domain::ApiKey)>,
}

impl Known {
    fn of(host: &dyn Host) -> Result<Self, Fault> {
        let (profiles, _) = host.profiles()?;
        let mut keys = Vec::new();
        for profile in &profiles {
            let held = host.held_keys(&profile.name)?;
            keys.extend(held.into_iter().map(|key| (key.name, key.secret)));
        }
        let relays = profiles
            .into_iter()
            .map(|profile| (profile.name, profile.address));
        Ok(Known {
            relays: relays.collect(),
            keys,
        })
    }
}

fn make(tool: &'static Tool, places: &Places, relay: Option<&Address>, known: &Known) -> ToolRow {
    let found = tool.effective(places);
    let verdict = tool.verdict(&found);
    let address = found
        .urls
        .first()
        .and_then(|url| Address::parse(&url.value).ok());
    let used =
        |(_, of): &&(String, Address)| address.as_ref().is_some_and(|(address, _)| address == of);
    let relay_name = known.relays.iter().find(used).map(|(name, _)| name.clone());
    let key = found.keys.first().map(|key| &key.value);
    let key_name = known
        .keys
        .iter()
        .find(|(_, secret)| Some(secret) == key)
        .map(|(name, _)| name.clone());
    let (state, why, advice) = told(tool, &verdict);
    let kind = match (tool.is_written(), tool.files.first()) {
        (true, Some(rule)) if rule.path.is_empty() => SetupKind::NamedFile,
        (true, _) => SetupKind::Written,
        (false, _) => SetupKind::ByHand,
    };
    let files = tool.files.iter().filter_map(|rule| places.file(&rule.path));
    let text = |list: &[Found<String>]| {
        list.iter()
            .map(|found| placed(&found.value, found))
            .collect()
    };
    let example = Address::parse("https://host")
        .ok()
        .map(|(address, _)| address);
    ToolRow {
        id: &tool.id,
        name: &tool.name,
        about: &tool.words().about,
        evidence: tool.evidence,
        found: places.found(tool).map(|path| places.shown(&path)),
        kind,
        files: files.map(|path| places.shown(&path)).collect(),
        wants: relay
            .or(example.as_ref())
            .map(|address| tool.url(address))
            .unwrap_or_default(),
        calls: &tool.calls,
        urls: text(&found.urls),
        keys: found
            .keys
            .iter()
            .map(|key| placed(&key.value.masked(), key))
            .collect(),
        models: text(&found.models),
        relay: relay_name,
        key_name,
        state,
        why,
        brief: brief(&verdict),
        advice,
        undoable: tools::setups(tool, places),
        steps: tool.words().steps.clone(),
        notes: &tool.words().notes,
        install: tool.install.as_deref(),
    }
}

fn placed<T>(value: &str, found: &Found<T>) -> Placed {
    Placed {
        value: value.to_owned(),
        place: found.place.clone(),
    }
}

/// What is wrong, in two or three words.
fn brief(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Ready | Verdict::Untouched | Verdict::Unknown => "",
        Verdict::Broken(_) => say!("tools-brief-broken"),
        Verdict::NoAddress(_) => say!("tools-brief-no-address"),
        Verdict::WrongForm { .. } => say!("tools-brief-wrong-form"),
        Verdict::NoKey => say!("tools-brief-no-key"),
        Verdict::KeyMissing(_) => say!("tools-brief-key-missing"),
    }
}

/// A verdict in words: what it is, why, and what to do.
fn told(tool: &Tool, verdict: &Verdict) -> (State, String, Option<String>) {
    let set_up = || Some(say!("tools-set-up-with", tool = tool.id));
    match verdict {
        Verdict::Ready => (State::Ready, say!("tools-all-right").into(), None),
        Verdict::Untouched => {
            let why = match &tool.default_url {
                Some(url) => say!("tools-not-set-up-goes", url = url),
                None => say!("tools-not-set-up").to_owned(),
            };
            (State::Untouched, why, set_up())
        }
        Verdict::Broken(file) => (
            State::Wrong,
            say!(
                "tools-file-broken",
                file = file.path.display(),
                why = file.why
            ),
            Some(say!("tools-mend-line").into()),
        ),
        Verdict::NoAddress(_) => (State::Wrong, say!("tools-no-address").into(), set_up()),
        Verdict::WrongForm { calls, wants } => (
            State::Wrong,
            say!("tools-wrong-form", calls = calls),
            Some(say!("tools-wants-form", wants = wants)),
        ),
        Verdict::NoKey => (State::Wrong, say!("tools-no-key").into(), set_up()),
        Verdict::KeyMissing(place) => {
            let advice = match place.strip_prefix('$') {
                Some(_) => say!("tools-read-key-file", tool = tool.id),
                None => say!("tools-set-up-again", tool = tool.id),
            };
            (
                State::Wrong,
                say!("tools-key-missing", place = place),
                Some(advice),
            )
        }
        Verdict::Unknown => (State::Unknown, say!("tools-keeps-settings").into(), None),
    }
}
