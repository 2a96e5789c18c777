//! The lab's filler: readable text of any length, the same every time, that never pretends to be an answer.

use crate::relay::builtin::pieces::pieces;

/// The kind of filler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    English,
    Chinese,
    Code,
    Markdown,
}

impl Language {
    /// The language of a prompt that asks for none: Chinese is answered in Chinese.
    pub fn of(prompt: &str) -> Self {
        let mut letters = prompt.chars().take(400);
        match letters.any(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter)) {
            true => Language::Chinese,
            false => Language::English,
        }
    }

    /// The paragraph that comes first, and those that follow, again and again.
    fn passages(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Language::English => (ENGLISH_FIRST, &ENGLISH),
            Language::Chinese => (CHINESE_FIRST, &CHINESE),
            Language::Code => (CODE_FIRST, &CODE),
            Language::Markdown => (MARKDOWN_FIRST, &MARKDOWN),
        }
    }
}

/// Filler of exactly so many pieces.
pub(super) fn text(language: Language, tokens: u64) -> String {
    let wanted = usize::try_from(tokens).unwrap_or(usize::MAX);
    // A code block that is cut is closed, so that what follows it in a conversation is not code.
    const CLOSING: &str = "\n```";
    let closing = pieces(CLOSING).count();
    if language == Language::Code && wanted > closing * 4 {
        return endless(language, wanted - closing) + CLOSING;
    }
    endless(language, wanted)
}

/// Reasoning of exactly so many pieces.
pub(super) fn reasoning(language: Language, tokens: u64) -> String {
    let passages: &[&str] = match language {
        Language::Chinese => &CHINESE_THOUGHT,
        _ => &ENGLISH_THOUGHT,
    };
    gather(passages.iter().copied().cycle(), tokens as usize)
}

fn endless(language: Language, wanted: usize) -> String {
    let (first, rest) = language.passages();
    gather(
        std::iter::once(first).chain(rest.iter().copied().cycle()),
        wanted,
    )
}

/// The first pieces of these passages, an empty line between them.
fn gather<'a>(passages: impl Iterator<Item = &'a str>, wanted: usize) -> String {
    let mut whole = String::new();
    let mut count = 0;
    for passage in passages {
        if count >= wanted {
            break;
        }
        if !whole.is_empty() {
            whole.push_str("\n\n");
            count += 1;
        }
        for piece in pieces(passage).take(wanted - count) {
            whole.push_str(piece);
            count += 1;
        }
    }
    whole
}

const ENGLISH_FIRST: &str = "This is relaydeck-lab, a test model. It does not understand what you write; it streams \
    filler like this, at the pace and length that the prompt asks for. Put a directive such as [[tokens=200 speed=80]] \
    or [[fault=429]] into your message to see how a long reply, a slow one or a failing one looks. Everything else is \
    real: the tokens are counted, the cost is metered, and the key and the wallet are charged in local money.";

const ENGLISH: [&str; 5] = [
    "A relay stands between a program and the vendors of models. The program sends every request to one address with one \
     kind of key; the relay chooses an upstream channel, passes the request on, and passes the reply back piece by piece. \
     While the pieces arrive, the relay counts them, and at the end it writes down what they cost.",
    "Filler has one virtue: it is the same every time. When two runs differ, the difference lies in the road and not in \
     the words, so a test can compare them letter by letter. That is what this model is for.",
    "Watch the row above the input line while this text grows. The tokens, the tokens a second and the cost move with \
     every piece; the cost is marked as estimated until the relay reports its usage, and as settled when its log agrees.",
    "A stream can fail in many ways. It can start late, fall silent in the middle, break off without a word, or carry \
     bytes that are no events at all. A good client keeps what has arrived, says what went wrong, and says what it cost.",
    "Nothing here is knowledge, and nothing here is advice. If you want answers about relays and about this program, ask \
     relaydeck-handbook; if you want a real language model, add a channel to one.",
];

const ENGLISH_THOUGHT: [&str; 2] = [
    "This is filler in place of reasoning. A test model has nothing to think about, but a client has to show reasoning \
     apart from the reply, fold it away, and count its tokens as output.",
    "So the pieces go on for as long as the prompt asked, and then the reply begins.",
];

const CHINESE_FIRST: &str = "这里是 relaydeck-lab，一个测试模型。它不理解你写的内容，只按提示里要求的长度和速度输出这样的填充文字。\
    在消息里写上 [[tokens=200 speed=80]] 或 [[fault=429]] 这样的指令，就能看到长回复、慢回复或失败的回复是什么样子。\
    其余的一切都是真的：token 会被计数，费用会被计量，密钥和钱包会以本地货币扣款。";

