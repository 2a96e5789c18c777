//! `relaydeck-handbook`: finds the entry of the built-in handbook that fits a question, and says so when none does.

mod entries;
mod index;
#[cfg(test)]
mod questions;
mod words;

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use super::Stamp;
use super::reply::{Pace, Script};
use super::request::Ask;
use crate::relay::upstream::UpstreamReply;
use entries::{Entry, entries, topics};
use index::{Found, index};
use words::{is_chinese, means_much, spelled};

/// The pace of an answer: that of a quick model, so that what is shown while it streams is what a real one shows.
const PACE: Pace = Pace {
    first: Duration::from_millis(150),
    speed: 90,
    stall: None,
    whole_waits: false,
};

/// The address of the relay as the entries write it: where it listens unless it is told otherwise.
const USUAL: &str = "127.0.0.1:4141";

/// How many questions are looked at, the last included.
const REMEMBERED: usize = 8;
/// How much the question before counts beside a short one, and beside one that says nothing by itself.
const BESIDE_SHORT: f32 = 0.35;
const BESIDE_NOTHING: f32 = 0.8;

/// Questions for whatever comes next, as [`spelled`] spells them.
const MORE: [&str; 17] = [
    "more",
    "tell me more",
    "go on",
    "continue",
    "next",
    "and then",
    "what else",
    "anything else",
    "more please",
    "yes",
    "and",
    "继续",
    "更多",
    "还有呢",
    "还有吗",
    "然后呢",
    "接着说",
];
/// What is said at the end of a conversation.
const THANKS: [&str; 16] = [
    "thanks",
    "thank you",
    "thanks a lot",
    "thank you very much",
    "thx",
    "great",
    "ok",
    "okay",
    "ok thanks",
    "bye",
    "goodbye",
    "cool",
    "谢谢",
    "多谢",
    "好的",
    "再见",
];

/// Answers a request from the handbook.
pub(super) async fn answer(ask: Ask, stamp: Stamp, address: SocketAddr) -> UpstreamReply {
    let questions: Vec<&str> = ask.questions().take(REMEMBERED).collect();
    let text = located(reply(&questions), address);
    let (stream, usage_chunk) = (ask.stream, ask.usage_chunk);
    Script::new(&ask, stamp, String::new(), text, PACE)
        .play(stream, usage_chunk)
        .await
}

/// An answer with the address where the relay really listens; one that listens everywhere is reached on this machine.
fn located(text: String, mut address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        address.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    match address.to_string() {
        usual if usual == USUAL => text,
        other => text.replace(USUAL, &other),
    }
}

/// The answer to these questions, the last one first.
fn reply(questions: &[&str]) -> String {
    let Some(question) = questions.first() else {
        return nothing_fits(false, &Found::default());
    };
    let chinese = is_chinese(question);
    let asked = spelled(question);
    if THANKS.contains(&asked.as_str()) {
        return you_are_welcome(chinese);
    }
    if MORE.contains(&asked.as_str()) {
        return more(questions, chinese);
    }
    if asked.is_empty() {
        return nothing_fits(chinese, &Found::default());
    }
    let found = look_up(questions).unwrap_or_default();
    match found.best() {
        Some((number, sure)) => entry_text(&entries()[number], chinese, sure),
        None => nothing_fits(chinese, &found),
    }
}

/// What the last question finds, the one before it taken along where the last says little by itself.
fn look_up(questions: &[&str]) -> Option<Found> {
    let (question, earlier) = questions.split_first()?;
    let alone = index().look_up(question, None);
    if earlier.is_empty() || alone.best().is_some_and(|(_, sure)| sure) {
        return Some(alone);
    }
    let share = match means_much(question) {
        0 => BESIDE_NOTHING,
        1 | 2 => BESIDE_SHORT,
        _ => 0.0,
    };
    let before = earlier.first().map(|before| (*before, share));
    Some(index().look_up(question, before))
}

/// The next related entry of what was asked before the wish for more.
fn more(questions: &[&str], chinese: bool) -> String {
    let is_more = |question: &&&str| MORE.contains(&spelled(question).as_str());
    let times = questions.iter().take_while(is_more).count();
    let related = questions
        .get(times)
        .and_then(|question| index().look_up(question, None).best())
        .and_then(|(number, _)| entries()[number].see.get(times - 1))
        .and_then(|name| named(name));
    match related {
        Some(entry) => entry_text(entry, chinese, true),
        None => named("topics").map_or_else(String::new, |entry| entry_text(entry, chinese, true)),
    }
}

fn named(name: &str) -> Option<&'static Entry> {
    entries().iter().find(|entry| entry.name == name)
}

/// An entry as an answer: its text, and what to ask next. One that only may fit says which it is.
fn entry_text(entry: &Entry, chinese: bool, sure: bool) -> String {
    let own = entry.version(chinese);
    let mut text = String::new();
    if !sure {
        let nearest = if chinese {
            "最接近的条目"
        } else {
            "The nearest entry"
        };
        text.push_str(&format!("{nearest}: **{}**\n\n", own.title));
    }
    text.push_str(&own.text);
    let related: Vec<String> = entry
        .see
        .iter()
        .filter_map(|name| named(name))
        .map(|entry| format!("*{}*", entry.version(chinese).title))
        .collect();
    if !related.is_empty() {
        let see = if chinese { "另见：" } else { "See also: " };
        let between = if chinese { "、" } else { " · " };
        text.push_str(&format!("\n\n{see}{}", related.join(between)));
    }
    text
}

