//! The wallet at relays of several years: codes, orders, histories.

use relaydeck::domain::{FaultKind, Money, TopUpState};
use serde_json::{Value, json};

use crate::fake::{Asked, Fake, Told};

fn status() -> Told {
    Told::data(
        json!({"version":"v1.0.0","system_name":"Example","quota_per_unit":500000,"chats":[],"setup":true,"top_up_link":"https://shop.example/old"}),
    )
}

async fn relay(answer: impl Fn(&Asked) -> Option<Told> + Send + Sync + 'static) -> Fake {
    Fake::start(move |asked| match asked.line().as_str() {
        "GET /api/status" => status(),
        _ => answer(asked).unwrap_or_else(|| Told::no_route(asked)),
    })
    .await
}

fn info(extra: Value) -> Value {
    let mut info = json!({"enable_online_topup":true,"enable_stripe_topup":false,"enable_redemption":true,
        "pay_methods":[{"name":"支付宝","type":"alipay","color":"blue","min_topup":"10"},{"name":"WeChat","type":"wxpay"}],
        "min_topup":1,"amount_options":[10,20,"50"],"discount":{"100":0.95},"topup_link":""});
    for (name, value) in extra.as_object().unwrap() {
        info[name] = value.clone();
    }
    info
}

#[tokio::test]
async fn s_07_the_ways_to_pay_are_read_as_the_relay_names_them() {
    let fake = relay(|asked| match asked.line().as_str() {
        "GET /api/user/topup/info" => Some(Told::data(info(
            json!({"enable_stripe_topup":true,"stripe_min_topup":5,"topup_link":"javascript:alert(1)"}),
        ))),
        _ => None,
    })
    .await;
    let ways = fake.member().ways_to_pay().await.unwrap();
    let told: Vec<_> = ways
        .methods
        .iter()
        .map(|method| (method.word.as_str(), method.name.as_str(), method.least))
        .collect();
    assert_eq!(
        told,
        [
            ("alipay", "支付宝", Some(10)),
            ("wxpay", "WeChat", Some(1)),
            ("stripe", "Stripe", Some(5))
        ]
    );
    assert_eq!((ways.redeems, ways.shop), (true, None));
    assert_eq!(ways.suggested, [10, 20, 50]);
}

#[tokio::test]
async fn an_elder_relay_has_its_shop_and_its_codes() {
    let fake = relay(|_| None).await;
    let client = fake.member();
    let ways = client.ways_to_pay().await.unwrap();
    assert!(ways.methods.is_empty() && ways.redeems);
    assert_eq!(ways.shop.as_deref(), Some("https://shop.example/old"));
    let link = client.order(10, None).await.unwrap();
    assert_eq!(link.url, "https://shop.example/old");
}

#[tokio::test]
async fn an_order_is_a_link_with_everything_the_page_wants() {
    let fake = relay(|asked| match asked.line().as_str() {
        "GET /api/user/topup/info" => Some(Told::data(info(json!({})))),
        "POST /api/user/amount" => Some(Told::json(200, json!({"message":"success","data":"73.00"}))),
        "POST /api/user/pay" => {
            assert_eq!(asked.json()["payment_method"], "alipay");
            Some(Told::json(200, json!({"message":"success","url":"https://pay.example/submit.php?lang=en",
                "data":{"pid":"1","out_trade_no":"USR7NO1","name":"TUC10 & more","money":"73.00","sign":"abc"}})))
        }
        _ => None,
    })
    .await;
    let link = fake.member().order(10, Some("Alipay")).await.unwrap();
    assert_eq!(
        link.url,
        "https://pay.example/submit.php?lang=en&pid=1&out_trade_no=USR7NO1&name=TUC10+%26+more&money=73.00&sign=abc"
    );
    assert_eq!(
        (link.price.as_deref(), link.number.as_str()),
        (Some("73.00"), "USR7NO1")
    );
    let asked = fake.lines().len();
    let fault = fake.member().order(5, Some("alipay")).await.unwrap_err();
    assert!(fault.message.contains("10 or more"), "{fault}");
    let fault = fake.member().order(10, Some("cheque")).await.unwrap_err();
    assert!(fault.advice.contains("alipay, wxpay"), "{}", fault.advice);
    let posts = fake.lines()[asked..]
        .iter()
        .filter(|line| line.starts_with("POST"))
        .count();
    assert_eq!(posts, 0, "nothing was ordered");
}

