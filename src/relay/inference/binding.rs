//! Binds a request to the channels that have what it refers to. Upstreams keep that for the credential of a channel, which
//! many accounts share.
//!
//! What always holds: what another account made is not to be had, in the same words as what never was; and what one's
//! own account made is asked for at the channel that made it.

use std::collections::HashMap;
use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::Value;

use super::super::answers::ApiError;
use super::super::app::App;
use super::super::channels::{Channel, Route};
use super::super::rows::OWNER;
use super::super::store::items;
use super::ask::{Ask, invalid};
use super::references::{References, What};
use super::stored::{made_at, store_unavailable};

/// So many ids are looked up in one go: whoever else reads the database waits that long.
const AT_ONCE: usize = 500;

/// What a request refers to, and what is known of it once somebody has to know.
pub struct Binding<'a> {
    references: &'a References,
    account: i64,
    known: Option<Known>,
}

/// What is known of everything a request refers to.
struct Known {
    /// Where the account made the response.
    response: Vec<i64>,
    /// Where it has the rest; an empty list is what only other accounts have.
    others: HashMap<String, Vec<i64>>,
}

/// How a list of channels fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fit {
    /// Whether only these channels can answer.
    pub bound: bool,
    /// Whether they have all that this account has.
    pub whole: bool,
}

/// Whether the account may name the conversation that a request goes on in. The relay makes none, so none has anything of
/// another account's; but only the owner can have made one.
///
/// # Errors
/// When it may not.
pub fn conversation_is_owners(
    app: &App,
    account: i64,
    references: &References,
) -> Result<(), ApiError> {
    let is_owner = || {
        let account = app.book.account(account);
        account.is_some_and(|account| account.role == OWNER)
    };
    if !references.conversation || is_owner() {
        return Ok(());
    }
    Err(invalid(
        "conversations are for the relay's owner alone: whose one is cannot be told, and all accounts share the \
         upstream's; go on with previous_response_id, or send the whole conversation in input",
    ))
}

impl<'a> Binding<'a> {
    /// Of what an account's request refers to.
    pub fn new(references: &'a References, account: i64) -> Self {
        Binding {
            references,
            account,
            known: None,
        }
    }

    /// Leaves the channels that have what is referred to.
    ///
    /// # Errors
    /// When this account has no such thing at any of them.
    pub async fn bind(
        &mut self,
        app: &App,
        ask: &Ask<'_>,
        channels: &mut Vec<Arc<Channel>>,
    ) -> Result<Fit, ApiError> {
        let now = app.clock.now();
        let may_keep = |channel: &Arc<Channel>| {
            let route = channel.route(ask.protocol, &ask.model, now);
            matches!(route, Some(Route::Straight | Route::StraightOr(_)))
        };
        // Where nobody keeps any, the translation says so. Whose they are is not looked up then, so the request does not go
        // on to a group that could have them.
        if self.references.is_empty() || !channels.iter().any(may_keep) {
            return Ok(Fit {
                bound: !self.references.is_empty(),
                whole: true,
            });
        }
        let known = match self.known.take() {
            Some(known) => known,
            None => Known::look_up(app, self.account, self.references).await?,
        };
        self.known.insert(known).bind(self.references, channels)
    }
}

impl Known {
    async fn look_up(app: &App, account: i64, of: &References) -> Result<Self, ApiError> {
        let response = match &of.response {
            Some(id) => made_at(app, id, account).await?,
            None => Vec::new(),
        };
        let ids: Vec<String> = of.others.iter().map(|(_, id)| id.clone()).collect();
        let mut others = HashMap::new();
        for some in ids.chunks(AT_ONCE) {
            let some = some.to_vec();
            let read = app
                .store
                .read(move |connection| items::known(connection, &some, account));
            others.extend(read.await.map_err(|error| store_unavailable(&error))?);
        }
        Ok(Known { response, others })
    }

    fn bind(
        &self,
        references: &References,
        channels: &mut Vec<Arc<Channel>>,
    ) -> Result<Fit, ApiError> {
        let mut fit = Fit {
            bound: false,
            whole: true,
        };
        if let Some(id) = &references.response {
            channels.retain(|channel| self.response.contains(&channel.id));
            if channels.is_empty() {
                return Err(not_found(
                    "previous_response_not_found",
                    "previous_response_id",
                    format!("Previous response with id '{id}' not found."),
                ));
            }
            fit.bound = true;
        }
        for (what, id) in &references.others {
            let known = self.others.get(id);
            let own = known.map_or(&[][..], |own| own);
            if channels.iter().any(|channel| own.contains(&channel.id)) {
                channels.retain(|channel| own.contains(&channel.id));
                fit.bound = true;
                continue;
            }
            match what {
                What::Item | What::Container => return Err(thing_not_found(*what, id)),
                // It may be an item of a server that keeps none, and then it means no more than it says.
                What::PartOfItem if known.is_some() && own.is_empty() => {
                    return Err(thing_not_found(*what, id));
                }
                What::PartOfItem => fit.whole &= own.is_empty(),
            }
        }
        Ok(fit)
    }
}

fn thing_not_found(what: What, id: &str) -> ApiError {
    match what {
        What::Item | What::PartOfItem => not_found(
            "item_not_found",
            "input",
            format!(
                "Item with id '{id}' not found: this account has none of this id at an upstream that could answer; \
                 send the item itself"
            ),
        ),
        What::Container => not_found(
            "container_not_found",
            "container",
            format!(
                "Container with id '{id}' not found: this account's requests made none of this id at an upstream that \
                 could answer; leave the id out and a new one is made"
            ),
        ),
    }
}

fn not_found(code: &'static str, param: &'static str, message: String) -> ApiError {
    ApiError {
        kind: "invalid_request_error".into(),
        param: Box::new(Value::from(param)),
        ..ApiError::own(StatusCode::BAD_REQUEST, code, message)
    }
}
