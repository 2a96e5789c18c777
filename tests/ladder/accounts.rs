//! Keys that are none, names that are wrong, groups that lack a model, money that is gone: what a key's look and the
//! account's own lists tell before anything is sent (S-46, S-92, S-93, S-94).

use relaydeck::domain::{Access, ApiKey, Profile};
use relaydeck::engine::host::{HeldKey, Host};
use relaydeck::engine::proof::Given;
use relaydeck::verify::report::{Report, Rung};
use serde_json::{Value, json};

use crate::fake::{Asked, Fake, Told};
use crate::support::host::TestHost;
use crate::table::{Shows, Table, sent};
use crate::{KEY, OTHER_KEY, diagnose, diagnose_as, given, healthy, patient};

pub async fn hold(table: &mut Table) {
    table.part("S-92, 401: what was given is no key");
    no_keys(table).await;
    table.part("S-93, model not found: a wrong name");
    wrong_names(table).await;
    table.part("S-92, S-94, the account tells what a bare refusal hides");
    bare_refusals(table).await;
    table.part("S-94, no balance");
    empty_wallet(table).await;
    table.part("S-46, S-93, the model is not in the key's group or limits");
    not_in_the_group(table).await;
}

fn refused() -> Told {
    Told::json(
        401,
        json!({"error":{"message":"Invalid token (request id: R)","type":"new_api_error","code":""}}),
    )
}

async fn no_keys(table: &mut Table) {
    let access = "0123456789abcdef0123456789abcdef";
    let fake = Fake::start(move |asked| {
        let with = asked.header("authorization").unwrap_or_default();
        match asked.place() {
            "/api/user/self" if with.contains(access) => {
                Told::data(json!({"id":1,"username":"lin","quota":5,"group":"default"}))
            }
            "/api/user/self" => Told::refused(401, "access token is invalid"),
            "/v1/models" => refused(),
            _ => healthy(asked),
        }
    })
    .await;
    for (what, text, advice) in [
        ("an access token", Some(access), "make a key in the console"),
        ("the login password", Some("hunter2"), "login password"),
        (
            "an e-mail address",
            Some("ann@example.com"),
            "starts with sk-",
        ),
        ("a masked key", Some("sk-aB3d**********x9Zk"), "whole key"),
        ("a key of another relay", Some(OTHER_KEY), "check the key"),
        ("nothing", None, "keys create"),
    ] {
        let given = Given {
            key: text.map(Into::into),
            ..given(fake.address.base())
        };
        let (report, rows) = diagnose(given).await;
        let led = report.leads_to(Rung::Credential, advice);
        table.hold(what, led.and(sent(rows, 0)).and(report.exits(3)));
    }
    // The name of a key that is held (S-60), pasted with something that keeps it from being looked up.
    let fake = Fake::start(|asked| account(asked, laptop(1, 100_000))).await;
    let (report, rows) =
        with_account(&fake, &[(7, "laptop", KEY)], Some("laptop "), "gpt-4o").await;
    let led = report.leads_to(Rung::Credential, "name it with --key");
    table.hold("a held key's name", led.and(sent(rows, 0)));
}

async fn wrong_names(table: &mut Table) {
    let fake = Fake::start(healthy).await;
    for wrong in [
        "claude-sonnet-45-20250929",
        "claudesonnet-4-5-20250929",
        "Claude-Sonnet-4-5-20250929",
        "claude-sonnet-4-5",
        "claude-sonnet-4.5-20250929",
        "anthropic/claude-sonnet-4-5-20250929",
        "claude-sonnet-4-5-20250930",
        " claude-sonnet-4-5-20250929",
    ] {
        let given = Given {
            model: Some(wrong.into()),
            ..given(fake.address.base())
        };
        let (report, rows) = diagnose(given).await;
        let right = "claude-sonnet-4-5-20250929";
        let led = report
            .leads_to(Rung::Model, right)
            .and(report.proves(right));
        // Only the right name was called.
        table.hold(wrong, led.and(sent(rows, 1)).and(report.exits(4)));
    }
    let given = Given {
        model: Some("qwerty".into()),
        ..given(fake.address.base())
    };
    let (report, rows) = diagnose(given).await;
    let led = report.leads_to(Rung::Model, "models list");
    table.hold(
        "a name like no other",
        led.and(sent(rows, 0)).and(report.exits(4)),
    );
}

async fn bare_refusals(table: &mut Table) {
    for (what, status, left, rung, advice) in [
        ("disabled", 2, 100, Rung::Credential, "enable the key"),
        ("expired", 3, 100, Rung::Credential, "later expiry"),
        ("exhausted", 4, 100, Rung::Balance, "raise the key's quota"),
        ("used up", 1, 0, Rung::Balance, "raise the key's quota"),
    ] {
        let fake = Fake::start(move |asked| match asked.place() {
            "/v1/models" => refused(),
            _ => account(asked, laptop(status, left)),
        })
        .await;
        let (report, rows) = with_account(&fake, &[(7, "laptop", KEY)], None, "gpt-4o").await;
        table.hold(what, report.leads_to(rung, advice).and(sent(rows, 0)));
    }
}

