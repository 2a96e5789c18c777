//! Lists in pages, whichever of the three ways a relay counts them (`contract/new-api.md` 5.2).

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::RelayClient;
use super::account::odd_answer;
use super::answer::Answer;
use super::call::{As, Call};
use crate::domain::{Fault, UnixSeconds};
use crate::locale::say;

/// Pages that are asked for at most: ten thousand rows, or a thousand of One API's short pages.
const MOST_PAGES: usize = 100;
const PAGE: usize = 100;
/// The page size of One API, which no query changes.
const SHORT_PAGE: usize = 10;

/// A page of a list, and how to ask for the next.
pub(super) struct Page<T> {
    pub rows: Vec<T>,
    /// Rows on the wire, those that could not be read among them.
    length: usize,
    /// Whether pages count from 1 (an object) or from 0 (a bare array).
    from_one: bool,
}

impl RelayClient {
    /// All rows of a list, each once, and the server's time.
    pub(super) async fn all_rows<T: DeserializeOwned>(
        &self,
        path: &str,
        id: impl Fn(&T) -> i64,
    ) -> Result<(Vec<T>, UnixSeconds), Fault> {
        let (mut page, now) = self.page::<T>(path, 0, 1).await?;
        let mut seen = BTreeSet::new();
        let mut rows = Vec::new();
        for number in 1..=MOST_PAGES {
            let (full, next) = (page.is_full(), page.next(number));
            let before = rows.len();
            rows.extend(page.rows.into_iter().filter(|row| seen.insert(id(row))));
            // Rows move between pages while others are made; a page of nothing new is the end.
            if !full || rows.len() == before || number == MOST_PAGES {
                break;
            }
            page = self.page(path, next, number + 1).await?.0;
        }
        Ok((rows, now))
    }

    /// One page. `p` counts from 0 or from 1, whichever the relay does, and 0 is the first page everywhere; `page` always
    /// counts from 1, as one fork wants it. The path may bring a query of its own.
    pub(super) async fn page<T: DeserializeOwned>(
        &self,
        path: &str,
        p: usize,
        page: usize,
    ) -> Result<(Page<T>, UnixSeconds), Fault> {
        let join = if path.contains('?') { '&' } else { '?' };
        let path = format!("{path}{join}p={p}&size={PAGE}&page_size={PAGE}&page={page}");
        let limit = self.inner.options.console;
        let answer = self.call(&Call::get(path, As::Account, limit)).await?;
        let document = answer.document()?;
        let page = page_of(document.get("data").unwrap_or(&Value::Null))
            .ok_or_else(|| odd_answer(say!("what-list")))?;
        Ok((page, self.time_of(&answer)))
    }

    /// The server's clock, because expiries are compared with that one; ours where it does not tell.
    pub(super) fn time_of(&self, answer: &Answer) -> UnixSeconds {
        answer
            .server_time()
            .unwrap_or_else(|| (self.inner.options.clock)().seconds())
    }
}

impl<T> Page<T> {
    /// Whether more may follow.
    pub fn is_full(&self) -> bool {
        self.length == SHORT_PAGE || self.length >= PAGE
    }

    /// The `p` of the page after the one of this number, counted from 1.
    pub const fn next(&self, number: usize) -> usize {
        if self.from_one { number + 1 } else { number }
    }
}

/// The rows of a list's `data`, whichever shape it has. Rows that cannot be read are left out.
fn page_of<T: DeserializeOwned>(data: &Value) -> Option<Page<T>> {
    let none = Vec::new();
    let (rows, from_one) = match data {
        Value::Null => (&none, true),
        Value::Array(rows) => (rows, false),
        Value::Object(members) => match members.get("items").or_else(|| members.get("data")) {
            Some(Value::Array(rows)) => (rows, true),
            Some(Value::Null) => (&none, true),
            _ => return None,
        },
        _ => return None,
    };
    Some(Page {
        length: rows.len(),
        rows: rows
            .iter()
            .filter(|row| row.is_object())
            .filter_map(|row| serde_json::from_value(row.clone()).ok())
            .collect(),
        from_one,
    })
}
