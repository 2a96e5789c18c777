//! The corners of the dashboard: what is seldom said in forms, details and lists, each as it is seen at 80×24 and 120×40,
//! without colour and with, and in Chinese.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod term_support;
mod tui_support;

use relaydeck::domain::price::BasePrice;
use relaydeck::domain::stability::{Marks, Measured, Sample};
use relaydeck::domain::{
    AutoRoute, Basis, Endpoint, Fault, FaultKind, Finish, KeyStatus, Model, Money, Pace,
    QuotaLimit, QuotaUnits, TopUp, TopUpState, UnixMillis, UnixSeconds, WaysToPay,
};
use relaydeck::engine::door::{ChannelRow, Event, Scope, Snapshot, WalletInfo};
use relaydeck::engine::tools::{Tone, ToolNews, ToolPage};
use relaydeck::locale::plain;
use tui_support::events::{
    ended, fault, key_made, late, list_failed, loaded, open, open_key_only, open_with, spend, text,
};
use tui_support::scenes::scene;
use tui_support::{NOON, Script, said, tools, world};

fn deck(script: &mut Script) {
    open(script, "4sapi");
    script.keys("<Esc>");
}

fn sample(group: &str, model: &str, minutes: i64, fault: Option<FaultKind>) -> Sample {
    Sample {
        group: group.into(),
        model: model.into(),
        sent: UnixMillis(NOON.0 - minutes * 60_000),
        fault,
        first_ms: Some(400 + 7 * minutes.unsigned_abs()),
        status: fault.map(|_| 503),
        request_id: fault.map(|_| "req-20261122-7f3a".into()),
    }
}

/// Requests of the last days: a group that worked, one whose last request failed as told.
fn measured(failure: FaultKind) -> Event {
    let opus = "claude-opus-4-5";
    let mut samples: Vec<Sample> = (1..60).map(|at| sample("vip", opus, at, None)).collect();
    samples.extend((1..40).map(|at| sample("default", opus, at, None)));
    samples.push(sample("default", opus, 12, Some(failure)));
    let marks = |good, bad| Marks { good, bad };
    Event::Measured(Box::new(Measured::of(samples).with_marks([
        ("default".into(), opus.into(), marks(7, 2)),
        ("vip".into(), "gpt-4o-mini".into(), marks(1, 0)),
    ])))
}

fn channel(name: &str, status: &'static str) -> ChannelRow {
    ChannelRow {
        name: name.into(),
        kind: "openai",
        base_url: format!("https://{name}.example"),
        status,
        groups: vec!["default".into()],
        models: 12,
    }
}

#[test]
fn groups_with_all_that_is_known_of_them() {
    scene("group_measured", |script| {
        deck(script);
        script.engine(measured(FaultKind::Upstream)).keys("2 j i");
    });
    scene("group_measured_list", |script| {
        deck(script);
        script.engine(measured(FaultKind::Upstream)).keys("2");
    });
    scene("group_without_a_failure", |script| {
        deck(script);
        script
            .engine(measured(FaultKind::Upstream))
            .keys("2 j j i s");
    });
    for (name, channels) in [
        (
            "group_with_channels",
            vec![channel("llama", "enabled"), channel("spare", "failing")],
        ),
        ("group_without_channels", vec![]),
    ] {
        scene(name, |script| {
            open(script, "local");
            script.engine(loaded(Snapshot::Channels(channels.clone())));
            script.keys("<Esc> 2 j i");
        });
    }
    scene("group_whose_channels_are_fetched", |script| {
        open(script, "local");
        script.keys("<Esc> 2 j i");
    });
    scene("group_whose_channels_failed", |script| {
        open(script, "local");
        script.keys("<Esc> 2 j i");
        script.engine(list_failed(
            Scope::Channels,
            FaultKind::Network,
            &tui_support::events::unreachable(),
        ));
    });
    scene("no_group_has_it", |script| {
        deck(script);
        let mut rows = world::models();
        rows[0].groups = Some(["elsewhere".into()].into());
        script
            .engine(loaded(Snapshot::Groups(world::groups()[1..].to_vec())))
            .engine(loaded(Snapshot::Models(rows.into())))
            .keys("3 w");
    });
    scene("refreshing", |script| {
        deck(script);
        script.keys("2").waits(1_000).keys("r");
    });
}

