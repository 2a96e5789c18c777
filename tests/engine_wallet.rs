//! Accounts, log-ins and the wallet at the real embedded relay, through the engine's door: a new account, its access
//! token, a refused password, a code redeemed once, and several relays side by side.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a helper that fails fails its test"
)]

mod support;

use std::sync::Arc;

use relaydeck::client::owner::accounts::AccountDraft;
use relaydeck::client::owner::codes::CodesDraft;
use relaydeck::client::{Credentials, RelayClient};
use relaydeck::domain::{Access, Address, ApiKey, Fault, FaultKind, Money, Price};
use relaydeck::engine::door::{
    AskId, Command, Credential, Event, PasswordLogIn, Scope, Snapshot, WalletAsk, WalletInfo,
    WalletTold,
};
use relaydeck::engine::host::Host;
use support::host::TestHost;
use support::talk::Talk;

/// An engine, and the relay inside with its owner.
struct Deck {
    host: Arc<TestHost>,
    talk: Talk,
    relay: Address,
    owner: RelayClient,
    asks: u64,
}

impl Deck {
    async fn new() -> Self {
        let host = Arc::new(TestHost::new());
        let relay = host.start_local().await.unwrap();
        let credentials = Credentials {
            access_token: host.access_token("local").unwrap(),
            user_id: Some(1),
        };
        let talk = Talk::with(&host);
        let owner = RelayClient::new(relay.clone(), credentials).unwrap();
        Deck {
            host,
            talk,
            relay,
            owner,
            asks: 0,
        }
    }

    fn ask(&mut self) -> AskId {
        self.asks += 1;
        AskId(self.asks)
    }

    /// Logs in with a name and a password, as the form does.
    async fn log_in(&mut self, profile: &str, password: &str, register: bool) -> Event {
        let ask = self.ask();
        let command = Command::AddProfile {
            ask,
            name: profile.into(),
            address: self.relay.base().to_owned(),
            credential: Credential::Password(PasswordLogIn {
                username: " ann ".into(),
                password: ApiKey::new(password),
                code: None,
                register,
            }),
        };
        self.talk.say(command);
        self.talk
            .until(move |event| {
                matches!(event,
                Event::ProfileAdded { ask: told, .. }
                | Event::RegisterThere { ask: told, .. }
                | Event::AskFailed { ask: told, .. } if *told == ask)
            })
            .await
    }

    async fn wallet_ask(&mut self, what: WalletAsk) -> Result<WalletTold, Fault> {
        let ask = self.ask();
        self.talk.say(Command::Wallet { ask, what });
        let answer = self.talk.until(move |event| {
            matches!(event,
                Event::Wallet { ask: told, .. } | Event::AskFailed { ask: told, .. } if *told == ask)
        });
        match answer.await {
            Event::Wallet { told, .. } => Ok(told),
            Event::AskFailed { fault, .. } => Err(fault),
            _ => unreachable!("only answers fit"),
        }
    }

    async fn wallet(&mut self) -> WalletInfo {
        match self.talk.list(Scope::Wallet).await {
            Snapshot::Wallet(wallet) => *wallet,
            _ => unreachable!("only wallets fit"),
        }
    }
}

fn fault(event: Event) -> Fault {
    match event {
        Event::AskFailed { fault, .. } => fault,
        other => panic!("{other:?}"),
    }
}

const PASSWORD: &str = "correct horse";

#[tokio::test(flavor = "multi_thread")]
async fn s_02_an_account_is_made_where_the_relay_allows_it_and_its_access_token_is_kept() {
    let mut deck = Deck::new().await;
    let closed = fault(deck.log_in("mine", PASSWORD, true).await);
    assert_eq!(closed.kind, FaultKind::Unsupported, "{closed}");
    assert!(!closed.advice.is_empty());
    deck.owner
        .set_option("RegisterEnabled", "true")
        .await
        .unwrap();
    let short = fault(deck.log_in("mine", "short", true).await);
    assert_eq!(short.kind, FaultKind::BadRequest, "{short}");
    assert!(short.message.to_lowercase().contains("password"), "{short}");
    let added = deck.log_in("mine", PASSWORD, true).await;
    let Event::ProfileAdded { profile, notes, .. } = added else {
        panic!("{added:?}");
    };
    assert!(matches!(profile.access, Access::Account { .. }));
    assert!(notes.iter().any(|note| note.contains("ann was made")));
    let token = deck.host.access_token("mine").unwrap().unwrap();
    assert_ne!(token.expose(), PASSWORD);
    assert!(
        deck.host.held_keys("mine").unwrap().is_empty(),
        "a password is kept nowhere"
    );
    let taken = fault(deck.log_in("again", PASSWORD, true).await);
    assert_eq!(taken.kind, FaultKind::BadRequest, "{taken}");
}

