//! The marketplace and the groups: found, compared, copied, chatted with.

mod term_support;
mod tui_support;

use std::time::Instant;

use relaydeck::domain::stability::{Marks, Measured, Sample};
use relaydeck::domain::{FaultKind, UnixMillis};
use relaydeck::engine::door::{ChannelRow, Event, Snapshot};
use relaydeck::locale::Word;
use tui_support::events::{loaded, open};
use tui_support::{Script, world};

fn market(width: u16) -> Script {
    let mut script = Script::new(width, 40);
    open(&mut script, "4sapi");
    script.keys("<Esc> 3");
    script
}

#[test]
fn s_40_the_list_is_filtered_as_one_types_and_says_how_many() {
    let mut script = market(80);
    script
        .sees("8 models")
        .keys("/ son45")
        .sees("/son45")
        .sees("2 of 8");
    script
        .keys("<Down> <Enter> <Enter>")
        .sees("claude-sonnet-4-5-thinking");
    script.keys("<Esc> <Esc>").sees("8 models");
}

#[test]
fn s_33_models_are_sorted_by_the_marks_of_their_answers_the_best_liked_first() {
    let mut script = market(80);
    script.misses("MARKS");
    let marks = |good, bad| Marks { good, bad };
    let given = [
        ("default", "gpt-4o-mini", marks(1, 1)),
        ("vip", "qwen-max", marks(3, 0)),
        ("default", "relaydeck-handbook", marks(1, 0)),
        ("vip", "gpt-4o-mini", marks(0, 1)),
    ];
    let given = given.map(|(group, model, marks)| (group.into(), model.into(), marks));
    let measured = Measured::of([]).with_marks(given);
    script.engine(Event::Measured(Box::new(measured)));
    script.sees("MARKS").keys("M");
    let names = |script: &mut Script| -> Vec<String> {
        let screen = script.screen();
        let rows = screen.lines().skip(4).take(4);
        rows.map(|row| {
            row.split_whitespace()
                .find(|word| *word != "▸")
                .unwrap()
                .into()
        })
        .collect()
    };
    // The same share, and more marks; then the share; whatever nobody marked comes last.
    assert_eq!(
        names(&mut script)[..3],
        ["qwen-max", "relaydeck-handbook", "gpt-4o-mini"]
    );
    script.sees("+3 -0").sees("+1 -2").keys("M");
    assert_eq!(
        names(&mut script)[..3],
        ["gpt-4o-mini", "relaydeck-handbook", "qwen-max"]
    );
}

#[test]
fn s_41_prices_are_of_the_group_that_is_shown_and_unknown_is_a_question_mark() {
    let mut script = market(120);
    script
        .sees("group: default ×1")
        .sees("15.00")
        .sees("a call")
        .sees("tiered");
    let row = |script: &mut Script, name: &str| {
        let screen = script.screen();
        screen
            .lines()
            .find(|line| line.contains(name))
            .unwrap()
            .to_owned()
    };
    // Price and context of its vendor's list: the relay tells neither.
    assert!(row(&mut script, "text-embedding").contains("~0.02"));
    assert!(row(&mut script, "text-embedding").contains("~8.1k"));
    assert!(row(&mut script, "claude-sonnet-4-5-thinking").contains('–'));
    script.keys("g").sees("group: vip ×0.8").sees("12.00");
    assert!(row(&mut script, "claude-sonnet-4-5-thinking").contains("12.00"));
    script.keys("g g").sees("group: auto ?");
}

#[test]
fn s_40_models_are_sorted_by_price_with_the_unknown_last() {
    let mut script = market(80);
    let names = |script: &mut Script| -> Vec<String> {
        script
            .screen()
            .lines()
            .skip(4)
            .filter_map(|line| line.split_whitespace().find(|word| word.contains('-')))
            .map(str::to_owned)
            .take(8)
            .collect()
    };
    script.keys("I").sees("IN $/M↑");
    let sorted = names(&mut script);
    assert_eq!(sorted[0], "relaydeck-handbook");
    assert_eq!(sorted[1], "gpt-4o-mini");
    assert_eq!(sorted[6], "text-embedding-3-small", "{sorted:?}");
    assert_eq!(sorted[7], "claude-sonnet-4-5-thinking", "not in this group");
    script.keys("I");
    let reversed = names(&mut script);
    assert_eq!(reversed[0], "claude-opus-4-5", "the dearest first");
    assert_eq!(
        reversed[6], "text-embedding-3-small",
        "the unknown stays behind"
    );
    script.keys("I").misses("IN $/M↓");
    assert_eq!(names(&mut script)[0], "claude-opus-4-5");
}

