//! Reads an address out of whatever was pasted, and says what was odd about it (S-52, S-56).
//!
//! The steps go from the outside in: what stands around it, the scheme, the host, and last the path, whose endpoint,
//! version and page are taken off. No step repeats a piece of the text in what it tells: it may be a secret.

use url::Url;

use super::{Address, AddressError, Suspicion};
use crate::domain::visible::is_invisible;
use crate::locale::say;

/// The endings that are taken off, longest first.
const ENDPOINTS: [&str; 12] = [
    "/messages/count_tokens",
    "/images/generations",
    "/audio/transcriptions",
    "/chat/completions",
    "/completions",
    "/embeddings",
    "/api/status",
    "/api/pricing",
    "/responses",
    "/messages",
    "/models",
    "/rerank",
];

/// Endings that lack a letter, with what was meant.
const MISSPELT: [(&str, &str); 5] = [
    ("/chat/completion", "/chat/completions"),
    ("/embedding", "/embeddings"),
    ("/response", "/responses"),
    ("/message", "/messages"),
    ("/model", "/models"),
];

/// The first folders of the pages of consoles of this family. None of them can hold an API.
const PAGES: [&str; 12] = [
    "/console",
    "/pricing",
    "/panel",
    "/login",
    "/register",
    "/token",
    "/topup",
    "/setting",
    "/about",
    "/playground",
    "/dashboard",
    "/docs",
];

