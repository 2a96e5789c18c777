//! Where things lie on this machine: home, the folder one works in, the environment, and what a description's path means
//! with them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::description::Tool;

/// This machine as a tool sees it. A value, so that tests bring their own.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// The user's home.
    pub home: PathBuf,
    /// The folder one works in: projects have settings of their own.
    pub here: PathBuf,
    /// Our own folder, for what we keep to undo things.
    pub data: PathBuf,
    /// The environment.
    pub environment: BTreeMap<String, String>,
    /// A file that was named by hand, in place of the first a tool has.
    pub named: Option<PathBuf>,
}

impl Places {
    /// This process's.
    pub fn of_process(data: PathBuf) -> Self {
        let environment: BTreeMap<String, String> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Places {
            home: environment
                .get("HOME")
                .map(PathBuf::from)
                .unwrap_or_default(),
            here: std::env::current_dir().unwrap_or_default(),
            data,
            environment,
            named: None,
        }
    }

    /// A variable; an empty one counts as not set.
    pub fn variable(&self, name: &str) -> Option<&str> {
        let value = self.environment.get(name)?;
        (!value.is_empty()).then_some(value)
    }

    /// The file that a description means: the first whose variable is set, else the first that is there, else the last.
    pub fn file(&self, candidates: &[String]) -> Option<PathBuf> {
        let known: Vec<(bool, PathBuf)> = candidates
            .iter()
            .filter_map(|text| Some((text.starts_with("{env:"), self.path(text)?)))
            .collect();
        let chosen = known.iter().find(|(by_variable, _)| *by_variable);
        let chosen = chosen.or_else(|| known.iter().find(|(_, path)| path.exists()));
        chosen.or(known.last()).map(|(_, path)| path.clone())
    }

    /// A path of a description: `~/…`, `{config}/…`, `{data}/…`, `{env:NAME}/…`, else below the folder one works in.
    /// `None` when its variable is not set.
    pub fn path(&self, text: &str) -> Option<PathBuf> {
        if let Some(rest) = text.strip_prefix("~/") {
            return Some(self.home.join(rest));
        }
        let Some((place, rest)) = text.strip_prefix('{').and_then(|text| text.split_once('}'))
        else {
            return Some(self.here.join(text));
        };
        let rest = rest.trim_start_matches('/');
        let folder = match place.strip_prefix("env:") {
            Some(name) => PathBuf::from(self.variable(name)?),
            None if place == "data" => self.data.clone(),
            None => self
                .variable("XDG_CONFIG_HOME")
                .map_or_else(|| self.home.join(".config"), PathBuf::from),
        };
        Some(if rest.is_empty() {
            folder
        } else {
            folder.join(rest)
        })
    }

    /// A path for people, with `~` for home.
    pub fn shown(&self, path: &Path) -> String {
        match path.strip_prefix(&self.home) {
            Ok(rest) if !self.home.as_os_str().is_empty() => format!("~/{}", rest.display()),
            _ => path.display().to_string(),
        }
    }

    /// The program of a tool, where one is installed.
    pub fn program(&self, tool: &Tool) -> Option<PathBuf> {
        let folders: Vec<PathBuf> = self
            .variable("PATH")
            .map(|path| std::env::split_paths(path).collect())
            .unwrap_or_default();
        let programs = tool.programs.iter();
        let mut installed =
            programs.flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
        installed.find(|path| path.is_file())
    }

    /// What shows that a tool is on this machine; `None` when nothing does.
    pub fn found(&self, tool: &Tool) -> Option<PathBuf> {
        let traces = || tool.traces.iter().filter_map(|trace| self.path(trace));
        self.program(tool)
            .or_else(|| traces().find(|path| path.exists()))
    }
}
