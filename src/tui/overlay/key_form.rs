//! The form for a new key (S-12 to S-16) and for the settings of one: what it asks, what it warns of, the draft it makes.

mod limits;

use jiff::tz::TimeZone;

use super::form::{Choice, Control, Field, Form};
use crate::domain::expiry::parse_expiry;
use crate::domain::group::AUTO;
use crate::domain::{AutoRoute, KeyDraft, Money, QuotaLimit, UnixMillis, UnixSeconds};
use crate::engine::door::KeyRow;
use crate::locale::say;
use crate::tui::edit::Editor;
use crate::tui::relay::Relay;
use crate::tui::words;
use limits::Wrong;

/// The fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyField {
    /// Its name.
    Name,
    /// Its group.
    Group,
    /// The groups that a key in `auto` tries.
    AutoGroups,
    /// Whether it goes on to the next of them.
    GoesOn,
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

/// What the quota can be chosen to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quota {
    AsItIs,
    Unlimited,
    Dollars(i64),
    Other,
}

/// What the expiry can be chosen to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expiry {
    AsItIs,
    Never,
    Month,
    Year,
    Date,
}

/// The key whose settings are changed.
#[derive(Clone, Debug)]
pub struct Editing {
    /// Its number.
    pub id: i64,
    was: KeyDraft,
}

/// The form.
#[derive(Clone, Debug)]
pub struct KeyForm {
    /// Its fields.
    pub form: Form<KeyField>,
    /// The groups behind the choice of groups; an empty name stands for the account's own.
    pub groups: Vec<String>,
    /// The key whose settings are changed; `None` for a new one.
    pub editing: Option<Editing>,
    quotas: Vec<Quota>,
    expiries: Vec<Expiry>,
}

impl KeyForm {
    /// An empty form for this relay; `group` is chosen already, where it may be.
    pub fn new(relay: &Relay, group: Option<&str>) -> Self {
        let in_auto = relay.facts().is_some_and(|facts| facts.new_keys_in_auto)
            && relay.group(AUTO).is_some();
        let usual = in_auto.then_some(AUTO).or(relay.own_group());
        let wanted = group.or(usual).unwrap_or_default();
        Self::made(relay, wanted, None, UnixMillis(0))
    }

    /// A form with the settings of a key, to be changed.
    pub fn edit(relay: &Relay, row: &KeyRow, now: UnixMillis) -> Self {
        let editing = Editing {
            id: row.info.id,
            was: KeyDraft::of(&row.info),
        };
        Self::made(relay, &row.info.group, Some(editing), now)
    }

