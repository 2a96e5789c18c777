//! The groups that have a model, the best first (S-35): by effective price, then by how well they have worked for us,
//! then by how its user marked the answers (S-33); and one line that says why.

use std::cmp::Reverse;

use crate::domain::stability::{Marks, Stability};
use crate::domain::{Group, Model as Offer, Money, Price};
use crate::locale::say;
use crate::tui::draw::clean;
use crate::tui::relay::Relay;
use crate::tui::words;

/// A group that has the model.
pub struct Ranked<'a> {
    /// The group.
    pub group: &'a Group,
    /// What the model costs in it.
    pub price: Price,
    /// What was measured of the model there; of the whole group where the model was not called yet.
    pub measured: Option<&'a Stability>,
    /// The user's own marks of the model there.
    pub marks: Marks,
}

impl Ranked<'_> {
    /// Known prices first, the cheapest of them before all.
    fn price_key(&self) -> (u8, Money) {
        match &self.price {
            Price::PerToken(prices) => (0, prices.input.plus(prices.output)),
            Price::PerCall { call } => (0, *call),
            // What the relay did not tell says nothing about its groups.
            Price::Tiered { .. } | Price::Listed(_) => (1, Money::ZERO),
            Price::Unknown => (2, Money::ZERO),
        }
    }

    fn success(&self) -> Option<u64> {
        self.measured.and_then(Stability::success_tenths)
    }

    fn is_known(&self) -> bool {
        self.price_key().0 == 0
    }
}

/// The groups that have the model, the best first.
pub fn ranked<'a>(relay: &'a Relay, offer: &Offer) -> Vec<Ranked<'a>> {
    let groups = relay.group_rows().iter();
    let mut ranked: Vec<Ranked<'a>> = groups
        .filter(|group| offer.in_group(&group.name))
        .map(|group| Ranked {
            group,
            price: relay.price(offer, &group.name),
            measured: relay
                .measured
                .model(&group.name, &offer.name)
                .or_else(|| relay.measured.group(&group.name)),
            marks: relay.measured.marks_of(&group.name, &offer.name),
        })
        .collect();
    sort(&mut ranked);
    ranked
}

fn sort(ranked: &mut [Ranked<'_>]) {
    ranked.sort_by_key(|one| {
        let liked = Reverse(one.marks.good_tenths());
        (one.price_key(), Reverse(one.success()), liked)
    });
}

/// Why the first of them is the first; `None` where there is nothing to choose.
pub fn why(ranked: &[Ranked<'_>]) -> Option<String> {
    let known: Vec<&Ranked<'_>> = ranked.iter().filter(|one| one.is_known()).collect();
    let [best, second, ..] = known.as_slice() else {
        return None;
    };
    let name = clean(&best.group.name);
    if best.price_key() < second.price_key() {
        return Some(match known.len() < ranked.len() {
            true => say!("ranking-cheapest-known", name = name),
            false => say!("ranking-cheapest", name = name),
        });
    }
    let same = say!(
        "ranking-same",
        name = name,
        other = clean(&second.group.name)
    );
    Some(match (best.measured, best.success() > second.success()) {
        (Some(measured), true) => say!(
            "ranking-worked",
            same = same,
            name = name,
            success = words::success(measured)
        ),
        _ if best.success() == second.success()
            && best.marks.good_tenths() > second.marks.good_tenths() =>
        {
            let (good, bad) = (best.marks.good, best.marks.bad);
            say!(
                "ranking-marked",
                same = same,
                name = name,
                good = good,
                bad = bad
            )
        }
        _ => say!("ranking-no-difference", same = same),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s_33_marks_decide_where_price_and_success_do_not() {
        let group = |name: &str| Group {
            name: name.into(),
            description: String::new(),
            ratio: None,
        };
        let groups = [group("alpha"), group("beta")];
        let marks = [Marks { good: 1, bad: 1 }, Marks { good: 3, bad: 1 }];
        let price = Price::PerCall { call: Money::ZERO };
        let rank = |marks: [Marks; 2]| {
            let mut all: Vec<Ranked<'_>> = groups
                .iter()
                .zip(marks)
                .map(|(group, marks)| Ranked {
                    group,
                    price: price.clone(),
                    measured: None,
                    marks,
                })
                .collect();
            sort(&mut all);
            (all[0].group.name.clone(), why(&all).unwrap())
        };
        let (first, told) = rank(marks);
        assert_eq!(first, "beta");
        assert!(told.contains("liked beta better: 3 good, 1 bad"), "{told}");
        // Marks there and none elsewhere: those that were given count.
        assert_eq!(rank([Marks::default(), marks[0]]).0, "beta");
        let (first, told) = rank([marks[0], marks[0]]);
        assert_eq!(first, "alpha");
        assert!(told.contains("nothing measured"), "{told}");
    }
}
