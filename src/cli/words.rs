//! Words of tables and messages that several sub-commands say. What stands in JSON documents instead is each type's own `word`.

use crate::client::owner::ChannelStatus;
use crate::client::owner::accounts::AccountRole;
use crate::client::owner::codes::CodeState;
use crate::domain::FaultKind;
use crate::locale::say;

/// Whether something is switched on.
pub fn switched(on: bool) -> &'static str {
    match on {
        true => say!("key-status-enabled"),
        false => say!("key-status-disabled"),
    }
}

/// How a channel stands.
pub fn channel_status(status: ChannelStatus) -> &'static str {
    match status {
        ChannelStatus::Failing => say!("cli-channel-failing"),
        ChannelStatus::Enabled => switched(true),
        ChannelStatus::Disabled => switched(false),
    }
}

/// How a redemption code stands.
pub fn code_state(state: CodeState) -> &'static str {
    match state {
        CodeState::Unused => say!("cli-code-unused"),
        CodeState::Disabled => switched(false),
        CodeState::Used => say!("cli-code-used"),
        CodeState::Expired => say!("key-status-expired"),
    }
}

/// What an account may do.
pub fn role(role: AccountRole) -> &'static str {
    match role {
        AccountRole::User => say!("cli-role-user"),
        AccountRole::Administrator => say!("cli-role-admin"),
        AccountRole::Owner => say!("cli-role-owner"),
    }
}

/// Trouble in a few words, for a table.
pub fn fault_kind(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::NotAnApi => say!("cli-fault-not-an-api"),
        FaultKind::EndpointMissing => say!("cli-fault-endpoint-missing"),
        FaultKind::CredentialRefused => say!("cli-fault-credential-refused"),
        FaultKind::SecondFactor => say!("cli-fault-second-factor"),
        FaultKind::KeyExpired => say!("cli-fault-key-expired"),
        FaultKind::KeyDisabled => say!("cli-fault-key-disabled"),
        FaultKind::KeyQuota => say!("cli-fault-key-quota"),
        FaultKind::Balance => say!("cli-fault-balance"),
        FaultKind::IpNotAllowed => say!("cli-fault-ip-not-allowed"),
        FaultKind::Forbidden => say!("cli-fault-forbidden"),
        FaultKind::ModelNotAllowed => say!("cli-fault-model-not-allowed"),
        FaultKind::GroupNotAllowed => say!("cli-fault-group-not-allowed"),
        FaultKind::ModelNotFound => say!("cli-fault-model-not-found"),
        FaultKind::ModelUnpriced => say!("cli-fault-model-unpriced"),
        FaultKind::NotFound => say!("cli-fault-not-found"),
        FaultKind::BadRequest => say!("cli-fault-bad-request"),
        FaultKind::Usage => say!("cli-fault-usage"),
        FaultKind::RateLimited => say!("cli-fault-rate-limited"),
        FaultKind::Upstream => say!("cli-fault-upstream"),
        FaultKind::Server => say!("cli-fault-server"),
        FaultKind::Network => say!("cli-fault-network"),
        FaultKind::Timeout => say!("cli-fault-timeout"),
        FaultKind::StreamBroken => say!("cli-fault-stream-broken"),
        FaultKind::Local => say!("cli-fault-local"),
        FaultKind::Unsupported => say!("cli-fault-unsupported"),
    }
}

/// Who set a model's price, by the word of JSON documents.
pub fn price_from(word: &str) -> &str {
    match word {
        "nobody" => say!("cli-price-from-nobody"),
        "relay" => say!("cli-price-from-relay"),
        "owner" => say!("cli-role-owner"),
        other => other,
    }
}