async fn empty_wallet(table: &mut Table) {
    let fake = Fake::start(|asked| match asked.place() {
        "/api/user/self" => Told::data(json!({"id":1,"username":"lin","group":"default","quota":-5})),
        "/v1/models" => healthy(asked),
        _ => account(asked, json!([{"id":7,"name":"laptop","key":&KEY[3..],"status":1,"unlimited_quota":true,"group":"default","expired_time":-1}])),
    })
    .await;
    let (report, rows) = with_account(&fake, &[(7, "laptop", KEY)], None, "gpt-4o").await;
    let led = report.leads_to(Rung::Balance, "top up");
    table.hold("the account's", led.and(sent(rows, 0)).and(report.exits(5)));

    // With a key alone: what the relay tells it of itself.
    let fake = Fake::start(|asked| match asked.place() {
        "/api/usage/token/" => Told::json(
            200,
            json!({"code":true,"message":"ok","data":{"name":"laptop","total_available":0,"unlimited_quota":false,"expires_at":0}}),
        ),
        _ => healthy(asked),
    })
    .await;
    let (report, rows) = diagnose(given(fake.address.base())).await;
    let led = report.leads_to(Rung::Balance, "raise the key's quota");
    table.hold("the key's own", led.and(sent(rows, 0)).and(report.exits(5)));
}

async fn not_in_the_group(table: &mut Table) {
    let claude = "claude-sonnet-4-5-20250929";
    let two = json!([
        {"id":7,"name":"laptop","key":&KEY[3..],"status":1,"remain_quota":100_000,"group":"default","expired_time":-1},
        {"id":8,"name":"pro","key":&OTHER_KEY[3..],"status":1,"remain_quota":100_000,"group":"vip","expired_time":-1},
    ]);
    let mut limited = two.clone();
    limited[0]["group"] = json!("vip");
    limited[0]["model_limits_enabled"] = json!(true);
    limited[0]["model_limits"] = json!("gpt-4o");
    for (what, keys, advice) in [
        ("another group has it", two, "vip"),
        ("the key's own limits", limited, "model list"),
    ] {
        let fake = Fake::start(move |asked| {
            let with = asked.header("authorization").unwrap_or_default();
            match asked.place() {
                "/v1/models" if with.contains("zZ9y") => {
                    Told::json(200, json!({"object":"list","data":[{"id":claude}]}))
                }
                "/v1/models" => healthy(asked),
                _ => account(asked, keys.clone()),
            }
        })
        .await;
        let held = [(7, "laptop", KEY), (8, "pro", OTHER_KEY)];
        let (report, rows) = with_account(&fake, &held, None, claude).await;
        let led = report
            .leads_to(Rung::Group, advice)
            .and(report.proves("pro"));
        table.hold(what, led.and(sent(rows, 0)));
    }
}

/// The account's one key.
fn laptop(status: u8, left: i64) -> Value {
    json!([{"id":7,"name":"laptop","key":&KEY[3..],"status":status,"remain_quota":left,"group":"default","expired_time":-1}])
}

/// The console of an account in group `default`, which has one of the two models, and these keys.
fn account(asked: &Asked, keys: Value) -> Told {
    match asked.place() {
        "/api/user/self" => {
            Told::data(json!({"id":1,"username":"lin","group":"default","quota":5_000_000}))
        }
        "/api/user/self/groups" => {
            Told::data(json!({"default":{"ratio":1,"desc":""},"vip":{"ratio":2,"desc":""}}))
        }
        "/api/token/" => Told::data(json!({"page":1,"page_size":100,"total":2,"items":keys})),
        "/api/pricing" => Told::json(
            200,
            json!({"success":true,"data":[
            {"model_name":"gpt-4o","quota_type":0,"model_ratio":1.25,"completion_ratio":4,"enable_groups":["default"],"supported_endpoint_types":["openai"]},
            {"model_name":"claude-sonnet-4-5-20250929","quota_type":0,"model_ratio":1.5,"completion_ratio":5,"enable_groups":["vip"],"supported_endpoint_types":["anthropic","openai"]},
        ],"group_ratio":{"default":1,"vip":2},"usable_group":{"default":"","vip":""}}),
        ),
        _ => healthy(asked),
    }
}

async fn with_account(
    fake: &Fake,
    keys: &[(i64, &str, &str)],
    key: Option<&str>,
    model: &str,
) -> (Report, usize) {
    let host = TestHost::new();
    let profile = Profile {
        name: "far".into(),
        address: fake.address.clone(),
        access: Access::Account { user_id: Some(1) },
    };
    host.save_profile(&profile, Some(&ApiKey::new("t".repeat(32))))
        .unwrap();
    for (id, name, secret) in keys {
        let key = HeldKey {
            id: Some(*id),
            name: (*name).to_owned(),
            secret: ApiKey::new(*secret),
        };
        host.hold_key("far", &key).unwrap();
    }
    let given = Given {
        key: key.map(Into::into),
        model: Some(model.to_owned()),
        ..Given::default()
    };
    diagnose_as(given, host, Some(profile), patient()).await
}