    fn made(relay: &Relay, wanted: &str, editing: Option<Editing>, now: UnixMillis) -> Self {
        let was = editing.as_ref().map(|editing| &editing.was);
        let groups = groups(relay, wanted, was.is_some());
        let mut choice = Choice::of(groups.iter().map(|name| match name.as_str() {
            "" => say!("form-key-own-group"),
            name => name,
        }));
        choice.at = groups
            .iter()
            .position(|name| name == wanted)
            .unwrap_or_default();
        let (quotas, quota_words) = quotas(relay, was);
        let (expiries, expiry_words) = expiries(was, now);
        let line = |text: String| Control::Line(Editor::with(&text));
        let text = |part: fn(&KeyDraft) -> String| line(was.map(part).unwrap_or_default());
        let (title, button) = match was {
            None => (
                say!("form-key-new-title").to_owned(),
                say!("form-key-new-button"),
            ),
            Some(was) => (
                say!("form-key-edit-title", name = was.name),
                say!("form-key-edit-button"),
            ),
        };
        let mut goes_on = Choice::of([say!("form-key-stays"), say!("form-key-goes-on")]);
        goes_on.at = was.map_or(0, |was| usize::from(was.auto.cross_group_retry));
        let form = Form::new(title)
            .with(
                KeyField::Name,
                say!("field-name"),
                text(|was| was.name.clone()),
                say!("form-key-name-hint"),
            )
            .with(
                KeyField::Group,
                say!("field-group"),
                Control::Choice(choice),
                "",
            )
            .with(
                KeyField::AutoGroups,
                say!("field-auto-groups"),
                text(|was| was.auto.groups.join(", ")),
                say!("form-key-auto-groups-hint"),
            )
            .with(
                KeyField::GoesOn,
                say!("field-goes-on"),
                Control::Choice(goes_on),
                say!("form-key-goes-on-hint"),
            )
            .with(
                KeyField::Quota,
                say!("field-quota"),
                Control::Choice(Choice::of(quota_words)),
                say!("form-key-quota-hint"),
            )
            .with(
                KeyField::Amount,
                say!("field-amount"),
                line(String::new()),
                say!("form-key-amount-hint"),
            )
            .with(
                KeyField::Expiry,
                say!("field-expires"),
                Control::Choice(Choice::of(expiry_words)),
                say!("form-key-expires-hint"),
            )
            .with(
                KeyField::Until,
                say!("field-date"),
                line(String::new()),
                say!("form-key-date-hint"),
            )
            .with(
                KeyField::Models,
                say!("field-models"),
                text(|was| was.models.join(", ")),
                say!("form-key-models-hint"),
            )
            .with(
                KeyField::Ips,
                say!("field-addresses"),
                text(|was| was.ips.join(", ")),
                say!("form-key-addresses-hint"),
            )
            .with(KeyField::Create, button, Control::Submit, "");
        let mut this = KeyForm {
            form,
            groups,
            editing,
            quotas,
            expiries,
        };
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

    /// The models that are named in the list of models.
    pub fn models(&self) -> Vec<String> {
        split(&self.form.text(KeyField::Models))
    }

    /// Puts these names into the list of models.
    pub fn choose_models(&mut self, names: &[String]) {
        if let Some(field) = self.form.field_mut(KeyField::Models) {
            field.control = Control::Line(Editor::with(&names.join(", ")));
        }
    }

    /// Whether what the key may spend stays as the relay has it.
    pub fn keeps_quota(&self) -> bool {
        let unlimited = |editing: &Editing| editing.was.quota == QuotaLimit::Unlimited;
        match self.chosen_quota() {
            Quota::AsItIs => true,
            Quota::Unlimited => self.editing.as_ref().is_some_and(unlimited),
            Quota::Dollars(_) | Quota::Other => false,
        }
    }

    fn chosen_quota(&self) -> Quota {
        let at = self.form.chosen(KeyField::Quota);
        self.quotas.get(at).copied().unwrap_or(Quota::Unlimited)
    }

    fn chosen_expiry(&self) -> Expiry {
        let at = self.form.chosen(KeyField::Expiry);
        self.expiries.get(at).copied().unwrap_or(Expiry::Never)
    }

    /// Brings hints, warnings and the visible fields in line with what is filled in.
    pub fn refresh(&mut self, relay: &Relay) {
        let other = self.chosen_quota() == Quota::Other;
        let dated = self.chosen_expiry() == Expiry::Date;
        self.form.show(KeyField::Amount, other);
        self.form.show(KeyField::Until, dated);
        let walks = self.group() == AUTO;
        self.form.show(KeyField::AutoGroups, walks);
        self.form.show(KeyField::GoesOn, walks);
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
        for (field, wrong) in self.wrong(relay) {
            // While one types, it is not wrong yet.
            self.form.set_warnings(field, wrong.all);
            if self.form.field(field).is_some_and(|it| it.error.is_some()) {
                self.form.set_error(field, wrong.typed);
            }
        }
    }

    /// What is known to be wrong among the names that are typed.
    fn wrong(&self, relay: &Relay) -> [(KeyField, Wrong); 2] {
        [
            (KeyField::AutoGroups, self.wrong_groups(relay)),
            (KeyField::Models, self.wrong_models(relay)),
        ]
    }

    fn group_hint(&self, relay: &Relay) -> String {
        let Some(group) = relay.group(self.group()) else {
            return say!("form-key-billed-account").into();
        };
        let ratio = group
            .ratio
            .map_or(say!("form-key-ratio-untold").into(), |ratio| {
                say!("form-key-ratio", ratio = ratio)
            });
        let models = relay
            .models_in(&group.name)
            .map(|count| say!("form-key-group-models", count = count))
            .unwrap_or_default();
        let about = match group.about() {
            "" => String::new(),
            words => say!("form-key-group-about", words = words),
        };
        format!("{ratio}{models}{about}")
    }

    /// How the key walks the groups, where it is in `auto`.
    fn auto(&self) -> AutoRoute {
        if self.group() != AUTO {
            return AutoRoute::default();
        }
        AutoRoute {
            groups: split(&self.form.text(KeyField::AutoGroups)),
            cross_group_retry: self.form.chosen(KeyField::GoesOn) == 1,
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
            wrong.map(|text| say!("form-key-not-address", text = text)),
        );
        if !self.passes(relay) {
            return None;
        }
        let was_pace = self.editing.as_ref().map(|editing| editing.was.pace);
        let was_pace = was_pace.unwrap_or_default();
        Some(KeyDraft {
            name,
            group: self.group().to_owned(),
            quota: quota.ok()?,
            expires: expires.ok()?,
            models: split(&self.form.text(KeyField::Models)),
            ips,
            // The form does not ask for it, so it stays.
            pace: was_pace,
            auto: self.auto(),
        })
    }

    fn quota(&self, relay: &Relay) -> Result<QuotaLimit, String> {
        let limited = |money| QuotaLimit::Limited(relay.scale().units(money));
        let was = self.editing.as_ref().map(|editing| editing.was.quota);
        match self.chosen_quota() {
            Quota::AsItIs => Ok(was.unwrap_or(QuotaLimit::Unlimited)),
            Quota::Unlimited => Ok(QuotaLimit::Unlimited),
            Quota::Dollars(dollars) => Ok(limited(Money::from_usd(dollars))),
            Quota::Other => {
                let text = self.form.text(KeyField::Amount);
                let money = Money::parse(&text).map_err(|error| error.to_string())?;
                if money <= Money::ZERO {
                    return Err(say!("form-key-nothing-to-spend").into());
                }
                Ok(limited(money))
            }
        }
    }

    fn expires(&self, now: UnixMillis, zone: &TimeZone) -> Result<Option<UnixSeconds>, String> {
        let typed = self.form.text(KeyField::Until);
        let text = match self.chosen_expiry() {
            Expiry::AsItIs => {
                let was = self.editing.as_ref();
                return Ok(was.and_then(|editing| editing.was.expires));
            }
            Expiry::Never => return Ok(None),
            Expiry::Month => "1m",
            Expiry::Year => "1y",
            Expiry::Date => &typed,
        };
        parse_expiry(text, now.seconds(), zone).map_err(|error| error.to_string())
    }
}

/// The groups to choose from. A key's own stays among them even where the account may not choose it any more.
fn groups(relay: &Relay, wanted: &str, keep: bool) -> Vec<String> {
    let rows = relay.group_rows().iter();
    let mut groups: Vec<String> = rows.map(|group| group.name.clone()).collect();
    if groups.is_empty() {
        groups.push(String::new());
    }
    if keep && !groups.iter().any(|name| name == wanted) {
        groups.insert(0, wanted.to_owned());
    }
    groups
}

/// The quotas to choose from, with their words. What a key has now comes first, so that nothing changes unless meant.
fn quotas(relay: &Relay, was: Option<&KeyDraft>) -> (Vec<Quota>, Vec<String>) {
    let left = was.and_then(|was| was.quota.money(relay.scale()));
    let as_it_is = left.map(|left| (Quota::AsItIs, say!("form-key-quota-as-is", left = left)));
    let presets = [1, 5, 20, 100].map(|usd| (Quota::Dollars(usd), format!("${usd}")));
    as_it_is
        .into_iter()
        .chain([(Quota::Unlimited, say!("key-unlimited").into())])
        .chain(presets)
        .chain([(Quota::Other, say!("form-key-another-amount").into())])
        .unzip()
}

/// The expiries to choose from, with their words.
fn expiries(was: Option<&KeyDraft>, now: UnixMillis) -> (Vec<Expiry>, Vec<String>) {
    let until = was.and_then(|was| was.expires);
    let as_it_is = until.map(|until| {
        let (countdown, _) = words::expiry(Some(until), now);
        (
            Expiry::AsItIs,
            say!("form-key-expires-as-is", countdown = countdown),
        )
    });
    let choices = [
        (Expiry::Never, say!("figure-never")),
        (Expiry::Month, say!("form-key-month")),
        (Expiry::Year, say!("form-key-year")),
        (Expiry::Date, say!("form-key-date")),
    ];
    let choices = choices.map(|(choice, word)| (choice, word.to_owned()));
    as_it_is.into_iter().chain(choices).unzip()
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
mod tests;
