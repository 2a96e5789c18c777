//! Bodies that clients send compressed (`contract/new-api.md` 1.3): undone before anybody reads them, up to the same limit.

use std::io::Read;

use axum::http::header::CONTENT_ENCODING;
use axum::http::{HeaderMap, StatusCode};
use bytes::Bytes;
use flate2::read::{MultiGzDecoder, ZlibDecoder};

use super::super::answers::ApiError;
use super::body::too_large;

/// How a body is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Plain,
    Gzip,
    Zlib,
}

impl Encoding {
    /// What the headers say.
    ///
    /// # Errors
    /// When it is none that is undone here, or several.
    pub fn of(headers: &HeaderMap) -> Result<Self, ApiError> {
        let mut named = headers.get_all(CONTENT_ENCODING).into_iter();
        let Some(first) = named.next() else {
            return Ok(Encoding::Plain);
        };
        let name = first
            .to_str()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        match (name.as_str(), named.next()) {
            ("" | "identity", None) => Ok(Encoding::Plain),
            ("gzip" | "x-gzip", None) => Ok(Encoding::Gzip),
            ("deflate", None) => Ok(Encoding::Zlib),
            _ => Err(ApiError::own(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_content_encoding",
                "this Content-Encoding is not undone here: send the body as gzip, deflate, or as it is",
            )),
        }
    }

    /// The body as it was meant, which may have at most so many bytes.
    ///
    /// # Errors
    /// When it is not compressed in this way, or becomes too large.
    pub fn undo(self, body: Bytes, limit: usize) -> Result<Bytes, ApiError> {
        match self {
            Encoding::Plain => Ok(body),
            Encoding::Gzip => inflate(MultiGzDecoder::new(&*body), limit),
            Encoding::Zlib => inflate(ZlibDecoder::new(&*body), limit),
        }
    }
}

fn inflate(packed: impl Read, limit: usize) -> Result<Bytes, ApiError> {
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let mut text = Vec::new();
    packed.take(most).read_to_end(&mut text).map_err(|error| {
        ApiError::own(
            StatusCode::BAD_REQUEST,
            "read_request_body_failed",
            format!("the request body is not compressed as its Content-Encoding says: {error}"),
        )
    })?;
    if text.len() > limit {
        return Err(too_large(limit));
    }
    Ok(Bytes::from(text))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{GzEncoder, ZlibEncoder};
    use proptest::prelude::*;

    use super::*;

    fn of(names: &[&str]) -> Result<Encoding, StatusCode> {
        let mut headers = HeaderMap::new();
        for name in names {
            headers.append(CONTENT_ENCODING, name.parse().unwrap());
        }
        Encoding::of(&headers).map_err(|error| error.status)
    }

    fn gzip(text: &[u8]) -> Bytes {
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(text).unwrap();
        packed.finish().unwrap().into()
    }

    #[test]
    fn an_encoding_is_known_by_its_name() {
        assert_eq!(of(&[]), Ok(Encoding::Plain));
        assert_eq!(of(&["identity"]), Ok(Encoding::Plain));
        assert_eq!(of(&[" GZIP "]), Ok(Encoding::Gzip));
        assert_eq!(of(&["deflate"]), Ok(Encoding::Zlib));
        for unknown in [&["br"][..], &["zstd"], &["gzip, gzip"], &["gzip", "gzip"]] {
            assert_eq!(of(unknown), Err(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
    }

    #[test]
    fn a_small_body_that_becomes_a_large_one_is_refused() {
        let body = gzip(&vec![b' '; 1_000_000]);
        assert!(body.len() < 10_000);
        let whole = Encoding::Gzip.undo(body.clone(), 1_000_000).unwrap();
        assert_eq!(whole.len(), 1_000_000);
        let told = Encoding::Gzip.undo(body.clone(), 999_999).unwrap_err();
        assert_eq!(told.status, StatusCode::PAYLOAD_TOO_LARGE);
        let cut = body.slice(..body.len() - 9);
        let told = Encoding::Gzip.undo(cut, 1_000_000).unwrap_err();
        assert_eq!(told.status, StatusCode::BAD_REQUEST);
    }

    proptest! {
        #[test]
        fn what_was_packed_comes_back_and_nothing_makes_it_panic(text in prop::collection::vec(any::<u8>(), 0..300)) {
            let mut packed = ZlibEncoder::new(Vec::new(), Compression::best());
            packed.write_all(&text).unwrap();
            let packed = Bytes::from(packed.finish().unwrap());
            let whole = Bytes::from(text);
            prop_assert_eq!(Encoding::Zlib.undo(packed, 300).unwrap(), whole.clone());
            prop_assert_eq!(Encoding::Gzip.undo(gzip(&whole), 300).unwrap(), whole.clone());
            prop_assert_eq!(Encoding::Plain.undo(whole.clone(), 0).unwrap(), whole.clone());
            let _ = (Encoding::Gzip.undo(whole.clone(), 300), Encoding::Zlib.undo(whole, 300));
        }
    }
}
