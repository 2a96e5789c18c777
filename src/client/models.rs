//! The marketplace: the price list where there is one, names alone where there is none.

use serde_json::Value;

use super::RelayClient;
use super::account::{may_lack, odd_answer};
use super::answer::Answer;
use super::call::{As, Call};
use crate::domain::{ApiKey, Fault, Model};
use crate::locale::say;
use crate::wire::model_list;
use crate::wire::new_api::{Pricing, convert};

impl RelayClient {
    /// What the relay sells, by name. Prices are those before any group; [`RelayClient::groups`] has the ratios. Where
    /// the relay publishes no prices, or is no relay at all, the names come from the account or the key, and every
    /// price that is not told is unknown.
    ///
    /// # Errors
    /// When no list is to be had with what there is.
    pub async fn models(&self, key: Option<&ApiKey>) -> Result<Vec<Model>, Fault> {
        let has_console = match self.site().await {
            Ok(site) => site.is_some(),
            // A front end in the way of the console need not be in the way of the models.
            Err(fault) if may_lack(&fault) => false,
            Err(fault) => return Err(fault),
        };
        let mut fault = None;
        if has_console {
            match self.pricing().await {
                Ok((pricing, answer)) => {
                    let models = convert::models(&answer.body, &pricing.vendors);
                    if !models.is_empty() {
                        return Ok(models);
                    }
                }
                Err(refused) => fault = Some(refused),
            }
            if self.has_account() {
                match self.callable_models().await {
                    Ok(models) if !models.is_empty() => return Ok(models),
                    Ok(_) => {}
                    Err(refused) => fault = Some(fault.unwrap_or(refused)),
                }
            }
        }
        match (key, fault) {
            (None, Some(fault)) => Err(fault),
            (key, _) => self.served_models(key).await,
        }
    }

    /// The price list. It stands at the top level of its answer, and may be megabytes long: the rows are left in it.
    pub(super) async fn pricing(&self) -> Result<(Pricing, Answer), Fault> {
        let limit = self.inner.options.pricing;
        let answer = self
            .call(&Call::get("/api/pricing", As::Account, limit))
            .await?;
        if !answer.is_good() {
            return Err(answer.console_failure());
        }
        match serde_json::from_slice::<Pricing>(&answer.body) {
            Ok(pricing) if pricing.success => Ok((pricing, answer)),
            _ => Err(answer.console_failure()),
        }
    }

    /// The names the account may call.
    async fn callable_models(&self) -> Result<Vec<Model>, Fault> {
        let path = match self.is_one_api().await {
            true => "/api/user/available_models",
            false => "/api/user/models",
        };
        let document = self.console(path).await?;
        document
            .get("data")
            .and_then(model_list::names)
            .ok_or_else(|| odd_answer(say!("what-models")))
    }

    /// The models that a key may call: `GET /v1/models`, with the key where there is one, since local servers ask for none.
    ///
    /// # Errors
    /// When the address does not answer as an API, or refuses the key.
    pub async fn served_models(&self, key: Option<&ApiKey>) -> Result<Vec<Model>, Fault> {
        let answer = self.v1_models(key).await?;
        let value: Value = answer.json()?;
        model_list::read(&value).ok_or_else(|| odd_answer(say!("what-models")))
    }

    pub(super) async fn v1_models(&self, key: Option<&ApiKey>) -> Result<Answer, Fault> {
        let by = key.map_or(As::Nobody, As::Key);
        let limit = self.inner.options.console;
        self.call(&Call::get("/v1/models", by, limit)).await
    }
}
