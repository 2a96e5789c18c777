//! What a setup would change: every file as it is and as it would be, before anything is written.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::description::{FileRule, Tool};
use super::edit::Format;
use super::error::ToolError;
use super::hide::{hide, hide_key};
use super::place::Places;
use crate::domain::{Address, ApiKey};
use crate::files;
use crate::locale::say;

/// What a tool is to use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The relay's base address.
    pub address: Address,
    /// The key.
    pub key: ApiKey,
    /// The exact name of the model.
    pub model: String,
}

/// One file that would change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The file, links followed.
    pub path: PathBuf,
    /// How it is written.
    pub format: Format,
    /// What stands in it; `None` when it is not there.
    pub before: Option<String>,
    /// What would stand in it.
    pub after: String,
    /// Whether it would hold the key: then only its owner may read it.
    pub secret: bool,
}

/// What a setup would change.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The tool.
    pub tool: &'static Tool,
    /// What it is to use.
    pub target: Target,
    /// The files, in the order in which they are written; none when everything stands there already.
    pub changes: Vec<Change>,
    /// What is to be done by hand afterwards.
    pub steps: Vec<String>,
}

impl Plan {
    /// Whether a file that is there is changed; otherwise all of them are new, and none is kept.
    pub fn replaces(&self) -> bool {
        self.changes.iter().any(|change| change.before.is_some())
    }
}

impl Tool {
    /// Makes the plan of a setup. Reads, changes nothing.
    ///
    /// # Errors
    /// When nothing is written for this tool, or a file is broken or cannot be changed in place.
    pub fn plan(&'static self, target: Target, places: &Places) -> Result<Plan, ToolError> {
        if !self.is_written() {
            return Err(ToolError::ByHand(&self.id));
        }
        let mut changes = Vec::new();
        for (at, rule) in self.files.iter().enumerate() {
            let named = places.named.clone().filter(|_| at == 0);
            let path = named.or_else(|| places.file(&rule.path));
            let path = path.ok_or(ToolError::NoFile(&self.id))?;
            let change = self.change(rule, &path, &target, places)?;
            if change.before.as_deref() != Some(change.after.as_str()) {
                changes.push(change);
            }
        }
        let steps = self
            .words()
            .steps
            .iter()
            .map(|step| self.fill(step, &target, places));
        Ok(Plan {
            tool: self,
            steps: steps.collect(),
            target,
            changes,
        })
    }

    /// What is to be done by hand, with address and model in it, and the key's masked form.
    pub fn instructions(&self, target: &Target, places: &Places) -> Vec<String> {
        let shown = Target {
            key: ApiKey::new(target.key.masked()),
            ..target.clone()
        };
        let steps = self
            .words()
            .steps
            .iter()
            .map(|step| self.fill(step, &shown, places));
        steps.collect()
    }

    /// What a new file begins with.
    fn begun(&self, rule: &FileRule) -> String {
        let note = say!("trouble-note-key-file", tool = self.name);
        rule.begin.replace("{note}", &note)
    }

    fn change(
        &self,
        rule: &FileRule,
        path: &Path,
        target: &Target,
        places: &Places,
    ) -> Result<Change, ToolError> {
        let real = inside(path, places)?;
        let before = files::read_exactly(&real)?;
        let (mark, mut text) = match &before {
            None => ("", self.begun(rule)),
            Some(text) => match text.strip_prefix(files::MARK) {
                Some(rest) => ("\u{feff}", rest.to_owned()),
                None => ("", text.clone()),
            },
        };
        let wrong = |error| ToolError::Edit {
            path: path.to_owned(),
            error,
        };
        rule.format.check(&text).map_err(wrong)?;
        for set in &rule.set {
            let at: Vec<String> = set
                .at
                .iter()
                .map(|step| self.fill(step, target, places))
                .collect();
            let steps: Vec<super::path::Step> = at
                .iter()
                .map(|step| super::path::Step::parse(step))
                .collect();
            let there = rule.format.get(&text, &steps).map_err(wrong)?.is_some();
            if (set.unless_set && there) || (set.only_if_set && !there) {
                continue;
            }
            let value = match &set.value {
                Value::String(template) => Value::String(self.fill(template, target, places)),
                other => other.clone(),
            };
            text = rule.format.set(&text, &steps, &value).map_err(wrong)?;
        }
        let after = format!("{mark}{text}");
        Ok(Change {
            secret: after.contains(target.key.expose()),
            path: real,
            format: rule.format,
            before,
            after,
        })
    }

    fn fill(&self, template: &str, target: &Target, places: &Places) -> String {
        let variable = self.variable.as_deref().unwrap_or_default();
        let own = self.files.first().and_then(|rule| places.file(&rule.path));
        let holes = [
            ("{url}", self.url(&target.address)),
            ("{base}", target.address.base().to_owned()),
            ("{v1}", target.address.v1()),
            ("{key}", target.key.expose().to_owned()),
            ("{model}", target.model.clone()),
            ("{variable}", variable.to_owned()),
            (
                "{file}",
                own.map(|path| places.shown(&path)).unwrap_or_default(),
            ),
            ("{data}", places.data.display().to_string()),
        ];
        let filled = |text: String, (hole, value): &(&str, String)| text.replace(hole, value);
        holes.iter().fold(template.to_owned(), filled)
    }
}

/// The file behind a path, links followed; refused when they lead out of home and of the folder one works in.
fn inside(path: &Path, places: &Places) -> Result<PathBuf, ToolError> {
    let real = files::follow_links(path);
    let is_link = real != path;
    let whole = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder = whole(files::parent(&real));
    let allowed = [&places.home, &places.here, &places.data];
    if is_link && !allowed.iter().any(|place| folder.starts_with(whole(place))) {
        return Err(ToolError::LeavesHome {
            path: path.to_owned(),
            target: real,
        });
    }
    Ok(real)
}

impl Change {
    /// The difference as people read it: keys masked, whoever they belong to.
    pub fn diff(&self, places: &Places) -> String {
        let before = self.before.as_deref().unwrap_or_default();
        difference(
            before,
            &self.after,
            &places.shown(&self.path),
            self.before.is_none(),
        )
    }
}

/// A unified diff with every secret masked.
pub(super) fn difference(before: &str, after: &str, name: &str, new: bool) -> String {
    let mut options = diffy::DiffOptions::new();
    options
        .set_original_filename(if new {
            say!("trouble-diff-new").to_owned()
        } else {
            name.to_owned()
        })
        .set_modified_filename(name.to_owned());
    let patch = options.create_patch(before, after).to_string();
    // A file of that name holds a key and nothing else, of whatever kind.
    let shown: fn(&str) -> String = match name.ends_with(".key") {
        true => hide_key,
        false => hide,
    };
    let lines: Vec<String> = patch.lines().map(shown).collect();
    lines.join("\n") + "\n"
}
