//! The list of kept sessions: filtered by title and model as one types, and by what was said in them.

use std::collections::HashMap;

use crate::domain::ConversationInfo;
use crate::engine::door::AskId;
use crate::tui::filtered::FilteredList;

/// The list.
#[derive(Clone, Debug)]
pub struct Sessions {
    /// The sessions by number, the one kept last first.
    pub list: FilteredList<i64>,
    rows: Vec<ConversationInfo>,
    /// Where the text that is looked for was said, by session.
    found: HashMap<i64, String>,
    /// The question for the whole list whose answer is awaited.
    pub asked: Option<AskId>,
    /// The question for what says a text whose answer is awaited.
    pub finding: Option<AskId>,
    /// The question for one session whose answer is awaited.
    pub reading: Option<AskId>,
    /// Whether the whole list came.
    pub came: bool,
}

impl Default for Sessions {
    fn default() -> Self {
        let mut list = FilteredList::default();
        list.typing = true;
        Sessions {
            list,
            rows: Vec::new(),
            found: HashMap::new(),
            asked: None,
            finding: None,
            reading: None,
            came: false,
        }
    }
}

impl Sessions {
    /// Takes an answer of the engine; one to an older question is dropped.
    pub fn take(&mut self, ask: AskId, rows: Vec<ConversationInfo>, height: usize) {
        if self.asked == Some(ask) {
            self.asked = None;
            self.came = true;
            self.rows = rows;
            let keys = self
                .rows
                .iter()
                .map(|row| (row.id, format!("{} {}", row.title(), row.model)));
            let (rows, found) = (&self.rows, &self.found);
            self.list.load(keys, height, &|shown, asked| {
                also(rows, found, shown, asked)
            });
        } else if self.finding == Some(ask) {
            self.finding = None;
            self.found = rows
                .into_iter()
                .filter_map(|row| Some((row.id, row.found?)))
                .collect();
            let (rows, found) = (&self.rows, &self.found);
            self.list
                .sift(height, &|shown, asked| also(rows, found, shown, asked));
        }
    }

    /// The text that is looked for changed. What said the one before is shown until the answer comes.
    pub fn search(&mut self, height: usize) {
        let (rows, found) = (&self.rows, &self.found);
        self.list
            .search(height, &|shown, asked| also(rows, found, shown, asked));
    }

    /// No text is looked for.
    pub fn forget_found(&mut self) {
        self.finding = None;
        self.found.clear();
    }

    /// A session by its number.
    pub fn row(&self, id: i64) -> Option<&ConversationInfo> {
        self.rows.iter().find(|row| row.id == id)
    }

    /// The session at a position of the list.
    pub fn at(&self, position: usize) -> Option<&ConversationInfo> {
        self.rows.get(position)
    }

    /// Where a session says the text that is looked for.
    pub fn found(&self, id: i64) -> Option<&str> {
        self.found.get(&id).map(String::as_str)
    }
}

/// Below the sessions whose title fits come those that say the text.
fn also(
    rows: &[ConversationInfo],
    found: &HashMap<i64, String>,
    shown: &mut Vec<usize>,
    asked: bool,
) {
    if asked {
        let more = (0..rows.len()).filter(|at| found.contains_key(&rows[*at].id));
        let more: Vec<usize> = more.filter(|at| !shown.contains(at)).collect();
        shown.extend(more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Money, UnixMillis};

    fn info(id: i64, name: &str, found: Option<&str>) -> ConversationInfo {
        ConversationInfo {
            id,
            profile: "p".into(),
            name: name.into(),
            model: "m".into(),
            first: String::new(),
            turns: 1,
            last: UnixMillis(0),
            cost: Money::ZERO,
            unknown: 0,
            found: found.map(str::to_owned),
        }
    }

    #[test]
    fn sessions_are_found_by_title_first_and_then_by_what_was_said() {
        let mut sessions = Sessions {
            asked: Some(AskId(1)),
            ..Sessions::default()
        };
        let all = vec![
            info(1, "alpha", None),
            info(2, "beta", None),
            info(3, "gamma", None),
        ];
        sessions.take(AskId(1), all, 9);
        sessions.list.query.insert("gam");
        sessions.search(9);
        assert_eq!(sessions.list.shown(), 1);
        sessions.finding = Some(AskId(3));
        sessions.take(AskId(2), vec![info(2, "beta", Some("old"))], 9);
        assert_eq!(
            sessions.list.shown(),
            1,
            "an answer to an older question is dropped"
        );
        sessions.take(AskId(3), vec![info(1, "alpha", Some("a gamut"))], 9);
        let ids: Vec<i64> = sessions
            .list
            .window(9)
            .0
            .iter()
            .map(|at| sessions.at(*at).unwrap().id)
            .collect();
        assert_eq!(ids, [3, 1]);
        assert_eq!(sessions.found(1), Some("a gamut"));
    }
}
