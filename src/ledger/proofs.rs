//! The ledger's calls about proof: checks of nodes, and results of tests.

use super::{Ledger, LedgerError, nodes, results};
use crate::domain::node::{Node, NodeCheck, NodeRecord};
use crate::domain::test_result::TestResult;

impl Ledger {
    /// Writes what was measured at a node.
    ///
    /// # Errors
    /// When it could not be written.
    pub async fn note_node(
        &self,
        profile: &str,
        node: &Node,
        check: &NodeCheck,
    ) -> Result<(), LedgerError> {
        let (profile, node, check) = (profile.to_owned(), node.clone(), check.clone());
        self.ask(move |desk| desk.write(|tx, _| nodes::note(tx, &profile, &node, &check)))
            .await
    }

    /// The nodes of a profile that were ever checked, with the checks that are kept.
    ///
    /// # Errors
    /// When they could not be read.
    pub async fn nodes(&self, profile: &str) -> Result<Vec<NodeRecord>, LedgerError> {
        let profile = profile.to_owned();
        self.ask(move |desk| desk.read(|tx, _| nodes::list(tx, &profile)))
            .await
    }

    /// Keeps the result of a test; answers its number.
    ///
    /// # Errors
    /// When it could not be written.
    pub async fn note_result(&self, result: &TestResult) -> Result<i64, LedgerError> {
        let result = result.clone();
        self.ask(move |desk| desk.write(|tx, _| results::note(tx, &result)))
            .await
    }

    /// The latest results of a profile, newest first.
    ///
    /// # Errors
    /// When they could not be read.
    pub async fn results(&self, profile: &str, limit: u32) -> Result<Vec<TestResult>, LedgerError> {
        let profile = profile.to_owned();
        self.ask(move |desk| desk.read(|tx, _| results::list(tx, &profile, limit)))
            .await
    }
}
