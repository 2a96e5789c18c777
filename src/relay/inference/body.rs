//! A request's body: read in whole up to a limit, and changed in single members without touching the others.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use axum::body::Body;
use axum::http::StatusCode;
use bytes::{Bytes, BytesMut};
use futures_util::{FutureExt, StreamExt};
use serde::de::{Deserialize, DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::super::answers::ApiError;

/// At least so much of what is too large is read all the same.
const READ_ANYWAY: usize = 16 * 1024 * 1024;

/// Reads a body. A client that sends nothing for `patience` has lost it.
pub async fn read(body: Body, limit: usize, patience: Duration) -> Result<Bytes, ApiError> {
    let mut pieces = body.into_data_stream();
    let mut whole = Gathered::default();
    let mut total = 0_usize;
    loop {
        let piece = match soon(pieces.next(), patience).await {
            Err(_) => {
                return Err(ApiError::own(
                    StatusCode::REQUEST_TIMEOUT,
                    "read_request_body_failed",
                    "the request body did not arrive in time",
                ));
            }
            Ok(None) => break,
            Ok(Some(Err(error))) => {
                return Err(ApiError::own(
                    StatusCode::BAD_REQUEST,
                    "read_request_body_failed",
                    format!("the request body broke off: {error}"),
                ));
            }
            Ok(Some(Ok(piece))) => piece,
        };
        total = total.saturating_add(piece.len());
        // What is too large is read a little further before it is refused: a client that is still writing when the
        // connection closes would never read the answer.
        if total > limit.saturating_add(limit.max(READ_ANYWAY)) {
            return Err(too_large(limit));
        }
        if total > limit {
            whole = Gathered::default();
        } else {
            whole.add(piece);
        }
    }
    if total > limit {
        return Err(too_large(limit));
    }
    Ok(whole.finish())
}

/// The refusal of a body of more than so many bytes.
pub fn too_large(limit: usize) -> ApiError {
    ApiError::own(
        StatusCode::PAYLOAD_TOO_LARGE,
        "read_request_body_failed",
        format!("request body too large: at most {limit} bytes are taken"),
    )
}

/// What comes within a time. What is there already, as most is, is not worth a look at the clock.
pub async fn soon<T>(
    mut coming: impl Future<Output = T> + Unpin,
    patience: Duration,
) -> Result<T, tokio::time::error::Elapsed> {
    match (&mut coming).now_or_never() {
        Some(there) => Ok(there),
        None => tokio::time::timeout(patience, coming).await,
    }
}

/// What arrives in pieces; where it arrives in one, which is usual, nothing is copied.
#[derive(Default)]
pub struct Gathered {
    first: Bytes,
    /// The first piece with all others behind it, where there are others.
    all: BytesMut,
}

impl Gathered {
    /// Takes the next piece.
    pub fn add(&mut self, piece: Bytes) {
        if self.is_empty() {
            self.first = piece;
            return;
        }
        if self.all.is_empty() {
            self.all.reserve(self.first.len() + piece.len());
            self.all.extend_from_slice(&std::mem::take(&mut self.first));
        }
        self.all.extend_from_slice(&piece);
    }

    /// Bytes so far.
    pub fn len(&self) -> usize {
        self.first.len() + self.all.len()
    }

    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What is there so far.
    pub fn so_far(&self) -> &[u8] {
        if self.all.is_empty() {
            &self.first
        } else {
            &self.all
        }
    }

    /// All of it.
    pub fn finish(self) -> Bytes {
        if self.all.is_empty() {
            self.first
        } else {
            self.all.freeze()
        }
    }
}

/// Reads JSON whose letters are all looked at once, instead of again at every text in it.
pub fn from_json<'de, T: Deserialize<'de>>(text: &'de [u8]) -> serde_json::Result<T> {
    match std::str::from_utf8(text) {
        Ok(text) => serde_json::from_str(text),
        // It tells where the trouble is, unless what comes before is no JSON.
        Err(_) => serde_json::from_slice(text),
    }
}

/// Reads the name of a member where it stands; only one with escapes is written anew.
pub struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Self::Value, D::Error> {
        input.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}

/// No request has so many members. Each is compared with all before it, so there must be an end to them.
const MOST: usize = 500;

/// The members of a JSON object, each still as the client wrote it.
pub struct Members<'a> {
    list: Vec<(Cow<'a, str>, &'a RawValue)>,
    /// A member stood there twice. Readers differ in which one counts, so it may not go on as it came.
    repeated: bool,
}

impl<'a> Members<'a> {
    /// Reads an object.
    pub fn read(text: &'a [u8]) -> Result<Self, serde_json::Error> {
        from_json(text)
    }

