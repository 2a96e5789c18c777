//! Reading what requests are made of, with errors that name the place: lists, texts, numbers, data URLs.

use serde_json::Value;

use super::Object;
use super::ask::{Media, Piece};
use crate::relay::translate::Untranslatable;

/// A place in a body, such as `messages[3].content[0]`.
#[derive(Clone, Debug)]
pub(super) struct Place(String);

impl Place {
    pub fn of(member: &str) -> Self {
        Place(member.to_owned())
    }

    pub fn at(&self, index: usize) -> Self {
        Place(format!("{}[{index}]", self.0))
    }

    pub fn of_member(&self, member: &str) -> Self {
        Place(format!("{}.{member}", self.0))
    }

    pub fn refuse(&self, why: impl Into<String>) -> Untranslatable {
        Untranslatable::new(self.0.as_str(), why)
    }

    /// The member of an object here.
    pub fn member<'a>(&self, object: &'a Value, member: &str) -> Result<&'a Value, Untranslatable> {
        given(object, member).ok_or_else(|| self.of_member(member).refuse("is missing"))
    }

    /// The text in a member here.
    pub fn text<'a>(&self, object: &'a Value, member: &str) -> Result<&'a str, Untranslatable> {
        self.member(object, member)?
            .as_str()
            .ok_or_else(|| self.of_member(member).refuse("must be a text"))
    }

    /// The list that a value here is.
    pub fn list<'a>(&self, value: &'a Value) -> Result<&'a [Value], Untranslatable> {
        value
            .as_array()
            .map(Vec::as_slice)
            .ok_or_else(|| self.refuse("must be a list"))
    }
}

/// A member, unless it is null.
pub(super) fn given<'a>(object: &'a Value, member: &str) -> Option<&'a Value> {
    object.get(member).filter(|value| !value.is_null())
}

/// A member of the body, unless it is null.
pub(super) fn top<'a>(body: &'a Object, member: &str) -> Option<&'a Value> {
    body.get(member).filter(|value| !value.is_null())
}

/// The text of a member; `None` where there is none, or none with anything in it.
pub(super) fn words<'a>(object: &'a Value, member: &str) -> Option<&'a str> {
    object
        .get(member)
        .and_then(Value::as_str)
        .filter(|text| !text.is_empty())
}

/// A list in the body that must be there.
pub(super) fn required_list<'a>(
    body: &'a Object,
    member: &str,
) -> Result<&'a [Value], Untranslatable> {
    let place = Place::of(member);
    match top(body, member) {
        Some(value) => place.list(value),
        None => Err(place.refuse("is missing; it is the list of what was said so far")),
    }
}

/// A list in the body that may be missing.
pub(super) fn optional_list<'a>(
    body: &'a Object,
    member: &str,
) -> Result<&'a [Value], Untranslatable> {
    top(body, member).map_or(Ok(&[]), |value| Place::of(member).list(value))
}

/// A count in the body.
pub(super) fn count(body: &Object, member: &str) -> Result<Option<u64>, Untranslatable> {
    let whole = |value: &Value| {
        value.as_u64().or_else(|| {
            let float = value.as_f64()?;
            (float.fract() == 0.0 && (0.0..9.0e15).contains(&float)).then_some(float as u64)
        })
    };
    top(body, member)
        .map(|value| {
            whole(value).ok_or_else(|| Untranslatable::new(member, "must be a whole number"))
        })
        .transpose()
}

/// A figure in the body.
pub(super) fn figure(body: &Object, member: &str) -> Result<Option<f64>, Untranslatable> {
    top(body, member)
        .map(|value| {
            value
                .as_f64()
                .ok_or_else(|| Untranslatable::new(member, "must be a number"))
        })
        .transpose()
}

/// Whether the answer is wanted as a stream.
pub(super) fn stream(body: &Object) -> bool {
    body.get("stream") == Some(&Value::Bool(true))
}