/// The marketplace with one model changed, the cursor on it and its detail open.
fn model(script: &mut Script, change: impl Fn(&mut Model)) {
    deck(script);
    let mut rows = world::models();
    change(&mut rows[0]);
    script.engine(loaded(Snapshot::Models(rows.into())));
    script.keys("3 <Enter>");
}

#[test]
fn models_of_which_little_is_known() {
    scene("model_per_call", |script| {
        model(script, |model| {
            model.price = BasePrice::PerCall {
                call: Money::parse("0.02").unwrap(),
            };
        });
    });
    scene("model_unknown", |script| {
        model(script, |model| {
            model.vendor = "".into();
            model.price = BasePrice::Unknown;
            model.groups = None;
            model.endpoints = [].into();
        });
    });
    scene("model_in_no_group", |script| {
        model(script, |model| {
            model.groups = Some(["elsewhere".into()].into());
        });
        script.engine(loaded(Snapshot::Groups(world::groups()[1..].to_vec())));
    });
    scene("model_groups_untold", |script| {
        model(script, |model| model.groups = None);
    });
    scene("model_not_to_chat_with", |script| {
        model(script, |model| {
            model.endpoints = [Endpoint::Embeddings, Endpoint::from_name("draw")].into()
        });
    });
    scene("model_with_a_key_only", |script| {
        open_key_only(script, "plain");
        script.keys("<Esc> 3 <Enter>");
    });
    scene("model_not_allowed_to_the_key", |script| {
        deck(script);
        let mut rows = world::keys();
        rows[0].info.models = Some(vec!["gpt-4o-mini".into()]);
        script
            .engine(loaded(Snapshot::Keys(rows)))
            .keys("3 <Enter>");
    });
    scene("model_without_a_key", |script| {
        deck(script);
        script
            .engine(loaded(Snapshot::Keys(vec![])))
            .keys("3 <Enter>");
    });
    scene("model_ranked_by_success", |script| {
        deck(script);
        script
            .engine(loaded(Snapshot::Groups(vec![
                world::group("default", Some(1.0), "official channels"),
                world::group("vip", Some(1.0), "reverse channels"),
            ])))
            .engine(measured(FaultKind::Server))
            .keys("3 <Enter>");
    });
    scene("model_ranked_by_marks", |script| {
        deck(script);
        script.engine(loaded(Snapshot::Groups(vec![
            world::group("default", Some(1.0), "official channels"),
            world::group("vip", Some(1.0), "reverse channels"),
        ])));
        let marks = |good, bad| Marks { good, bad };
        let name = || "claude-opus-4-5".to_owned();
        script.engine(Event::Measured(Box::new(Measured::of([]).with_marks([
            ("default".into(), name(), marks(1, 2)),
            ("vip".into(), name(), marks(3, 0)),
        ]))));
        script.keys("3 <Enter>");
    });
    scene("model_ranked_by_nothing", |script| {
        deck(script);
        script
            .engine(loaded(Snapshot::Groups(vec![
                world::group("default", Some(1.0), "official channels"),
                world::group("vip", Some(1.0), "reverse channels"),
            ])))
            .keys("3 <Enter>");
    });
}

