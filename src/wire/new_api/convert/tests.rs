//! What rows of every version mean.

use serde_json::json;

use super::*;
use crate::domain::Price;

fn pricing(value: Value) -> Pricing {
    serde_json::from_value(value).unwrap()
}

fn market(answer: Value) -> Vec<Model> {
    let vendors = pricing(answer.clone()).vendors;
    models(answer.to_string().as_bytes(), &vendors)
}

fn row(value: Value) -> TokenRow {
    serde_json::from_value(value).unwrap()
}

#[test]
fn a_key_is_read_as_it_stands_not_as_it_was_stored() {
    let now = UnixSeconds(1_800_000_000);
    let info = key_info(
        &row(
            json!({"id":12,"key":"aB3d**********x9Zk","status":1,"name":"laptop\u{1b}[2J","expired_time":1_700_000_000,
            "remain_quota":"500","unlimited_quota":false,"used_quota":7.0,"created_time":1_600_000_000,"accessed_time":0,
            "model_limits_enabled":true,"model_limits":"a, b,","allow_ips":"10.0.0.1\n10.0.0.0/8\n","group":"vip"}),
        ),
        now,
    );
    assert_eq!(info.status, KeyStatus::Expired);
    assert_eq!(info.masked, "sk-aB3d**********x9Zk");
    assert_eq!(info.name, "laptop [2J");
    assert_eq!(info.left, QuotaLimit::Limited(QuotaUnits(500)));
    assert_eq!((info.used, info.last_used), (QuotaUnits(7), None));
    assert_eq!(info.models, Some(vec!["a".to_owned(), "b".to_owned()]));
    assert_eq!(info.ips.unwrap().len(), 2);
}

#[test]
fn an_unlimited_key_below_zero_is_unlimited_and_usable() {
    let info = key_info(
        &row(
            json!({"id":1,"status":1,"expired_time":-1,"remain_quota":-99,"unlimited_quota":true,"allow_ips":null,"model_limits":null}),
        ),
        UnixSeconds(9),
    );
    assert_eq!(
        (info.status, info.left, info.expires),
        (KeyStatus::Enabled, QuotaLimit::Unlimited, None)
    );
    assert_eq!((info.models, info.ips), (None, None));
}

#[test]
fn a_clear_key_never_leaves_a_list_in_the_clear() {
    let secret = "aB3x9Zk7".repeat(6);
    let info = key_info(&row(json!({"id":1,"key":secret})), UnixSeconds(0));
    assert_eq!(info.masked, "sk-aB3x**********9Zk7");
    assert_eq!(secret_of(&secret).expose(), format!("sk-{secret}"));
    assert_eq!(
        secret_of(&format!("sk-{secret}")).expose(),
        format!("sk-{secret}")
    );
}

#[test]
fn a_draft_becomes_the_body_of_both_families() {
    let draft = KeyDraft {
        name: " blog-prod ".into(),
        group: "vip".into(),
        quota: QuotaLimit::Limited(QuotaUnits(2_500_000)),
        expires: None,
        models: vec!["a".into(), "b".into()],
        ips: vec!["10.0.0.1".into()],
        pace: Pace::default(),
        auto: AutoRoute::default(),
    };
    assert_eq!(
        serde_json::to_value(create_token(&draft)).unwrap(),
        json!({"name":"blog-prod","expired_time":-1,"remain_quota":2_500_000,"unlimited_quota":false,
            "model_limits_enabled":true,"model_limits":"a,b","allow_ips":"10.0.0.1","group":"vip","cross_group_retry":false,
            "models":"a,b","subnet":"10.0.0.1"})
    );
    let free = KeyDraft {
        quota: QuotaLimit::Unlimited,
        expires: Some(UnixSeconds(1_900_000_000)),
        models: vec![],
        ips: vec![],
        pace: Pace {
            requests_per_minute: Some(60),
            ..Pace::default()
        },
        ..draft
    };
    assert_eq!(
        serde_json::to_value(create_token(&free)).unwrap(),
        json!({"name":"blog-prod","expired_time":1_900_000_000_i64,"remain_quota":0,"unlimited_quota":true,
            "model_limits_enabled":false,"model_limits":"","allow_ips":"","group":"vip","cross_group_retry":false,
            "requests_per_minute":60,"tokens_per_minute":null,"concurrency":null})
    );
}

#[test]
fn groups_come_sorted_and_auto_has_no_ratio() {
    let list = groups(
        &json!({"vip":{"ratio":0.8,"desc":"VIP"},"auto":{"ratio":"自动","desc":"Automatic"},
        "default":{"ratio":"1","desc":null},"":{"ratio":1,"desc":"用户分组"},"odd":7,"none":null}),
    );
    let shown: Vec<String> = list
        .iter()
        .map(|group| {
            format!(
                "{} {}",
                group.name,
                group.ratio.map_or("?".into(), |ratio| ratio.to_string())
            )
        })
        .collect();
    assert_eq!(
        shown,
        ["auto ?", "default ×1", "none ?", "odd ×7", "vip ×0.8"]
    );
    assert_eq!(groups(&json!(["b", "a"])).len(), 2);
    assert!(groups(&Value::Null).is_empty());
}

