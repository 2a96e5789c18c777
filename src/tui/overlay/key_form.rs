//! The form for a new key (S-12 to S-16): what it asks, what it warns of, and the draft it makes.

use jiff::tz::TimeZone;

use super::form::{Choice, Control, Form};
use crate::domain::expiry::parse_expiry;
use crate::domain::{KeyDraft, Money, Pace, QuotaLimit, UnixMillis, UnixSeconds};
use crate::tui::edit::Editor;
use crate::tui::relay::Relay;

/// The fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyField {
    /// Its name.
    Name,
    /// Its group.
    Group,
    /// Unlimited, a preset, or an amount.
    Quota,
    /// The amount.
    Amount,
    /// Never, a month, a year, or a date.
    Expiry,
    /// The date.
    Until,
    /// The only models it may call.
    Models,
    /// The only addresses it may be used from.
    Ips,
    /// The button.
    Create,
}

/// The presets of the quota, in dollars, after *unlimited* and before *another amount*.
const PRESETS: [i64; 4] = [1, 5, 20, 100];
const OTHER_AMOUNT: usize = PRESETS.len() + 1;
const ONE_MONTH: usize = 1;
const ONE_YEAR: usize = 2;
const ON_A_DATE: usize = 3;

/// The form.
#[derive(Clone, Debug)]
pub struct KeyForm {
    /// Its fields.
    pub form: Form<KeyField>,
    /// The groups behind the choice of groups; an empty name stands for the account's own.
    pub groups: Vec<String>,
}

impl KeyForm {
    /// An empty form for this relay; `group` is chosen already, where it may be.
    pub fn new(relay: &Relay, group: Option<&str>) -> Self {
        let mut groups: Vec<String> = relay
            .group_rows()
            .iter()
            .map(|group| group.name.clone())
            .collect();
        if groups.is_empty() {
            groups.push(String::new());
        }
        let wanted = group.or(relay.own_group()).unwrap_or_default();
        let mut choice = Choice::of(groups.iter().map(|name| match name.as_str() {
            "" => "the account's own",
            name => name,
        }));
        choice.at = groups
            .iter()
            .position(|name| name == wanted)
            .unwrap_or_default();
        let quota = ["unlimited".to_owned()]
            .into_iter()
            .chain(PRESETS.iter().map(|dollars| format!("${dollars}")))
            .chain(["another amount".to_owned()]);
        let line = || Control::Line(Editor::line());
        let form = Form::new("New key")
            .with(
                KeyField::Name,
                "Name",
                line(),
                "project-env-use-owner, for example blog-prod-summaries-ann",
            )
            .with(KeyField::Group, "Group", Control::Choice(choice), "")
            .with(
                KeyField::Quota,
                "Quota",
                Control::Choice(Choice::of(quota)),
                "what it may spend, on top of the wallet's own limit",
            )
            .with(KeyField::Amount, "Amount", line(), "dollars, like 2.50")
            .with(
                KeyField::Expiry,
                "Expires",
                Control::Choice(Choice::of([
                    "never",
                    "in a month",
                    "in a year",
                    "on a date",
                ])),
                "a month or a year is recommended for long projects",
            )
            .with(
                KeyField::Until,
                "Date",
                line(),
                "2027-01-31, 2027-01-31 18:00, or a span like 90d",
            )
            .with(
                KeyField::Models,
                "Models",
                line(),
                "exact names with commas between; empty for all",
            )
            .with(
                KeyField::Ips,
                "Addresses",
                line(),
                "IP addresses or networks with commas between; empty for all",
            )
            .with(KeyField::Create, "Create the key", Control::Submit, "");
        let mut this = KeyForm { form, groups };
        this.refresh(relay);
        this
    }

    /// The group that is chosen; empty for the account's own.
    pub fn group(&self) -> &str {
        self.groups
            .get(self.form.chosen(KeyField::Group))
            .map_or("", String::as_str)
    }

    /// Chooses a group by name.
    pub fn choose_group(&mut self, name: &str) {
        let at = self.groups.iter().position(|group| group == name);
        if let (Some(at), Some(field)) = (at, self.form.field_mut(KeyField::Group))
            && let Control::Choice(choice) = &mut field.control
        {
            choice.at = at;
        }
    }

    /// Brings hints, warnings and the visible fields in line with what is filled in.
    pub fn refresh(&mut self, relay: &Relay) {
        let other = self.form.chosen(KeyField::Quota) == OTHER_AMOUNT;
        let dated = self.form.chosen(KeyField::Expiry) == ON_A_DATE;
        self.form.show(KeyField::Amount, other);
        self.form.show(KeyField::Until, dated);
        let name = self.form.text(KeyField::Name);
        let weak = (!name.trim().is_empty())
            .then(|| KeyDraft::weak_name(&name))
            .flatten();
        self.form
            .set_warnings(KeyField::Name, weak.map(str::to_owned));
        let hint = self.group_hint(relay);
        if let Some(field) = self.form.field_mut(KeyField::Group) {
            field.hint = hint;
            field.hint_stays = true;
        }
        let strange = self.unknown_models(relay);
        self.form.set_warnings(KeyField::Models, strange);
    }

