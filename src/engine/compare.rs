//! Several relays side by side: what is in each wallet, and what one model costs at each of them.

use std::sync::Arc;
use std::time::Duration;

use super::door::RelayLook;
use super::host::Host;
use super::session::Session;
use crate::domain::{Fault, FaultKind, Money, Price};
use crate::locale::say;

/// One slow relay must not keep the others waiting for ever.
const WITHIN: Duration = Duration::from_secs(20);

/// Looks at every profile there is, all at once; the answers stand in the order of the profiles.
///
/// # Errors
/// When the profiles cannot be read. A relay that cannot be reached says so in its own row.
pub async fn compare(host: Arc<dyn Host>, model: Option<&str>) -> Result<Vec<RelayLook>, Fault> {
    let (profiles, _) = host.profiles()?;
    let looks = profiles.iter().map(|profile| {
        let (host, name) = (Arc::clone(&host), profile.name.clone());
        async move {
            let look = tokio::time::timeout(WITHIN, look(host, &name, model)).await;
            look.unwrap_or_else(|_| {
                failed(
                    &name,
                    Fault::new(FaultKind::Timeout, say!("support-timeout")),
                )
            })
        }
    });
    Ok(futures_util::future::join_all(looks).await)
}

async fn look(host: Arc<dyn Host>, name: &str, model: Option<&str>) -> RelayLook {
    let mut session = match Session::open(host, name).await {
        Ok(session) => session,
        Err(fault) => return failed(name, fault),
    };
    let trouble = session.fetch_all().await;
    let balance = session
        .lists
        .account
        .as_ref()
        .and_then(|account| account.balance);
    let best = model.and_then(|model| cheapest(&session, model));
    RelayLook {
        profile: name.to_owned(),
        balance,
        fault: trouble.filter(|_| balance.is_none() && best.is_none()),
        best,
    }
}

fn failed(name: &str, fault: Fault) -> RelayLook {
    RelayLook {
        profile: name.to_owned(),
        balance: None,
        best: None,
        fault: Some(fault),
    }
}

/// The group in which a model is the cheapest; known prices before unknown ones. `None` where the relay has no such model.
fn cheapest(session: &Session, model: &str) -> Option<(String, Price)> {
    let models = session.lists.models.as_ref()?;
    let known = models.iter().find(|known| known.name == model)?;
    let groups = session
        .lists
        .groups
        .as_ref()
        .map_or(&[][..], |groups| groups.as_slice());
    let offers = groups
        .iter()
        .filter(|group| known.in_group(&group.name))
        .map(|group| (group.name.clone(), session.price(model, Some(&group.name))));
    let key = |price: &Price| match price {
        Price::PerToken(prices) => (0, prices.input.plus(prices.output)),
        Price::PerCall { call } => (0, *call),
        Price::Tiered { .. } => (1, Money::ZERO),
        Price::Listed(prices) => (2, prices.input.plus(prices.output)),
        Price::Unknown => (3, Money::ZERO),
    };
    let cheapest = offers.min_by_key(|(_, price)| key(price));
    Some(cheapest.unwrap_or_else(|| (String::new(), session.price(model, None))))
}
