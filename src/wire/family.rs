//! Which family of relays an answer of `GET /api/status` comes from (`contract/new-api.md` 13, steps 1 and 2).
//!
//! Told by the members it has, never by its version: forks keep or rewrite that, self-built ones name `v0.0.0`.

use serde_json::Value;

use super::new_api::{Status, convert};
use super::plain::one_line;
use crate::domain::node::Node;
use crate::domain::{Address, QuotaScale};

/// The program name our own relay gives itself.
pub const OWN_SYSTEM: &str = "relaydeck";

/// A family of relays whose console we can talk to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// New API, its forks, and the relay we carry.
    NewApi,
    /// Veloera, a fork of April 2025.
    Veloera,
    /// One API 0.6.
    OneApi,
    /// one-hub and done-hub.
    OneHub,
}

/// What the status tells of a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// Its family.
    pub family: Family,
    /// The name it gives itself; may be empty.
    pub system_name: String,
    /// The version it names.
    pub version: Option<String>,
    /// What its quota units are worth.
    pub scale: QuotaScale,
    /// The nodes it names.
    pub nodes: Vec<Node>,
    /// Whether it is a relay of ours, which keeps no secret it could show again.
    pub ours: bool,
    /// Whether a name and a password make an account; where the site does not say, they may.
    pub registers: bool,
    /// Whether an account wants an e-mail address that was verified.
    pub verifies_email: bool,
    /// Whether log-in and registration want a puzzle that no terminal can solve.
    pub turnstile: bool,
    /// Whether passwords are sent encrypted with a key of the site's.
    pub encrypts_passwords: bool,
    /// Whether it wants new keys to begin in group `auto`.
    pub new_keys_in_auto: bool,
}

/// Reads the whole answer of `GET /api/status`. `None` when it comes from no family we know.
pub fn read_status(document: &Value) -> Option<Site> {
    let data = document.get("data").filter(|data| data.is_object())?;
    let has = |name: &str| data.get(name).is_some();
    let family = if has("check_in_enabled") {
        Family::Veloera
    } else if has("chat_links") || has("PaymentUSDRate") {
        Family::OneHub
    } else if has("oidc_well_known") && !has("chats") {
        Family::OneApi
    } else if has("quota_per_unit") || has("chats") || has("system_name") {
        Family::NewApi
    } else {
        return None;
    };
    // A map never fails to be read as a status: each member is lenient by itself.
    let status: Status = serde_json::from_value(data.clone()).unwrap_or_default();
    let version = one_line(&status.version);
    let system_name = one_line(&status.system_name);
    let ours = [&version, &system_name]
        .iter()
        .any(|text| text.to_ascii_lowercase().contains(OWN_SYSTEM));
    Some(Site {
        family,
        scale: convert::scale(&status),
        version: (!version.is_empty()).then_some(version),
        system_name,
        nodes: nodes(&status),
        ours,
        registers: !has("register_enabled") || status.register_enabled,
        verifies_email: status.email_verification,
        turnstile: status.turnstile_check,
        encrypts_passwords: data.get("password_login_encryption_enabled")
            == Some(&Value::Bool(true)),
        new_keys_in_auto: status.default_use_auto_group,
    })
}

/// The nodes a status names, put into form; what is no address is left out, and so is one that is named twice.
fn nodes(status: &Status) -> Vec<Node> {
    let mut found: Vec<Node> = Vec::new();
    for info in &status.api_info {
        let Ok((address, _)) = Address::parse(&info.url) else {
            continue;
        };
        if found.iter().all(|node| node.address != address) {
            found.push(Node {
                address,
                name: one_line(&info.route),
                description: one_line(&info.description),
            });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn families_are_told_apart_by_what_they_have() {
        for (data, family) in [
            (
                json!({"chats":[],"setup":true,"quota_per_unit":500000,"version":"v0.0.0"}),
                Some(Family::NewApi),
            ),
            (
                json!({"chats":null,"oidc_well_known":"","quota_per_unit":500000}),
                Some(Family::NewApi),
            ),
            (
                json!({"oidc_well_known":"","chat_link":"","quota_per_unit":500000}),
                Some(Family::OneApi),
            ),
            (
                json!({"check_in_enabled":false,"chats":[]}),
                Some(Family::Veloera),
            ),
            (
                json!({"chat_links":"","PaymentUSDRate":7.3}),
                Some(Family::OneHub),
            ),
            (json!({"nothing":"known"}), None),
            (json!([]), None),
        ] {
            let site = read_status(&json!({"success":true,"data":data.clone()}));
            assert_eq!(site.map(|site| site.family), family, "{data}");
        }
        assert_eq!(read_status(&json!({"code":0,"msg":"ok","data":"v2"})), None);
    }

    #[test]
    fn the_scale_and_the_names_are_taken() {
        let site = read_status(&json!({"success":true,"data":{"quota_per_unit":"1000000","system_name":"Example\nRelay","version":"v1.0.0-rc.21","chats":[]}})).unwrap();
        assert_eq!(site.scale.units_per_usd(), 1_000_000);
        assert_eq!(
            (site.system_name.as_str(), site.version.as_deref()),
            ("Example Relay", Some("v1.0.0-rc.21"))
        );
        assert!(!site.ours);
        let own = read_status(&json!({"data":{"system_name":"relaydeck","quota_per_unit":500000}}))
            .unwrap();
        assert!(own.ours);
    }
}
