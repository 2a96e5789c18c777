//! `GET /api/pricing`: the marketplace. Its members stand beside `success`, not under `data`.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::super::answers::json_answer;
use super::super::app::App;
use super::super::auth;
use super::super::builtin::{self, BuiltinModel};
use super::super::catalog::{AUTO_IS, Catalog, Group, dollars};
use super::super::protocol::Protocol;
use crate::domain::Ratio;
use crate::domain::group::AUTO;
use crate::domain::price::BasePrice;
use crate::wire::new_api::{Pricing, PricingEntry, Vendor};

/// The number of the vendor of the models built in.
const OWN_VENDOR: i64 = 1;

/// The handler. Who says who asks sees the groups of that account; others see those for everybody.
pub async fn pricing(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    let catalog = app.wall.now();
    let account = auth::account(&app, &headers).ok();
    let usable: Vec<&Group> = catalog.groups_for(account.as_ref()).collect();
    let own = account
        .as_ref()
        .map_or("", |account| account.group.as_str());
    let walked = catalog.auto_groups(account.as_ref()).into_iter();
    let mut usable_group = map(&usable, |group| json!(group.description));
    if walked.len() > 0 {
        usable_group.insert(AUTO.into(), json!(AUTO_IS));
    }
    let vendors = builtin::models().first().map(|model| Vendor {
        id: OWN_VENDOR,
        name: model.vendor.into(),
        description: "Built into this relay; needs no network".into(),
    });
    let list = Pricing {
        success: true,
        message: String::new(),
        vendors: vendors.into_iter().collect(),
        group_ratio: map(&usable, |group| {
            json!(catalog.ratio_for(own, group).to_f64())
        }),
        usable_group,
        supported_endpoint: endpoints(&catalog),
        auto_groups: walked.map(|group| group.name.clone()).collect(),
    };
    let data = Rows {
        catalog: &catalog,
        usable: &usable,
    };
    json_answer(StatusCode::OK, &Body { list, data })
}

/// The whole answer.
#[derive(Serialize)]
struct Body<'a> {
    #[serde(flatten)]
    list: Pricing,
    data: Rows<'a>,
}

/// The models that someone in these groups may call. Each is described as it is written: all at once they would take more
/// room than the answer.
struct Rows<'a> {
    catalog: &'a Catalog,
    usable: &'a [&'a Group],
}

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let Rows { catalog, usable } = *self;
        let served = |entry: &PricingEntry| {
            let groups = entry.enable_groups.as_ref();
            groups.is_some_and(|groups| !groups.is_empty())
        };
        let rows = catalog.models().map(|name| entry(catalog, name, usable));
        out.collect_seq(rows.filter(served))
    }
}

/// The endpoints that some model is called on.
fn endpoints(catalog: &Catalog) -> BTreeMap<String, serde_json::Value> {
    let spoken = |protocol: &Protocol| {
        let mut models = catalog.models();
        models.any(|model| catalog.protocols_of(model).contains(protocol))
    };
    Protocol::ALL
        .into_iter()
        .filter(spoken)
        .map(|protocol| {
            let described = json!({"path": protocol.path(), "method": "POST"});
            (protocol.name().to_owned(), described)
        })
        .collect()
}

fn map(groups: &[&Group], value: impl Fn(&Group) -> Value) -> BTreeMap<String, Value> {
    groups
        .iter()
        .map(|group| (group.name.clone(), value(group)))
        .collect()
}

fn entry(catalog: &Catalog, name: &str, usable: &[&Group]) -> PricingEntry {
    let known = builtin::models().iter().find(|model| model.name == name);
    let mut groups = catalog.groups_of(name);
    groups.retain(|name| usable.iter().any(|group| group.name == *name));
    let mut entry = PricingEntry {
        model_name: name.to_owned(),
        enable_groups: Some(groups.into_iter().map(str::to_owned).collect()),
        supported_endpoint_types: catalog
            .protocols_of(name)
            .into_iter()
            .map(|protocol| protocol.name().into())
            .collect(),
        ..known.map(described).unwrap_or_default()
    };
    let number = |ratio: Ratio| Some(ratio.to_f64());
    match catalog.price(name) {
        BasePrice::Ratios(ratios) => {
            entry.model_ratio = number(ratios.model);
            entry.completion_ratio = number(ratios.completion);
            entry.cache_ratio = ratios.cache_read.and_then(number);
            entry.create_cache_ratio = ratios.cache_write.and_then(number);
            entry.model_price = Some(0.0);
        }
        BasePrice::PerCall { call } => {
            entry.quota_type = 1;
            entry.model_price = Some(dollars(*call));
            entry.model_ratio = Some(0.0);
            entry.completion_ratio = Some(0.0);
        }
        // Left null: unknown is not zero.
        BasePrice::Tiered { .. } | BasePrice::Unknown => {}
    }
    entry
}

fn described(model: &BuiltinModel) -> PricingEntry {
    PricingEntry {
        description: model.description.into(),
        tags: model.tags.join(","),
        vendor_id: Some(OWN_VENDOR),
        context_length: i64::try_from(model.context).ok(),
        max_output_tokens: i64::try_from(model.max_output).ok(),
        ..PricingEntry::default()
    }
}
