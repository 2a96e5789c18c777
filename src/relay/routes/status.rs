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
    let catalog = app.wall.now();
    let settings = &catalog.settings;
    let own = format!("http://{}", app.address);
    let named = settings.text("ServerAddress");
    let address = if named.is_empty() { own } else { named.into() };
    let mut nodes = settings.nodes();
    if nodes.is_empty() {
        nodes.push(ApiInfo {
            url: address.clone(),
            route: "This machine".into(),
            description: "The embedded relay".into(),
            color: "green".into(),
        });
    }
    let shows_nodes = settings.flag("console_setting.api_info_enabled");
    done(Full {
        known: Status {
            version: VERSION.into(),
            start_time: app.started.0,
            system_name: settings.text("SystemName").into(),
            server_address: address,
            docs_link: settings.text("general_setting.docs_link").into(),
            setup: true,
            register_enabled: settings.registers(),
            password_login_enabled: settings.flag("PasswordLoginEnabled"),
            quota_per_unit: Some(i64::from(scale().units_per_usd())),
            display_in_currency: true,
            quota_display_type: "USD".into(),
            api_info_enabled: shows_nodes,
            api_info: if shows_nodes { nodes } else { Vec::new() },
            enable_data_export: true,
            default_use_auto_group: settings.flag("DefaultUseAutoGroup"),
            chats: Some(json!([])),
            ..Status::default()
        },
        theme: "default",
        logo: "",
        footer_html: "",
        self_use_mode_enabled: settings.flag("SelfUseModeEnabled"),
        demo_site_enabled: false,
        password_register_enabled: settings.registers(),
        usd_exchange_rate: 1.0,
        announcements_enabled: false,
        faq_enabled: false,
        uptime_kuma_enabled: false,
        checkin_enabled: false,
    })
}

/// `GET /api/setup`: there is nothing to set up.
pub async fn setup() -> Response {
    done(json!({"status": true, "root_init": true, "database_type": "sqlite"}))
}

/// `GET /api/notice`: what the owner has to say.
pub async fn notice(State(app): State<Arc<App>>) -> Response {
    done(app.wall.now().settings.text("Notice"))
}

/// `GET /api/about`.
pub async fn about(State(app): State<Arc<App>>) -> Response {
    done(app.wall.now().settings.text("About"))
}

/// `GET /api/home_page_content`.
pub async fn home_page(State(app): State<Arc<App>>) -> Response {
    done(app.wall.now().settings.text("HomePageContent"))
}