const CHINESE: [&str; 3] = [
    "中转站位于程序和模型供应商之间。程序用同一种密钥把请求发到同一个地址；中转站选择一个上游渠道，转发请求，再把回复一段一段地传回来。\
     在传回的同时，它会计数，最后记下这次请求的费用。",
    "填充文字有一个好处：每次都一样。两次运行如果不同，差别一定在路上，而不在文字里，所以测试可以逐字比较。这正是这个模型的用途。",
    "请看输入行上方的状态行：token 数、每秒 token 数和费用会随着每一段文字变化。在中转站报告用量之前，费用标为估算；报告之后标为已报告；\
     与账单核对之后标为已结算。",
];

const CHINESE_THOUGHT: [&str; 1] = [
    "这是代替思考过程的填充文字。测试模型没有什么可想的，但客户端需要把思考和回复分开显示，并把它计入输出 token。",
];

const CODE_FIRST: &str = "```rust\n//! Filler from relaydeck-lab, a test model: code that nobody asked for.\n\n\
    /// Counts the pieces of a text.\nfn count(text: &str) -> usize {\n    text.split_whitespace().count()\n}";

const CODE: [&str; 3] = [
    "/// Adds up what a list of requests cost, in nano-dollars.\nfn total(costs: &[i64]) -> i64 {\n    \
     let mut sum = 0_i64;\n    for cost in costs {\n        sum = sum.saturating_add(*cost);\n    }\n    sum\n}",
    "/// Tokens a second, in tenths; nothing before the first token.\nfn speed(tokens: u64, millis: u64) -> Option<u64> {\n    \
     match millis {\n        0 => None,\n        millis => Some(tokens * 10_000 / millis),\n    }\n}",
    "#[test]\nfn a_sum_of_nothing_is_nothing() {\n    assert_eq!(total(&[]), 0);\n    assert_eq!(speed(80, 1_000), Some(800));\n}",
];

const MARKDOWN_FIRST: &str = "# Filler with structure\n\nThis is **relaydeck-lab**, a test model. The text has no meaning; \
    its *structure* is what a client has to show:\n\n- a list with `inline code`\n- a second entry, with a [link](https://example.invalid/)\n  \
    - and one below it";

const MARKDOWN: [&str; 4] = [
    "## A table\n\n| Kind | Input | Output |\n| --- | ---: | ---: |\n| handbook | 0.10 | 0.40 |\n| lab | 0.05 | 0.20 |",
    "## A block of code\n\n```python\ndef cost(tokens, price):\n    \"\"\"Nano-dollars for so many tokens.\"\"\"\n    return tokens * price // 1_000_000\n```",
    "## Steps\n\n1. Send a prompt.\n2. Watch the tokens and the cost.\n3. Read the receipt.\n\n> A quotation stands on its own line,\n> and may go on.",
    "### The end of a round\n\nSome ~~struck~~ words, some **bold *and italic* ones**, and a rule:\n\n---",
];

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Language; 4] = [
        Language::English,
        Language::Chinese,
        Language::Code,
        Language::Markdown,
    ];

    #[test]
    fn filler_has_exactly_the_length_that_was_asked_for() {
        for language in ALL {
            for tokens in [0, 1, 2, 7, 8, 9, 99, 120, 1_000, 5_003] {
                let text = text(language, tokens);
                assert_eq!(
                    pieces(&text).count() as u64,
                    tokens,
                    "{language:?} {tokens}"
                );
                let thought = reasoning(language, tokens);
                assert_eq!(
                    pieces(&thought).count() as u64,
                    tokens,
                    "{language:?} {tokens}"
                );
            }
        }
    }

    #[test]
    fn filler_says_that_it_is_filler() {
        for language in ALL {
            assert!(text(language, 40).contains("relaydeck-lab"), "{language:?}");
        }
    }

    #[test]
    fn a_block_of_code_is_closed() {
        let text = text(Language::Code, 61);
        assert_eq!(text.matches("```").count(), 2, "{text}");
        assert!(text.ends_with("\n```"));
    }

    #[test]
    fn chinese_is_answered_in_chinese() {
        assert_eq!(Language::of("你好"), Language::Chinese);
        assert_eq!(Language::of("hello"), Language::English);
    }
}
