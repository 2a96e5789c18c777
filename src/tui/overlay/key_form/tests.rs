//! What the form of a key makes of what is filled in.

use super::*;

fn filled(name: &str) -> KeyForm {
    let mut form = KeyForm::new(&Relay::default(), None);
    form.form.paste(name);
    form
}

fn choose(form: &mut KeyForm, field: KeyField, at: usize) {
    if let Some(Control::Choice(choice)) = form.form.field_mut(field).map(|it| &mut it.control) {
        choice.at = at;
    }
    form.refresh(&Relay::default());
}

fn type_in(form: &mut KeyForm, field: KeyField, text: &str) {
    form.form.focus_on(field);
    form.form.paste(text);
    form.refresh(&Relay::default());
}

/// 2026-11-22 12:00 UTC.
const NOON: UnixMillis = UnixMillis(1_795_348_800_000);

fn draft(form: &mut KeyForm) -> Option<KeyDraft> {
    form.draft(&Relay::default(), NOON, &TimeZone::UTC)
}

#[test]
fn s_12_to_s_15_a_draft_is_made_of_what_was_filled_in() {
    let mut form = filled(" blog-prod-summaries-ann ");
    choose(&mut form, KeyField::Quota, 2);
    choose(&mut form, KeyField::Expiry, 1);
    type_in(&mut form, KeyField::Models, "gpt-4o, claude-opus-4-5 ,,");
    type_in(&mut form, KeyField::Ips, "10.0.0.0/8,::1");
    let draft = draft(&mut form).unwrap();
    assert_eq!(draft.name, "blog-prod-summaries-ann");
    assert_eq!(
        draft.quota.money(Relay::default().scale()),
        Some(Money::from_usd(5))
    );
    let month = UnixSeconds(1_797_940_800); // 2026-12-22 12:00 UTC
    assert_eq!(draft.expires, Some(month));
    assert_eq!(draft.models, ["gpt-4o", "claude-opus-4-5"]);
    assert_eq!(draft.ips, ["10.0.0.0/8", "::1"]);
}

#[test]
fn errors_stand_beside_their_fields_before_anything_is_sent() {
    let mut form = filled("");
    choose(&mut form, KeyField::Quota, 5);
    choose(&mut form, KeyField::Expiry, 3);
    type_in(&mut form, KeyField::Amount, "five");
    type_in(&mut form, KeyField::Until, "2026-11-21");
    type_in(&mut form, KeyField::Ips, "10.0.0.0/33");
    assert!(draft(&mut form).is_none());
    for (field, word) in [
        (KeyField::Name, "needs a name"),
        (KeyField::Amount, "not an amount"),
        (KeyField::Until, "in the past"),
        (KeyField::Ips, "not an IP"),
    ] {
        let error = form.form.field(field).unwrap().error.clone().unwrap();
        assert!(error.contains(word), "{field:?}: {error}");
    }
    assert_eq!(form.form.focus(), Some(KeyField::Name), "the first of them");
}

#[test]
fn a_weak_name_is_warned_of_and_not_refused() {
    let mut form = filled("test");
    form.refresh(&Relay::default());
    assert!(!form.form.field(KeyField::Name).unwrap().warnings.is_empty());
    assert!(draft(&mut form).is_some());
}

#[test]
fn a_key_in_auto_says_how_it_walks_the_groups_and_no_other_does() {
    let mut form = filled("walker-dev-x-ann");
    form.groups = vec!["auto".into()];
    type_in(&mut form, KeyField::AutoGroups, "vip，default, ");
    choose(&mut form, KeyField::GoesOn, 1);
    let auto = draft(&mut form).unwrap().auto;
    assert_eq!(auto.groups, ["vip", "default"]);
    assert!(auto.cross_group_retry);
    form.groups = vec!["vip".into()];
    assert!(draft(&mut form).unwrap().auto.is_plain());
}
