//! What becomes of the members of a request of Gemini's in front of any other upstream.

use super::Fate::{self, Carried, Dropped, Refused};
use super::{PROBABILITIES, SAMPLING, TIER, is_one, only_text, says_nothing};

/// Members of the body.
pub const GEMINI: &[(&str, Fate)] = &[
    ("contents", Carried),
    ("systemInstruction", Carried),
    ("tools", Carried),
    ("toolConfig", Carried),
    ("generationConfig", Carried),
    ("model", Carried),
    (
        "safetySettings",
        Dropped("thresholds of Google's filters, and none of them stands before the model"),
    ),
    (
        "labels",
        Dropped("labels for Google's bills, and Google bills nothing here"),
    ),
    ("store", Dropped(super::STORED)),
    ("serviceTier", Dropped(TIER)),
    (
        "cachedContent",
        Refused(
            says_nothing,
            "contents are cached with Google; send them in contents",
        ),
    ),
];

/// Members of its `generationConfig`.
pub const GEMINI_CONFIG: &[(&str, Fate)] = &[
    ("temperature", Carried),
    ("topP", Carried),
    ("topK", Carried),
    ("maxOutputTokens", Carried),
    ("stopSequences", Carried),
    ("thinkingConfig", Carried),
    ("responseMimeType", Carried),
    ("responseSchema", Carried),
    ("responseJsonSchema", Carried),
    ("seed", Dropped(SAMPLING)),
    ("presencePenalty", Dropped(SAMPLING)),
    ("frequencyPenalty", Dropped(SAMPLING)),
    (
        "mediaResolution",
        Dropped("how finely Google looks at images; other models look as they do"),
    ),
    (
        "candidateCount",
        Refused(
            is_one,
            "the model behind this name gives one answer to a request; send the request several times",
        ),
    ),
    ("responseLogprobs", Refused(says_nothing, PROBABILITIES)),
    ("logprobs", Refused(says_nothing, PROBABILITIES)),
    (
        "responseModalities",
        Refused(
            only_text,
            "the model behind this name answers in text only; ask for text",
        ),
    ),
    (
        "speechConfig",
        Refused(
            says_nothing,
            "the model behind this name does not speak; leave it out",
        ),
    ),
    (
        "imageConfig",
        Refused(
            says_nothing,
            "the model behind this name draws no images; leave it out",
        ),
    ),
];