#[test]
fn the_market_when_filters_leave_nothing() {
    scene("market_group_empty", |script| {
        deck(script);
        let mut rows = world::models();
        rows.iter_mut()
            .for_each(|model| model.groups = Some(["elsewhere".into()].into()));
        script
            .engine(loaded(Snapshot::Models(rows.into())))
            .keys("3 o");
    });
    scene("market_facets_empty", |script| {
        deck(script);
        script.keys("3 f vision <Tab> <C-u> embeddings <Tab> <Enter>");
    });
    scene("market_filtered_out", |script| {
        deck(script);
        script.keys("3 f embeddings <Tab> <Enter> / opus");
    });
    scene("market_by_marks", |script| {
        deck(script);
        script.engine(measured(FaultKind::Server)).keys("3 M");
    });
    scene("market_detail_with_more_below", |script| {
        deck(script);
        let mut rows = world::models();
        rows[0].groups = None;
        let mut groups = world::groups();
        for at in 0..20 {
            let mut group = groups[1].clone();
            group.name = format!("team-{at}");
            groups.push(group);
        }
        script.engine(loaded(Snapshot::Groups(groups)));
        script.engine(loaded(Snapshot::Models(rows.into())));
        script.keys("3");
    });
    scene("market_refreshing", |script| {
        deck(script);
        script.keys("3").waits(1_000).keys("r");
    });
}

#[test]
fn keys_of_which_more_is_told() {
    scene("key_with_a_pace", |script| {
        deck(script);
        let mut rows = world::keys();
        rows[0].info.pace = Some(Pace {
            requests_per_minute: Some(60),
            tokens_per_minute: Some(100_000),
            concurrency: Some(4),
        });
        script
            .engine(loaded(Snapshot::Keys(rows)))
            .keys("1 <Enter>");
    });
    for (name, groups, goes_on) in [
        ("key_in_auto_that_goes_on", &["vip", "default"][..], true),
        ("key_in_auto_as_the_relay_has_it", &[], false),
    ] {
        scene(name, |script| {
            deck(script);
            let mut rows = world::keys();
            rows[0].info.group = "auto".into();
            rows[0].info.auto = AutoRoute {
                groups: groups.iter().map(|group| (*group).to_owned()).collect(),
                cross_group_retry: goes_on,
            };
            script
                .engine(loaded(Snapshot::Keys(rows)))
                .keys("1 <Enter>");
        });
    }
    scene("key_made_whose_walk_was_left_out", |script| {
        deck(script);
        script.keys("1 n").types("blog-prod-summaries-ann");
        script.keys("<Down> <Down> <Down> <Down> <Down> <Down> <Enter>");
        let warning = said!("key-auto-left-out").leak();
        key_made(script, "blog-prod-summaries-ann", Some(warning));
    });
    scene("key_without_a_pace", |script| {
        deck(script);
        let mut rows = world::keys();
        rows[1].info.pace = Some(Pace::default());
        rows[1].info.status = KeyStatus::Expired;
        rows[1].held = false;
        script
            .engine(loaded(Snapshot::Keys(rows)))
            .keys("1 j <Enter>");
    });
    scene("keys_refreshing", |script| {
        deck(script);
        script.keys("1").waits(1_000).keys("r");
    });
    scene("keys_enable", |script| {
        deck(script);
        let mut rows = world::keys();
        for row in &mut rows {
            row.info.status = KeyStatus::Disabled;
        }
        script.engine(loaded(Snapshot::Keys(rows)));
        script.keys("1 <Space> <Space> x");
    });
    scene("keys_disable_one_too_many", |script| {
        deck(script);
        let mut rows = world::keys();
        for at in 0..9 {
            rows.push(world::key(20 + at, &format!("laptop-{at}")));
        }
        script.engine(loaded(Snapshot::Keys(rows)));
        script.keys("1 a");
        script.keys("<Space> <Space> <Space> <Space> <Space> <Space> <Space> <Space> <Space> x");
    });
}

/// The form for a new key, with the focus so many fields below the first.
fn new_key(script: &mut Script, down: usize) {
    deck(script);
    script.keys("1 n");
    for _ in 0..down {
        script.keys("<Down>");
    }
}

