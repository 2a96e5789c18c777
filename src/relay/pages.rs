//! Pages in a browser that call models with a key: clients that are web pages live at their own addresses, and a browser
//! lets them in only where the relay says so (the Fetch standard's CORS, as New API does it).
//!
//! What always holds: only what a key opens is open to pages, and they bring that key themselves, for no cookie opens
//! anything here. The console is not open to them.

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, ORIGIN,
};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::response::Response;

/// What begins so is opened by a key.
const OPEN: [&str; 5] = [
    "/v1/",
    "/v1beta/",
    "/dashboard/billing/",
    "/api/usage/token",
    "/api/log/token",
];
const METHODS: HeaderValue = HeaderValue::from_static("GET, POST, DELETE");
const ANYBODY: HeaderValue = HeaderValue::from_static("*");
const SHOWN: HeaderValue =
    HeaderValue::from_static("x-oneapi-request-id, x-new-api-version, retry-after");
/// How long a browser need not ask again, in seconds.
const A_DAY: HeaderValue = HeaderValue::from_static("86400");
const ASKS_NEARBY: HeaderName = HeaderName::from_static("access-control-request-private-network");
const ALLOWS_NEARBY: HeaderName = HeaderName::from_static("access-control-allow-private-network");

/// Whether a request comes from a page and goes where pages may.
pub fn comes_from_one<B>(request: &axum::http::Request<B>) -> bool {
    request.headers().contains_key(ORIGIN)
        && OPEN
            .iter()
            .any(|open| request.uri().path().starts_with(open))
}

/// The answer to a browser that asks what a page may do; `None` where it does not ask that, or not for what is open.
pub fn permission(request: &Request) -> Option<Response> {
    let asks = request.method() == Method::OPTIONS
        && request
            .headers()
            .contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    if !asks || !comes_from_one(request) {
        return None;
    }
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    headers.insert(ACCESS_CONTROL_MAX_AGE, A_DAY);
    let asked = request.headers();
    // SDKs send many headers of their own, and a star would leave out the one that holds the key.
    if let Some(wanted) = asked.get(ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, wanted.clone());
    }
    if asked.contains_key(ASKS_NEARBY) {
        headers.insert(ALLOWS_NEARBY, HeaderValue::from_static("true"));
    }
    Some(response)
}

/// Lets the page read an answer.
pub fn let_read(response: &mut Response) {
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, ANYBODY);
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, SHOWN);
}
