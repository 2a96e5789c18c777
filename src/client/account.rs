//! The account and its groups, and what the relay's status tells about both.

use serde_json::Value;

use super::RelayClient;
use super::call::{As, Call};
use crate::domain::node::Node;
use crate::domain::{Account, Fault, FaultKind, Group, QuotaScale};
use crate::locale::say;
use crate::wire::family::{Family, Site, read_status};
use crate::wire::new_api::{SelfUser, convert};

impl RelayClient {
    /// The account behind the access token.
    ///
    /// # Errors
    /// [`FaultKind::Unsupported`] without an access token; otherwise what the relay's refusal means.
    pub async fn account(&self) -> Result<Account, Fault> {
        self.needs_token(say!("what-account"))?;
        let scale = self.scale().await?;
        let document = self.console("/api/user/self").await?;
        let user: SelfUser = document
            .get("data")
            .and_then(|data| serde_json::from_value(data.clone()).ok())
            .ok_or_else(|| odd_answer(say!("what-account")))?;
        Ok(convert::account(&user, scale))
    }

    /// The groups this account may put on a key, with its own ratios. Without an access token: those the price list
    /// shows to everybody.
    ///
    /// # Errors
    /// [`FaultKind::Unsupported`] when the relay tells nobody, or not to this credential.
    pub async fn groups(&self) -> Result<Vec<Group>, Fault> {
        let own = match self.has_account() {
            true => self.console("/api/user/self/groups").await,
            false => Err(no_token(say!("what-account-groups"))),
        };
        let fault = match own {
            Ok(document) => {
                let groups = document.get("data").map(convert::groups);
                match groups.filter(|groups| !groups.is_empty()) {
                    Some(groups) => return Ok(groups),
                    None => odd_answer(say!("what-groups")),
                }
            }
            // A token that is refused must be told; only where the call is missing something else may be asked.
            Err(fault) if !may_lack(&fault) => return Err(fault),
            Err(fault) => fault,
        };
        if let Ok((pricing, _)) = self.pricing().await {
            let groups = convert::groups_of_pricing(&pricing);
            if !groups.is_empty() {
                return Ok(groups);
            }
        }
        // One API tells no ratios and no list, only the account's own group.
        match self.account().await {
            Ok(account) if !account.group.is_empty() => Ok(vec![Group {
                name: account.group,
                description: String::new(),
                ratio: None,
            }]),
            _ => Err(fault),
        }
    }

    /// What the relay's quota units are worth; the usual scale where it does not say.
    pub async fn units(&self) -> QuotaScale {
        self.scale().await.unwrap_or_default()
    }

    /// The nodes the relay names; none where it names none.
    ///
    /// # Errors
    /// When the relay cannot be asked.
    pub async fn nodes(&self) -> Result<Vec<Node>, Fault> {
        Ok(self
            .site()
            .await?
            .map(|site| site.nodes.clone())
            .unwrap_or_default())
    }

    /// What the relay's status tells; `None` for an address that has no console we know.
    pub(super) async fn site(&self) -> Result<Option<&Site>, Fault> {
        let site = self.inner.site.get_or_try_init(|| async {
            let limit = self.inner.options.console;
            let answer = self
                .call(&Call::get("/api/status", As::Account, limit))
                .await?;
            definite_site(&answer)
        });
        site.await.map(Option::as_ref)
    }

    /// What quota units are worth here; the usual scale where there is no console.
    pub(super) async fn scale(&self) -> Result<QuotaScale, Fault> {
        Ok(self
            .site()
            .await?
            .map(|site| site.scale)
            .unwrap_or_default())
    }

    pub(super) async fn is_one_api(&self) -> bool {
        matches!(self.site().await, Ok(Some(site)) if site.family == Family::OneApi)
    }

    /// A read of the console that must work.
    pub(super) async fn console(&self, path: &str) -> Result<Value, Fault> {
        let limit = self.inner.options.console;
        self.call(&Call::get(path, As::Account, limit))
            .await?
            .document()
    }

    pub(super) fn needs_token(&self, what: &str) -> Result<(), Fault> {
        match self.has_account() {
            true => Ok(()),
            false => Err(no_token(what)),
        }
    }
}

/// What a status answer settles for good. A firewall, a limiter or a server in trouble teach nothing.
pub(super) fn definite_site(answer: &super::answer::Answer) -> Result<Option<Site>, Fault> {
    match answer.document() {
        Ok(document) => Ok(read_status(&document)),
        Err(fault) => match fault.kind {
            // A key-only gateway has no such path, or guards every path with a key.
            FaultKind::Unsupported
            | FaultKind::EndpointMissing
            | FaultKind::NotFound
            | FaultKind::CredentialRefused
            | FaultKind::BadRequest
            | FaultKind::Forbidden => Ok(None),
            _ => Err(fault),
        },
    }
}

/// Whether a failure only says that this version has no such call.
pub(super) fn may_lack(fault: &Fault) -> bool {
    matches!(
        fault.kind,
        FaultKind::Unsupported
            | FaultKind::EndpointMissing
            | FaultKind::NotFound
            | FaultKind::NotAnApi
            | FaultKind::Forbidden
            | FaultKind::BadRequest
    )
}

fn no_token(what: &str) -> Fault {
    Fault::new(
        FaultKind::Unsupported,
        say!("account-only-key", what = what),
    )
    .advise(say!("account-only-key-advice"))
}

pub(super) fn odd_answer(what: &str) -> Fault {
    Fault::new(
        FaultKind::NotAnApi,
        say!("account-unknown-answer", what = what),
    )
    .advise(say!("account-unknown-advice"))
}
