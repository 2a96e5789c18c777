//! The two forms of the wallet: a code to redeem, and an order to pay online.

use crate::domain::{ApiKey, Fault, FaultKind};
use crate::engine::door::{WalletAsk, WalletInfo};
use crate::locale::{listed, say};
use crate::tui::edit::Editor;
use crate::tui::overlay::form::{Choice, Control, Form};

/// The fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WalletField {
    /// The code.
    Code,
    /// How much.
    Amount,
    /// How it is paid.
    Method,
    /// The button.
    Send,
}

/// A form of the wallet.
#[derive(Clone, Debug)]
pub struct WalletForm {
    /// Its fields.
    pub form: Form<WalletField>,
    /// The words of the ways to pay; empty where a code is redeemed.
    methods: Vec<(String, Option<u64>)>,
    redeems: bool,
}

impl WalletForm {
    /// A form for a code.
    pub fn redeem() -> Self {
        let form = Form::new(say!("wallet-redeem-title"))
            .with(
                WalletField::Code,
                say!("wallet-redeem-code"),
                Control::Secret(Editor::line()),
                say!("wallet-redeem-code-hint"),
            )
            .with(
                WalletField::Send,
                say!("wallet-redeem-send"),
                Control::Submit,
                "",
            );
        WalletForm {
            form,
            methods: Vec::new(),
            redeems: true,
        }
    }

    /// A form for an order; `None` where the relay takes no payments.
    pub fn order(wallet: &WalletInfo) -> Option<Self> {
        let ways = &wallet.ways;
        if ways.methods.is_empty() {
            return None;
        }
        let names = ways.methods.iter().map(|method| method.name.clone());
        let amount = ways.suggested.first().map_or(String::new(), u64::to_string);
        let suggested: Vec<String> = ways.suggested.iter().map(u64::to_string).collect();
        let hint = match suggested.as_slice() {
            [] => say!("wallet-order-amount-hint").to_owned(),
            suggested => say!("wallet-order-amount-suggested", amounts = listed(suggested)),
        };
        let form = Form::new(say!("wallet-order-form"))
            .with(
                WalletField::Amount,
                say!("wallet-order-amount"),
                Control::Line(Editor::with(&amount)),
                &hint,
            )
            .with(
                WalletField::Method,
                say!("wallet-order-method"),
                Control::Choice(Choice::of(names)),
                say!("wallet-order-method-hint"),
            )
            .with(
                WalletField::Send,
                say!("wallet-order-send"),
                Control::Submit,
                "",
            );
        let methods = ways.methods.iter();
        Some(WalletForm {
            form,
            methods: methods
                .map(|method| (method.word.clone(), method.least))
                .collect(),
            redeems: false,
        })
    }

    /// What the relay says of a code stands at the code.
    pub fn blame(&mut self) {
        let about = |fault: &Fault| {
            matches!(
                fault.kind,
                FaultKind::BadRequest | FaultKind::NotFound | FaultKind::Forbidden
            )
        };
        if self.redeems
            && let Some(fault) = self.form.fault.take_if(|fault| about(fault))
        {
            self.form.accuse(WalletField::Code, &fault);
        }
    }

    /// Checks every field. `None` when something is wrong; the errors then stand beside the fields.
    pub fn asked(&mut self) -> Option<WalletAsk> {
        if self.redeems {
            let code = self.form.text(WalletField::Code).trim().to_owned();
            let missing = code.is_empty().then(|| say!("wallet-redeem-empty").into());
            self.form.set_error(WalletField::Code, missing);
            return (!self.form.stop_at_error()).then(|| WalletAsk::Redeem {
                code: ApiKey::new(code),
            });
        }
        let (word, least) = self
            .methods
            .get(self.form.chosen(WalletField::Method))?
            .clone();
        let typed = self.form.text(WalletField::Amount);
        let amount = typed.trim().trim_start_matches('$').parse::<u64>();
        let wrong = match (&amount, least) {
            (Err(_), _) | (Ok(0), _) => Some(say!("wallet-order-amount-wrong").to_owned()),
            (Ok(amount), Some(least)) if *amount < least => {
                Some(say!("wallet-order-least", least = least))
            }
            _ => None,
        };
        self.form.set_error(WalletField::Amount, wrong);
        if self.form.stop_at_error() {
            return None;
        }
        Some(WalletAsk::Order {
            amount: amount.ok()?,
            method: Some(word),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{PayMethod, WaysToPay};

    #[test]
    fn s_04_what_is_wrong_with_an_order_stands_beside_its_field() {
        let mut wallet = WalletInfo::default();
        assert!(WalletForm::order(&wallet).is_none());
        wallet.ways = WaysToPay {
            methods: vec![PayMethod {
                word: "alipay".into(),
                name: "Alipay".into(),
                least: Some(5),
            }],
            ..WaysToPay::default()
        };
        let mut form = WalletForm::order(&wallet).unwrap();
        for (typed, word) in [("", "a whole number"), ("2", "takes $5 at least")] {
            form.form.focus_on(WalletField::Amount);
            form.form.paste(typed);
            assert!(form.asked().is_none());
            let error = form.form.field(WalletField::Amount).unwrap().error.clone();
            assert!(error.unwrap().contains(word));
        }
        form.form.paste("0");
        let asked = form.asked();
        assert!(matches!(asked, Some(WalletAsk::Order { amount: 20, .. })));
        let mut code = WalletForm::redeem();
        assert!(code.asked().is_none());
        code.form.paste(" abc ");
        assert!(matches!(code.asked(), Some(WalletAsk::Redeem { code }) if code.expose() == "abc"));
    }
}