#[test]
fn the_fields_of_the_key_form() {
    scene("form_key_amount", |script| {
        new_key(script, 2);
        script.keys("<Left> <Down>");
    });
    scene("form_key_date", |script| {
        new_key(script, 3);
        script.keys("<Left> <Down>");
    });
    scene("form_key_addresses", |script| new_key(script, 5));
    scene("form_key_wrong_lists", |script| {
        new_key(script, 2);
        script
            .keys("<Left> <Down>")
            .types("0")
            .keys("<Down> <Down>")
            .types("gpt-9, gpt-4o-mini")
            .keys("<Down>")
            .types("ten.0.0.1")
            .keys("<Down> <Enter>");
    });
    scene("form_key_wrong_models", |script| {
        new_key(script, 4);
        script
            .types("gpt-4o-mni, claude-sonnet-4-5-thinking")
            .keys("<Down> <Down> <Enter>");
    });
    scene("form_key_model_as_it_is", |script| {
        new_key(script, 0);
        script
            .types("blog-prod-x-ann")
            .keys("<Down> <Down> <Down> <Down>")
            .types("gpt-4o-mni, claude-sonnet-4-5-thinking")
            .keys("<Down> <Down> <Enter>");
    });
    scene("form_left_half_filled_in", |script| {
        new_key(script, 4);
        script.types("gpt-4o-mini").keys("<Esc>");
    });
    scene("form_key_two_models_unknown", |script| {
        new_key(script, 4);
        script.types("gpt-9, opus").keys("<Down>");
    });
    scene("form_key_group_without_a_ratio", |script| {
        deck(script);
        script.keys("1 n <Down> <Left>");
    });
}

#[test]
fn the_fields_of_the_other_forms() {
    for (name, down) in [
        ("temperature", 1),
        ("max_tokens", 2),
        ("thinking", 3),
        ("protocol", 4),
    ] {
        scene(&format!("form_settings_{name}"), |script| {
            open(script, "4sapi");
            script.keys("<A-o>");
            for _ in 0..down {
                script.keys("<Down>");
            }
        });
    }
    scene("form_env_file", |script| {
        deck(script);
        script.keys("1 w");
    });
    scene("form_env_one_variable", |script| {
        deck(script);
        script.keys("1 w <Down> <Left>");
    });
    scene("form_env_variable", |script| {
        deck(script);
        script.keys("1 w <Down> <Left> <Down>");
    });
    scene("form_env_variable_wrong", |script| {
        deck(script);
        script.keys("1 w <Down> <Left> <Down> <C-u>");
        script.types("MY-KEY").keys("<Up>");
    });
    for (name, file) in [("nothing", ""), ("a_folder", "~/")] {
        scene(&format!("form_export_{name}"), |script| {
            answered(script, "They keep one response open.", Finish::Stop);
            script.engine(Event::Kept { id: 7 }).keys("<A-x>");
            script
                .keys("<Down> <C-u>")
                .types(file)
                .keys("<Down> <Enter>");
        });
    }
    scene("form_export_form", |script| {
        answered(script, "They keep one response open.", Finish::Stop);
        script.engine(Event::Kept { id: 7 }).keys("<A-x>");
    });
    scene("form_order_method", |script| {
        wallet(script, ways(), vec![]);
        script.keys("t <Down>");
    });
    scene("form_order_wrong", |script| {
        wallet(script, ways(), vec![]);
        script
            .keys("t <C-u>")
            .types("ten")
            .keys("<Down> <Down> <Enter>");
    });
    scene("form_order_too_little", |script| {
        wallet(script, ways(), vec![]);
        script
            .keys("t <C-u>")
            .types("2")
            .keys("<Down> <Down> <Enter>");
    });
    scene("form_redeem_empty", |script| {
        wallet(script, ways(), vec![]);
        script.keys("c <Down> <Enter>");
    });
}

