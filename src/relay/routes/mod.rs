//! The console: the management API of the protocol, and the table of every path the relay answers.

mod channel_draft;
mod channels;
mod codes;
mod live;
mod login;
mod logs;
mod maps;
mod options;
mod params;
mod pricing;
mod sent;
mod status;
mod token_draft;
mod tokens;
mod usage;
mod user;
mod users;
mod wallet;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use axum::routing::{MethodRouter, delete, get, patch, post};
use futures_util::FutureExt;
use futures_util::future::Either;
use tower_http::catch_panic::CatchPanicLayer;
use tower_service::Service;

pub use status::VERSION;

use super::answers::{ApiError, RequestId, no_such_path};
use super::app::App;
use super::auth::Peer;
use super::inference::{chat, gemini, models, stored};
use super::pages;
use super::protocol::Protocol;

/// Every path: those of models, which is what a relay is asked for all day, straight to what answers them; the others
/// through a table.
#[derive(Clone)]
pub struct Routes {
    app: Arc<App>,
    table: Router,
}

impl Routes {
    /// Those of a relay.
    pub fn of(app: Arc<App>) -> Self {
        let mut router = Router::new();
        for (path, methods) in table() {
            router = router.route(path, methods);
        }
        let table = router
            .fallback(unknown)
            .method_not_allowed_fallback(unknown)
            .layer(CatchPanicLayer::custom(panicked))
            .with_state(Arc::clone(&app));
        Routes { app, table }
    }

    /// Answers a request that has this id and comes from this address.
    pub fn answer(
        &self,
        mut request: Request,
        id: RequestId,
        peer: Peer,
    ) -> impl Future<Output = Response> + Send + use<'_> {
        let protocol = Protocol::called_on(request.uri().path());
        match protocol.filter(|_| request.method() == Method::POST) {
            Some(protocol) => {
                let answer = chat::answer(&self.app, protocol, request, id, peer);
                let caught = AssertUnwindSafe(answer).catch_unwind();
                Either::Left(caught.map(|answered| answered.unwrap_or_else(panicked)))
            }
            None => {
                request.extensions_mut().insert(id);
                request.extensions_mut().insert(peer);
                let called = Box::pin(self.table.clone().call(request));
                Either::Right(called.map(|Ok(response)| response))
            }
        }
    }
}

