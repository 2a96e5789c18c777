//! What the dashboard may ask about third-party tools, and what it is told: pages ready to be read, no secret in them
//! but what was asked for by name.

use std::sync::{Arc, Mutex, PoisonError};

use super::pages;
use super::{Choice, Means, Through, ToolRow, check, choose, make_key, rows};
use crate::domain::{ApiKey, Fault, UnixSeconds};
use crate::engine::door::AskId;
use crate::engine::session::{KeyChoice, Session};
use crate::locale::say;
use crate::tools::links::{self, App, link};
use crate::tools::{self, Places, Plan, Target, Tool, Undo};

/// Something asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ToolJob {
    /// The list.
    List,
    /// What a setup would change.
    Plan {
        /// The tool.
        tool: String,
        /// The number of the key it is to use; the tool's own, or any, when absent.
        key: Option<i64>,
    },
    /// What undoing its latest setup would change.
    PlanUndo {
        /// The tool.
        tool: String,
    },
    /// A call through what a tool uses: one tiny request.
    Check {
        /// The tool.
        tool: String,
    },
    /// A link that sets an app up.
    Link {
        /// The app.
        app: String,
    },
    /// Yes to a plan that was shown.
    Agree {
        /// What had asked for the plan.
        plan: AskId,
    },
}

/// What is told.
#[derive(Clone, Debug)]
pub enum ToolNews {
    /// The list.
    Rows(Vec<ToolRow>),
    /// A page to be read.
    Page(Box<ToolPage>),
}

/// How a row of a page is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Plain.
    Text,
    /// By the way.
    Dim,
    /// It worked, or is new.
    Good,
    /// It did not, or goes.
    Bad,
    /// A heading.
    Head,
    /// To be shown as it is, never wrapped: code, and codes.
    Code,
}

/// A page to be read.
#[derive(Clone, Debug)]
pub struct ToolPage {
    /// What it is about.
    pub title: String,
    /// Its rows.
    pub rows: Vec<(Tone, String)>,
    /// The question, where a yes does something.
    pub question: Option<String>,
    /// What can be copied from it: a link, which holds a key.
    pub copy: Option<ApiKey>,
    /// The tool that was set up, and the number of the key that was asked for it.
    pub set_up: Option<(String, Option<i64>)>,
}

/// What a yes would do.
#[derive(Clone, Debug)]
enum Pending {
    Setup {
        plan: Plan,
        key: Option<i64>,
        new_key: bool,
    },
    Undo {
        tool: &'static Tool,
        undo: Undo,
    },
    Link {
        app: &'static App,
        target: Target,
    },
}

/// The plan that was made last, and what had asked for it: a yes to an older one finds nothing.
#[derive(Clone, Debug, Default)]
pub struct LastPlan(Arc<Mutex<Option<(AskId, Pending)>>>);

impl LastPlan {
    fn keep(&self, ask: AskId, pending: Option<Pending>) {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *last = pending.map(|pending| (ask, pending));
    }

    fn take(&self, ask: AskId) -> Option<Pending> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, pending) = last.take_if(|(of, _)| *of == ask)?;
        Some(pending)
    }
}

