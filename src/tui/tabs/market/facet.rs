//! What models can be filtered by beside their names (S-40): group, vendor, tag, endpoint, the way they are billed.
//! Facets of one kind widen each other, facets of different kinds narrow each other.

use std::collections::BTreeMap;

use crate::domain::price::BasePrice;
use crate::domain::{Endpoint, Model, own_words};
use crate::locale::say;

/// How a model is billed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Billing {
    /// By the token.
    Token,
    /// By the call.
    Call,
    /// By an expression of the relay.
    Tiered,
    /// The relay publishes no price.
    Unknown,
}

impl Billing {
    /// How this model is billed.
    pub const fn of(model: &Model) -> Self {
        match model.price {
            BasePrice::Ratios(_) => Billing::Token,
            BasePrice::PerCall { .. } => Billing::Call,
            BasePrice::Tiered { .. } => Billing::Tiered,
            BasePrice::Unknown => Billing::Unknown,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Billing::Token => say!("billing-token"),
            Billing::Call => say!("billing-call"),
            Billing::Tiered => say!("billing-tiered"),
            Billing::Unknown => say!("billing-unknown"),
        }
    }
}

/// One thing a model can have.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Facet {
    /// A vendor.
    Vendor(String),
    /// A way it is called.
    Endpoint(Endpoint),
    /// A way it is billed.
    Billing(Billing),
    /// A tag.
    Tag(String),
    /// A group that serves it.
    Group(String),
}

impl Facet {
    /// Whether a model has it.
    pub fn fits(&self, model: &Model) -> bool {
        match self {
            Facet::Vendor(vendor) => *model.vendor == **vendor,
            Facet::Endpoint(endpoint) => model.endpoints.contains(endpoint),
            Facet::Billing(billing) => Billing::of(model) == *billing,
            Facet::Tag(tag) => model.tags.contains(tag),
            Facet::Group(group) => model.in_group(group),
        }
    }

    /// The word for its kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Facet::Vendor(_) => say!("facet-vendor"),
            Facet::Endpoint(_) => say!("facet-endpoint"),
            Facet::Billing(_) => say!("facet-billing"),
            Facet::Tag(_) => say!("facet-tag"),
            Facet::Group(_) => say!("facet-group"),
        }
    }

    /// What it is, without its kind.
    pub fn value(&self) -> String {
        match self {
            Facet::Vendor(text) | Facet::Group(text) => text.clone(),
            Facet::Tag(text) => own_words::tag(text).to_owned(),
            Facet::Endpoint(endpoint) => endpoint.to_string(),
            Facet::Billing(billing) => billing.word().to_owned(),
        }
    }
}

/// Whether a model has one of each kind that is asked for.
pub fn fits(facets: &[Facet], model: &Model) -> bool {
    facets.iter().all(|facet| {
        let same_kind = facets.iter().filter(|other| other.kind() == facet.kind());
        facet.fits(model) || same_kind.clone().any(|other| other.fits(model))
    })
}

/// Everything these models have, kind by kind, with how many have it.
pub fn all(models: &[Model], groups: impl Iterator<Item = String>) -> Vec<(Facet, usize)> {
    let mut counts: BTreeMap<Facet, usize> = BTreeMap::new();
    for model in models {
        let vendor = Some(model.vendor.trim()).filter(|vendor| !vendor.is_empty());
        let facets = vendor
            .map(|_| Facet::Vendor(model.vendor.to_string()))
            .into_iter()
            .chain(model.endpoints.iter().cloned().map(Facet::Endpoint))
            .chain([Facet::Billing(Billing::of(model))])
            .chain(model.tags.iter().cloned().map(Facet::Tag));
        for facet in facets {
            *counts.entry(facet).or_default() += 1;
        }
    }
    for group in groups {
        let count = models.iter().filter(|model| model.in_group(&group)).count();
        counts.insert(Facet::Group(group), count);
    }
    counts.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(vendor: &str, tags: &[&str]) -> Model {
        Model {
            name: "m".into(),
            vendor: vendor.into(),
            description: String::new(),
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            groups: Some(["vip".into()].into()),
            endpoints: [Endpoint::Chat].into(),
            price: BasePrice::Unknown,
            context: None,
            max_output: None,
        }
    }

    #[test]
    fn s_40_one_kind_widens_and_several_narrow() {
        let (a, b) = (model("A", &["x"]), model("B", &["y"]));
        let vendor = |name: &str| Facet::Vendor(name.into());
        assert!(fits(&[], &a) && fits(&[vendor("A")], &a) && !fits(&[vendor("A")], &b));
        let both = [vendor("A"), vendor("B")];
        assert!(fits(&both, &a) && fits(&both, &b));
        let narrow = [vendor("A"), vendor("B"), Facet::Tag("y".into())];
        assert!(!fits(&narrow, &a) && fits(&narrow, &b));
        let counted = all(&[a, b], ["vip".to_owned()].into_iter());
        assert!(counted.contains(&(Facet::Group("vip".into()), 2)));
        assert!(counted.contains(&(Facet::Tag("x".into()), 1)));
        assert!(counted.contains(&(Facet::Billing(Billing::Unknown), 2)));
    }
}