#[tokio::test]
async fn stripe_answers_with_its_own_link_and_a_refusal_with_its_reason() {
    let fake = relay(|asked| match asked.line().as_str() {
        "GET /api/user/topup/info" => Some(Told::data(info(
            json!({"enable_stripe_topup":true,"stripe_min_topup":1}),
        ))),
        "POST /api/user/stripe/amount" => Some(Told::json(
            200,
            json!({"message":"error","data":"参数错误"}),
        )),
        "POST /api/user/stripe/pay" => Some(Told::json(
            200,
            json!({"message":"success","data":{"pay_link":"https://checkout.example/s/1"}}),
        )),
        "POST /api/user/amount" => Some(Told::json(200, json!({"message":"success","data":"1"}))),
        "POST /api/user/pay" => Some(Told::json(
            200,
            json!({"message":"error","data":"当前管理员未配置支付信息"}),
        )),
        _ => None,
    })
    .await;
    let link = fake.member().order(10, Some("stripe")).await.unwrap();
    assert_eq!(
        (link.url.as_str(), link.price),
        ("https://checkout.example/s/1", None)
    );
    let fault = fake.member().order(10, Some("alipay")).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::BadRequest);
    assert!(fault.message.contains("未配置支付信息"), "{fault}");
}

#[tokio::test]
async fn a_relay_without_payments_says_what_it_takes_instead() {
    let fake = relay(|asked| match asked.line().as_str() {
        "GET /api/user/topup/info" => Some(Told::data(info(
            json!({"enable_online_topup":false,"pay_methods":[]}),
        ))),
        _ => None,
    })
    .await;
    let fault = fake.member().order(10, None).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Unsupported);
    assert!(fault.advice.contains("redeem a code"), "{}", fault.advice);
}

#[tokio::test]
async fn a_code_is_sent_once_and_shown_to_nobody() {
    let code = "0123456789abcdef0123456789abcdef";
    let fake = relay(move |asked| match asked.line().as_str() {
        "POST /api/user/topup" if asked.json()["key"] == code => Some(Told::data(json!(250_000))),
        "POST /api/user/topup" => Some(Told::refused(200, &format!("兑换失败: {}", asked.body))),
        _ => None,
    })
    .await;
    let client = fake.member();
    let added = client.redeem(&format!(" {code} ")).await.unwrap();
    assert_eq!(added, Money::parse("0.5").unwrap());
    let other = "ffffffffffffffffffffffffffffffff";
    let fault = client.redeem(other).await.unwrap_err();
    assert!(!format!("{fault:?}").contains(other), "{fault:?}");
    assert!(client.redeem("  ").await.is_err());
    let posts = fake
        .lines()
        .iter()
        .filter(|line| line.starts_with("POST"))
        .count();
    assert_eq!(posts, 2);
}

#[tokio::test]
async fn the_history_joins_orders_and_the_log_and_tells_nothing_twice() {
    let fake = relay(|asked| match asked.line().as_str() {
        "GET /api/user/topup/self" => Some(Told::data(json!({"page":1,"page_size":100,"total":2,"items":[
            {"id":2,"amount":20,"money":146.0,"trade_no":"B","payment_method":"alipay","create_time":300,"complete_time":0,"status":"pending"},
            {"id":1,"amount":10,"money":73.0,"trade_no":"A","payment_method":"alipay","create_time":100,"complete_time":110,"status":"success"}]}))),
        "GET /api/log/self" if asked.query("type") == "1" => Some(Told::data(json!({"page":1,"page_size":100,"total":2,"items":[
            {"id":1,"type":1,"created_at":200,"content":"通过兑换码充值 ＄0.500000 额度","quota":0},
            {"id":2,"type":1,"created_at":111,"content":"使用在线充值成功","quota":0}]}))),
        _ => None,
    })
    .await;
    let told: Vec<_> = fake
        .member()
        .top_ups()
        .await
        .unwrap()
        .into_iter()
        .map(|entry| (entry.at.0, entry.amount, entry.how, entry.state))
        .collect();
    assert_eq!(
        told,
        [
            (
                300,
                Some(Money::from_usd(20)),
                "alipay".into(),
                TopUpState::Pending
            ),
            (
                200,
                None,
                "通过兑换码充值 ＄0.500000 额度".into(),
                TopUpState::Done
            ),
            (
                100,
                Some(Money::from_usd(10)),
                "alipay".into(),
                TopUpState::Done
            ),
        ]
    );
}