#[tokio::test(flavor = "multi_thread")]
async fn s_01_a_password_gets_an_access_token_and_a_wrong_one_stores_nothing() {
    let mut deck = Deck::new().await;
    let draft = AccountDraft {
        name: "ann".into(),
        display_name: "Ann".into(),
        password: ApiKey::new(PASSWORD),
        administrator: false,
    };
    deck.owner.add_account(&draft).await.unwrap();
    let wrong = fault(deck.log_in("mine", "wrong horse", false).await);
    assert_eq!(wrong.kind, FaultKind::CredentialRefused, "{wrong}");
    assert!(wrong.advice.contains("password"), "{wrong}");
    assert!(deck.host.access_token("mine").unwrap().is_none());
    let (profiles, _) = deck.host.profiles().unwrap();
    assert!(profiles.iter().all(|profile| profile.name != "mine"));
    let added = deck.log_in("mine", PASSWORD, false).await;
    assert!(matches!(added, Event::ProfileAdded { .. }), "{added:?}");
    deck.talk.opened("mine", &[Scope::Account]).await;
    assert!(deck.wallet().await.ways.redeems);
}

#[tokio::test(flavor = "multi_thread")]
async fn s_04_and_s_06_a_code_is_redeemed_once_and_what_came_in_is_listed() {
    let mut deck = Deck::new().await;
    let draft = CodesDraft {
        name: "gift".into(),
        worth: Money::parse("2.5").unwrap(),
        count: 1,
        expires: None,
    };
    let code = deck.owner.create_codes(&draft).await.unwrap().remove(0);
    deck.talk.open("local", &[Scope::Account]).await;
    let before = deck.wallet().await.top_ups.len();
    let told = deck
        .wallet_ask(WalletAsk::Redeem { code: code.clone() })
        .await;
    let Ok(WalletTold::Redeemed(added)) = told else {
        panic!("{told:?}");
    };
    assert_eq!(added, draft.worth);
    let wallet = deck.wallet().await;
    assert_eq!(wallet.top_ups.len(), before + 1);
    assert_eq!(wallet.top_ups[0].amount, Some(draft.worth));
    let again = deck.wallet_ask(WalletAsk::Redeem { code }).await;
    let refused = again.expect_err("a code works once");
    assert!(
        matches!(refused.kind, FaultKind::BadRequest | FaultKind::NotFound),
        "{refused:?}"
    );
    assert_eq!(deck.wallet().await.top_ups.len(), before + 1);
    // The relay inside takes codes only, and says so.
    let order = deck
        .wallet_ask(WalletAsk::Order {
            amount: 10,
            method: None,
        })
        .await;
    assert_eq!(
        order.expect_err("no payments here").kind,
        FaultKind::Unsupported
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn x_11_the_relays_stand_side_by_side_with_balances_and_the_price_of_one_model() {
    let mut deck = Deck::new().await;
    deck.owner
        .set_option("RegisterEnabled", "true")
        .await
        .unwrap();
    deck.log_in("mine", PASSWORD, true).await;
    // One that cannot be reached says so in its own row.
    let gone = relaydeck::domain::Profile {
        name: "gone".into(),
        address: Address::parse("http://127.0.0.1:9").unwrap().0,
        access: Access::KeyOnly,
    };
    deck.host.save_profile(&gone, None).unwrap();
    for (model, is_there) in [("relaydeck-lab", true), ("no-such-model", false)] {
        deck.talk.say(Command::Compare {
            model: Some(model.into()),
        });
        let compared = deck
            .talk
            .until(|event| matches!(event, Event::Compared { .. }))
            .await;
        let Event::Compared {
            model: asked,
            looks: Ok(looks),
        } = compared
        else {
            panic!("{compared:?}");
        };
        assert_eq!(asked.as_deref(), Some(model));
        assert_eq!(looks.len(), 3, "{looks:?}");
        for look in looks {
            if look.profile == "gone" {
                assert!(look.fault.is_some() && look.balance.is_none());
                continue;
            }
            assert!(look.fault.is_none() && look.balance.is_some(), "{look:?}");
            let price = look.best.map(|(_, price)| price);
            assert_eq!(
                matches!(price, Some(Price::PerToken(_))),
                is_there,
                "{price:?}"
            );
        }
    }
}
