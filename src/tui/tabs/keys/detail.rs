//! Everything about one key (S-20). What the relay does not return is said to be *not provided*.

use ratatui::text::{Line, Span};

use crate::domain::group::AUTO;
use crate::domain::{KeyStatus, Pace, UnixSeconds};
use crate::locale::{self, say};
use crate::tui::draw::{clean, cut, with_ratio};
use crate::tui::model::Model;
use crate::tui::overlay::detail::{gone, labelled};
use crate::tui::theme::Role;
use crate::tui::words::{self, Nearness};

use super::view::{left_share, status_role, status_sign};

/// The rows of the detail.
pub fn rows(model: &Model, id: i64, cells: u16) -> Vec<Line<'static>> {
    let theme = &model.settings.theme;
    let relay = &model.relay;
    let Some(row) = relay.key(id) else {
        return gone(theme, say!("key-gone"), cells);
    };
    let info = &row.info;
    let now = model.now.wall;
    let plain = |text: String| vec![Span::styled(text, theme.style(Role::Text))];
    let absent = || vec![Span::styled(say!("not-provided"), theme.style(Role::Dim))];
    let mut rows = vec![Line::default()];
    let mut say = |label: &str, value: Vec<Span<'static>>| {
        rows.extend(labelled(theme, label, value, cells));
    };
    say(say!("label-name"), plain(clean(&info.name).into_owned()));
    say(say!("label-id"), plain(info.id.to_string()));
    say(say!("label-key"), plain(clean(&info.masked).into_owned()));
    let status = relay.status(row, now.seconds());
    let held = match (row.held, status) {
        (true, KeyStatus::Enabled) => say!("key-held"),
        (true, _) => say!("key-held-unusable"),
        (false, _) => say!("key-not-held"),
    };
    say(say!("label-secret"), plain(held.into()));
    say(
        say!("label-status"),
        vec![Span::styled(
            format!(
                "{} {}",
                status_sign(theme, status),
                words::key_status(status)
            ),
            theme.style(status_role(status)),
        )],
    );
    say(
        say!("label-group"),
        match relay.group_of(row) {
            None => absent(),
            Some(group) => {
                let own = if info.group.is_empty() {
                    say!("key-own-group")
                } else {
                    ""
                };
                let group = with_ratio(theme, group, relay.ratio(group), usize::MAX);
                plain(format!("{group}{own}"))
            }
        },
    );
    if info.group == AUTO {
        say(
            say!("label-auto"),
            plain(clean(&words::auto_route(&info.auto)).into_owned()),
        );
    }
    let scale = relay.scale();
    say(
        say!("label-left"),
        plain(match info.left.money(scale) {
            None => say!("key-unlimited-why").into(),
            Some(left) => {
                let percent = |percent| format!(" ({})", say!("figure-percent", percent = percent));
                let share = left_share(info).map(percent);
                format!("{left}{}", share.unwrap_or_default())
            }
        }),
    );
    say(
        say!("label-used"),
        plain(scale.money(info.used).to_string()),
    );
    let (countdown, nearness) = words::expiry(info.expires, now);
    let role = match nearness {
        Nearness::Far => Role::Text,
        Nearness::Soon => Role::Warn,
        Nearness::Over => Role::Bad,
    };
    let until = match info.expires {
        None => countdown,
        Some(at) => {
            let date = words::date_time(at, &model.settings.zone);
            say!("key-until", countdown = countdown, date = date)
        }
    };
    say(
        say!("label-expires"),
        vec![Span::styled(until, theme.style(role))],
    );
    let moment = |at: Option<UnixSeconds>| match at {
        None => absent(),
        Some(at) => plain(say!(
            "moment-ago",
            date = words::date_time(at, &model.settings.zone),
            age = words::age(at, now)
        )),
    };
    say(say!("label-created"), moment(info.created));
    say(say!("label-last-used"), moment(info.last_used));
    let list = |list: &Option<Vec<String>>, all: &str| match list {
        None => plain(all.into()),
        Some(names) => {
            let names: Vec<_> = names.iter().map(|name| cut(theme, name, 200)).collect();
            plain(locale::listed(&names))
        }
    };
    say(
        say!("label-models"),
        list(&info.models, say!("key-models-all")),
    );
    say(
        say!("label-addresses"),
        list(&info.ips, say!("key-addresses-any")),
    );
    if let Some(pace) = info.pace {
        say(say!("label-pace"), plain(ceilings(pace)));
    }
    rows
}

/// How fast a key may be used, where the relay says so.
fn ceilings(pace: Pace) -> String {
    let told = [
        (pace.requests_per_minute, say!("pace-requests")),
        (pace.tokens_per_minute, say!("pace-tokens")),
        (pace.concurrency, say!("pace-at-once")),
    ];
    let told: Vec<String> = told
        .iter()
        .filter_map(|(most, of)| most.map(|most| format!("{most} {of}")))
        .collect();
    match told.is_empty() {
        true => say!("pace-none").into(),
        false => say!("pace-at-most", what = locale::clauses(&told)),
    }
}