/// Does what was asked.
///
/// # Errors
/// When there is no such tool, a file cannot be read or written, or the relay refuses.
pub async fn run(
    session: &Session,
    means: &Means,
    (ask, job): (AskId, ToolJob),
    last: &LastPlan,
    now: UnixSeconds,
) -> Result<ToolNews, Fault> {
    let host = means.host.as_ref();
    let places = host.places();
    let relay = session.profile.address.clone();
    let page = match job {
        ToolJob::List => return Ok(ToolNews::Rows(rows(host, &places, Some(&relay))?)),
        ToolJob::Plan { tool, key } => {
            let tool = tools::named(&tool)?;
            let row = super::row(host, &places, Some(&relay), tool)?;
            let current = row.models.first().map(|model| model.value.clone());
            let choice = Choice {
                key: key.map_or(KeyChoice::Any, KeyChoice::Id),
                new_key: false,
                model: None,
                address: relay,
            };
            // The tool's own key where there is one; a fresh one where none is held at all and none was asked for.
            let chosen = choose(session, tool, &choice, current.as_deref()).or_else(|fault| {
                match session.facts.manages && key.is_none() {
                    true => choose(
                        session,
                        tool,
                        &Choice {
                            new_key: true,
                            ..choice.clone()
                        },
                        current.as_deref(),
                    ),
                    false => Err(fault),
                }
            })?;
            if row.kind != super::SetupKind::Written {
                return Ok(told(pages::by_hand(&row, tool, &chosen, &places)));
            }
            let plan = tool.plan(chosen.target.clone(), &places)?;
            let page = pages::plan(&row, &plan, &chosen, &places);
            let pending = page.question.is_some().then_some(Pending::Setup {
                plan,
                key,
                new_key: chosen.key_to_make,
            });
            last.keep(ask, pending);
            page
        }
        ToolJob::PlanUndo { tool } => {
            let tool = tools::named(&tool)?;
            let undo = tools::plan_undo(&tool.id, &places)?;
            let page = pages::undo(tool, &undo, &places);
            last.keep(ask, Some(Pending::Undo { tool, undo }));
            page
        }
        ToolJob::Check { tool } => {
            let tool = tools::named(&tool)?;
            let row = super::row(host, &places, Some(&relay), tool)?;
            let found = tool.effective(&places);
            match (found.urls.first(), found.keys.first()) {
                (Some(url), Some(key)) if row.state == super::State::Ready => {
                    let through = Through {
                        url: &url.value,
                        key: &key.value,
                        model: found.models.first().map(|model| model.value.as_str()),
                    };
                    pages::checked(&row, check(session, means, tool, through).await)
                }
                _ => pages::not_ready(&row),
            }
        }
        ToolJob::Link { app } => {
            let Some(app) = links::find(&app) else {
                return Err(tools::ToolError::Unknown {
                    name: app,
                    nearest: None,
                }
                .into());
            };
            let key = session.choose_key(&KeyChoice::Any)?;
            let models = session.lists.models.as_deref().unwrap_or_default();
            let target = Target {
                address: relay,
                key: key.held.secret,
                model: models
                    .first()
                    .map(|model| model.name.clone())
                    .unwrap_or_default(),
            };
            let page = pages::link_question(app, &target);
            last.keep(ask, Some(Pending::Link { app, target }));
            page
        }
        ToolJob::Agree { plan } => agreed(session, means, last.take(plan), &places, now).await?,
    };
    Ok(told(page))
}

fn told(page: ToolPage) -> ToolNews {
    ToolNews::Page(Box::new(page))
}

async fn agreed(
    session: &Session,
    means: &Means,
    pending: Option<Pending>,
    places: &Places,
    now: UnixSeconds,
) -> Result<ToolPage, Fault> {
    match pending {
        None => Err(
            Fault::new(crate::domain::FaultKind::BadRequest, say!("tools-no-plan"))
                .advise(say!("tools-open-again")),
        ),
        Some(Pending::Setup { plan, key, new_key }) => {
            let plan = if new_key {
                let fresh = make_key(session, means.host.as_ref(), plan.tool).await?;
                plan.tool.plan(
                    Target {
                        key: fresh,
                        ..plan.target
                    },
                    places,
                )?
            } else {
                plan
            };
            let kept = tools::apply(&plan.tool.id, &plan.changes, places, now)?;
            let url = plan.tool.url(&plan.target.address);
            let through = Through {
                url: &url,
                key: &plan.target.key,
                model: Some(&plan.target.model),
            };
            let checked = check(session, means, plan.tool, through).await;
            let page = pages::written(&plan, &places.shown(&kept), checked);
            Ok(ToolPage {
                set_up: Some((plan.tool.name.clone(), key)),
                ..page
            })
        }
        Some(Pending::Undo { tool, undo }) => {
            tools::undo(&undo)?;
            Ok(pages::undone(tool, &undo, places))
        }
        Some(Pending::Link { app, target }) => Ok(pages::link(app, &link(app, &target))),
    }
}