/// Collections have their slash in the protocol; the form without it is answered too, instead of a redirect that
/// would make clients drop their credential.
fn table() -> Vec<(&'static str, MethodRouter<Arc<App>>)> {
    let tokens = || get(tokens::list).post(tokens::create).put(tokens::update);
    let channels = || {
        get(channels::list)
            .post(channels::create)
            .put(channels::update)
    };
    let users = || get(users::list).post(users::create).put(users::update);
    let codes = || get(codes::list).post(codes::create).put(codes::update);
    vec![
        ("/api/status", get(status::status)),
        ("/api/setup", get(status::setup)),
        ("/api/notice", get(status::notice)),
        ("/api/about", get(status::about)),
        ("/api/home_page_content", get(status::home_page)),
        ("/api/user/login", post(login::login)),
        ("/api/user/register", post(login::register)),
        ("/api/user/logout", get(login::logout)),
        ("/api/user/auth/logout", post(login::logout)),
        ("/api/user/auth/refresh", post(login::refresh)),
        ("/api/user/sessions", get(login::list)),
        ("/api/user/sessions/{id}", delete(login::remove)),
        (
            "/api/user/sessions/revoke-others",
            post(login::remove_others),
        ),
        (
            "/api/user/self",
            get(user::own).put(user::update).delete(user::remove),
        ),
        ("/api/user/token", get(user::token)),
        ("/api/user", users()),
        ("/api/user/", users()),
        ("/api/user/search", get(users::list)),
        ("/api/user/manage", post(users::manage)),
        ("/api/user/{id}", get(users::one).delete(users::remove)),
        ("/api/user/topup", get(wallet::all).post(wallet::redeem)),
        ("/api/user/topup/info", get(wallet::info)),
        ("/api/user/topup/self", get(wallet::own)),
        ("/api/user/amount", post(wallet::no_payments)),
        ("/api/user/pay", post(wallet::no_payments)),
        ("/api/option", get(options::list).put(options::update)),
        ("/api/option/", get(options::list).put(options::update)),
        ("/api/option/model_pricing", patch(options::price)),
        ("/api/group", get(options::groups)),
        ("/api/group/", get(options::groups)),
        ("/api/redemption", codes()),
        ("/api/redemption/", codes()),
        ("/api/redemption/search", get(codes::list)),
        ("/api/redemption/invalid", delete(codes::remove_invalid)),
        (
            "/api/redemption/{id}",
            get(codes::one).delete(codes::remove),
        ),
        ("/api/user/self/groups", get(user::own_groups)),
        ("/api/user/groups", get(user::groups)),
        ("/api/user/models", get(user::models)),
        ("/api/pricing", get(pricing::pricing)),
        ("/api/token", tokens()),
        ("/api/token/", tokens()),
        ("/api/token/search", get(tokens::search)),
        ("/api/token/auto-groups", get(tokens::auto_groups)),
        ("/api/token/batch", post(tokens::delete_many)),
        ("/api/token/{id}", get(tokens::one).delete(tokens::delete)),
        ("/api/token/{id}/key", post(tokens::reveal)),
        ("/api/token/batch/keys", post(tokens::reveal)),
        ("/api/log/self", get(logs::page)),
        ("/api/log/self/stat", get(logs::sums)),
        ("/api/relaydeck/live", get(live::live)),
        ("/api/log", get(logs::all)),
        ("/api/log/", get(logs::all)),
        ("/api/log/stat", get(logs::all_sums)),
        ("/api/log/token", get(logs::of_key)),
        ("/api/data/self", get(logs::hours)),
        ("/api/data", get(logs::all_hours)),
        ("/api/data/", get(logs::all_hours)),
        ("/api/channel", channels()),
        ("/api/channel/", channels()),
        (
            "/api/channel/{id}",
            get(channels::one).delete(channels::delete),
        ),
        ("/api/channel/test/{id}", get(channels::test)),
        (
            "/api/channel/fetch_models/{id}",
            get(channels::fetch_models),
        ),
        ("/api/usage/token", get(usage::key)),
        ("/api/usage/token/", get(usage::key)),
        ("/dashboard/billing/subscription", get(usage::subscription)),
        (
            "/v1/dashboard/billing/subscription",
            get(usage::subscription),
        ),
        ("/dashboard/billing/usage", get(usage::spent)),
        ("/v1/dashboard/billing/usage", get(usage::spent)),
        ("/v1/models", get(models::list)),
        ("/v1/models/{*id}", get(models::one).post(gemini::call)),
        ("/v1/messages/count_tokens", post(chat::count_tokens)),
        ("/v1/responses/{id}", get(stored::call).delete(stored::call)),
        ("/v1/responses/{id}/input_items", get(stored::call)),
        ("/v1/responses/{id}/cancel", post(stored::call)),
        ("/v1beta/models", get(gemini::list)),
        ("/v1beta/models/{*id}", get(gemini::one).post(gemini::call)),
    ]
}

async fn unknown(request: Request) -> Response {
    pages::permission(&request)
        .unwrap_or_else(|| no_such_path(request.method().as_str(), request.uri().path()))
}

/// A defect of ours, told as what it is. The panic's own text may hold anything, so it stays in the log.
fn panicked(_panic: Box<dyn std::any::Any + Send + 'static>) -> Response {
    let error = ApiError {
        kind: "new_api_panic".into(),
        ..ApiError::own(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal_error",
            "The relay failed on this request; it goes on running",
        )
    };
    error.answer(&RequestId("see the X-Oneapi-Request-Id header".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_defect_is_told_as_json_without_its_words() {
        let response = panicked(Box::new("the words of the panic"));
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let text = axum::body::to_bytes(response.into_body(), usize::MAX)
            .await
            .unwrap();
        let body: serde_json::Value = serde_json::from_slice(&text).unwrap();
        assert_eq!(body["error"]["type"], "new_api_panic");
        assert!(!body.to_string().contains("the words"));
    }
}