/// What a URL points at: the data in it, or an address on the web.
pub(super) fn media<'a>(url: &'a str, place: &Place) -> Result<Media<'a>, Untranslatable> {
    let Some(rest) = strip_scheme(url, "data:") else {
        return match strip_scheme(url, "https://").or_else(|| strip_scheme(url, "http://")) {
            Some(_) => Ok(Media::Url(url)),
            None => Err(place.refuse("must be an address that begins with https:// or data:")),
        };
    };
    let Some((head, base64)) = rest.split_once(',') else {
        return Err(place.refuse("is a data: address without data"));
    };
    let Some(kind) = head.strip_suffix(";base64") else {
        return Err(place.refuse("is a data: address that is not in base64; encode it so"));
    };
    // `image/png;name=x.png`: only the kind matters.
    let kind = match kind.split(';').next().unwrap_or_default() {
        "image/jpg" => "image/jpeg",
        kind => kind,
    };
    Ok(Media::Data { kind, base64 })
}

/// The rest of a URL after its scheme, which may be in capitals.
fn strip_scheme<'a>(url: &'a str, scheme: &str) -> Option<&'a str> {
    let head = url.get(..scheme.len())?;
    head.eq_ignore_ascii_case(scheme)
        .then(|| &url[scheme.len()..])
}

/// An OpenAI part that holds text: `text`, `input_text`, `output_text`, `refusal`. `None` for other kinds.
pub(super) fn text_part(part: &Value) -> Option<&str> {
    match part.get("type").and_then(Value::as_str) {
        Some("text" | "input_text" | "output_text" | "summary_text" | "reasoning_text") => {
            part.get("text").and_then(Value::as_str)
        }
        Some("refusal") => part.get("refusal").and_then(Value::as_str),
        None if part.is_string() => part.as_str(),
        _ => None,
    }
}

/// A content that may only hold text: a text or a list of parts.
pub(super) fn only_text<'a>(
    content: &'a Value,
    place: &Place,
) -> Result<Vec<&'a str>, Untranslatable> {
    if let Some(text) = content.as_str() {
        return Ok(vec![text]);
    }
    let parts = place
        .list(content)
        .map_err(|_| place.refuse("must be a text or a list of parts"))?;
    parts
        .iter()
        .enumerate()
        .map(|(at, part)| {
            text_part(part).ok_or_else(|| {
                let kind = part.get("type").and_then(Value::as_str).unwrap_or("?");
                place.at(at).refuse(format!(
                    "only text can stand here, not a part of type {kind:?}"
                ))
            })
        })
        .collect()
}

/// Texts as pieces.
pub(super) fn pieces_of(texts: Vec<&str>) -> Vec<Piece<'_>> {
    texts
        .into_iter()
        .map(|text| Piece::Text(text.into()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(url: &str) -> Result<Media<'_>, String> {
        media(url, &Place::of("url")).map_err(|trouble| trouble.why)
    }

    #[test]
    fn data_urls_are_taken_apart() {
        let data = |kind, base64| Ok(Media::Data { kind, base64 });
        assert_eq!(
            read("data:image/png;base64,iVBO"),
            data("image/png", "iVBO")
        );
        assert_eq!(
            read("DATA:image/jpg;name=a.jpg;base64,AA=="),
            data("image/jpeg", "AA==")
        );
        assert_eq!(
            read("https://example.org/a.png"),
            Ok(Media::Url("https://example.org/a.png"))
        );
        for wrong in [
            "data:image/png;base64",
            "data:text/plain,hello",
            "file:///etc/passwd",
            "",
            "d",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn counts_are_whole_numbers() {
        let body = json!({"a": 7, "b": 7.0, "c": "7", "d": null, "e": -1, "f": 7.5});
        let body = body.as_object().unwrap();
        assert_eq!(count(body, "a"), Ok(Some(7)));
        assert_eq!(count(body, "b"), Ok(Some(7)));
        assert_eq!(count(body, "d"), Ok(None));
        for wrong in ["c", "e", "f"] {
            assert!(count(body, wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_place_is_named_as_the_client_wrote_it() {
        let place = Place::of("messages").at(3).of_member("content").at(0);
        assert_eq!(place.refuse("no").to_string(), "messages[3].content[0]: no");
    }
}
