//! What changes the wallet's page, and what the engine says of it.

use crossterm::event::KeyEvent;

use super::form::WalletForm;
use crate::domain::Fault;
use crate::engine::door::{AskId, Command, RelayLook, Scope, WalletTold};
use crate::locale::{Word, say};
use crate::tui::effect::Effects;
use crate::tui::keymap::Action;
use crate::tui::model::{Model, Tone};
use crate::tui::overlay::form_update::{InForm, in_plain_form, leave};
use crate::tui::overlay::{Link, Overlay};
use crate::tui::tabs::Tab;
use crate::tui::update::engine::{close_form, refresh, refused};

/// Opens the page, and asks for all that stands on it.
pub fn open(model: &mut Model, fx: &mut Effects) {
    if model.relay.profile().is_none() {
        model.say(Tone::Info, say!("wallet-no-relay"));
        return;
    }
    model.overlays.push(Overlay::Wallet { scroll: 0 });
    ask_anew(model, fx);
}

fn ask_anew(model: &mut Model, fx: &mut Effects) {
    if model.relay.manages() {
        refresh(model, Scope::Account, fx);
        refresh(model, Scope::Wallet, fx);
    }
    let chosen = Some(model.chat.model.clone()).filter(|name| !name.is_empty());
    let wanted = model.market.list.current_key().cloned();
    let model_name = match model.tab {
        Tab::Market => wanted.or(chosen),
        _ => chosen.or(wanted),
    };
    model.relay.looks.ask();
    model.relay.looks_at.clone_from(&model_name);
    fx.engine(Command::Compare { model: model_name });
}

/// An action on the page.
pub fn act(model: &mut Model, action: Action, fx: &mut Effects) {
    match action {
        Action::Refresh => ask_anew(model, fx),
        Action::Redeem if model.relay.manages() => {
            let form = WalletForm::redeem();
            model.overlays.push(Overlay::WalletForm(Box::new(form)));
        }
        Action::TopUp => match model.relay.wallet.value().and_then(WalletForm::order) {
            Some(form) => model.overlays.push(Overlay::WalletForm(Box::new(form))),
            None => model.say(Tone::Info, say!("wallet-no-payments")),
        },
        Action::CopyUrl => {
            let shop = model.relay.wallet.value();
            match shop.and_then(|wallet| wallet.ways.shop.clone()) {
                Some(url) => fx.copy(url, Word("copied-shop")),
                None => model.say(Tone::Info, say!("wallet-no-shop")),
            }
        }
        _ => {}
    }
}

/// A key in a form of the wallet.
pub fn form(model: &mut Model, key: KeyEvent, action: Option<Action>, fx: &mut Effects) {
    let Some(Overlay::WalletForm(form)) = model.overlays.last_mut() else {
        return;
    };
    match in_plain_form(&mut form.form, key, action) {
        InForm::Leave => leave(model),
        InForm::Submit => submit(model, fx),
        InForm::Changed | InForm::Choose | InForm::List | InForm::Nothing => {}
    }
}

/// Sends what a form of the wallet asks.
fn submit(model: &mut Model, fx: &mut Effects) {
    let ask = model.ask_id();
    if let Some(Overlay::WalletForm(form)) = model.overlays.last_mut()
        && let Some(what) = form.asked()
    {
        form.form.asked = Some(ask);
        form.form.fault = None;
        fx.engine(Command::Wallet { ask, what });
    }
}

/// A code was redeemed, or an order placed.
pub fn told(model: &mut Model, ask: AskId, told: WalletTold) {
    close_form(model, ask);
    match told {
        WalletTold::Redeemed(added) => {
            model.say(Tone::Good, say!("wallet-redeemed", amount = added));
        }
        WalletTold::Ordered(link) => {
            let mut lines = Vec::new();
            if let Some(price) = &link.price {
                lines.push(say!("wallet-order-price", price = price));
            }
            if !link.number.is_empty() {
                lines.push(say!("wallet-order-number", number = link.number));
            }
            lines.push(say!("wallet-order-later").into());
            show(model, say!("wallet-order-title"), lines, link.url);
        }
    }
}

/// The relays stand side by side, or their names could not be read. What was asked about another model is too late.
pub fn compared(model: &mut Model, asked: Option<&str>, looks: Result<Vec<RelayLook>, Fault>) {
    if model.relay.looks_at.as_deref() != asked {
        return;
    }
    match looks {
        Ok(looks) => model.relay.looks.arrive(looks, model.now.wall),
        Err(fault) => model.relay.looks.fail(fault),
    }
}

/// The relay makes accounts on a page of its own: the form waits below for what is made there (S-02).
pub fn register_there(model: &mut Model, ask: AskId, page: String) {
    refused(model, ask, None);
    let lines = vec![
        say!("register-there").into(),
        say!("register-there-then").into(),
    ];
    show(model, say!("register-there-title"), lines, page);
}

fn show(model: &mut Model, title: &str, lines: Vec<String>, url: String) {
    let title = title.to_owned();
    let link = Link { title, lines, url };
    model.overlays.push(Overlay::Link(Box::new(link)));
}
