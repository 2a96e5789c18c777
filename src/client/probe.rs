//! Finding out what stands at an address (`contract/new-api.md` 13), with reads only and at most four of them.

use url::Url;

use super::account::{definite_site, may_lack};
use super::answer::Answer;
use super::call::{As, Call};
use super::{Credentials, RelayClient};
use crate::domain::{Address, Fault, FaultKind, QuotaScale, RelayFacts};
use crate::locale::say;
use crate::wire::family::Site;
use crate::wire::new_api::{TokenRow, convert};
use crate::wire::openai_error::{Shape, read_error};
use crate::wire::plain::one_line;

impl RelayClient {
    /// What the relay is, and what can be done there with the credential at hand. An address without a console that
    /// speaks the model API is fine: then only keys work, and `manages` is false.
    ///
    /// # Errors
    /// When nothing that we can talk to answers, with what seems wrong about the address; when the access token is refused.
    pub async fn probe(&self) -> Result<RelayFacts, Fault> {
        let limit = self.inner.options.console;
        let answer = self
            .call(&Call::get("/api/status", As::Account, limit))
            .await?;
        match definite_site(&answer) {
            Ok(Some(site)) => {
                // Another call may have settled it meanwhile; both saw the same relay.
                let _ = self.inner.site.set(Some(site.clone()));
                self.facts_of_console(site, &answer).await
            }
            Ok(None) => {
                let facts = self.facts_of_gateway(None).await?;
                let _ = self.inner.site.set(None);
                Ok(facts)
            }
            // A front end may stand where the console was, and the model API still be there.
            Err(fault) if fault.kind == FaultKind::NotAnApi => {
                self.facts_of_gateway(Some(fault)).await
            }
            Err(fault) => Err(fault),
        }
    }

    async fn facts_of_console(&self, site: Site, status: &Answer) -> Result<RelayFacts, Fault> {
        let header = status
            .headers
            .get("x-new-api-version")
            .and_then(|version| version.to_str().ok())
            .map(one_line)
            .filter(|version| !version.is_empty());
        let mut facts = RelayFacts {
            system_name: site.system_name,
            version: site.version.or(header),
            scale: site.scale,
            manages: false,
            reveals_keys: false,
            new_keys_in_auto: site.new_keys_in_auto,
            latency_ms: millis(status),
        };
        if !self.has_account() {
            return Ok(facts);
        }
        // A token of narrow scopes may lack the profile and still manage keys.
        match self.console("/api/user/self").await {
            Ok(_) => facts.manages = true,
            Err(fault) if may_lack(&fault) => {}
            Err(fault) => return Err(fault),
        }
        match self.page::<TokenRow>("/api/token/", 0, 1).await {
            Ok((page, _)) => {
                facts.manages = true;
                let clear = page.rows.iter().any(|row| !convert::is_masked(&row.key));
                // Lists have been masked since the day the call was made that reveals; only our own relay has neither.
                facts.reveals_keys = clear || !site.ours;
            }
            Err(fault) if may_lack(&fault) => {}
            Err(fault) => return Err(fault),
        }
        Ok(facts)
    }

    /// Whether the model API alone answers here. `fault` is what the console's place answered, if not plainly *nothing*.
    async fn facts_of_gateway(&self, fault: Option<Fault>) -> Result<RelayFacts, Fault> {
        let answer = match self.v1_models(None).await {
            Ok(answer) => answer,
            Err(other) => return Err(fault.unwrap_or(other)),
        };
        let shape = read_error(&answer.body).shape;
        let speaks = match answer.status {
            200..=299 => shape == Shape::Json,
            // It wants a key, which is as good as an answer.
            401 | 403 => shape != Shape::Html,
            400 | 429 => shape == Shape::Json,
            _ => false,
        };
        if speaks {
            return Ok(RelayFacts {
                system_name: String::new(),
                version: None,
                scale: QuotaScale::default(),
                manages: false,
                reveals_keys: false,
                new_keys_in_auto: false,
                latency_ms: millis(&answer),
            });
        }
        let fault = match fault {
            Some(fault) => fault,
            None => answer.failure(),
        };
        if answer.status >= 500 {
            return Err(fault);
        }
        Err(match self.address_above().await {
            Some(address) => fault.advise(say!("probe-answers-at", address = address)),
            None => fault.advise(say!("probe-not-api")),
        })
    }

    /// The same host without the path, if a relay answers there.
    async fn address_above(&self) -> Option<Address> {
        let base = Url::parse(self.inner.address.base()).ok()?;
        if base.path().trim_matches('/').is_empty() {
            return None;
        }
        let (address, _) = Address::parse(&base.origin().ascii_serialization()).ok()?;
        let above =
            RelayClient::with_options(address.clone(), Credentials::default(), self.inner.options)
                .ok()?;
        matches!(above.site().await, Ok(Some(_))).then_some(address)
    }
}

fn millis(answer: &Answer) -> u64 {
    u64::try_from(answer.took.as_millis()).unwrap_or(u64::MAX)
}
