//! The wallet's page, its forms and links, and logging in with a password: keys and engine events in, commands and the
//! screen out.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod term_support;
mod tui_support;

use relaydeck::domain::price::TokenPrices;
use relaydeck::domain::{
    Fault, FaultKind, Money, PayLink, PayMethod, Price, TopUp, TopUpState, UnixSeconds, WaysToPay,
};
use relaydeck::engine::door::{Event, RelayLook, Scope, Snapshot, WalletInfo, WalletTold};
use tui_support::events::{
    fault, late, list_failed, loaded, open, open_key_only, open_with, relay_says,
};
use tui_support::scenes::scene;
use tui_support::{NOON, Script, said, world};

fn money(text: &str) -> Money {
    Money::parse(text).unwrap()
}

fn top_up(days: i64, amount: Option<&str>, how: &str, state: TopUpState) -> TopUp {
    TopUp {
        at: UnixSeconds(NOON.seconds().0 - days * 86_400),
        amount: amount.map(money),
        how: how.into(),
        number: format!("T{days}"),
        state,
    }
}

fn wallet() -> WalletInfo {
    let method = |word: &str, name: &str, least| PayMethod {
        word: word.into(),
        name: name.into(),
        least,
    };
    WalletInfo {
        ways: WaysToPay {
            methods: vec![
                method("alipay", "支付宝", Some(5)),
                method("stripe", "Stripe", None),
            ],
            redeems: true,
            shop: Some("https://shop.4sapi.example/buy".into()),
            suggested: vec![10, 50, 100],
        },
        top_ups: vec![
            top_up(0, Some("10"), "支付宝", TopUpState::Pending),
            top_up(3, Some("5"), "code gift", TopUpState::Done),
            top_up(40, None, "credited by the owner", TopUpState::Done),
        ],
        fault: None,
    }
}

fn looks() -> Vec<RelayLook> {
    let price = |input: &str, output: &str| {
        Price::PerToken(TokenPrices {
            input: money(input),
            output: money(output),
            cache_read: Money::ZERO,
            cache_write: Money::ZERO,
        })
    };
    let look = |profile: &str, balance: Option<&str>, best| RelayLook {
        profile: profile.into(),
        balance: balance.map(money),
        best,
        fault: None,
    };
    vec![
        look(
            "4sapi",
            Some("12.4831"),
            Some(("vip".into(), price("2.4", "12"))),
        ),
        RelayLook {
            fault: Some(Fault::new(
                FaultKind::Network,
                "https://gone.example cannot be reached: connection refused",
            )),
            ..look("gone", None, None)
        },
        look("local", Some("10"), None),
        look(
            "tiers",
            Some("3.5"),
            Some((
                "default".into(),
                Price::Tiered {
                    expression: "tier(prompt, 32000, 1.2, 2.4)".into(),
                },
            )),
        ),
        look("只有密钥", None, Some((String::new(), Price::Unknown))),
    ]
}

/// The wallet of an open relay with everything in it.
fn shown(script: &mut Script) {
    open(script, "4sapi");
    script.keys("<Esc> 3 j j W");
    script
        .engine(loaded(Snapshot::Account(world::account("12.4831"))))
        .engine(loaded(Snapshot::Wallet(Box::new(wallet()))));
    let asked = script.asked();
    let compare = asked.iter().find_map(|told| told.strip_prefix("compare "));
    let model = compare.map(str::to_owned);
    script.engine(Event::Compared {
        model,
        looks: Ok(looks()),
    });
}

fn redeeming(script: &mut Script) {
    shown(script);
    script
        .keys("c")
        .pastes("0123456789abcdef0123456789abcdef\n")
        .keys("<Enter> <Enter>");
}

#[test]
fn s_03_and_x_11_the_wallet_asks_for_all_that_stands_on_it() {
    let mut script = Script::new(80, 24);
    open(&mut script, "4sapi");
    script.keys("<Esc> 3 W");
    let asked = script.asked();
    assert_eq!(asked[..2], ["refresh account", "refresh wallet"]);
    assert!(asked[2].starts_with("compare "), "{asked:?}");
    script
        .sees("Account      lin")
        .sees("Group        default ×1")
        .sees("Balance      $12.4831")
        .sees("Used         $2.5000")
        .sees("Requests     12")
        .sees("looking at each of them");
    script.keys("<Esc>").sees("MODEL");
}

