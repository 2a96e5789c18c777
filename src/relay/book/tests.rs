//! Accounts and keys in memory: no unit is lost, made, or reserved twice.

use super::*;
use crate::domain::{AutoRoute, Pace};
use proptest::prelude::*;

const NOW: UnixSeconds = UnixSeconds(1_000);

fn book(balance: i64, key: Option<i64>) -> (Book, SecretHash) {
    let book = Book::default();
    book.put_account(Account {
        id: 1,
        username: "owner".into(),
        display_name: "Owner".into(),
        role: crate::relay::rows::OWNER,
        status: ENABLED,
        group: "default".into(),
        quota: balance,
        used_quota: 0,
        request_count: 0,
        access_token: None,
        password: None,
        remark: String::new(),
        created: 0,
    });
    let hash = SecretHash::of("secret");
    book.put_key(Key {
        id: 7,
        account_id: 1,
        hash,
        masked: "m".into(),
        name: "laptop".into(),
        status: ENABLED,
        group: String::new(),
        remain_quota: key.unwrap_or(0),
        unlimited: key.is_none(),
        used_quota: 0,
        created: 0,
        accessed: 0,
        expired: crate::relay::rows::NEVER,
        limits_models: false,
        model_limits: String::new(),
        allow_ips: String::new(),
        pace: Pace::default(),
        auto: AutoRoute::default(),
    });
    (book, hash)
}

fn ended(reserved: i64, charged: Option<i64>) -> Change {
    Change {
        account_id: 1,
        key_id: 7,
        reserved: Share {
            units: reserved,
            tokens: 10,
        },
        charged,
        tokens: 7,
        at: NOW,
    }
}

/// What happens to a settlement in the end: it is kept, and posted.
fn settle(book: &Book, change: &Change) {
    book.ended([change]);
    book.posted([change].into_iter());
}

fn begin(book: &Book, key: i64, units: i64) -> Result<(), NoMoney> {
    let share = Share { units, tokens: 10 };
    match book.begin(1, key, share, NOW) {
        Ok(()) => Ok(()),
        Err(Refusal::NoMoney(why)) => Err(why),
        Err(Refusal::TooMuch(told)) => panic!("{told:?}"),
    }
}

#[test]
fn a_unit_is_reserved_once_and_comes_back() {
    let (book, _) = book(100, Some(60));
    assert_eq!(begin(&book, 7, 50), Ok(()));
    assert_eq!(begin(&book, 7, 11), Err(NoMoney::Key { free: 10 }));
    settle(&book, &ended(50, None));
    assert_eq!(begin(&book, 7, 60), Ok(()));
    settle(&book, &ended(60, Some(58)));
    let (key, account) = (book.key(1, 7).unwrap(), book.account(1).unwrap());
    assert_eq!(
        (key.remain_quota, key.used_quota, key.accessed),
        (2, 58, 1_000)
    );
    assert_eq!(
        (account.quota, account.used_quota, account.request_count),
        (42, 58, 1)
    );
    assert_eq!(book.reserved(1), 0);
}

#[test]
fn an_unlimited_key_is_stopped_by_the_wallet_and_the_free_by_nothing() {
    let (book, _) = book(100, None);
    assert_eq!(begin(&book, 7, 101), Err(NoMoney::Account { free: 100 }));
    assert_eq!(begin(&book, 7, 100), Ok(()));
    assert_eq!(begin(&book, 7, 0), Ok(()));
    assert_eq!(begin(&book, 8, 0), Err(NoMoney::Gone));
}

#[test]
fn a_paced_key_waits_and_what_is_refused_takes_nothing() {
    let (book, _) = book(100, Some(60));
    let mut row = book.key(1, 7).unwrap();
    row.pace.concurrency = Some(1);
    book.put_key(row.clone());
    let one = Share {
        units: 5,
        tokens: 10,
    };
    assert_eq!(book.begin(1, 7, one, NOW), Ok(()));
    assert!(matches!(
        book.begin(1, 7, one, NOW),
        Err(Refusal::TooMuch(TooMuch { most: 1, .. }))
    ));
    assert_eq!(book.reserved(1), 5);
    row.name = "renamed".into();
    book.put_key(row);
    assert!(book.begin(1, 7, one, NOW).is_err(), "the one still runs");
    settle(&book, &ended(5, Some(5)));
    assert_eq!(book.begin(1, 7, one, NOW), Ok(()));
}

#[test]
fn each_state_of_a_key_is_told_apart() {
    let (book, hash) = book(100, Some(5));
    assert_eq!(&*book.caller(&hash, NOW).unwrap().group, "default");
    let told = |change: &dyn Fn(&mut Key)| {
        let mut row = book.key(1, 7).unwrap();
        change(&mut row);
        book.put_key(row);
        book.caller(&hash, NOW).unwrap_err()
    };
    assert_eq!(
        told(&|row| row.remain_quota = 0),
        KeyRefusal::State(KeyStatus::Exhausted)
    );
    assert_eq!(
        told(&|row| row.expired = 999),
        KeyRefusal::State(KeyStatus::Expired)
    );
    assert_eq!(
        told(&|row| row.status = 2),
        KeyRefusal::State(KeyStatus::Disabled)
    );
    book.remove_key(7);
    assert_eq!(book.caller(&hash, NOW).unwrap_err(), KeyRefusal::Unknown);
}

#[test]
fn what_is_not_posted_counts_and_a_row_of_the_database_takes_it_along() {
    let (book, _) = book(100, Some(60));
    let (account, key) = (book.account(1).unwrap(), book.key(1, 7).unwrap());
    assert_eq!(begin(&book, 7, 50), Ok(()));
    let change = ended(50, Some(40));
    book.ended([&change]);
    let money = || {
        let (account, key) = (book.account(1).unwrap(), book.key(1, 7).unwrap());
        (account.quota, key.remain_quota, key.used_quota)
    };
    assert_eq!(money(), (60, 20, 40));
    // The database does not have it yet; somebody renames the key and tops the account up meanwhile.
    let mut topped = account.clone();
    topped.quota += 1_000;
    book.put_account(topped.clone());
    book.put_key(key.clone());
    assert_eq!(money(), (1_060, 20, 40));
    assert_eq!(begin(&book, 7, 21), Err(NoMoney::Key { free: 20 }));
    // It is posted, so the next row has it.
    book.posted([&change].into_iter());
    assert_eq!(money(), (1_060, 20, 40));
    topped.quota -= 40;
    book.put_account(topped);
    assert_eq!(money(), (1_060, 20, 40));
}

proptest! {
    #[test]
    fn no_unit_is_lost_or_made(steps in prop::collection::vec((0_i64..50, 0_i64..80, any::<bool>()), 0..60)) {
        let (book, _) = book(1_000, Some(700));
        let mut spent = 0;
        for (reserved, charged, fails) in steps {
            if begin(&book, 7, reserved).is_ok() {
                let charged = (!fails).then_some(charged);
                settle(&book, &ended(reserved, charged));
                spent += charged.unwrap_or(0);
            }
        }
        let (key, account) = (book.key(1, 7).unwrap(), book.account(1).unwrap());
        prop_assert_eq!(book.reserved(1), 0);
        prop_assert_eq!((account.quota, account.used_quota), (1_000 - spent, spent));
        prop_assert_eq!((key.remain_quota, key.used_quota), (700 - spent, spent));
    }
}