#[test]
fn s_44_the_exact_name_is_copied_byte_for_byte_and_the_url_whole() {
    let mut script = market(60);
    script.keys("j y u");
    assert_eq!(
        script.asked(),
        [
            "copy the exact name: claude-sonnet-4-5-20250929",
            "copy the URL: https://4sapi.example/v1/chat/completions"
        ]
    );
    script.keys("/ embed <Enter> u");
    assert_eq!(
        script.asked(),
        ["copy the URL: https://4sapi.example/v1/embeddings"]
    );
    script
        .copied(Word("copied-url"))
        .sees("✓ the URL was sent to the terminal");
}

#[test]
fn s_43_the_detail_has_the_price_in_each_group_and_every_url_in_full() {
    let mut script = market(80);
    script.keys("j <Enter>");
    script
        .sees("claude-sonnet-4-5-20250929")
        .sees("Anthropic · vision · tools")
        .sees("A model for code and long work; reads images.")
        .sees("context 200k, answer 64k tokens")
        .sees("vip              ×0.8     2.40   12.00    0.24    3.00")
        .sees("vip is the cheapest")
        .sees("default: $2.00 ×1.5 ×1 = $3.00 in; ×5 = $15.00 out")
        .sees("https://4sapi.example/v1/messages")
        .sees("✓ key cursor-dev");
    script.keys("y u");
    assert_eq!(script.asked().len(), 2);
}

#[test]
fn s_44_a_name_longer_than_the_screen_is_never_cut_in_the_detail() {
    let name = format!("vendor/{}-end", "very-long-".repeat(14));
    let mut script = market(60);
    let model = world::priced(&name, "x", 1.0, 1.0);
    script.engine(loaded(Snapshot::Models([model].into())));
    script.keys("<Enter>");
    let screen = script.screen().replace(['\n', ' '], "");
    assert!(screen.contains(&name), "{screen}");
    script.keys("y");
    assert_eq!(script.asked(), [format!("copy the exact name: {name}")]);
}

#[test]
fn from_120_columns_on_the_detail_stands_beside_the_list() {
    let mut script = market(120);
    script
        .sees("│ claude-opus-4-5")
        .keys("j")
        .sees("│ claude-sonnet-4-5-20250929");
    market(119).misses("│");
}

#[test]
fn a_model_is_chatted_with_at_once() {
    let mut script = market(80);
    script
        .keys("/ mini <Enter> t")
        .sees("gpt-4o-mini · /v1/chat/completions");
    script.types("hi").keys("<Enter>");
    assert_eq!(script.asked()[0], "send gpt-4o-mini key Some(4): hi");
}

#[test]
fn a_key_is_made_for_the_group_that_is_shown() {
    let mut script = market(80);
    script
        .keys("g k")
        .sees("New key")
        .types("blog-prod-x-ann")
        .keys("<Enter>");
    script.sees("ratio ×0.8");
}

#[test]
fn s_34_groups_show_their_models_and_their_keys() {
    let mut script = market(80);
    script
        .keys("2")
        .sees("4 groups")
        .sees("reverse chann")
        .sees("企业专线");
    script
        .keys("j j <Enter>")
        .sees("only group: vip ×0.8")
        .sees("8 models");
    script
        .keys("o")
        .sees(" group: vip")
        .keys("o")
        .sees("only group: vip");
    script
        .keys("2 k")
        .sees("/vip")
        .sees("n8n-prod-workflow")
        .sees("1 of 4");
}

#[test]
fn a_group_without_models_says_so() {
    let mut script = market(80);
    script
        .keys("2 G <Enter>")
        .sees("Nothing here in this group; o shows all.");
}

#[test]
fn five_thousand_models_are_filtered_and_drawn_at_once() {
    let models = (0..5_000)
        .map(|at| world::priced(&format!("vendor-{}/model-{at:04}", at % 37), "v", 1.0, 2.0))
        .collect();
    let mut script = market(120);
    script.engine(loaded(Snapshot::Models(models)));
    script.sees("5 000 models").keys("/");
    let begun = Instant::now();
    for letter in ["m", "o", "d", "4", "2"] {
        script.keys(letter).screen();
    }
    let each = begun.elapsed() / 5;
    script.sees("of 5 000");
    // Generous, for unoptimised code on a busy machine; a filter that went over the rows while drawing takes seconds.
    assert!(each.as_millis() < 400, "{each:?} a keystroke");
}

#[test]
fn s_40_models_are_filtered_by_what_they_have_and_several_at_once() {
    let mut script = market(120);
    script.keys("f").sees("Show only models with");
    script.types("vendor openai").keys("<Enter>");
    script
        .sees("3 of 8")
        .sees("with: OpenAI")
        .misses("qwen-max");
    script
        .keys("f")
        .types("vendor anthropic")
        .keys("<Tab> <Enter>");
    script.sees("6 of 8").sees("with: OpenAI, Anthropic");
    script.keys("f").types("billing call").keys("<Tab> <Enter>");
    script.sees("1 of 8").sees("gpt-image-1").keys("/ opus");
    script.sees("1 found, but not with these filters");
    script.keys("<Esc> <Esc>").sees("8 models");
    for (facet, found) in [
        ("group vip", "8 models"),
        ("tag vision", "1 of 8"),
        ("endpoint embeddings", "1 of 8"),
        ("billing tiered", "1 of 8"),
    ] {
        script.keys("f").types(facet).keys("<Enter>").sees(found);
        script.keys("<Esc>").sees("8 models");
    }
}