#[test]
fn the_fields_of_the_doors() {
    for (name, down) in [("key", 1), ("name", 2)] {
        scene(&format!("form_relay_{name}"), |script| {
            deck(script);
            script.keys("P with <Enter>");
            for _ in 0..down {
                script.keys("<Down>");
            }
        });
    }
    scene("form_relay_key_name", |script| {
        deck(script);
        script
            .keys("P with <Enter>")
            .types("r.example")
            .keys("<Down>");
        script.types("blog-prod-ann").keys("<Down> <C-u>");
        script.types("local").keys("<Down> <Enter>");
    });
    scene("form_relay_taken", |script| {
        deck(script);
        script
            .keys("P with <Enter>")
            .types("r.example")
            .keys("<Down>");
        script.types("sk-abcdefgh").keys("<Down> <C-u>");
        script.types("4sapi").keys("<Down> <Enter>");
    });
    scene("form_relay_local", |script| {
        deck(script);
        script
            .keys("P with <Enter>")
            .types("r.example")
            .keys("<Down>");
        script.types("sk-abcdefgh").keys("<Down> <C-u>");
        script.types("local").keys("<Down> <Enter>");
    });
    for (name, steps, down) in [
        ("token_way", 0, 1),
        ("token", 0, 2),
        ("user_id", 0, 3),
        ("password_way", 1, 1),
        ("user", 1, 2),
        ("code", 1, 4),
        ("register_way", 2, 1),
    ] {
        scene(&format!("form_login_{name}"), |script| {
            deck(script);
            script
                .keys("P log <Enter>")
                .types("r.example")
                .keys("<Down>");
            for _ in 0..steps {
                script.keys("<Right>");
            }
            for _ in 1..down {
                script.keys("<Down>");
            }
        });
    }
    scene("form_login_nothing_given", |script| {
        deck(script);
        script
            .keys("P log <Enter>")
            .types("r.example")
            .keys("<Down> <Right>");
        script.keys("<Down> <Down> <Down> <Down> <Down> <Enter>");
    });
    scene("form_login_token_odd", |script| {
        deck(script);
        script
            .keys("P log <Enter>")
            .types("r.example")
            .keys("<Down> <Down>");
        script
            .pastes("abcкdef")
            .keys("<Down> <Down> <Down> <Enter>");
    });
}

fn ways() -> WaysToPay {
    let method = relaydeck::domain::PayMethod {
        word: "alipay".into(),
        name: "支付宝".into(),
        least: Some(5),
    };
    WaysToPay {
        methods: vec![method],
        redeems: true,
        shop: None,
        suggested: vec![],
    }
}

/// The wallet of an open relay.
fn wallet(script: &mut Script, ways: WaysToPay, top_ups: Vec<TopUp>) {
    deck(script);
    script.keys("W");
    script.engine(loaded(Snapshot::Account(world::account("12.4831"))));
    script.engine(loaded(Snapshot::Wallet(Box::new(WalletInfo {
        ways,
        top_ups,
        fault: None,
    }))));
}

#[test]
fn wallets_of_every_kind() {
    scene("wallet_without_ways", |script| {
        wallet(script, WaysToPay::default(), vec![]);
    });
    scene("wallet_with_much_that_came_in", |script| {
        let top_up = |days: i64| TopUp {
            at: UnixSeconds(NOON.seconds().0 - days * 86_400),
            amount: Some(Money::from_usd(5)),
            how: "支付宝".into(),
            number: format!("T{days}"),
            state: if days == 2 {
                TopUpState::Expired
            } else {
                TopUpState::Done
            },
        };
        wallet(script, ways(), (0..16).map(top_up).collect());
        script.keys("<PgDn>");
    });
    scene("wallet_unknown", |script| {
        script
            .engine(Event::Profiles {
                list: vec![world::profile("4sapi")],
                current: Some("4sapi".into()),
            })
            .engine(Event::Opened {
                profile: world::profile("4sapi"),
                facts: world::facts(true),
                conversation: None,
            });
        script.keys("<Esc> W");
        script.engine(list_failed(Scope::Account, FaultKind::Timeout, &late()));
        script.waits(13_000);
    });
}

/// A question with an answer that ended so.
fn answered(script: &mut Script, answer: &str, finish: Finish) {
    open(script, "4sapi");
    script.keys("<C-p> sonnet <Enter>");
    script.types("Explain SSE in one line.").keys("<Enter>");
    let turn = script.turn();
    if !answer.is_empty() {
        script.engine(text(turn, answer));
    }
    let mut spent = spend(412, 96, "0.002676", Basis::Reported);
    spent.usage.cache_read = 300;
    script.engine(ended(turn, finish, spent));
}