#[test]
fn a_price_list_names_its_groups() {
    let list = groups_of_pricing(&pricing(
        json!({"success":true,"usable_group":{"":"用户分组","vip":"VIP","auto":"Auto","plain":"P"},
        "group_ratio":{"vip":0.8,"hidden":3}}),
    ));
    let ratios: Vec<_> = list
        .iter()
        .map(|group| (group.name.as_str(), group.ratio))
        .collect();
    assert_eq!(
        ratios,
        [
            ("auto", None),
            ("plain", Some(Ratio::ONE)),
            ("vip", Ratio::from_f64(0.8))
        ]
    );
}

#[test]
fn the_example_of_the_protocol_is_read() {
    let list = market(json!({"success":true,
     "data":[
      {"model_name":"qwen-max","quota_type":0,"model_ratio":0.8,"completion_ratio":3,"billing_mode":"tiered_expr",
       "billing_expr":"v1:tier(\"base\", p*1.2 + c*6)","enable_groups":["default"],"supported_endpoint_types":["openai"]},
      {"model_name":"gpt-image-1","quota_type":1,"model_ratio":0,"model_price":0.04,"completion_ratio":0,
       "enable_groups":["all"],"supported_endpoint_types":["image-generation","openai","openai"]},
      {"model_name":"claude-sonnet-4-5","tags":"chat, vision，code","vendor_id":2,"quota_type":0,"model_ratio":1.5,"completion_ratio":5,
       "cache_ratio":0.1,"create_cache_ratio":1.25,"enable_groups":["default","vip"],"supported_endpoint_types":["anthropic","openai"]}],
     "vendors":[{"id":2,"name":"Anthropic"}],"group_ratio":{"default":1,"vip":0.8}}));
    let names: Vec<&str> = list.iter().map(|model| model.name.as_str()).collect();
    assert_eq!(names, ["claude-sonnet-4-5", "gpt-image-1", "qwen-max"]);
    let claude = &list[0];
    assert_eq!((&*claude.vendor, claude.tags.len()), ("Anthropic", 3));
    assert_eq!(*claude.endpoints, [Endpoint::Messages, Endpoint::Chat]);
    let Price::PerToken(prices) = claude.price_in(Ratio::from_f64(0.8), QuotaScale::default())
    else {
        panic!("priced by the token");
    };
    assert_eq!(
        (prices.input, prices.output),
        (Money::parse("2.4").unwrap(), Money::parse("12").unwrap())
    );
    assert_eq!(
        list[1].price,
        BasePrice::PerCall {
            call: Money::parse("0.04").unwrap()
        }
    );
    assert_eq!(list[1].endpoints.len(), 2);
    assert!(
        matches!(&list[2].price, BasePrice::Tiered { expression } if expression.starts_with("v1:tier"))
    );
}

#[test]
fn odd_entries_are_unknown_never_free() {
    let one = |entry: Value| {
        market(json!({"success":true,"data":[entry]}))
            .into_iter()
            .next()
            .unwrap()
    };
    assert_eq!(
        one(json!({"model_name":"m","model_ratio":null})).price,
        BasePrice::Unknown
    );
    assert_eq!(
        one(json!({"model_name":"m","model_ratio":-1})).price,
        BasePrice::Unknown
    );
    assert_eq!(
        one(json!({"model_name":"m","quota_type":1})).price,
        BasePrice::Unknown
    );
    assert_eq!(
        one(json!({"model_name":"m","quota_type":"1","model_price":"0.5"})).price,
        BasePrice::PerCall {
            call: Money::parse("0.5").unwrap()
        }
    );
    let BasePrice::Ratios(ratios) =
        one(json!({"model_name":"m","model_ratio":1,"completion_ratio":0})).price
    else {
        panic!("ratios");
    };
    assert_eq!(ratios.completion, Ratio::ONE);
    assert_eq!(
        (ratios.cache_read, ratios.cache_write),
        (None, None),
        "not published is not zero"
    );
    assert_eq!(
        one(json!({"model_name":"m"})).groups,
        None,
        "not said is not none"
    );
    assert_eq!(
        one(json!({"model_name":"m","enable_groups":[]})).groups,
        Some([].into())
    );
    assert_eq!(
        one(json!({"model_name":"m","enable_groups":null})).groups,
        None
    );
}

#[test]
fn a_model_listed_twice_is_one() {
    let list = market(
        json!({"data":[{"model_name":"m","model_ratio":1},{"model_name":"m","model_ratio":2},{"model_name":""},null,3]}),
    );
    assert_eq!(list.len(), 1);
}

#[test]
fn the_scale_is_a_float_somewhere() {
    let scale_of = |value: Value| {
        scale(&serde_json::from_value::<Status>(json!({"quota_per_unit":value})).unwrap())
            .units_per_usd()
    };
    assert_eq!(scale_of(json!(500000.0)), 500_000);
    assert_eq!(scale_of(json!("1000000")), 1_000_000);
    assert_eq!(scale_of(json!(68_027.21)), 68_027);
    assert_eq!(scale_of(json!(0)), 500_000);
    assert_eq!(scale_of(json!(null)), 500_000);
    assert_eq!(scale_of(json!(-5)), 500_000);
}

#[test]
fn what_is_left_is_the_quota_itself() {
    let user: SelfUser = serde_json::from_value(
        json!({"id":7,"username":"ann","display_name":"","group":"vip","quota":2_500_000,"used_quota":1_250_000,"request_count":321}),
    )
    .unwrap();
    let account = account(&user, QuotaScale::default());
    assert_eq!(account.balance, Some(Money::from_usd(5)));
    assert_eq!(account.used, Some(Money::parse("2.5").unwrap()));
    assert_eq!(
        (account.name.as_str(), account.requests),
        ("ann", Some(321))
    );
}
