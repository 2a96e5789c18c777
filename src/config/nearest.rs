//! The known word that a mistyped one is nearest to.

/// The nearest of `known`, or `None` when nothing is near enough to be what was meant.
pub fn nearest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |word: &str| -> String {
        word.chars()
            .filter(|letter| letter.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect()
    };
    let wrong = plain(wrong);
    // A third of the letters may be wrong; more of them make another word.
    let limit = (wrong.chars().count() / 3).max(1);
    known
        .into_iter()
        .filter_map(|word| {
            let right = plain(word);
            let distance = strsim::osa_distance(&wrong, &right);
            let inside = right.len() > 2 && wrong.contains(&right)
                || wrong.len() > 2 && right.contains(&wrong);
            (distance <= limit || inside).then_some((distance, word))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        let known = [
            "profile", "color", "link", "glyphs", "theme", "url", "user_id",
        ];
        for (wrong, right) in [
            ("colour", Some("color")),
            ("Color", Some("color")),
            ("proflie", Some("profile")),
            ("userid", Some("user_id")),
            ("base_url", Some("url")),
            ("lnk", Some("link")),
            ("budget", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(nearest(wrong, known), right, "{wrong}");
        }
    }
}