#[test]
fn s_04_and_s_07_the_ways_to_pay_and_what_came_in_are_named() {
    let mut script = Script::new(120, 40);
    shown(&mut script);
    script
        .sees("支付宝, Stripe")
        .sees("https://shop.4sapi.example/buy")
        .sees("pending")
        .sees("code gift")
        .keys("u");
    assert_eq!(
        script.asked(),
        ["copy the shop's address: https://shop.4sapi.example/buy"]
    );
}

#[test]
fn s_04_a_code_is_redeemed_masked_and_a_refusal_stands_at_it() {
    let mut script = Script::new(80, 24);
    shown(&mut script);
    script.keys("c <Enter> <Enter>").sees("paste the code");
    assert_eq!(script.asked(), [""; 0], "nothing is sent without a code");
    script
        .pastes("0123456789abcdef0123456789abcdef")
        .misses("456789ab")
        .keys("<Enter> <Enter>");
    assert_eq!(script.asked(), ["redeem 0123**********cdef"]);
    let ask = script.ask();
    script.engine(Event::AskFailed {
        ask,
        fault: fault(FaultKind::BadRequest, "this code was used before"),
    });
    script
        .sees("this code was used before")
        .keys("<Enter> <Enter>");
    assert_eq!(script.asked().len(), 1, "it can be tried again");
    let ask = script.ask();
    script
        .engine(Event::Wallet {
            ask,
            told: WalletTold::Redeemed(money("2.5")),
        })
        .sees("$2.5000 was added to the wallet")
        .sees("What came in");
}

#[test]
fn s_04_an_order_gives_a_link_that_is_copied_and_drawn() {
    let mut script = Script::new(120, 40);
    shown(&mut script);
    script
        .keys("t <C-u>")
        .types("2")
        .keys("<Enter> <Enter> <Enter>")
        .sees("this way takes $5 at least");
    assert_eq!(script.asked(), [""; 0]);
    script.keys("<BS>").types("20");
    script.keys("<Enter> <Enter> <Enter>");
    assert_eq!(script.asked(), ["order 20 by alipay"]);
    let ask = script.ask();
    script.engine(Event::Wallet {
        ask,
        told: WalletTold::Ordered(PayLink {
            url: "https://pay.example/o/20261122-0001?sign=9f8e7d6c".into(),
            price: Some("¥146.00".into()),
            number: "20261122-0001".into(),
        }),
    });
    script.sees("¥146.00").sees("▀").keys("y");
    assert_eq!(
        script.asked(),
        ["copy the link: https://pay.example/o/20261122-0001?sign=9f8e7d6c"]
    );
    script.keys("<Esc>").sees("What came in");
}

#[test]
fn x_11_a_look_that_was_asked_before_another_model_is_dropped() {
    let mut script = Script::new(120, 40);
    shown(&mut script);
    script.sees("in vip");
    script.engine(Event::Compared {
        model: Some("some-other-model".into()),
        looks: Ok(vec![]),
    });
    script.sees("in vip").sees("cannot be reached");
    script.keys("r");
    script.sees("in vip").sees("looking at each of them");
    script.msg(relaydeck::tui::msg::Msg::Engine(Box::new(
        Event::Compared {
            model: script.model.relay.looks_at.clone(),
            looks: Err(fault(FaultKind::Local, "config.toml cannot be read")),
        },
    )));
    script.sees("config.toml cannot be read").sees("in vip");
}

/// The form of the third door, a way to log in chosen by so many steps to the right.
fn log_in(script: &mut Script, steps: usize) {
    script.engine(Event::Profiles {
        list: vec![],
        current: None,
    });
    script.keys("3").types("https://r.example").keys("<Down>");
    for _ in 0..steps {
        script.keys("<Right>");
    }
    script.keys("<Down>").types("ann").keys("<Down>");
    script.types("correct horse");
}

fn send(script: &mut Script) -> relaydeck::engine::door::AskId {
    for _ in 0..5 {
        script.keys("<Down>");
    }
    script.keys("<Enter>");
    script.ask()
}

fn refused(script: &mut Script) {
    log_in(script, 1);
    let ask = send(script);
    script.engine(Event::AskFailed {
        ask,
        fault: fault(
            FaultKind::CredentialRefused,
            &relay_says(
                "trouble-relay-refused",
                "Username or password is incorrect, or user has been banned",
            ),
        )
        .with_status(200)
        .advise(said!("login-check")),
    });
}

