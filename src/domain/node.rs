//! Nodes: the several addresses of one relay, how long each takes to answer, and which is the best (S-50, S-51).

use serde::{Deserialize, Serialize};

use super::address::Address;
use super::fault::FaultKind;
use super::time::UnixMillis;

/// One address of a relay, as the relay or its user names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// Where it is.
    pub address: Address,
    /// Its name, such as *Hong Kong*; may be empty.
    pub name: String,
    /// What the operator says of it; may be empty.
    pub description: String,
}

/// One look at a node. Times are microseconds and follow each other; a step that was not reached, or that there was no
/// need for (the name of a number, TLS of `http`), is `None`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeCheck {
    /// When.
    pub at: UnixMillis,
    /// To find the host's address.
    pub dns_us: Option<u64>,
    /// To connect.
    pub connect_us: Option<u64>,
    /// To agree on encryption.
    pub tls_us: Option<u64>,
    /// From asking to the first byte of the answer.
    pub first_byte_us: Option<u64>,
    /// What was wrong; `None` where it answered as a relay does.
    pub fault: Option<FaultKind>,
}

impl NodeCheck {
    /// Whether it answered as a relay does.
    pub const fn is_good(&self) -> bool {
        self.fault.is_none()
    }

    /// All steps together, the name left out: it is asked for once and then remembered by the system. `None` where no
    /// answer came.
    pub fn total_us(&self) -> Option<u64> {
        let first = self.first_byte_us?;
        Some(self.connect_us.unwrap_or(0) + self.tls_us.unwrap_or(0) + first)
    }
}

/// A node and what was measured there, the newest check first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeRecord {
    /// The node.
    pub node: Node,
    /// Its latest checks, newest first.
    pub checks: Vec<NodeCheck>,
}

/// Checks that say how a node does *now*; older ones only count for its success.
const RECENT: usize = 3;

impl NodeRecord {
    /// The latest look.
    pub fn last(&self) -> Option<&NodeCheck> {
        self.checks.first()
    }

    /// How many of the kept checks were good, and how many there are.
    pub fn success(&self) -> (usize, usize) {
        let good = self.checks.iter().filter(|check| check.is_good()).count();
        (good, self.checks.len())
    }

    /// The median of the recent good checks, in microseconds.
    pub fn latency_us(&self) -> Option<u64> {
        let recent = self.checks.iter().take(RECENT);
        let mut times: Vec<u64> = recent
            .filter(|check| check.is_good())
            .filter_map(NodeCheck::total_us)
            .collect();
        times.sort_unstable();
        times.get(times.len() / 2).copied()
    }
}

/// A better node must be faster by at least this, so that noise moves nobody.
const WORTH_US: u64 = 5_000;

/// The node that answers best now: all of its recent checks good, then the fastest. Never one that sends keys in the
/// clear where the one in use does not.
pub fn best<'a>(records: &'a [NodeRecord], current: &Address) -> Option<&'a NodeRecord> {
    let steady = |record: &&NodeRecord| {
        !record.checks.is_empty()
            && record.checks.iter().take(RECENT).all(NodeCheck::is_good)
            && (record.node.address.is_encrypted() || !current.is_encrypted())
    };
    records
        .iter()
        .filter(steady)
        .filter_map(|record| Some((record.latency_us()?, record)))
        .min_by_key(|(latency, record)| (*latency, record.node.address != *current))
        .map(|(_, record)| record)
}

/// Whether it is worth leaving the current node for another: the current one fails, or the other is faster by a tenth
/// and by five milliseconds.
pub fn is_worth_it(records: &[NodeRecord], current: &Address, other: &NodeRecord) -> bool {
    if other.node.address == *current {
        return false;
    }
    let now = records
        .iter()
        .find(|record| record.node.address == *current)
        .filter(|record| record.checks.iter().take(RECENT).all(NodeCheck::is_good))
        .and_then(NodeRecord::latency_us);
    match (now, other.latency_us()) {
        (Some(now), Some(other)) => now > other + WORTH_US.max(now / 10),
        (None, Some(_)) => true,
        (_, None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(url: &str, first_byte_us: &[Option<u64>]) -> NodeRecord {
        let check = |first: &Option<u64>| NodeCheck {
            at: UnixMillis(1),
            dns_us: Some(1),
            connect_us: Some(1_000),
            tls_us: None,
            first_byte_us: *first,
            fault: first.is_none().then_some(FaultKind::Timeout),
        };
        NodeRecord {
            node: Node {
                address: Address::parse(url).unwrap().0,
                name: String::new(),
                description: String::new(),
            },
            checks: first_byte_us.iter().map(check).collect(),
        }
    }

    #[test]
    fn s_51_the_fastest_steady_node_is_the_best() {
        let current = Address::parse("https://a.example").unwrap().0;
        let records = [
            record(
                "https://a.example",
                &[Some(90_000), Some(80_000), Some(85_000)],
            ),
            record("https://b.example", &[Some(20_000), None, Some(20_000)]),
            record(
                "https://c.example",
                &[Some(40_000), Some(41_000), Some(39_000)],
            ),
            record("http://d.example", &[Some(1_000)]),
            record("https://e.example", &[]),
        ];
        let found = best(&records, &current).unwrap();
        assert_eq!(found.node.address.base(), "https://c.example");
        assert_eq!(found.latency_us(), Some(41_000));
        assert!(is_worth_it(&records, &current, found));
        assert_eq!(records[1].success(), (2, 3));
    }

    #[test]
    fn noise_moves_nobody_and_a_dead_node_is_left() {
        let current = Address::parse("https://a.example").unwrap().0;
        let near = [
            record("https://a.example", &[Some(42_000)]),
            record("https://b.example", &[Some(40_000)]),
        ];
        assert!(!is_worth_it(
            &near,
            &current,
            best(&near, &current).unwrap()
        ));
        let dead = [
            record("https://a.example", &[None, Some(1)]),
            record("https://b.example", &[Some(400_000)]),
        ];
        assert!(is_worth_it(&dead, &current, best(&dead, &current).unwrap()));
        assert_eq!(best(&[], &current), None);
    }
}