pub(super) fn read(text: &str) -> Result<(Address, Vec<Suspicion>), AddressError> {
    let mut odd = Vec::new();
    let plain = unwrap(text, &mut odd)?;
    let with_scheme = scheme(&plain, &mut odd);
    let malformed = |why: String| AddressError::Malformed { why };
    let url = Url::parse(&with_scheme).map_err(|error| malformed(error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(AddressError::Scheme(url.scheme().to_owned()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(AddressError::Credentials);
    }
    let host = url
        .host_str()
        .ok_or_else(|| malformed(say!("address-no-host").into()))?;
    if url.query().is_some() || url.fragment().is_some() {
        odd.push(Suspicion::Extras);
    }
    if url.scheme() == "http" && !is_near(host) {
        odd.push(Suspicion::Unencrypted);
    }
    let path = base_path(url.path(), &mut odd);
    let port = url
        .port()
        .map(|port| format!(":{port}"))
        .unwrap_or_default();
    let base = format!("{}://{host}{port}{path}", url.scheme());
    Ok((Address { base }, odd))
}

/// Takes off what stands around the address, and refuses what is a secret.
fn unwrap(text: &str, odd: &mut Vec<Suspicion>) -> Result<String, AddressError> {
    let seen: String = text
        .chars()
        .filter(|letter| !is_invisible(*letter))
        .collect();
    if seen != text {
        odd.push(Suspicion::Invisible);
    }
    let narrowed: String = seen.trim().chars().map(narrow).collect();
    if narrowed != seen.trim() {
        odd.push(Suspicion::FullWidth);
    }
    if holds_key(&narrowed) {
        return Err(AddressError::Key);
    }
    let mut plain = narrowed.trim_matches(is_wrapping).to_owned();
    if plain.is_empty() {
        return Err(AddressError::Empty);
    }
    // A command, a setting or a sentence: the one word in it that begins like an address is meant.
    let begins = |word: &str| {
        let lower = word.to_ascii_lowercase();
        lower.find("https://").or_else(|| lower.find("http://"))
    };
    let stands_alone = begins(&plain) == Some(0) && !plain.contains(char::is_whitespace);
    let found = plain
        .split(|letter: char| letter.is_whitespace() || matches!(letter, '(' | ')' | '"' | '\''))
        .find_map(|word| Some(&word[begins(word)?..]))
        .map(|word| word.trim_matches(is_wrapping).to_owned())
        .filter(|word| word.len() > "https://".len());
    match found {
        Some(word) if !stands_alone && word != plain => {
            odd.push(Suspicion::Wrapped);
            plain = word;
        }
        // Words without a scheme among them are words: `Bearer …` must not become a host.
        _ if begins(&plain) == Some(0) && plain.contains(char::is_whitespace) => {
            odd.push(Suspicion::Spaces);
            plain.retain(|letter| !letter.is_whitespace());
        }
        _ => {}
    }
    let ended = plain.trim_end_matches(['.', ',', ';', '!', '、']);
    if ended.len() < plain.len() {
        odd.push(Suspicion::Punctuation);
        plain.truncate(ended.len());
    }
    if plain.is_empty() {
        return Err(AddressError::Empty);
    }
    if authority(&plain).contains('@') {
        return Err(AddressError::Credentials);
    }
    Ok(plain)
}

/// The text with one scheme in front of it, spelt right.
fn scheme(text: &str, odd: &mut Vec<Suspicion>) -> String {
    let lower = text.to_ascii_lowercase();
    for doubled in [
        "https://https://",
        "http://http://",
        "https://http://",
        "http://https://",
    ] {
        if lower.starts_with(doubled) {
            odd.push(Suspicion::DoubledScheme);
            // The inner one is what was pasted into a field that had the other already.
            let first = doubled.find("//").map_or(0, |at| at + 2);
            return text[first..].to_owned();
        }
    }
    const SLIPS: [(&str, &str); 14] = [
        ("https//", "https://"),
        ("http//", "http://"),
        ("https:\\\\", "https://"),
        ("http:\\\\", "http://"),
        ("https;//", "https://"),
        ("http;//", "http://"),
        ("https:///", "https://"),
        ("http:///", "http://"),
        ("htps://", "https://"),
        ("htpps://", "https://"),
        ("httsp://", "https://"),
        ("hhttps://", "https://"),
        ("ttps://", "https://"),
        ("://", "https://"),
    ];
    let single = |scheme: &str| {
        lower
            .strip_prefix(scheme)
            .is_some_and(|rest| !rest.starts_with('/'))
    };
    let slip = SLIPS
        .iter()
        .find(|(wrong, _)| lower.starts_with(wrong))
        .map(|(wrong, right)| (wrong.len(), *right))
        .or_else(|| single("https:/").then_some(("https:/".len(), "https://")))
        .or_else(|| single("http:/").then_some(("http:/".len(), "http://")));
    if let Some((length, right)) = slip {
        odd.push(Suspicion::SchemeMisspelt(right));
        return format!("{right}{}", text[length..].trim_start_matches('/'));
    }
    if text.contains("://") {
        return text.to_owned();
    }
    let host = text.split(['/', ':']).next().unwrap_or_default();
    let scheme = if is_near(host) { "http://" } else { "https://" };
    odd.push(Suspicion::SchemeMissing(scheme));
    format!("{scheme}{}", text.trim_start_matches('/'))
}

/// What people leave around an address. Square brackets are not among them: an address of the sixth kind wears them.
fn is_wrapping(letter: char) -> bool {
    letter.is_whitespace()
        || matches!(
            letter,
            '"' | '\''
                | '`'
                | '<'
                | '>'
                | '“'
                | '”'
                | '‘'
                | '’'
                | '《'
                | '》'
                | '「'
                | '」'
                | '('
                | ')'
        )
}

/// Whether a word of the text, or the host in it, is a key: `Bearer sk-…`, `key="sk-…"`, `https://sk-…`.
fn holds_key(text: &str) -> bool {
    let quote = |letter: char| matches!(letter, '"' | '\'' | '`' | '<' | '>' | '=' | ':' | ',');
    let mut words = text.split(|letter: char| letter.is_whitespace() || quote(letter));
    let host = authority(text);
    words.any(|word| word.starts_with("sk-")) || (host.starts_with("sk-") && !host.contains('.'))
}

/// What stands before the path, user name and password included.
fn authority(text: &str) -> &str {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    rest.split(['/', '?', '#', '\\']).next().unwrap_or(rest)
}

/// Takes pages, the endpoint, the version and slashes off a path.
fn base_path(path: &str, odd: &mut Vec<Suspicion>) -> String {
    let mut path = path.to_owned();
    if path.trim_end_matches('/').contains("//") {
        odd.push(Suspicion::DoubledSlash);
        while path.contains("//") {
            path = path.replace("//", "/");
        }
    }
    if path.len() > 1 && path.ends_with('/') {
        odd.push(Suspicion::TrailingSlash);
    }
    path.truncate(path.trim_end_matches('/').len());
    let small = path.replace("/V1", "/v1");
    if small != path {
        odd.push(Suspicion::VersionCapital);
        path = small;
    }
    if let Some(page) = PAGES.iter().find(|page| is_folder(&path, page)) {
        odd.push(Suspicion::Page(page));
        path.clear();
    }
    if let Some(rest) = before_named_model(&path) {
        path = rest.to_owned();
        odd.push(Suspicion::EndpointPath("/models/MODEL:generateContent"));
        if !versioned(&path) {
            odd.push(Suspicion::VersionMissing);
        }
    }
    let mut endpoints = 0;
    while let Some((ending, meant)) = endpoint_of(&path) {
        path.truncate(path.len() - ending.len());
        endpoints += 1;
        match (endpoints, meant == ending) {
            (1, true) => odd.push(Suspicion::EndpointPath(meant)),
            (1, false) => odd.push(Suspicion::MisspeltEndpoint(meant)),
            (2, _) => odd.push(Suspicion::DoubledEndpoint),
            _ => {}
        }
        if endpoint_of(&path).is_none() && !versioned(&path) && !meant.starts_with("/api") {
            odd.push(Suspicion::VersionMissing);
        }
    }
    let mut versions = 0;
    while let Some(rest) = ["/v1", "/v1beta"]
        .iter()
        .find_map(|version| path.strip_suffix(version))
    {
        path = rest.trim_end_matches('/').to_owned();
        versions += 1;
        // `…/v1/chat/completions/v1`: the version that was appended hid the endpoint.
        if let Some((ending, meant)) = endpoint_of(&path) {
            path.truncate(path.len() - ending.len());
            odd.push(Suspicion::EndpointPath(meant));
        }
    }
    if versions > 1 {
        odd.push(Suspicion::DoubledVersion);
    }
    path
}

/// The endpoint a path ends in: as it is written, and as it is meant.
fn endpoint_of(path: &str) -> Option<(&'static str, &'static str)> {
    let exact = ENDPOINTS.iter().map(|ending| (*ending, *ending));
    exact
        .chain(MISSPELT)
        .find(|(ending, _)| path.ends_with(ending))
}

/// What stands before Google's endpoint, which holds the name of a model: `/v1beta/models/gemini-2.5-pro:generateContent`.
fn before_named_model(path: &str) -> Option<&str> {
    let (rest, called) = path.rsplit_once("/models/")?;
    let (model, verb) = called.rsplit_once(':')?;
    let known = matches!(
        verb,
        "generateContent" | "streamGenerateContent" | "countTokens" | "embedContent"
    );
    (known && !model.is_empty()).then_some(rest)
}

fn versioned(path: &str) -> bool {
    path.ends_with("/v1") || path.ends_with("/v1beta")
}

fn is_folder(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        // A gateway may well live below such a folder; then its endpoint or version says so.
        && endpoint_of(path).is_none()
        && !path.contains("/v1")
}

/// Full-width letters, digits and signs as their plain twins; the ideographic full stop as a point.
fn narrow(letter: char) -> char {
    match letter {
        '。' | '．' => '.',
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(letter as u32 - 0xfee0).unwrap_or(letter),
        other => other,
    }
}

/// Whether a host is this machine or in a private network, where `http` is what one would expect.
pub(super) fn is_near(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    if host == "localhost" || host.ends_with(".localhost") || host.ends_with(".local") {
        return true;
    }
    match host.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(ip)) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
        Ok(std::net::IpAddr::V6(ip)) => ip.is_loopback() || ip.is_unique_local(),
        Err(_) => false,
    }
}
