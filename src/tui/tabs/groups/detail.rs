//! Everything about one group: its ratio, what was measured of it, its last failure, and what is behind it (S-30, S-31).

use ratatui::text::{Line, Span};

use crate::domain::stability::{Marks, Stability};
use crate::engine::door::ChannelRow;
use crate::locale::say;
use crate::tui::draw::{clean, cut, ratio};
use crate::tui::model::Model;
use crate::tui::overlay::detail::{labelled, paragraph};
use crate::tui::remote::Remote;
use crate::tui::theme::{Role, Sign};
use crate::tui::words;

use super::support;

/// Models that are listed one by one.
const LISTED: usize = 8;

/// The rows of the detail at this width.
pub fn rows(model: &Model, name: &str, cells: u16) -> Vec<Line<'static>> {
    let theme = &model.settings.theme;
    let relay = &model.relay;
    let Some(group) = relay.group(name) else {
        return paragraph(theme, say!("group-gone"), Role::Dim, 1, cells);
    };
    let plain = |text: String| vec![Span::styled(text, theme.style(Role::Text))];
    let mut rows = vec![Line::default()];
    let mut say = |label: &str, value: Vec<Span<'static>>| {
        rows.extend(labelled(theme, label, value, cells));
    };
    say(say!("label-name"), plain(clean(&group.name).into_owned()));
    let about = match group.description.trim() {
        "" => say!("not-provided"),
        text => text,
    };
    say(say!("label-description"), plain(clean(about).into_owned()));
    say(say!("label-ratio"), plain(ratio(theme, group.ratio)));
    let count = relay.models_in(name).map_or("?".into(), words::grouped);
    say(say!("label-models"), plain(count));
    let keys = relay.key_rows().iter();
    let keys = keys.filter(|row| relay.group_of(row) == Some(name)).count();
    say(say!("label-your-keys"), plain(words::grouped(keys)));
    rows.push(Line::default());
    rows.extend(measured(model, name, cells));
    rows.extend(marks(model, name, cells));
    if relay
        .profile()
        .is_some_and(crate::domain::Profile::is_local)
    {
        rows.push(Line::default());
        rows.extend(channels(model, name, cells));
    }
    rows
}

fn measured(model: &Model, name: &str, cells: u16) -> Vec<Line<'static>> {
    let theme = &model.settings.theme;
    let head = say!("group-measured");
    let mut rows = paragraph(theme, head, Role::Heading, 1, cells);
    let Some(measured) = model.relay.measured.group(name) else {
        let text = say!("group-no-data");
        rows.extend(paragraph(theme, text, Role::Dim, 3, cells));
        return rows;
    };
    let mut say = |label: &str, text: String, role| {
        let value = vec![Span::styled(text, theme.style(role))];
        rows.extend(labelled(theme, label, value, cells));
    };
    say(
        say!("label-succeeded"),
        words::success(measured),
        Role::Text,
    );
    if let (Some(p50), Some(p95)) = (measured.first_ms(50), measured.first_ms(95)) {
        let text = say!(
            "group-first",
            p50 = words::seconds(p50),
            p95 = words::seconds(p95)
        );
        say(say!("label-first-token"), text, Role::Text);
    }
    match &measured.last_failure {
        None => say(
            say!("label-last-failure"),
            say!("failure-none").into(),
            Role::Good,
        ),
        Some(last) => {
            let age = words::age(last.sent.seconds(), model.now.wall);
            let what = last.fault.map_or(say!("failure-unknown"), support::word);
            let text = say!(
                "group-failure",
                age = age,
                model = clean(&last.model),
                what = what
            );
            say(say!("label-last-failure"), text, Role::Warn);
            say("", say!("group-support-hint").into(), Role::Dim);
        }
    }
    let mut models: Vec<(&str, &Stability)> = model.relay.measured.models(name).collect();
    models.sort_by_key(|(_, measured)| std::cmp::Reverse(measured.requests));
    for (name, measured) in models.into_iter().take(LISTED) {
        let room = usize::from(cells).saturating_sub(30).max(8);
        let text = format!(
            "{}  {}",
            cut(theme, name, room),
            words::success_short(measured)
        );
        rows.extend(paragraph(theme, &text, Role::Dim, 3, cells));
    }
    rows
}

/// How good the answers were, as the user marked them: never the relay's claim (S-33).
fn marks(model: &Model, name: &str, cells: u16) -> Vec<Line<'static>> {
    let theme = &model.settings.theme;
    let marks: Vec<(&str, Marks)> = model.relay.measured.marks(name).collect();
    let sums = |marks: Marks| say!("mark-sums", good = marks.good, bad = marks.bad);
    let all = marks
        .iter()
        .fold(Marks::default(), |all, (_, marks)| Marks {
            good: all.good.saturating_add(marks.good),
            bad: all.bad.saturating_add(marks.bad),
        });
    let text = match marks.is_empty() {
        true => say!("mark-none").to_owned(),
        false => sums(all),
    };
    let value = vec![Span::styled(text, theme.style(Role::Text))];
    let mut rows = labelled(theme, say!("mark-label"), value, cells);
    for (model_name, marks) in marks.into_iter().take(LISTED) {
        let room = usize::from(cells).saturating_sub(30).max(8);
        let text = format!("{}  {}", cut(theme, model_name, room), sums(marks));
        rows.extend(paragraph(theme, &text, Role::Dim, 3, cells));
    }
    rows
}

/// The upstreams that serve a group, for the owner of the relay.
fn channels(model: &Model, name: &str, cells: u16) -> Vec<Line<'static>> {
    let theme = &model.settings.theme;
    let mut rows = paragraph(theme, say!("group-channels"), Role::Heading, 1, cells);
    let channels = match &model.relay.channels {
        Remote::Failed(fault, None) => {
            let text = format!("{} {}", theme.glyph(Sign::Cross), clean(&fault.message));
            rows.extend(paragraph(theme, &text, Role::Bad, 3, cells));
            return rows;
        }
        channels => match channels.value() {
            Some(channels) => channels,
            None => {
                let text = say!(
                    "group-channels-fetching",
                    working = theme.glyph(Sign::Working)
                );
                rows.extend(paragraph(theme, &text, Role::Dim, 3, cells));
                return rows;
            }
        },
    };
    let serves = channels
        .iter()
        .filter(|channel| channel.groups.iter().any(|group| group == name));
    let before = rows.len();
    for channel in serves {
        let good = channel.status == "enabled";
        let sign = theme.glyph(if good { Sign::Check } else { Sign::Cross });
        let text = say!(
            "group-channel",
            sign = sign,
            name = clean(&channel.name),
            place = place(channel),
            models = channel.models,
            status = channel.status
        );
        let role = if good { Role::Text } else { Role::Bad };
        rows.extend(paragraph(theme, &text, role, 3, cells));
    }
    if rows.len() == before {
        let text = say!("group-no-channel");
        rows.extend(paragraph(theme, text, Role::Dim, 3, cells));
    }
    rows
}

/// What a channel speaks and where it leads; the one inside speaks for itself and leads nowhere.
fn place(channel: &ChannelRow) -> String {
    match clean(&channel.base_url) {
        url if url.is_empty() => String::new(),
        url => format!(" {} {url}", clean(channel.kind)),
    }
}
