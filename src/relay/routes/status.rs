//! `GET /api/status`: what the relay is, for anybody.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use serde_json::json;

use super::super::answers::done;
use super::super::app::App;
use super::super::catalog::scale;
use crate::wire::new_api::{ApiInfo, Status};

/// The name the relay gives itself.
const NAME: &str = "relaydeck";
/// The version it names: its own, and whose.
pub const VERSION: &str = concat!("relaydeck-", env!("CARGO_PKG_VERSION"));

/// What other programs look for besides.
#[derive(Serialize)]
struct Full {
    #[serde(flatten)]
    known: Status,
    theme: &'static str,
    logo: &'static str,
    footer_html: &'static str,
    /// Models without a price are served, and billed nothing.
    self_use_mode_enabled: bool,
    demo_site_enabled: bool,
    password_register_enabled: bool,
    usd_exchange_rate: f64,
    announcements_enabled: bool,
    faq_enabled: bool,
    uptime_kuma_enabled: bool,
    checkin_enabled: bool,
}

/// The handler.
pub async fn status(State(app): State<Arc<App>>) -> Response {
    let address = format!("http://{}", app.address);
    done(Full {
        known: Status {
            version: VERSION.into(),
            start_time: app.started.0,
            system_name: NAME.into(),
            server_address: address.clone(),
            setup: true,
            register_enabled: false,
            password_login_enabled: false,
            quota_per_unit: Some(i64::from(scale().units_per_usd())),
            display_in_currency: true,
            quota_display_type: "USD".into(),
            api_info_enabled: true,
            api_info: vec![ApiInfo {
                url: address,
                route: "This machine".into(),
                description: "The embedded relay".into(),
                color: "green".into(),
            }],
            chats: Some(json!([])),
            ..Status::default()
        },
        theme: "default",
        logo: "",
        footer_html: "",
        self_use_mode_enabled: true,
        demo_site_enabled: false,
        password_register_enabled: false,
        usd_exchange_rate: 1.0,
        announcements_enabled: false,
        faq_enabled: false,
        uptime_kuma_enabled: false,
        checkin_enabled: false,
    })
}
