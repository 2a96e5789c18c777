//! The parameters of a query, and the pages of a list. Nothing in a query can make a request fail.

use axum::http::Uri;
use serde::Serialize;

use crate::wire::new_api::Page;

/// The parameters of a query, in their order.
pub struct Params(Vec<(String, String)>);

impl Params {
    /// Reads a query.
    pub fn of(uri: &Uri) -> Self {
        let pairs = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
        Params(pairs.into_owned().collect())
    }

    /// A parameter that is there and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found
            .map(|(_, value)| value.trim())
            .filter(|value| !value.is_empty())
    }

    /// A parameter as text, empty when it is missing.
    pub fn text(&self, name: &str) -> String {
        self.get(name).unwrap_or_default().to_owned()
    }

    /// A parameter that is a number.
    pub fn number(&self, name: &str) -> Option<i64> {
        self.get(name)?.parse().ok()
    }
}

/// Which page of a list is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paging {
    /// From 1.
    pub page: i64,
    /// Rows a page: 1 to 100, 10 when nobody says.
    pub size: i64,
}

impl Paging {
    /// From `p` and any of the names the page's size has had.
    pub fn of(params: &Params) -> Self {
        let size = ["page_size", "ps", "size"]
            .iter()
            .find_map(|name| params.number(name))
            .filter(|size| *size > 0);
        Paging {
            // Far beyond any list, and far from overflowing.
            page: params.number("p").unwrap_or(1).clamp(1, 1_000_000_000),
            size: size.unwrap_or(10).min(100),
        }
    }

    /// Rows before this page.
    pub fn offset(self) -> i64 {
        (self.page - 1) * self.size
    }

    /// The page of rows that are all there.
    pub fn cut<T>(self, rows: Vec<T>) -> Page<T> {
        let total = rows.len() as i64;
        let before = usize::try_from(self.offset()).unwrap_or(usize::MAX);
        let size = usize::try_from(self.size).unwrap_or(0);
        self.page(rows.into_iter().skip(before).take(size).collect(), total)
    }

    /// The page of these rows.
    pub fn page<T>(self, items: Vec<T>, total: i64) -> Page<T> {
        Page {
            page: self.page,
            page_size: self.size,
            total,
            items,
        }
    }
}

/// A page with something beside its rows.
#[derive(Serialize)]
pub struct PageWith<T, E> {
    #[serde(flatten)]
    pub page: Page<T>,
    #[serde(flatten)]
    pub extra: E,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paging(query: &str) -> (i64, i64) {
        let uri: Uri = format!("/x?{query}").parse().unwrap();
        let paging = Paging::of(&Params::of(&uri));
        (paging.page, paging.size)
    }

    #[test]
    fn the_first_page_is_1_and_0_means_it_too() {
        for (query, expected) in [
            ("", (1, 10)),
            ("p=0&size=100&page_size=100&page=1", (1, 100)),
            ("p=3&ps=7", (3, 7)),
            ("p=-4&size=100000", (1, 100)),
            ("p=x&size=0", (1, 10)),
            ("p=9223372036854775807", (1_000_000_000, 10)),
        ] {
            assert_eq!(paging(query), expected, "{query}");
        }
    }

    #[test]
    fn a_page_beyond_the_list_is_empty() {
        let page = Paging { page: 3, size: 2 }.cut(vec![1, 2, 3]);
        assert_eq!((page.items.len(), page.total), (0, 3));
        let page = Paging { page: 2, size: 2 }.cut(vec![1, 2, 3]);
        assert_eq!(page.items, [3]);
    }
}
