//! A model's name in the form in which names are compared, and how far one is from another.

/// Names are compared up to this many letters: beyond it they are not names.
const LONGEST: usize = 96;

/// A name taken apart. The buffers are kept from one name to the next.
#[derive(Debug, Default)]
pub(super) struct Folded {
    /// Everything, in plain small letters.
    spelled: String,
    /// What stands before the last slash.
    vendor: String,
    /// Letters and digits alone, the date among them.
    pub whole: String,
    /// The same without the date.
    stem: String,
    /// The digits of the date, or `latest`; empty when there is none.
    pub date: String,
    /// The digits of the stem: the version, mostly.
    version: String,
    /// The words and numbers of the stem, one behind the other.
    words: Vec<String>,
    /// How many of `words` are in use.
    used: usize,
    /// How often each letter occurs in the stem, and each digit; some digits share a place.
    census: [u8; 32],
}

impl Folded {
    /// Takes a name apart, in place of the one before.
    pub fn fold(&mut self, name: &str) {
        for part in [
            &mut self.spelled,
            &mut self.vendor,
            &mut self.whole,
            &mut self.stem,
            &mut self.date,
            &mut self.version,
        ] {
            part.clear();
        }
        self.census = [0; 32];
        let name = name.trim();
        self.spelled
            .extend(name.chars().take(LONGEST).map(fold_letter));
        let own = match name.rsplit_once(['/', '\u{ff0f}']) {
            Some((vendor, own)) if !own.trim().is_empty() => {
                self.vendor
                    .extend(vendor.chars().take(LONGEST).map(fold_letter));
                own
            }
            _ => name,
        };
        self.split(own);
        self.set_date_apart();
        for word in &self.words[..self.used] {
            self.stem.push_str(word);
        }
        for byte in self.stem.bytes() {
            let place = match byte {
                b'a'..=b'z' => byte - b'a',
                b'0'..=b'9' => {
                    self.version.push(char::from(byte));
                    26 + (byte - b'0') % 6
                }
                _ => continue,
            };
            let count = &mut self.census[usize::from(place)];
            *count = count.saturating_add(1);
        }
    }

    /// Cuts into words and numbers, and gathers them in `whole`.
    fn split(&mut self, own: &str) {
        self.used = 0;
        let mut before = None;
        for letter in own.chars().take(LONGEST).map(fold_letter) {
            let kind = letter.is_alphanumeric().then(|| letter.is_numeric());
            if let Some(is_digit) = kind {
                if before != Some(is_digit) {
                    if self.used == self.words.len() {
                        self.words.push(String::new());
                    }
                    self.words[self.used].clear();
                    self.used += 1;
                }
                self.words[self.used - 1].push(letter);
                self.whole.push(letter);
            }
            before = kind;
        }
    }

    /// Moves what looks like a date from the words to `date`: `20250929`, `2025-09-29`, `08-2024`, `0613`, `latest`.
    fn set_date_apart(&mut self) {
        let words = &self.words[..self.used];
        let digits = |at: usize| words.get(at).map_or(0, |word| number_length(word));
        // The first word is the family's name; a date never stands there.
        let found = (1..words.len()).rev().find_map(|at| {
            let after_year = is_year(&words[at - 1]);
            let after_month = at > 1 && digits(at - 1) == 2;
            match (digits(at), digits(at + 1), digits(at + 2)) {
                (4, 2, 2) if is_year(&words[at]) => Some((at, 3)),
                (4, ..) if is_year(&words[at]) && after_month => Some((at - 1, 2)),
                (4 | 6, ..) => Some((at, 1)),
                (7..=9, ..) if words[at].starts_with("20") => Some((at, 1)),
                (2, 2, 0) if !after_year => Some((at, 2)),
                _ if words[at] == "latest" => Some((at, 1)),
                _ => None,
            }
        });
        if let Some((at, length)) = found {
            for word in &self.words[at..at + length] {
                self.date.push_str(word);
            }
            self.words[at..self.used].rotate_left(length);
            self.used -= length;
        }
    }

    /// How far another name is from this one, in tenths of an edit and penalties of that size; `None` when it is too far.
    pub fn cost_to(&self, other: &Folded) -> Option<u32> {
        let vendor = match (self.vendor.is_empty(), other.vendor.is_empty()) {
            _ if self.vendor == other.vendor => 0,
            (false, false) => 2,
            _ => 1,
        };
        if self.whole == other.whole {
            return Some(vendor + u32::from(self.spelled != other.spelled));
        }
        let date = match (self.date.is_empty(), other.date.is_empty()) {
            _ if self.date == other.date => 0,
            (_, false) => 3,
            (_, true) => 4,
        };
        let version = if self.version == other.version { 0 } else { 6 };
        let edits = self
            .edits_to(other)
            .map(|edits| edits * 10 + version + date);
        let words = self.words_within(other).map(|cost| cost + date);
        let best = [edits, words].into_iter().flatten().min()?;
        Some(best + vendor)
    }

    /// The edit distance of the stems, where it is small for their length.
    fn edits_to(&self, other: &Folded) -> Option<u32> {
        let shorter = self.stem.len().min(other.stem.len());
        let most = (shorter / 4).clamp(1, 8);
        // Each edit mends at most one letter too many and one too few, so a census tells at once who is too far.
        let (mut over, mut under) = (0_usize, 0_usize);
        for (own, its) in self.census.iter().zip(&other.census) {
            over += usize::from(own.saturating_sub(*its));
            under += usize::from(its.saturating_sub(*own));
        }
        if over.max(under) > most || self.stem.len().abs_diff(other.stem.len()) > most * 4 {
            return None;
        }
        let edits = strsim::osa_distance(&self.stem, &other.stem);
        (edits <= most).then_some(edits as u32)
    }

    /// What it costs that one name holds all words of the other, in whatever order, and some more.
    fn words_within(&self, other: &Folded) -> Option<u32> {
        let (own, its) = (&self.words[..self.used], &other.words[..other.used]);
        // One short word is in too many names to mean one of them.
        if self.stem.len() < 3 || other.stem.len() < 3 {
            return None;
        }
        let (few, many) = match own.len() <= its.len() {
            true => (own, its),
            false => (its, own),
        };
        let times = |words: &[String], word: &String| words.iter().filter(|it| *it == word).count();
        let within = few.iter().all(|word| times(many, word) >= times(few, word));
        let more = (many.len() - few.len()) as u32;
        match (within, more) {
            (false, _) => None,
            (true, 0) => Some(12),
            (true, _) if own.len() < its.len() => Some(25 + more.min(10) * 4),
            // Words too many are rarer than words left out.
            (true, 1..=3) if few.len() > 1 => Some(30 + more * 6),
            (true, _) => None,
        }
    }
}

/// Lower case, and full-width letters as plain ones.
fn fold_letter(letter: char) -> char {
    let plain = match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(letter as u32 - 0xfee0).unwrap_or(letter),
        other => other,
    };
    match plain.is_ascii() {
        true => plain.to_ascii_lowercase(),
        false => plain.to_lowercase().next().unwrap_or(plain),
    }
}

/// The number of digits; 0 for a word.
fn number_length(word: &str) -> usize {
    match word.bytes().all(|byte| byte.is_ascii_digit()) {
        true => word.len(),
        false => 0,
    }
}

fn is_year(word: &str) -> bool {
    word.len() == 4 && word.starts_with("20")
}
