//! Everything about one group: its ratio, what was measured of it, its last failure, and what is behind it (S-30, S-31).

use ratatui::text::{Line, Span};

use crate::domain::stability::{Marks, Stability};
use crate::engine::door::ChannelRow;
use crate::locale::say;
use crate::tui::draw::{clean, cut, ratio};
use crate::tui::model::Model;
use crate::tui::overlay::detail::{gone, labelled, paragraph};
use crate::tui::remote::Remote;
use crate::tui::text::{Align, fit, width};
use crate::tui::theme::{Role, Sign, Theme};
use crate::tui::words;

use super::support;

/// Models that are listed one by one.
const LISTED: usize = 8;

/// The rows of the detail at this width.
pub fn rows(model: &Model, name: &str, cells: u16) -> Vec<Line<'static>> {
    let theme = &model.settings.theme;
    let relay = &model.relay;
    let Some(group) = relay.group(name) else {
        return gone(theme, say!("group-gone"), cells);
    };
    let plain = |text: String| vec![Span::styled(text, theme.style(Role::Text))];
    let mut rows = vec![Line::default()];
    let mut say = |label: &str, value: Vec<Span<'static>>| {
        rows.extend(labelled(theme, label, value, cells));
    };
    say(say!("label-name"), plain(clean(&group.name).into_owned()));
    let about = match group.about() {
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
    let value = Span::styled(words::success(measured), theme.style(Role::Text));
    rows.extend(labelled(theme, say!("label-succeeded"), vec![value], cells));
    let models = measured_models(model, name, cells);
    rows.extend(models);
    let mut say = |label: &str, text: String, role| {
        let value = vec![Span::styled(text, theme.style(role))];
        rows.extend(labelled(theme, label, value, cells));
    };
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
    rows
}

/// What was measured of each model, the one that was asked most first.
fn measured_models(model: &Model, name: &str, cells: u16) -> Vec<Line<'static>> {
    let theme = &model.settings.theme;
    let mut models: Vec<(&str, &Stability)> = model.relay.measured.models(name).collect();
    models.sort_by_key(|(_, measured)| std::cmp::Reverse(measured.requests));
    let listed = models.into_iter().take(LISTED);
    let listed = listed.map(|(name, measured)| (name, words::success(measured)));
    of_each(theme, &listed.collect::<Vec<_>>(), cells)
}

/// One figure a model, below the figure of all of them.
fn of_each(theme: &Theme, models: &[(&str, String)], cells: u16) -> Vec<Line<'static>> {
    let room = usize::from(cells).saturating_sub(44).max(8);
    let names: Vec<String> = models
        .iter()
        .map(|(name, _)| cut(theme, name, room))
        .collect();
    let widest = names.iter().map(|name| width(name)).max().unwrap_or(0);
    let rows = names.iter().zip(models).flat_map(|(name, (_, figure))| {
        let text = format!("{}  {figure}", fit(name, widest, Align::Left, ""));
        let value = vec![Span::styled(text, theme.style(Role::Dim))];
        labelled(theme, "", value, cells)
    });
    rows.collect()
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
    let listed = marks.into_iter().take(LISTED);
    let listed = listed.map(|(model_name, marks)| (model_name, sums(marks)));
    rows.extend(of_each(theme, &listed.collect::<Vec<_>>(), cells));
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