fn closed(script: &mut Script) {
    log_in(script, 2);
    let ask = send(script);
    script.engine(Event::AskFailed {
        ask,
        fault: fault(FaultKind::Unsupported, &said!("login-no-accounts"))
            .advise(said!("login-ask-owner")),
    });
}

fn elsewhere(script: &mut Script) {
    log_in(script, 2);
    let ask = send(script);
    script.engine(Event::RegisterThere {
        ask,
        page: "https://r.example/register".into(),
    });
}

#[test]
fn s_01_a_password_is_never_seen_and_a_refusal_stands_at_it() {
    let mut script = Script::new(80, 24);
    log_in(&mut script, 1);
    script.misses("correct").misses("orse");
    send(&mut script);
    assert_eq!(
        script.asked(),
        ["add r at https://r.example with account ann code none"]
    );
    let mut script = Script::new(80, 24);
    refused(&mut script);
    script
        .sees("Username or password is incorrect")
        .sees("console can reset")
        .types("x")
        .misses("Username or password is incorrect");
}

#[test]
fn s_01_a_second_factor_asks_for_its_code() {
    let mut script = Script::new(80, 24);
    log_in(&mut script, 1);
    let ask = send(&mut script);
    script.engine(Event::AskFailed {
        ask,
        fault: Fault::new(FaultKind::SecondFactor, "the account has a second factor"),
    });
    script.asked();
    script.sees("give the code that your").types("123456");
    send(&mut script);
    assert_eq!(
        script.asked(),
        ["add r at https://r.example with account ann code 123456"]
    );
}

#[test]
fn s_02_a_new_account_is_made_or_the_relay_s_page_is_shown() {
    let mut script = Script::new(80, 24);
    log_in(&mut script, 2);
    send(&mut script);
    assert_eq!(
        script.asked(),
        ["add r at https://r.example with new account ann code none"]
    );
    let mut script = Script::new(80, 24);
    closed(&mut script);
    script.sees("owner for an account");
    let mut script = Script::new(80, 24);
    elsewhere(&mut script);
    script.asked();
    script
        .sees("https://r.example/register")
        .sees("▀")
        .keys("y");
    assert_eq!(
        script.asked(),
        ["copy the link: https://r.example/register"]
    );
    script.keys("<Esc>").sees("Log in to a relay").sees("ann");
}

#[test]
fn what_the_wallet_shows() {
    scene("wallet", shown);
    scene("wallet_of_a_key_only_relay", |script| {
        open_key_only(script, "plain");
        script.keys("<Esc> W");
    });
    scene("wallet_empty", |script| {
        shown(script);
        let account = world::account("-0.02");
        script.engine(loaded(Snapshot::Account(account)));
    });
    scene("wallet_empty_and_failed", |script| {
        open_with(script, "4sapi", world::account("-0.02"), None);
        script
            .keys("<Esc> W")
            .engine(list_failed(Scope::Wallet, FaultKind::Timeout, &late()));
    });
    scene("wallet_redeem", |script| {
        shown(script);
        script.keys("c").pastes("0123456789abcdef0123456789abcdef");
    });
    scene("wallet_redeem_refused", |script| {
        redeeming(script);
        let ask = script.ask();
        script.engine(Event::AskFailed {
            ask,
            fault: fault(
                FaultKind::BadRequest,
                &relay_says(
                    "trouble-relay-refused",
                    "Redemption failed, the redemption code has been used",
                ),
            )
            .advise(said!("advice-bad-request")),
        });
    });
    scene("wallet_order", |script| {
        shown(script);
        script.keys("t");
    });
    scene("wallet_link", |script| {
        shown(script);
        script.keys("t <Enter> <Enter> <Enter>");
        let ask = script.ask();
        script.engine(Event::Wallet {
            ask,
            told: WalletTold::Ordered(PayLink {
                url: "https://pay.example/o/20261122-0001?sign=9f8e7d6c".into(),
                price: Some("¥73.00".into()),
                number: "20261122-0001".into(),
            }),
        });
    });
}

#[test]
fn help_over_a_page_elsewhere() {
    scene("help_link", |script| {
        elsewhere(script);
        script.keys("?");
    });
}

#[test]
fn logging_in() {
    scene("log_in_password", |script| log_in(script, 1));
    scene("log_in_refused", refused);
    scene("log_in_new_account", |script| log_in(script, 2));
    scene("log_in_closed", closed);
    scene("log_in_elsewhere", elsewhere);
}
