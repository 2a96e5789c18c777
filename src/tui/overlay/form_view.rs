//! How a form is drawn: label and value in a row, below it what is to be said of the field.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::Overlay;
use super::form::{Choice, Control, Enter, Field, Form};
use super::view::head;
use crate::domain::ApiKey;
use crate::domain::key::mask;
use crate::locale::say;
use crate::tui::advice::advised;
use crate::tui::draw::{below, clean, put, row, times};
use crate::tui::edit::Editor;
use crate::tui::model::Model;
use crate::tui::overlay::detail::paragraph;
use crate::tui::text::{Align, fit, truncate_start, width};
use crate::tui::theme::{Role, Sign};

/// Cells for the labels.
const LABELS: u16 = 16;

/// What is drawn of a form: its rows, where the focus is among them, and where the cursor goes.
struct Sheet {
    rows: Vec<Line<'static>>,
    focus: (usize, usize),
    cursor: Option<(u16, usize)>,
}

/// Draws a form.
pub fn draw<N: Copy + PartialEq>(model: &Model, form: &Form<N>, area: Rect, frame: &mut Frame<'_>) {
    head(model, &form.title, area, frame);
    let page = below(area, 1);
    let sheet = sheet(model, form, page.width);
    // Where the form is longer than the page, the field in focus stays in sight, with what is said of it.
    let height = usize::from(page.height);
    let (first, last) = sheet.focus;
    let top = (last + 1).saturating_sub(height).min(first);
    for (at, line) in sheet.rows.iter().skip(top).take(height).enumerate() {
        put(frame.buffer_mut(), row(page, at), line);
    }
    if let Some((x, at)) = sheet.cursor
        && at >= top
        && at - top < height
    {
        let place = row(page, at - top);
        frame.set_cursor_position((place.x + x.min(place.width.saturating_sub(1)), place.y));
    }
}

fn sheet<N: Copy + PartialEq>(model: &Model, form: &Form<N>, cells: u16) -> Sheet {
    let theme = &model.settings.theme;
    let mut sheet = Sheet {
        rows: vec![Line::default()],
        focus: (0, 0),
        cursor: None,
    };
    let insists = form.insists() && form.enter() == Enter::Submit;
    for field in form.fields.iter().filter(|field| field.visible) {
        let here = form.focus() == Some(field.name);
        let first = sheet.rows.len();
        if matches!(field.control, Control::Submit) {
            sheet.rows.push(Line::default());
            sheet.rows.push(button(model, form, field, here));
        } else {
            let (lines, caret) = value(model, field, here, cells);
            // A picker over the form has the cursor then.
            let top = model.overlays.last().is_some_and(Overlay::is_form);
            if here && top && form.asked.is_none() {
                sheet.cursor = caret.map(|(x, y)| (x, first + y));
            }
            sheet.rows.extend(lines);
        }
        let mut say = |sign: &str, text: &str, role| {
            let text = times(theme, &format!("{sign}{}", clean(text)));
            let rows = paragraph(theme, &text, role, usize::from(LABELS), cells);
            sheet.rows.extend(rows);
        };
        let choice = matches!(field.control, Control::Choice(_));
        if let Some(error) = &field.error {
            say(&format!("{} ", theme.glyph(Sign::Cross)), error, Role::Bad);
            if insists {
                say("", say!("form-as-it-is"), Role::Dim);
            }
        } else {
            for warning in &field.warnings {
                say(
                    &format!("{} ", theme.glyph(Sign::Warning)),
                    warning,
                    Role::Warn,
                );
            }
            if (here || field.hint_stays) && !field.hint.is_empty() {
                say("", &field.hint, Role::Dim);
            }
            if here && choice {
                let text = if field.hint_stays {
                    say!("form-choose-list")
                } else {
                    say!("form-choose")
                };
                say("", text, Role::Dim);
            }
        }
        if here {
            sheet.focus = (first, sheet.rows.len() - 1);
        }
    }
    if let Some(fault) = &form.fault {
        sheet.rows.push(Line::default());
        let status = fault
            .status
            .map(|status| say!("fault-status", status = status))
            .unwrap_or_default();
        let what = format!(
            "{} {}{status}",
            theme.glyph(Sign::Cross),
            clean(&fault.message)
        );
        sheet
            .rows
            .extend(paragraph(theme, &what, Role::Bad, 1, cells));
        let advice = advised(theme, fault);
        sheet
            .rows
            .extend(paragraph(theme, &advice, Role::Text, 1, cells));
        // The trouble is what is to be read now.
        sheet.focus.1 = sheet.rows.len() - 1;
    }
    sheet
}

fn label<N>(model: &Model, field: &Field<N>, here: bool) -> Vec<Span<'static>> {
    let theme = &model.settings.theme;
    let (cursor, role) = if here {
        (theme.glyph(Sign::Cursor), Role::Strong)
    } else {
        (" ", Role::Dim)
    };
    // Whatever is filled in stands apart from it.
    let room = usize::from(LABELS) - 4;
    vec![
        Span::styled(format!(" {cursor} "), theme.style(Role::Accent)),
        Span::styled(fit(field.label, room, Align::Left, ""), theme.style(role)),
        Span::raw(" "),
    ]
}