fn you_are_welcome(chinese: bool) -> String {
    match chinese {
        true => "不客气。想看有哪些主题，可以问：*有哪些主题？*".into(),
        false => "You are welcome. For the list of topics, ask: *Which topics are there?*".into(),
    }
}

/// What is said when no entry fits: that none does, what this is, and what can be asked.
fn nothing_fits(chinese: bool, found: &Found) -> String {
    let near: Vec<String> = found
        .near()
        .map(|number| format!("*{}*", entries()[number].version(chinese).title))
        .collect();
    let topics = topics(entries(), chinese);
    let mut text = String::new();
    if chinese {
        text.push_str(
            "手册里没有能回答这个问题的条目。我是 `relaydeck-handbook`，只在内置手册里查找关于中转站和这个程序的内容，\
             不是语言模型，所以不会写作、计算或聊天。想用真正的模型，可以问：*怎么添加真正的模型？*",
        );
        if !near.is_empty() {
            text.push_str(&format!("\n\n也许相关：{}", near.join("、")));
        }
        text.push_str("\n\n可以用名称提问的主题：\n\n");
    } else {
        text.push_str(
            "The handbook has no entry that answers this. I am `relaydeck-handbook`: I look questions up in the built-in \
             handbook, about relays and this program. I am not a language model, so I cannot write, calculate or chat. \
             For a model that can, ask: *How do I add a real model?*",
        );
        if !near.is_empty() {
            text.push_str(&format!("\n\nPerhaps near: {}", near.join(" · ")));
        }
        text.push_str("\n\nTopics you can ask about by name:\n\n");
    }
    text.push_str(&topics);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_first_question_of_all_is_answered_well() {
        let text = reply(&["What can I do here?"]);
        assert!(text.starts_with("This is **relaydeck**"), "{text}");
        assert!(text.contains("not a language model"));
        assert!(
            text.contains("See also: *What are the first steps?*"),
            "{text}"
        );
        let pieces = super::super::pieces::pieces(&text).count();
        assert!(pieces < 330, "{pieces} tokens are too many to begin with");
    }

    #[test]
    fn the_relay_is_named_where_it_really_listens() {
        let usual = reply(&["What can I do here?"]);
        assert!(usual.contains("http://127.0.0.1:4141/v1"));
        for (listens, named) in [
            ("127.0.0.1:4141", "http://127.0.0.1:4141/v1"),
            ("127.0.0.1:4199", "http://127.0.0.1:4199/v1"),
            ("0.0.0.0:8080", "http://127.0.0.1:8080/v1"),
            ("[::1]:9000", "http://[::1]:9000/v1"),
        ] {
            let text = located(usual.clone(), listens.parse().unwrap());
            assert!(text.contains(named), "{text}");
            assert_eq!(text.contains("4141"), listens.ends_with("4141"));
        }
    }

    #[test]
    fn a_chinese_question_is_answered_in_chinese() {
        let text = reply(&["费用怎么计算？"]);
        assert!(
            text.contains("每种 token 数") && text.contains("另见："),
            "{text}"
        );
        let text = reply(&["怎么用 tmux"]);
        assert!(
            text.contains("剪贴板") && text.contains("set-clipboard"),
            "{text}"
        );
        let text = reply(&["有哪些主题？"]);
        assert!(text.contains("**用语**：中转站 · 令牌 · 分组"), "{text}");
        assert!(!text.contains("Words"), "{text}");
    }

    #[test]
    fn what_does_not_fit_is_said_to_and_the_topics_are_listed() {
        let text = reply(&["what is the capital of France?"]);
        assert!(text.contains("no entry that answers this"), "{text}");
        assert!(text.contains("not a language model"));
        assert!(
            entries()
                .iter()
                .all(|entry| text.contains(&entry.name.replace('-', " ")))
        );
        let text = reply(&["法国的首都在哪里"]);
        assert!(text.contains("没有能回答"), "{text}");
        assert!(reply(&[""]).contains("no entry") && reply(&[]).contains("no entry"));
    }

    #[test]
    fn an_entry_that_only_may_fit_is_named() {
        let text = reply(&["where does the ledger file live"]);
        assert!(
            text.starts_with("The nearest entry: **Where does relaydeck keep"),
            "{text}"
        );
    }

    #[test]
    fn more_goes_on_with_what_is_related() {
        let first = named("cost").unwrap();
        let title = |at: usize| named(first.see[at]).unwrap().english.text.clone();
        assert!(reply(&["more", "how is the cost computed?"]).starts_with(&title(0)));
        assert!(
            reply(&["tell me more", "more", "how is the cost computed?"]).starts_with(&title(1))
        );
        assert!(reply(&["more", "more", "more", "more", "cost"]).contains("by name"));
        assert!(reply(&["more"]).contains("by name"));
        assert!(reply(&["thanks!"]).starts_with("You are welcome"));
    }

    #[test]
    fn the_directives_of_the_lab_are_those_of_its_table() {
        for question in ["lab", "测试模型"] {
            assert!(reply(&[question]).contains(super::super::lab::as_list().trim_end()));
        }
    }

    proptest! {
        #[test]
        fn any_question_is_answered(text in "(\\PC|key|cost|费用|[ \n?]){0,60}", before in "(\\PC|group|more){0,20}") {
            prop_assert!(!reply(&[&text, &before]).is_empty());
        }
    }
}
