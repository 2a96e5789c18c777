//! The engine's commands about third-party tools.

use std::sync::Arc;

use super::door::{AskId, Event, Scope};
use super::task::{Engine, Report};
use super::tools::{self, Means, ToolJob};
use crate::domain::{Fault, FaultKind};
use crate::locale::say;

impl Engine {
    /// Asks about third-party tools. A setup that was agreed to comes to its end.
    pub(super) fn tool(&mut self, ask: AskId, job: ToolJob) {
        let Some(ledger) = self.ledger.clone() else {
            let fault = Fault::new(FaultKind::Local, say!("ledger-closed"))
                .advise(say!("ledger-closed-advice"));
            return self.tell(Event::Tool(ask, Err(fault)));
        };
        let means = Means {
            host: Arc::clone(&self.host),
            ledger,
            clock: self.clock.clone(),
        };
        let (last, now) = (self.tool_plan.clone(), self.clock.now().seconds());
        // Both may call a model through what the tool uses.
        let spends = matches!(job, ToolJob::Check { .. } | ToolJob::Agree { .. });
        let reports = self.reports.0.clone();
        self.with_session(ask, move |mut session, _| {
            Box::pin(async move {
                if session.lists.models.is_none() {
                    session.fetch_all().await;
                } else if let ToolJob::Plan { key: Some(id), .. } = job
                    && !session.knows_key(id)
                    && let Ok(keys) = session.fetch(Scope::Keys).await
                {
                    // A key that was made a moment ago: its group decides which models the tool may call.
                    session.take(&keys);
                }
                let stale: &[Scope] = match session.facts.manages {
                    // A key may have been made for the tool, too.
                    true if spends => &[Scope::Account, Scope::Keys],
                    _ => &[],
                };
                let told = tools::run(&session, &means, (ask, job), &last, now).await;
                if spends {
                    let _ = reports.send(Report::Spent);
                }
                (Event::Tool(ask, told), stale)
            })
        });
    }
}
