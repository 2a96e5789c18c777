//! Third-party tools: read what is there, plan, diff, apply, undo (S-76, X-08). Source: `contract/tools.md`.
//!
//! Each tool is a description in `assets/tools`; nothing here knows one by name. Nothing is written before a plan was made
//! and shown; comments, order and formatting of a file stay; keys are masked wherever they are shown.

mod apply;
mod description;
mod edit;
mod effective;
mod error;
mod hide;
mod journal;
pub mod links;
pub mod migrate;
mod path;
mod place;
mod plan;

pub use apply::{Undo, UndoFile, Undone, apply, plan_undo, undo};
pub use description::{Evidence, Tool, UrlForm, all, find};
pub use edit::{EditError, Format};
pub use effective::{Effective, Found, Unreadable, Verdict};
pub use error::ToolError;
pub use path::Step;
pub use place::Places;
pub use plan::{Change, Plan, Target};

/// The tool of a name, or what was probably meant.
///
/// # Errors
/// When there is none.
pub fn named(name: &str) -> Result<&'static Tool, ToolError> {
    let wanted = name.trim().to_ascii_lowercase().replace([' ', '_'], "-");
    find(&wanted).ok_or_else(|| {
        let near = |tool: &&Tool| strsim::jaro_winkler(&tool.id, &wanted);
        let nearest = all()
            .iter()
            .max_by(|one, other| near(one).total_cmp(&near(other)));
        ToolError::Unknown {
            name: name.to_owned(),
            nearest: nearest
                .filter(|tool| near(tool) > 0.75)
                .map(|tool| tool.id.as_str()),
        }
    })
}

/// How many setups of a tool can be undone.
pub fn setups(tool: &Tool, places: &Places) -> usize {
    journal::entries(places, &tool.id).len()
}