#[test]
fn s_45_a_name_that_is_not_there_is_answered_with_the_nearest() {
    let mut script = market(80);
    script.keys("/").types("claude-sonnet-4.5-20250929");
    script
        .sees("Did you mean")
        .sees("claude-sonnet-4-5-20250929")
        .sees("/claude-sonnet-4.5-20250929");
    script
        .keys("<Enter>")
        .sees("/claude-sonnet-4-5-20250929")
        .sees("1 of 8");
}

fn sample(group: &str, minutes: i64, fault: Option<FaultKind>) -> Sample {
    Sample {
        group: group.into(),
        model: "claude-opus-4-5".into(),
        sent: UnixMillis(tui_support::NOON.0 - minutes * 60_000),
        fault,
        first_ms: Some(600),
        status: fault.map(|_| 503),
        request_id: fault.map(|_| "20261122-7f3a".into()),
    }
}

fn measured(script: &mut Script) {
    let mut samples: Vec<Sample> = (1..124).map(|at| sample("default", at, None)).collect();
    samples.push(sample("default", 30, Some(FaultKind::Upstream)));
    script.engine(Event::Measured(Box::new(Measured::of(samples))));
}

#[test]
fn s_30_a_group_says_how_well_it_worked_and_how_many_requests_that_rests_on() {
    let mut script = market(120);
    measured(&mut script);
    script
        .keys("2")
        .sees("99.1% 124")
        .sees("0.60 s / 0.60 s")
        .sees("no data");
    script.keys("O j j j").sees("OK 7d↓");
    script.keys("g i").sees("99.1 % of 124 requests");
    script.sees("30 min ago, claude-opus-4-5: your upstream answered with an error");
    script.keys("s");
    let asked = script.asked().concat();
    for part in [
        "20261122-7f3a",
        "claude-opus-4-5",
        "default",
        "503",
        "2026-11-22 11:34:00 UTC",
    ] {
        assert!(asked.contains(part), "{part}: {asked}");
    }
    assert!(!asked.contains("sk-"), "{asked}");
}

#[test]
fn s_31_the_owner_of_a_relay_sees_the_channels_behind_a_group() {
    let mut script = Script::new(100, 40);
    open(&mut script, "local");
    script.keys("<Esc> 2 j i");
    assert_eq!(script.asked(), ["refresh channels"]);
    script.sees("Channels behind it").sees("fetching");
    let channel = ChannelRow {
        name: "llama".into(),
        kind: "openai",
        base_url: "http://127.0.0.1:8080".into(),
        status: "enabled",
        groups: vec!["default".into()],
        models: 3,
    };
    script.engine(loaded(Snapshot::Channels(vec![channel])));
    script.sees("✓ llama openai http://127.0.0.1:8080: 3 models, enabled");
}

#[test]
fn s_34_and_s_35_the_groups_of_a_model_stand_one_key_away_the_best_first() {
    let mut script = market(120);
    measured(&mut script);
    script
        .keys("w")
        .sees("groups of: claude-opus-4-5")
        .sees("3 of 4")
        .sees("20.00");
    let screen = script.screen();
    let at = |name: &str| screen.lines().position(|line| line.contains(name)).unwrap();
    assert!(at("vip ") < at("default  "), "{screen}");
    script
        .keys("<Enter>")
        .sees("only group: vip")
        .keys("2 <Esc>")
        .sees("4 groups");
}

#[test]
fn s_35_where_the_price_is_the_same_the_measured_success_decides_and_a_line_says_so() {
    let mut script = market(80);
    let mut groups = world::groups();
    groups[2].ratio = Some(world::ratio(1.0));
    script.engine(loaded(Snapshot::Groups(groups)));
    script
        .keys("<Enter>")
        .sees("default and vip cost the same, and nothing measured tells them apart");
    measured(&mut script);
    script.sees("default and vip cost the same; default worked better for you: 99.1 % of");
    script.sees("124 requests");
}

#[test]
fn s_42_the_line_before_a_call_names_key_group_price_endpoint_and_wallet() {
    let mut script = market(120);
    script
        .keys("j")
        .sees("✓ key cursor-dev")
        .sees("✓ in group default")
        .sees("✓ price 3.00 / 15.00");
    script.sees("✓ /v1/messages").sees("✓ wallet $12.4831");
    script
        .keys("G")
        .sees("✗ not a model to chat with")
        .sees("? price ~0.02 / ~0.00 (list of 20");
}
