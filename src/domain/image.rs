//! A picture that goes with a question: its kind by its content, its bytes, and how large it may be.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::locale::say;

/// The largest picture that is sent, in bytes: what every vendor still takes once it is in base64.
pub const LARGEST: u64 = 3_750_000;

/// The kinds of pictures that models take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ImageKind {
    /// `image/png`
    #[serde(rename = "image/png")]
    Png,
    /// `image/jpeg`
    #[serde(rename = "image/jpeg")]
    Jpeg,
    /// `image/gif`
    #[serde(rename = "image/gif")]
    Gif,
    /// `image/webp`
    #[serde(rename = "image/webp")]
    Webp,
}

impl ImageKind {
    /// By the first bytes; a name's ending proves nothing.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(ImageKind::Png),
            [0xff, 0xd8, 0xff, ..] => Some(ImageKind::Jpeg),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(ImageKind::Gif),
            [
                b'R',
                b'I',
                b'F',
                b'F',
                _,
                _,
                _,
                _,
                b'W',
                b'E',
                b'B',
                b'P',
                ..,
            ] => Some(ImageKind::Webp),
            _ => None,
        }
    }

    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            ImageKind::Png => "image/png",
            ImageKind::Jpeg => "image/jpeg",
            ImageKind::Gif => "image/gif",
            ImageKind::Webp => "image/webp",
        }
    }
}

/// Why something cannot be sent as a picture. Says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    /// Nothing is in it.
    #[error("{}", say!("image-empty", name = _0))]
    Empty(String),
    /// It is too large.
    #[error("{}", say!("image-large", name = name, bytes = bytes, largest = LARGEST))]
    TooLarge {
        /// Its name.
        name: String,
        /// Its size.
        bytes: u64,
    },
    /// It is none, or of a kind that models do not take.
    #[error("{}", say!("image-unknown", name = _0))]
    UnknownKind(String),
}

/// A picture.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// The file's name, without its folder: for people only, it is not sent.
    pub name: String,
    /// Its kind.
    pub kind: ImageKind,
    /// Its bytes; base64 in JSON.
    #[serde(serialize_with = "to_base64", deserialize_with = "from_base64")]
    pub data: Arc<[u8]>,
}

impl Image {
    /// Checks bytes that are to be sent as a picture.
    ///
    /// # Errors
    /// When they are none that models take, or too many.
    pub fn new(name: impl Into<String>, data: Vec<u8>) -> Result<Self, ImageError> {
        let name = name.into();
        let bytes = data.len() as u64;
        if data.is_empty() {
            return Err(ImageError::Empty(name));
        }
        let Some(kind) = ImageKind::of(&data) else {
            return Err(ImageError::UnknownKind(name));
        };
        if bytes > LARGEST {
            return Err(ImageError::TooLarge { name, bytes });
        }
        Ok(Image {
            name,
            kind,
            data: data.into(),
        })
    }

    /// Its bytes in base64.
    pub fn base64(&self) -> String {
        STANDARD.encode(&self.data)
    }

    /// The same as a `data:` address.
    pub fn data_url(&self) -> String {
        format!("data:{};base64,{}", self.kind.media_type(), self.base64())
    }

    /// Its size in words for people: `21 kB`.
    pub fn size(&self) -> String {
        format!("{} kB", self.data.len().div_ceil(1_000))
    }
}

impl fmt::Debug for Image {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "Image({:?}, {:?}, {})",
            self.name,
            self.kind,
            self.size()
        )
    }
}

fn to_base64<S: Serializer>(data: &Arc<[u8]>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&STANDARD.encode(data))
}

fn from_base64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<[u8]>, D::Error> {
    let text = String::deserialize(deserializer)?;
    STANDARD
        .decode(text.as_bytes())
        .map(Into::into)
        .map_err(D::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_known_by_its_content_and_by_nothing_else() {
        let kind = |bytes: &[u8]| Image::new("x.txt", bytes.to_vec()).map(|image| image.kind);
        assert_eq!(kind(b"\x89PNG\r\n\x1a\nrest"), Ok(ImageKind::Png));
        assert_eq!(kind(b"\xff\xd8\xff\xe0"), Ok(ImageKind::Jpeg));
        assert_eq!(kind(b"GIF89a"), Ok(ImageKind::Gif));
        assert_eq!(kind(b"RIFF\x01\x02\x03\x04WEBPVP8 "), Ok(ImageKind::Webp));
        assert_eq!(kind(b""), Err(ImageError::Empty("x.txt".into())));
        let svg = kind(b"<svg/>").unwrap_err().to_string();
        assert!(svg.contains("x.txt") && svg.contains("convert it"), "{svg}");
    }

    #[test]
    fn a_picture_that_is_too_large_is_refused_with_both_sizes() {
        let mut data = b"GIF89a".to_vec();
        data.resize(LARGEST as usize + 1, 0);
        let why = Image::new("big.gif", data).unwrap_err().to_string();
        assert!(why.contains("3750001") && why.contains("3750000"), "{why}");
    }

    #[test]
    fn a_picture_survives_json_and_its_debug_form_is_short() {
        let image = Image::new("a.gif", b"GIF89a\x00\xff".to_vec()).unwrap();
        let json = serde_json::to_string(&image).unwrap();
        assert_eq!(serde_json::from_str::<Image>(&json).unwrap(), image);
        assert_eq!(image.data_url(), "data:image/gif;base64,R0lGODlhAP8=");
        assert_eq!(format!("{image:?}"), "Image(\"a.gif\", Gif, 1 kB)");
    }
}
