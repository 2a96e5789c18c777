//! The one place where a colour becomes one that the terminal can show.

use ratatui::style::{Color, Style};

use super::level::ColorLevel;

/// The sixteen as most terminals have them by default; they may look different, but their names hold.
const SIXTEEN: [(Color, [u8; 3]); 16] = [
    (Color::Black, [0, 0, 0]),
    (Color::Red, [205, 0, 0]),
    (Color::Green, [0, 205, 0]),
    (Color::Yellow, [205, 205, 0]),
    (Color::Blue, [0, 0, 238]),
    (Color::Magenta, [205, 0, 205]),
    (Color::Cyan, [0, 205, 205]),
    (Color::Gray, [229, 229, 229]),
    (Color::DarkGray, [127, 127, 127]),
    (Color::LightRed, [255, 0, 0]),
    (Color::LightGreen, [0, 255, 0]),
    (Color::LightYellow, [255, 255, 0]),
    (Color::LightBlue, [92, 92, 255]),
    (Color::LightMagenta, [255, 0, 255]),
    (Color::LightCyan, [0, 255, 255]),
    (Color::White, [255, 255, 255]),
];

/// The steps of each part in the cube of 6×6×6 colours that begins at 16.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// A style with colours of this level.
pub(super) fn fit(style: Style, level: ColorLevel) -> Style {
    let mut fitted = style;
    fitted.fg = style.fg.and_then(|colour| fit_colour(colour, level));
    fitted.bg = style.bg.and_then(|colour| fit_colour(colour, level));
    fitted
}

fn fit_colour(colour: Color, level: ColorLevel) -> Option<Color> {
    match (level, colour) {
        (ColorLevel::None, _) => None,
        (_, Color::Indexed(index @ 0..16)) => Some(SIXTEEN[usize::from(index)].0),
        (ColorLevel::Ansi256, Color::Rgb(red, green, blue)) => {
            Some(Color::Indexed(nearest_index([red, green, blue])))
        }
        (ColorLevel::Ansi16, Color::Rgb(red, green, blue)) => {
            Some(nearest_name([red, green, blue]))
        }
        (ColorLevel::Ansi16, Color::Indexed(index)) => Some(nearest_name(rgb(index))),
        (_, colour) => Some(colour),
    }
}

/// What the 240 colours above the sixteen are.
pub(super) fn rgb(index: u8) -> [u8; 3] {
    match index {
        0..16 => SIXTEEN[usize::from(index)].1,
        16..232 => {
            let cube = index - 16;
            let step = |part: u8| STEPS[usize::from(part % 6)];
            [step(cube / 36), step(cube / 6), step(cube)]
        }
        grey => [8 + (grey - 232) * 10; 3],
    }
}

fn nearest_index(wanted: [u8; 3]) -> u8 {
    (16..=255)
        .min_by_key(|index| distance(rgb(*index), wanted))
        .unwrap_or(15)
}

fn nearest_name(wanted: [u8; 3]) -> Color {
    SIXTEEN
        .iter()
        .min_by_key(|(_, known)| distance(*known, wanted))
        .map_or(Color::Reset, |(name, _)| *name)
}

fn distance(one: [u8; 3], other: [u8; 3]) -> u32 {
    let parts = one.iter().zip(other);
    parts
        .map(|(one, other)| u32::from(one.abs_diff(other)).pow(2))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_becomes_the_nearest_there_is() {
        let orange = Color::Rgb(255, 135, 0);
        for (level, colour, shown) in [
            (ColorLevel::True, orange, Some(orange)),
            (ColorLevel::Ansi256, orange, Some(Color::Indexed(208))),
            (
                ColorLevel::Ansi16,
                Color::Rgb(250, 10, 0),
                Some(Color::LightRed),
            ),
            (ColorLevel::Ansi16, Color::Indexed(21), Some(Color::Blue)),
            (ColorLevel::Ansi16, Color::Indexed(250), Some(Color::Gray)),
            (ColorLevel::Ansi256, Color::Indexed(1), Some(Color::Red)),
            (ColorLevel::Ansi256, Color::Cyan, Some(Color::Cyan)),
            (ColorLevel::None, Color::Cyan, None),
        ] {
            assert_eq!(fit_colour(colour, level), shown, "{colour:?} at {level:?}");
        }
    }
}