/// The rows of a field, and the caret's column and row where there is one.
fn value<N>(
    model: &Model,
    field: &Field<N>,
    here: bool,
    cells: u16,
) -> (Vec<Line<'static>>, Option<(u16, usize)>) {
    let theme = &model.settings.theme;
    let mut spans = label(model, field, here);
    let room = usize::from(cells.saturating_sub(LABELS + 1)).max(1);
    let caret = match &field.control {
        Control::Line(editor) => {
            let (text, caret) = visible(editor, room);
            spans.push(Span::styled(text, theme.style(Role::Input)));
            Some(caret)
        }
        Control::Text(editor) => {
            let (texts, caret) = window(editor, room);
            let mut lines: Vec<Line<'static>> = Vec::new();
            for text in texts {
                let mut spans = match lines.is_empty() {
                    true => std::mem::take(&mut spans),
                    false => vec![Span::raw(" ".repeat(usize::from(LABELS)))],
                };
                spans.push(Span::styled(text, theme.style(Role::Input)));
                lines.push(Line::from(spans));
            }
            let (row, column) = caret;
            let column = LABELS + u16::try_from(column).unwrap_or(0);
            return (lines, Some((column, row)));
        }
        Control::Secret(editor) => {
            let text = masked(editor);
            let text = truncate_start(&text, room.saturating_sub(1), "").into_owned();
            let caret = width(&text);
            spans.push(Span::styled(text, theme.style(Role::Input)));
            Some(caret)
        }
        Control::Password(editor) => {
            let letters = editor.text().chars().count().min(room.saturating_sub(1));
            let text = theme.glyph(Sign::Mark).repeat(letters);
            spans.push(Span::styled(text, theme.style(Role::Input)));
            Some(letters)
        }
        Control::Choice(choice) => {
            spans.extend(options(model, choice, here, room));
            None
        }
        Control::Submit => None,
    };
    let caret = caret.map(|cells| (LABELS + u16::try_from(cells).unwrap_or(0), 0));
    (vec![Line::from(spans)], caret)
}

/// Rows of a text of many lines that are seen at once.
const TEXT_ROWS: usize = 6;

/// The rows of a text around its caret, at least one; and the caret's row and column among them.
fn window(editor: &Editor, room: usize) -> (Vec<String>, (usize, usize)) {
    let shown = editor.shown(room);
    let top = shown.caret.0.saturating_sub(TEXT_ROWS - 1);
    let rows = shown.rows.iter().skip(top).take(TEXT_ROWS);
    let texts = rows.map(|row| clean(&row.text).into_owned()).collect();
    (texts, (shown.caret.0 - top, shown.caret.1))
}

/// The part of a line around its caret that fits, and where the caret stands in it.
fn visible(editor: &Editor, room: usize) -> (String, usize) {
    let text = editor.text();
    let (_, column) = editor.caret();
    let before: String = text.chars().take(column).collect();
    let after: String = text.chars().skip(column).collect();
    let head = truncate_start(&clean(&before), room.saturating_sub(1), "").into_owned();
    let caret = width(&head);
    (format!("{head}{}", clean(&after)), caret)
}

/// A secret as it may be seen: masked, as it is once it was cleaned.
fn masked(editor: &Editor) -> String {
    let text = editor.text();
    match ApiKey::from_pasted(&text) {
        Ok((key, _)) => clean(&key.masked()).into_owned(),
        Err(_) if text.trim().is_empty() => String::new(),
        Err(_) => clean(&mask(text.trim())).into_owned(),
    }
}

/// The chosen word between its neighbours; all of them where there is room.
fn options(model: &Model, choice: &Choice, here: bool, room: usize) -> Vec<Span<'static>> {
    let theme = &model.settings.theme;
    let all: usize = choice.options.iter().map(|word| width(word) + 3).sum();
    let chosen = |word: &str| {
        let role = if here { Role::Selection } else { Role::Strong };
        Span::styled(format!("[{}]", clean(word)), theme.style(role))
    };
    if all > room {
        let words = say!(
            "form-choice-of",
            at = choice.at + 1,
            of = choice.options.len()
        );
        return vec![
            chosen(choice.word()),
            Span::styled(words, theme.style(Role::Dim)),
        ];
    }
    choice
        .options
        .iter()
        .enumerate()
        .flat_map(|(at, word)| {
            let span = if at == choice.at {
                chosen(word)
            } else {
                Span::styled(format!(" {} ", clean(word)), theme.style(Role::Dim))
            };
            [span, Span::raw(" ")]
        })
        .collect()
}

fn button<N>(model: &Model, form: &Form<N>, field: &Field<N>, here: bool) -> Line<'static>
where
    N: Copy + PartialEq,
{
    let theme = &model.settings.theme;
    if form.asked.is_some() {
        let text = say!("form-asking", working = theme.glyph(Sign::Working));
        return Line::styled(text, theme.style(Role::Dim));
    }
    let (cursor, role) = if here {
        (theme.glyph(Sign::Cursor), Role::Selection)
    } else {
        (" ", Role::Strong)
    };
    Line::from(vec![
        Span::styled(format!(" {cursor} "), theme.style(Role::Accent)),
        Span::styled(format!("[ {} ]", field.label), theme.style(role)),
    ])
}