#[test]
fn answers_that_ended_otherwise() {
    for (name, answer, finish) in [
        ("empty", "", Finish::Stop),
        ("length", "Server-sent events keep one", Finish::Length),
        ("filter", "Server-sent", Finish::ContentFilter),
        ("tool", "", Finish::ToolCalls),
        ("other", "Server-sent", Finish::Other("recitation".into())),
        ("cut", "Server-sent", Finish::Cut),
    ] {
        scene(&format!("answer_{name}"), |script| {
            answered(script, answer, finish.clone())
        });
    }
    scene("answer_of_an_earlier_run", |script| {
        use relaydeck::domain::Conversation;
        let mut first = Script::new(80, 24);
        answered(&mut first, "Server-sent events keep one", Finish::Stop);
        let mut kept: Conversation = first.model.chat.conversation();
        kept.turns[0].finish = None;
        open_with(script, "4sapi", world::account("12.4831"), Some(kept));
    });
    scene("answer_cut_by_another_relay", |script| {
        let mut first = Script::new(80, 24);
        answered(&mut first, "Server-sent events keep one", Finish::Cut);
        let mut kept: relaydeck::domain::Conversation = first.model.chat.conversation();
        let told = relaydeck::locale::Word("chat-relay-changed").say();
        kept.turns[0].fault = Some(fault(FaultKind::StreamBroken, told));
        open_with(script, "4sapi", world::account("12.4831"), Some(kept));
    });
    scene("first_question", |script| {
        script.engine(Event::Profiles {
            list: vec![],
            current: None,
        });
        script.keys("<Enter>");
        script.engine(Event::Opened {
            profile: world::profile("local"),
            facts: world::facts(true),
            conversation: None,
        });
        for snapshot in [
            Snapshot::Account(world::account("10")),
            Snapshot::Keys(world::keys()),
            Snapshot::Groups(world::groups()),
            Snapshot::Models(world::models().into()),
        ] {
            script.engine(loaded(snapshot));
        }
    });
    scene("answer_limited", |script| {
        open(script, "4sapi");
        script
            .keys("<C-p> sonnet <Enter>")
            .types("hi")
            .keys("<Enter>");
        let turn = script.turn();
        let mut limited =
            fault(FaultKind::RateLimited, &said!("trouble-relay-rate")).with_status(429);
        limited.retry_after = Some(7);
        script.engine(tui_support::events::failed(turn, limited));
    });
}

/// The chat with this model in use.
fn chat_with(script: &mut Script, name: &str) {
    open(script, "4sapi");
    script.model.chat.model = name.into();
    script.engine(loaded(Snapshot::Models(world::models().into())));
    script.types("hi");
}

#[test]
fn what_stands_in_the_way_of_a_question() {
    scene("chat_model_gone", |script| {
        chat_with(script, "claude-sonnet-4.5-20250929")
    });
    scene("chat_model_elsewhere", |script| {
        chat_with(script, "claude-sonnet-4-5-thinking")
    });
    scene("chat_model_in_no_group", |script| {
        chat_with(script, "claude-opus-4-5");
        let mut rows = world::models();
        rows[0].groups = Some(["elsewhere".into()].into());
        script
            .engine(loaded(Snapshot::Groups(world::groups()[1..].to_vec())))
            .engine(loaded(Snapshot::Models(rows.into())));
    });
    scene("chat_model_embeds", |script| {
        chat_with(script, "text-embedding-3-small")
    });
    scene("chat_waits_for_prices", |script| {
        script
            .engine(Event::Profiles {
                list: vec![world::profile("4sapi")],
                current: Some("4sapi".into()),
            })
            .engine(Event::Opened {
                profile: world::profile("4sapi"),
                facts: world::facts(true),
                conversation: None,
            });
        script.model.chat.model = "claude-opus-4-5".into();
        script.types("hi").keys("<Enter>");
    });
    scene("chat_key_not_held", |script| {
        chat_with(script, "claude-opus-4-5");
        script.model.chat.key = Some(3);
        script.keys("<Enter>");
    });
    scene("chat_no_model_to_send_to", |script| {
        open(script, "4sapi");
        script.types("hi").keys("<Enter>");
    });
}

