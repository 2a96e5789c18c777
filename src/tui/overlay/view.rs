//! How overlays are drawn: a rule with a title, and below it what it is about.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Widget};

use super::{NewSecret, Overlay, detail};
use crate::locale::say;
use crate::tui::draw::{below, clean, cut, put, put_all, put_both, rule};
use crate::tui::model::Model;
use crate::tui::overlay::detail::paragraph;
use crate::tui::text::{Wrap, wrap_text};
use crate::tui::theme::{Role, Sign};

/// Draws the topmost overlay into its area.
pub fn draw(model: &Model, overlay: &Overlay, area: Rect, frame: &mut Frame<'_>) {
    Clear.render(area, frame.buffer_mut());
    match overlay {
        Overlay::Help { scroll, .. }
        | Overlay::KeyDetail { scroll, .. }
        | Overlay::Wallet { scroll }
        | Overlay::GroupDetail { scroll, .. }
        | Overlay::ModelDetail { scroll, .. }
        | Overlay::Receipt { scroll, .. } => text(model, overlay, *scroll, area, frame),
        Overlay::Note(_) => text(model, overlay, 0, area, frame),
        Overlay::Page(page) => text(model, overlay, page.scroll, area, frame),
        Overlay::Offer(offer) => super::offer::draw(model, offer, area, frame),
        Overlay::Link(link) => super::link::draw(model, link, area, frame),
        Overlay::Confirm(question) => super::question::draw(model, question, area, frame),
        Overlay::NewKey(form) => super::form_view::draw(model, &form.form, area, frame),
        Overlay::AddRelay(form) => super::form_view::draw(model, &form.form, area, frame),
        Overlay::WalletForm(form) => super::form_view::draw(model, &form.form, area, frame),
        Overlay::WriteEnv(form) => super::form_view::draw(model, &form.form, area, frame),
        Overlay::Secret(new) => secret(model, new, area, frame),
        Overlay::Picker(picker) => super::picker_view::draw(model, picker, area, frame),
        Overlay::Sessions(sessions) => super::sessions_view::draw(model, sessions, area, frame),
        Overlay::Command(line) => super::command_view::draw(model, line, area, frame),
        Overlay::Side(side) => super::side_view::draw(model, side, area, frame),
        Overlay::ChatForm(form) => super::form_view::draw(model, &form.form, area, frame),
    }
}

/// The rule above an overlay, with its title.
pub fn head(model: &Model, title: &str, area: Rect, frame: &mut Frame<'_>) {
    let theme = &model.settings.theme;
    let title = vec![Span::styled(
        cut(theme, title, usize::from(area.width).saturating_sub(8)),
        theme.style(Role::Title),
    )];
    put(frame.buffer_mut(), area, &rule(theme, title, area.width));
}

fn text(model: &Model, overlay: &Overlay, scroll: usize, area: Rect, frame: &mut Frame<'_>) {
    let theme = &model.settings.theme;
    head(model, &detail::title(model, overlay), area, frame);
    let page = below(area, 1);
    let rows = detail::rows(model, overlay, area.width);
    let height = usize::from(page.height);
    let top = scroll.min(rows.len().saturating_sub(height));
    put_all(frame.buffer_mut(), page, &rows[top.min(rows.len())..]);
    let more = rows.len().saturating_sub(top + height);
    if top > 0 || more > 0 {
        let words = format!(
            " {}{top} {}{more} ",
            theme.glyph(Sign::Above),
            theme.glyph(Sign::Below)
        );
        let line = Line::styled(words, theme.style(Role::Dim));
        let width = u16::try_from(line.width()).unwrap_or(0).min(area.width);
        let place = Rect {
            x: area.right() - width,
            width,
            height: 1,
            ..area
        };
        put(frame.buffer_mut(), place, &line);
    }
}

/// The secret, whole and in rows of its own, so that the terminal's own selection gets exactly it (S-17).
fn secret(model: &Model, new: &NewSecret, area: Rect, frame: &mut Frame<'_>) {
    let theme = &model.settings.theme;
    let name = clean(&new.key.name);
    let title = match new.replaced {
        Some(_) => say!("secret-title-successor", name = name),
        None => say!("secret-title-made", name = name),
    };
    head(model, &title, area, frame);
    let mut rows = vec![Line::default()];
    let secret = clean(new.secret.expose()).into_owned();
    let width = usize::from(area.width).saturating_sub(4).max(2);
    for mut row in wrap_text(&secret, width, Wrap::Anywhere, theme.style(Role::Code)) {
        row.spans.insert(0, Span::raw("   "));
        rows.push(row);
    }
    rows.push(Line::default());
    let stored = say!(
        "secret-stored",
        check = theme.glyph(Sign::Check),
        place = clean(&new.stored_in)
    );
    rows.extend(paragraph(theme, &stored, Role::Good, 1, area.width));
    if let Some(old) = new.replaced {
        let text = say!("secret-settings-of", old = old);
        rows.extend(paragraph(theme, &text, Role::Text, 1, area.width));
    }
    if let Some(warning) = new.warning {
        let text = format!("{} {warning}", theme.glyph(Sign::Warning));
        rows.extend(paragraph(theme, &text, Role::Warn, 1, area.width));
    }
    let (again, role) = if model.relay.facts().is_some_and(|facts| facts.reveals_keys) {
        (say!("secret-again").to_owned(), Role::Text)
    } else {
        let text = say!("secret-never-again", warning = theme.glyph(Sign::Warning));
        (text, Role::Warn)
    };
    rows.extend(paragraph(theme, &again, role, 1, area.width));
    rows.push(Line::default());
    let check = theme.glyph(Sign::Check);
    if let Some(file) = &new.written {
        let text = say!("secret-written", check = check, file = clean(file));
        rows.extend(paragraph(theme, &text, Role::Good, 1, area.width));
    }
    if let Some(tool) = &new.tool {
        let text = say!("secret-in-tool", check = check, tool = clean(tool));
        rows.extend(paragraph(theme, &text, Role::Good, 1, area.width));
    }
    let (text, role) = if new.copied {
        let text = say!("secret-copied", check = check);
        (text, Role::Good)
    } else {
        let text = say!("secret-ways").to_owned();
        (text, Role::Dim)
    };
    rows.extend(paragraph(theme, &text, role, 1, area.width));
    put_all(frame.buffer_mut(), below(area, 1), &rows);
}

/// A title at the left and a remark at the right of the same rule.
pub fn head_with(model: &Model, title: &str, remark: String, area: Rect, frame: &mut Frame<'_>) {
    let theme = &model.settings.theme;
    let left = rule(
        theme,
        vec![Span::styled(title.to_owned(), theme.style(Role::Title))],
        area.width,
    );
    let right = Line::styled(format!(" {remark} "), theme.style(Role::Dim));
    put_both(frame.buffer_mut(), area, &left, &right);
}