    fn group_hint(&self, relay: &Relay) -> String {
        let Some(group) = relay.group(self.group()) else {
            return "billed like the account".into();
        };
        let ratio = group
            .ratio
            .map_or("ratio not told".into(), |ratio| format!("ratio {ratio}"));
        let models = relay
            .models_in(&group.name)
            .map(|count| format!(", {count} models"))
            .unwrap_or_default();
        let about = match group.description.trim() {
            "" => String::new(),
            words => format!(": {words}"),
        };
        format!("{ratio}{models}{about}")
    }

    /// Names in the model list that the marketplace does not have.
    fn unknown_models(&self, relay: &Relay) -> Option<String> {
        let known = relay.models.value()?;
        let strange: Vec<String> = split(&self.form.text(KeyField::Models))
            .into_iter()
            .filter(|name| !known.iter().any(|model| model.name == *name))
            .collect();
        match strange.as_slice() {
            [] => None,
            [one] => Some(format!("{one} is not on this marketplace")),
            more => Some(format!("not on this marketplace: {}", more.join(", "))),
        }
    }

    /// Checks every field and makes the draft. `None` when something is wrong; the errors then stand beside the fields.
    pub fn draft(&mut self, relay: &Relay, now: UnixMillis, zone: &TimeZone) -> Option<KeyDraft> {
        let name = self.form.text(KeyField::Name).trim().to_owned();
        self.form
            .set_error(KeyField::Name, KeyDraft::check_name(&name).err());
        let quota = self.quota(relay);
        self.form
            .set_error(KeyField::Amount, quota.as_ref().err().cloned());
        let expires = self.expires(now, zone);
        self.form
            .set_error(KeyField::Until, expires.as_ref().err().cloned());
        let ips = split(&self.form.text(KeyField::Ips));
        let wrong = ips.iter().find(|text| !is_network(text));
        self.form.set_error(
            KeyField::Ips,
            wrong.map(|text| format!("{text} is not an IP address or network like 10.0.0.0/8")),
        );
        if self.form.stop_at_error() {
            return None;
        }
        Some(KeyDraft {
            name,
            group: self.group().to_owned(),
            quota: quota.ok()?,
            expires: expires.ok()?,
            models: split(&self.form.text(KeyField::Models)),
            ips,
            pace: Pace::default(),
        })
    }

    fn quota(&self, relay: &Relay) -> Result<QuotaLimit, String> {
        let limited = |money| QuotaLimit::Limited(relay.scale().units(money));
        match self.form.chosen(KeyField::Quota) {
            0 => Ok(QuotaLimit::Unlimited),
            OTHER_AMOUNT => {
                let text = self.form.text(KeyField::Amount);
                let money = Money::parse(&text).map_err(|error| error.to_string())?;
                if money <= Money::ZERO {
                    return Err("a key needs more than nothing to spend".into());
                }
                Ok(limited(money))
            }
            preset => Ok(limited(Money::from_usd(
                PRESETS.get(preset - 1).copied().unwrap_or_default(),
            ))),
        }
    }

    fn expires(&self, now: UnixMillis, zone: &TimeZone) -> Result<Option<UnixSeconds>, String> {
        let typed = self.form.text(KeyField::Until);
        let text = match self.form.chosen(KeyField::Expiry) {
            ONE_MONTH => "1m",
            ONE_YEAR => "1y",
            ON_A_DATE => &typed,
            _ => return Ok(None),
        };
        parse_expiry(text, now.seconds(), zone).map_err(|error| error.to_string())
    }
}

/// The pieces between commas, without blanks around them; empty ones are left out.
fn split(text: &str) -> Vec<String> {
    text.split([',', '，'])
        .map(str::trim)
        .filter(|piece| !piece.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Whether a text is an IP address, or a network with the length of its prefix.
fn is_network(text: &str) -> bool {
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix)),
        None => (text, None),
    };
    let Ok(address) = address.parse::<std::net::IpAddr>() else {
        return false;
    };
    let longest = if address.is_ipv4() { 32 } else { 128 };
    prefix.is_none_or(|prefix| prefix.parse::<u8>().is_ok_and(|bits| bits <= longest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(name: &str) -> KeyForm {
        let mut form = KeyForm::new(&Relay::default(), None);
        form.form.paste(name);
        form
    }

    fn choose(form: &mut KeyForm, field: KeyField, at: usize) {
        if let Some(Control::Choice(choice)) = form.form.field_mut(field).map(|it| &mut it.control)
        {
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
        choose(&mut form, KeyField::Expiry, ONE_MONTH);
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
        choose(&mut form, KeyField::Quota, OTHER_AMOUNT);
        choose(&mut form, KeyField::Expiry, ON_A_DATE);
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
}
