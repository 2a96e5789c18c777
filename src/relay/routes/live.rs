//! `GET /api/relaydeck/live`: what runs at this moment. With `after`, the version of the last answer, it waits for
//! something to tell, so that whoever watches asks once for each change and not at all in between. With `still` it tells of
//! beginnings and ends only, and waits for them as long as it takes.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use tokio::time::Instant;

use super::super::answers::done;
use super::super::app::App;
use super::super::auth;
use super::super::rows::ADMIN;
use super::params::Params;
use crate::wire::new_api::LiveList;

/// The longest wait: shorter than clients and proxies take a silent answer for a dead one.
const LONGEST: Duration = Duration::from_secs(20);

/// The same for whoever wants to hear of nothing else: on this machine nobody takes a silent answer for a dead one.
const LONGEST_STILL: Duration = Duration::from_secs(3_600);

/// The handler. An account sees its own requests, the owner everybody's.
pub async fn live(State(app): State<Arc<App>>, headers: HeaderMap, uri: Uri) -> Response {
    let account = match auth::account(&app, &headers) {
        Ok(account) => account,
        Err(refusal) => return *refusal,
    };
    let whose = (account.role < ADMIN).then_some(account.id);
    let params = Params::of(&uri);
    let (after, still) = (params.number("after"), params.number("still").is_some());
    let longest = if still { LONGEST_STILL } else { LONGEST };
    if let Some(version) = after.and_then(|version| u64::try_from(version).ok()) {
        tokio::select! {
            () = app.live.changed_after(version, !still, Instant::now() + longest) => {}
            () = app.closing.cancelled() => {}
        }
    }
    let (version, running) = app.live.now(whose);
    done(LiveList { version, running })
}
