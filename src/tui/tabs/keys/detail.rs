//! Everything about one key (S-20). What the relay does not return is said to be *not provided*.

use ratatui::text::{Line, Span};

use crate::domain::{Pace, UnixSeconds};
use crate::tui::draw::{clean, cut, with_ratio};
use crate::tui::model::Model;
use crate::tui::overlay::detail::{labelled, paragraph};
use crate::tui::theme::Role;
use crate::tui::words::{self, Nearness};

use super::view::{left_share, status_role, status_sign};

/// The rows of the detail.
pub fn rows(model: &Model, id: i64, cells: u16) -> Vec<Line<'static>> {
    let theme = &model.settings.theme;
    let relay = &model.relay;
    let Some(row) = relay.key(id) else {
        return paragraph(theme, "This key is gone.", Role::Dim, 1, cells);
    };
    let info = &row.info;
    let now = model.now.wall;
    let plain = |text: String| vec![Span::styled(text, theme.style(Role::Text))];
    let absent = || vec![Span::styled("not provided", theme.style(Role::Dim))];
    let mut rows = vec![Line::default()];
    let mut say = |label: &str, value: Vec<Span<'static>>| {
        rows.extend(labelled(theme, label, value, cells));
    };
    say("Name", plain(clean(&info.name).into_owned()));
    say("Id", plain(info.id.to_string()));
    say("Key", plain(clean(&info.masked).into_owned()));
    let held = if row.held {
        "stored here: it can be chatted with"
    } else {
        "not stored here: it cannot be chatted with from here"
    };
    say("Secret", plain(held.into()));
    let status = relay.status(row, now.seconds());
    say(
        "Status",
        vec![Span::styled(
            format!("{} {}", status_sign(theme, status), status.word()),
            theme.style(status_role(status)),
        )],
    );
    say(
        "Group",
        match relay.group_of(row) {
            None => absent(),
            Some(group) => {
                let own = if info.group.is_empty() {
                    " (the account's own)"
                } else {
                    ""
                };
                let group = with_ratio(theme, group, relay.ratio(group), usize::MAX);
                plain(format!("{group}{own}"))
            }
        },
    );
    let scale = relay.scale();
    say(
        "Left",
        plain(match info.left.money(scale) {
            None => "unlimited: only the wallet limits it".into(),
            Some(left) => {
                let share = left_share(info).map(|percent| format!(" ({percent} %)"));
                format!("{left}{}", share.unwrap_or_default())
            }
        }),
    );
    say("Used", plain(scale.money(info.used).to_string()));
    let (countdown, nearness) = words::expiry(info.expires, now);
    let role = match nearness {
        Nearness::Far => Role::Text,
        Nearness::Soon => Role::Warn,
        Nearness::Over => Role::Bad,
    };
    let date = info
        .expires
        .map(|at| format!(", {}", words::date_time(at, &model.settings.zone)))
        .unwrap_or_default();
    say(
        "Expires",
        vec![Span::styled(
            format!("{countdown}{date}"),
            theme.style(role),
        )],
    );
    let moment = |at: Option<UnixSeconds>| match at {
        None => absent(),
        Some(at) => plain(format!(
            "{}, {} ago",
            words::date_time(at, &model.settings.zone),
            words::age(at, now)
        )),
    };
    say("Created", moment(info.created));
    say("Last used", moment(info.last_used));
    let list = |list: &Option<Vec<String>>, all: &str| match list {
        None => plain(all.into()),
        Some(names) => plain(
            names
                .iter()
                .map(|name| cut(theme, name, 200))
                .collect::<Vec<_>>()
                .join(", "),
        ),
    };
    say("Models", list(&info.models, "all of its group"));
    say("Addresses", list(&info.ips, "any"));
    if let Some(pace) = info.pace {
        say("Pace", plain(ceilings(pace)));
    }
    rows
}

/// How fast a key may be used, where the relay says so.
fn ceilings(pace: Pace) -> String {
    let told = [
        (pace.requests_per_minute, "requests a minute"),
        (pace.tokens_per_minute, "tokens a minute"),
        (pace.concurrency, "at once"),
    ];
    let told: Vec<String> = told
        .iter()
        .filter_map(|(most, of)| most.map(|most| format!("{most} {of}")))
        .collect();
    match told.is_empty() {
        true => "no limit".into(),
        false => format!("at most {}", told.join(", ")),
    }
}