#[test]
fn pickers_with_little_in_them() {
    scene("picker_nothing", |script| {
        open(script, "4sapi");
        script
            .engine(loaded(Snapshot::Models([].into())))
            .keys("<C-p>");
    });
    scene("picker_no_match", |script| {
        open(script, "4sapi");
        script.keys("<C-p> zzz");
    });
    scene("picker_tiered", |script| {
        open(script, "4sapi");
        script.keys("<C-p> qwen");
    });
    scene("picker_of_groups_untold", |script| {
        deck(script);
        let mut rows = world::models();
        rows.iter_mut().for_each(|model| model.groups = None);
        script.engine(loaded(Snapshot::Models(rows.into())));
        script.keys("1 n <Down> <Enter>");
    });
}

/// A page about a tool.
fn page(script: &mut Script, title: &str, rows: &[(Tone, &str)], question: Option<&str>) {
    let ask = script.ask();
    let rows = rows.iter().map(|(tone, text)| (*tone, (*text).to_owned()));
    let page = ToolPage {
        title: title.into(),
        rows: rows.collect(),
        question: question.map(str::to_owned),
        copy: None,
        set_up: None,
    };
    script.engine(Event::Tool(ask, Ok(ToolNews::Page(Box::new(page)))));
}

#[test]
fn pages_about_tools() {
    fn shown(script: &mut Script) {
        deck(script);
        script.keys("7");
        let ask = script.ask();
        script.engine(tools::told(ask));
    }
    scene("tools_by_hand", |script| {
        shown(script);
        script.keys("/ cursor <Enter> <Enter>");
        let key = said!(
            "tools-key-is",
            name = "cursor-dev",
            masked = "sk-aB3d**********x9Zk"
        );
        let (steps, notes) = tools::by_hand("cursor");
        let mut rows = vec![
            (Tone::Head, plain("tools-uses-now")),
            (Tone::Dim, plain("tools-keeps-settings")),
            (Tone::Text, ""),
            (Tone::Head, plain("tools-hand")),
        ];
        rows.extend(steps.iter().map(|step| (Tone::Text, step.as_str())));
        rows.extend([(Tone::Text, ""), (Tone::Text, &key), (Tone::Text, "")]);
        rows.extend(notes.iter().map(|note| (Tone::Dim, note.as_str())));
        let title = said!("tools-title-by-hand", tool = "Cursor");
        page(script, &title, &rows, None);
    });
    scene("tools_undo", |script| {
        shown(script);
        script.keys("u");
        let rows = [
            (Tone::Head, "~/.claude/settings.json"),
            (Tone::Bad, "--- ~/.claude/settings.json"),
            (Tone::Good, "+++ ~/.claude/settings.json"),
            (Tone::Dim, "@@ -1,7 +1,3 @@"),
            (Tone::Code, " {"),
            (Tone::Bad, "-  \"env\": {"),
            (
                Tone::Bad,
                "-    \"ANTHROPIC_BASE_URL\": \"https://relay.example\"",
            ),
            (Tone::Bad, "-  },"),
            (Tone::Code, "   \"theme\": \"dark\""),
            (Tone::Code, " }"),
        ];
        page(
            script,
            &said!("tools-ask-undo", tool = "Claude Code"),
            &rows,
            Some(plain("tools-yes-undo")),
        );
    });
    scene("tools_undone", |script| {
        shown(script);
        script.keys("u");
        page(
            script,
            &said!("tools-ask-undo", tool = "Claude Code"),
            &[],
            Some(plain("tools-yes-undo")),
        );
        script.keys("y");
        let more = said!("tools-more-undo", count = 2);
        let told = said!(
            "tools-file-told",
            file = "~/.claude/settings.json",
            how = plain("trouble-undo-restored")
        );
        let rows = [(Tone::Good, told.as_str()), (Tone::Text, &more)];
        let title = said!("tools-title-undone", tool = "Claude Code");
        page(script, &title, &rows, None);
    });
    scene("tools_checked_in_vain", |script| {
        shown(script);
        script.keys("t");
        let failed = said!(
            "tools-failed",
            what = plain("fault-kind-balance"),
            advice = plain("advice-balance")
        );
        let rows = [
            (Tone::Head, plain("tools-uses-now")),
            (Tone::Text, &tools::address("~/.claude/settings.json")),
            (Tone::Good, plain("tools-all-right")),
            (Tone::Text, ""),
            (Tone::Bad, &failed),
        ];
        let title = said!("tools-title-check", tool = "Claude Code");
        page(script, &title, &rows, None);
    });
    scene("tools_again", |script| {
        shown(script);
        script.waits(1_000).keys("r");
    });
    scene("tools_stale", |script| {
        shown(script);
        script.waits(1_000).keys("r");
        let ask = script.ask();
        let fault = Fault::new(
            FaultKind::Local,
            said!(
                "trouble-read",
                path = "~/.claude",
                why = said!("trouble-system-no-permission")
            ),
        );
        script.engine(Event::Tool(ask, Err(fault)));
    });
    scene("tools_by_variable", |script| {
        deck(script);
        script.keys("7");
        let ask = script.ask();
        let mut rows = tools::rows();
        rows[2].kind = relaydeck::engine::tools::SetupKind::NamedFile;
        script.engine(Event::Tool(ask, Ok(ToolNews::Rows(rows))));
    });
}

