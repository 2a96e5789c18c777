//! What runs at a relay at this moment: only our own relay tells.

use std::time::Duration;

use super::RelayClient;
use super::call::{As, Call};
use crate::domain::{Fault, RunningRequest, UnixMillis};
use crate::locale::say;
use crate::wire::new_api::{Envelope, LiveList, LiveRow};
use crate::wire::plain::one_line;

/// The relay holds its answer back for 20 seconds at most, and for an hour where only beginnings and ends are wanted.
const PATIENCE: Duration = Duration::from_secs(40);
const PATIENCE_STILL: Duration = Duration::from_secs(3_660);

impl RelayClient {
    /// What runs now, and a version; with the version of the answer before, it waits until there is something to tell: a
    /// request that begins or ends or, unless `still`, figures that moved on.
    ///
    /// # Errors
    /// `NotFound` or `Unsupported` at a relay that does not tell; otherwise what the refusal means.
    pub async fn running(
        &self,
        after: Option<u64>,
        still: bool,
    ) -> Result<(u64, Vec<RunningRequest>), Fault> {
        self.needs_token(say!("what-live"))?;
        let path = match (after, still) {
            (Some(version), false) => format!("/api/relaydeck/live?after={version}"),
            (Some(version), true) => format!("/api/relaydeck/live?after={version}&still=1"),
            (None, _) => "/api/relaydeck/live".into(),
        };
        let patience = if still { PATIENCE_STILL } else { PATIENCE };
        let answer = self
            .call_without_repeating(&Call::get(path, As::Account, patience))
            .await?;
        let document = answer.document()?;
        let list: Option<LiveList> = serde_json::from_value::<Envelope<LiveList>>(document)
            .ok()
            .and_then(|envelope| envelope.data);
        let list = list.unwrap_or_default();
        Ok((list.version, list.running.iter().map(running).collect()))
    }
}

fn running(row: &LiveRow) -> RunningRequest {
    let count = |number: i64| u64::try_from(number).unwrap_or(0);
    RunningRequest {
        request_id: one_line(&row.request_id),
        key_name: one_line(&row.token_name),
        model: one_line(&row.model_name),
        group: one_line(&row.group),
        tool: one_line(&row.tool),
        begun: UnixMillis(row.begun_ms),
        prompt: count(row.prompt_tokens),
        parts: count(row.completion_parts),
    }
}
