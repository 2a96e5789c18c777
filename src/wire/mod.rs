//! Codecs without I/O: bytes and JSON of the dialects relays speak, to and from the values of `domain`.
//!
//! Decoding is lenient, because relays of many versions and forks answer differently (`contract/new-api.md` 11):
//! every field may be missing, null or of another type. Encoding is strict: one shape, the current one.

pub mod anthropic;
pub mod console_error;
pub mod family;
pub mod gemini;
pub mod lenient;
pub mod model_habits;
pub mod model_list;
pub mod new_api;
pub mod openai_chat;
pub mod openai_error;
pub mod openai_responses;
pub mod plain;
pub mod reply;
pub mod short;
pub mod sse;
pub mod takes;
