//! The exact count, for answers whose upstream reports none. Its table takes 43 MB and a third of a second to
//! load, so it is only asked when a count must stand by itself.

use bytes::Bytes;

use super::super::inference::body::Members;
use super::super::protocol::Protocol;
use super::text::Prompt;
use crate::domain::count::count_tokens;

/// The table is fed so many bytes at a time: its pattern matcher fails on very long runs, and is linear below this.
const PIECE: usize = 8 * 1024;

/// Tokens of a request's prompt, on a thread that may take its time.
pub async fn prompt(protocol: Protocol, body: Bytes) -> u64 {
    on_a_slow_thread(move || {
        let members = Members::read(&body);
        members.map_or(0, |members| Prompt::of(protocol, &members).tokens(exact))
    })
    .await
}

/// Tokens of an answer's text, on a thread that may take its time.
pub async fn output(text: String) -> u64 {
    on_a_slow_thread(move || exact(&text)).await
}

async fn on_a_slow_thread(count: impl FnOnce() -> u64 + Send + 'static) -> u64 {
    match tokio::task::spawn_blocking(count).await {
        Ok(tokens) => tokens,
        Err(error) => {
            // `exact` cannot panic; this is the runtime ending under us. Nothing is billed then.
            tracing::warn!(%error, "tokens could not be counted");
            0
        }
    }
}

/// The count by the table `o200k_base`. Where the table's matcher gives up, the light count stands in.
fn exact(text: &str) -> u64 {
    pieces(text)
        .map(|piece| {
            let table = tiktoken_rs::o200k_base_singleton();
            std::panic::catch_unwind(|| table.encode_ordinary(piece).len() as u64)
                .unwrap_or_else(|_| count_tokens(piece))
        })
        .sum()
}

/// The text in pieces, cut before white space where there is some, so that hardly any token is cut.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let cut = if rest.len() <= PIECE {
            rest.len()
        } else {
            let limit = (0..=PIECE)
                .rev()
                .find(|at| rest.is_char_boundary(*at))
                .unwrap_or(rest.len());
            match rest[..limit].rfind(char::is_whitespace) {
                Some(at) if at > 0 => at,
                _ => limit,
            }
        };
        let (piece, after) = rest.split_at(cut);
        rest = after;
        Some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn x_02_the_count_is_the_tables() {
        assert_eq!(exact("The quick brown fox jumps over the lazy dog."), 10);
        assert_eq!(exact(""), 0);
    }

    #[test]
    fn a_long_text_is_cut_with_hardly_any_token_lost() {
        let text = "Relays sell many models behind one address. ".repeat(1_000);
        let whole = tiktoken_rs::o200k_base_singleton()
            .encode_ordinary(&text)
            .len() as f64;
        assert!((exact(&text) as f64 / whole - 1.0).abs() < 0.001);
    }

    #[test]
    fn a_run_of_spaces_that_breaks_the_matcher_is_counted() {
        assert!(exact(&" ".repeat(1_000_000)) > 0);
    }

    proptest! {
        #[test]
        fn the_pieces_are_the_text(text in "[a-z 语\n]{0,60}", times in 1_usize..600) {
            let text = text.repeat(times);
            prop_assert_eq!(pieces(&text).collect::<String>(), text.clone());
            prop_assert!(pieces(&text).all(|piece| !piece.is_empty() && piece.len() <= PIECE));
        }
    }
}