    /// A member as it was written.
    pub fn get(&self, name: &str) -> Option<&'a RawValue> {
        let found = self.list.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| *value)
    }

    /// A member as a value; `None` when it is missing or something else.
    pub fn value<T: Deserialize<'a>>(&self, name: &str) -> Option<T> {
        serde_json::from_str(self.get(name)?.get()).ok()
    }

    /// The object with some members changed, added, or (as `None`) left out. `None` when it may go on as it came.
    pub fn with(&self, edits: &[(&str, Option<String>)]) -> Option<Bytes> {
        if edits.is_empty() && !self.repeated {
            return None;
        }
        let mut text = String::from("{");
        let mut put = |name: &str, value: &str| {
            if text.len() > 1 {
                text.push(',');
            }
            // A member's name always becomes JSON.
            text.push_str(&serde_json::to_string(name).unwrap_or_default());
            text.push(':');
            text.push_str(value);
        };
        for (name, value) in &self.list {
            match edits.iter().find(|(edited, _)| edited == name) {
                None => put(name, value.get()),
                Some((_, Some(new))) => put(name, new),
                Some((_, None)) => {}
            }
        }
        for (name, new) in edits {
            if let (None, Some(new)) = (self.get(name), new) {
                put(name, new);
            }
        }
        text.push('}');
        Some(Bytes::from(text))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Members<'de>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut list: Vec<(Cow<'de, str>, &'de RawValue)> = Vec::with_capacity(8);
                let mut repeated = false;
                while let Some(name) = map.next_key_seed(Name)? {
                    let value = map.next_value()?;
                    let known = list.iter().position(|(known, _)| *known == name);
                    match known {
                        Some(earlier) => {
                            list[earlier].1 = value;
                            repeated = true;
                        }
                        None if list.len() == MOST => {
                            return Err(serde::de::Error::custom("it has too many members"));
                        }
                        None => list.push((name, value)),
                    }
                }
                Ok(Members { list, repeated })
            }
        }
        input.deserialize_map(Object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn with(text: &str, edits: &[(&str, Option<&str>)]) -> String {
        let edits: Vec<_> = edits
            .iter()
            .map(|(name, value)| (*name, value.map(str::to_owned)))
            .collect();
        let members = Members::read(text.as_bytes()).unwrap();
        let new = members.with(&edits);
        new.map_or(text.to_owned(), |bytes| {
            String::from_utf8(bytes.to_vec()).unwrap()
        })
    }

    #[test]
    fn what_is_not_meant_is_not_touched() {
        let text = r#"{"model": "a", "seed":12345678901234567890123, "x":{"b":1.0,"a":[ ]}}"#;
        assert_eq!(with(text, &[]), text);
        assert_eq!(
            with(
                text,
                &[
                    ("model", Some("\"b\"")),
                    ("new", Some("{}")),
                    ("gone", None)
                ]
            ),
            r#"{"model":"b","seed":12345678901234567890123,"x":{"b":1.0,"a":[ ]},"new":{}}"#
        );
        assert_eq!(with(r#"{"a":1,"b":2}"#, &[("a", None)]), r#"{"b":2}"#);
        assert_eq!(with("{}", &[("a", Some("1"))]), r#"{"a":1}"#);
    }

    #[test]
    fn a_member_that_stands_twice_goes_on_once_so_that_nobody_bills_another_model() {
        let text = r#"{"model":"cheap","n":1,"model":"dear"}"#;
        assert_eq!(
            Members::read(text.as_bytes())
                .unwrap()
                .value::<String>("model")
                .unwrap(),
            "dear"
        );
        assert_eq!(with(text, &[]), r#"{"model":"dear","n":1}"#);
    }

    #[test]
    fn an_escaped_name_is_the_name() {
        let members = Members::read(br#"{"mod\u0065l":"a"}"#).unwrap();
        assert_eq!(members.value::<String>("model").as_deref(), Some("a"));
        assert!(Members::read(b"[1]").is_err() && Members::read(b"\xff").is_err());
    }

    proptest! {
        #[test]
        fn pieces_come_to_a_whole(pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..9), 0..6)) {
            let mut whole = Gathered::default();
            pieces.iter().for_each(|piece| whole.add(Bytes::copy_from_slice(piece)));
            prop_assert_eq!(whole.so_far(), pieces.concat());
            prop_assert_eq!(whole.len(), pieces.concat().len());
            prop_assert_eq!(whole.finish(), pieces.concat());
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,80}") {
            if let Ok(members) = Members::read(text.as_bytes()) {
                let _ = members.with(&[("model", Some("1".into()))]);
            }
        }
    }
}