#[test]
fn help_where_one_does_not_think_of_it() {
    let made = |script: &mut Script| {
        deck(script);
        script.keys("1 n").types("blog-prod-summaries-ann");
        script.keys("<Down> <Down> <Down> <Down> <Down> <Down> <Enter>");
        key_made(script, "blog-prod-summaries-ann", None);
    };
    scene("help_filter", |script| {
        deck(script);
        script.keys("1 / o <F1>");
    });
    scene("help_question", |script| {
        deck(script);
        script.keys("1 <C-d> ?");
    });
    scene("help_help", |script| {
        deck(script);
        script.keys("1 ? ?");
    });
    scene("help_secret", |script| {
        made(script);
        script.keys("?");
    });
    scene("help_first_run", |script| {
        script.engine(Event::Profiles {
            list: vec![],
            current: None,
        });
        script.keys("?");
    });
    scene("help_closed", |script| {
        script
            .engine(Event::Profiles {
                list: vec![world::profile("4sapi")],
                current: None,
            })
            .engine(Event::OpenFailed {
                profile: "4sapi".into(),
                fault: fault(FaultKind::Network, "4sapi.example cannot be reached"),
            });
        script.keys("?");
    });
    scene("secret_shown_again", |script| {
        deck(script);
        let mut facts = world::facts(true);
        facts.reveals_keys = true;
        script.engine(Event::Opened {
            profile: world::profile("4sapi"),
            facts,
            conversation: None,
        });
        script.engine(loaded(Snapshot::Keys(world::keys())));
        script.keys("1 n").types("blog-prod-summaries-ann");
        script.keys("<Down> <Down> <Down> <Down> <Down> <Down> <Enter>");
        key_made(script, "blog-prod-summaries-ann", None);
        script.keys("<Esc>");
    });
    scene("too_small", |script| {
        deck(script);
        script.msg(relaydeck::tui::msg::Msg::Resize(
            ratatui::layout::Size::new(50, 12),
        ));
    });
    scene("exhausted_key", |script| {
        deck(script);
        let mut rows = world::keys();
        rows[0].info.left = QuotaLimit::Limited(QuotaUnits(0));
        rows[0].info.status = KeyStatus::Exhausted;
        script
            .engine(loaded(Snapshot::Keys(rows)))
            .keys("1 <Enter>");
    });
}
