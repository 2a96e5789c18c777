//! The climb itself: what is asked on each rung, in which order, and which one change is tried where it fails.

use super::choice::{key_info, price_of};
use super::door::{Ask, Console, Door, GivenKey, Subject, TINY_WITHIN, Told};
use super::judge::{self, rung_of};
use super::ladder::Limits;
use super::plan::worst_case;
use super::report::{Finding, Proof, Rung, Verdict};
use super::{mending, model_rungs};
use crate::client::{ApiSeen, Reach, Step};
use crate::domain::retry::{self, Trouble};
use crate::domain::time::took;
use crate::domain::{Address, Basis, Endpoint, Fault, FaultKind, Model, Money, Protocol};
use crate::locale::{clauses, say};

/// The climb ended; what ended it is among the findings.
pub(super) struct Ended;

/// Tokens a test call may generate: room for a model that thinks before it says one word.
pub(super) const TINY: u32 = 64;

pub(super) struct Climb<'a, D, T> {
    pub door: &'a D,
    pub subject: &'a Subject,
    pub limits: Limits,
    pub tell: T,
    pub findings: Vec<Finding>,
    pub requests: u32,
    /// What the requests cost together; `None` once one of them costs nobody knows what.
    pub spent: Option<Money>,
    pub basis: Basis,
    pub console: Console,
    /// What is listed to the key, where it was.
    pub served: Option<Vec<Model>>,
    /// Whether the model's exact name is known to exist.
    pub named: bool,
}

impl<'a, D: Door, T: FnMut(&Finding) + Send> Climb<'a, D, T> {
    pub fn new(door: &'a D, subject: &'a Subject, limits: Limits, tell: T) -> Self {
        Climb {
            door,
            subject,
            limits,
            tell,
            findings: Vec::new(),
            requests: 0,
            spent: Some(Money::ZERO),
            basis: Basis::Settled,
            console: Console::default(),
            served: None,
            named: false,
        }
    }

    /// Climbs until a rung fails or all hold.
    pub async fn run(&mut self) -> Result<(), Ended> {
        let at = self.subject.address.clone();
        let reach = self.door.reach(&at).await;
        self.address(&at, &reach).await?;
        self.tls(&at, &reach).await?;
        let open = self.kind(&at, &reach).await?;
        self.console = self.door.console(&at).await;
        let key = self.credential(&at, open).await?;
        self.balance(&at, &key).await?;
        let model = model_rungs::name(self, &key).await?;
        let group = model_rungs::group(self, &at, &key, &model).await?;
        let endpoint = model_rungs::endpoint(self, &model)?;
        let ask = self.tiny(&at, &key, &model, endpoint, group);
        self.call(ask).await
    }

    /// Notes a finding and tells it.
    pub fn note(&mut self, finding: Finding) {
        (self.tell)(&finding);
        self.findings.retain(|known| known.rung != finding.rung);
        self.findings.push(finding);
    }

    /// Notes a finding; ends the climb where it failed.
    pub fn decide(&mut self, finding: Finding) -> Result<(), Ended> {
        let failed = finding.verdict == Verdict::Failed;
        self.note(finding);
        if failed { Err(Ended) } else { Ok(()) }
    }

    async fn address(&mut self, at: &Address, reach: &Reach) -> Result<(), Ended> {
        let mut finding = judge::address(&self.subject.odd, reach, at, self.limits.slow);
        // Whatever an address looks like in itself: a tool's must be as the tool wants it.
        if finding.verdict != Verdict::Failed
            && let Some(wrong) = self.subject.tool.as_ref().and_then(judge::tool_form)
        {
            finding = wrong;
        }
        match finding.verdict {
            Verdict::Failed => {
                finding = finding.proven(mending::another_scheme(self.door, at).await);
            }
            Verdict::Mended => {
                let literal = self.subject.literal_path.as_deref();
                finding = finding.proven(mending::right_form(self.door, at, literal).await);
            }
            _ => {}
        }
        self.decide(finding)
    }

    async fn tls(&mut self, at: &Address, reach: &Reach) -> Result<(), Ended> {
        let mut finding = judge::tls(reach, at);
        match finding.verdict {
            Verdict::Failed if !reach.certificate_names.is_empty() => {
                let names = &reach.certificate_names;
                finding = finding.proven(mending::certificate_host(self.door, at, names).await);
            }
            Verdict::Failed | Verdict::Warned => {
                finding = finding.proven(mending::another_scheme(self.door, at).await);
            }
            _ => {}
        }
        self.decide(finding)
    }

    /// Whether the model API is open to anybody.
    async fn kind(&mut self, at: &Address, reach: &Reach) -> Result<bool, Ended> {
        let standing = self.door.standing(at).await;
        let mut finding = judge::kind(reach, &standing);
        if finding.verdict == Verdict::Failed {
            let dead = matches!(reach.trouble, Some((Step::Answer, _)));
            if !dead {
                finding = finding.proven(mending::another_place(self.door, at).await);
            }
        }
        self.decide(finding)?;
        if let Ok(ApiSeen::Open(models)) = &standing.api {
            self.served = Some(models.clone());
            return Ok(true);
        }
        Ok(false)
    }

    async fn credential(&mut self, at: &Address, open: bool) -> Result<GivenKey, Ended> {
        let Some(key) = self.subject.key.clone() else {
            let what = self.subject.key_trouble.clone();
            let fault = Fault::new(
                FaultKind::CredentialRefused,
                what.unwrap_or_else(|| say!("climb-no-key").into()),
            )
            .advise(say!("climb-no-key-advice"));
            self.note(Finding::failed(Rung::Credential, fault));
            return Err(Ended);
        };
        let held = self.door.held();
        let names: Vec<&str> = held.iter().map(|key| key.name.as_str()).collect();
        if let Some(fault) = judge::key_shape(&key.held.secret, &names) {
            let proof = mending::held_key(self.door, at, &key, Rung::Credential).await;
            self.note(Finding::failed(Rung::Credential, fault).proven(proof));
            return Err(Ended);
        }
        let finding = match self.door.served(at, &key.held.secret).await {
            Ok(models) => {
                let listed = models.len();
                self.served = Some(models);
                let masked = key.held.secret.masked();
                let mut evidence = match open {
                    // Nothing can be told from a list that everybody gets.
                    true => say!("climb-key-open", masked = masked, listed = listed),
                    false => say!("climb-key-accepted", masked = masked, listed = listed),
                };
                for cleaning in &key.cleaned {
                    evidence += &format!("; {}", cleaning.told());
                }
                let verdict = match (open, key.cleaned.is_empty()) {
                    (true, _) => Verdict::Unknown,
                    (false, false) => Verdict::Warned,
                    (false, true) => Verdict::Good,
                };
                Finding::new(Rung::Credential, verdict, evidence)
            }
            Err(fault) => {
                let rung = rung_of(fault.kind, Rung::Credential, false);
                if rung == Rung::Credential && is_about_keys(fault.kind) {
                    mending::refused_key(self.door, &self.console, at, &key, fault).await
                } else if rung == Rung::Credential {
                    // A busy or broken relay says nothing about the key.
                    Finding::new(
                        Rung::Credential,
                        Verdict::Unknown,
                        say!("climb-not-told", fault = fault),
                    )
                } else {
                    self.note(Finding::new(
                        Rung::Credential,
                        Verdict::Good,
                        say!("climb-key-known"),
                    ));
                    let proof = mending::held_key(self.door, at, &key, rung).await;
                    self.note(Finding::failed(rung, fault).proven(proof));
                    return Err(Ended);
                }
            }
        };
        if finding.rung != Rung::Credential {
            self.note(Finding::new(
                Rung::Credential,
                Verdict::Good,
                say!("climb-key-known"),
            ));
        }
        self.decide(finding)?;
        Ok(key)
    }

    async fn balance(&mut self, at: &Address, key: &GivenKey) -> Result<(), Ended> {
        let account = self.console.account.as_ref();
        let balance = account
            .and_then(|account| account.as_ref().ok())
            .and_then(|account| account.balance);
        let scale = self.console.scale;
        let listed = key_info(&self.console, &key.held).map(|info| info.left.money(scale));
        let told = match listed {
            Some(left) => Some(left),
            None => match self.door.key_money(at, &key.held.secret).await {
                Ok(money) => Some(money.left),
                Err(_) => None,
            },
        };
        let key_left = told.flatten();
        let finding = match judge::money(balance, key_left) {
            Some(fault) => {
                let proof = match fault.kind {
                    FaultKind::KeyQuota => {
                        mending::held_key(self.door, at, key, Rung::Balance).await
                    }
                    _ => None,
                };
                Finding::failed(Rung::Balance, fault).proven(proof)
            }
            None => {
                let account = balance.map(|balance| say!("climb-wallet", balance = balance));
                let key = told.map(|left| match left {
                    Some(left) => say!("climb-key-left", left = left),
                    None => say!("climb-key-unlimited").to_owned(),
                });
                match (account, key) {
                    (None, None) => {
                        Finding::new(Rung::Balance, Verdict::Unknown, say!("climb-left-untold"))
                    }
                    (account, key) => {
                        let told: Vec<String> = account.into_iter().chain(key).collect();
                        Finding::new(Rung::Balance, Verdict::Good, clauses(&told))
                    }
                }
            }
        };
        self.decide(finding)
    }

    fn tiny(
        &self,
        at: &Address,
        key: &GivenKey,
        model: &Model,
        endpoint: Endpoint,
        group: Option<String>,
    ) -> Ask {
        let price = price_of(&self.console, model, group.as_deref());
        Ask {
            address: at.clone(),
            key: key.held.clone(),
            model: model.name.clone(),
            endpoint,
            streamed: false,
            messages: Ask::tiny(self.subject.system.as_deref()),
            max_tokens: TINY,
            within: TINY_WITHIN,
            group,
            price,
        }
    }

    async fn call(&mut self, ask: Ask) -> Result<(), Ended> {
        let worst = worst_case([&ask, &ask], self.console.scale);
        if worst
            .money()
            .is_some_and(|most| most > self.limits.max_cost)
        {
            let evidence = say!(
                "climb-too-dear",
                worst = worst,
                limit = self.limits.max_cost
            );
            for rung in [Rung::Call, Rung::Stream] {
                self.note(
                    Finding::new(rung, Verdict::Unknown, evidence.clone())
                        .advise(say!("climb-too-dear-advice")),
                );
            }
            return Ok(());
        }
        let told = self.send(&ask).await;
        self.judge_call(Rung::Call, &ask, told).await?;
        if Protocol::of(&ask.endpoint).is_none() {
            let evidence = say!("climb-not-streamed", endpoint = ask.endpoint);
            self.note(Finding::new(Rung::Stream, Verdict::Unknown, evidence));
            return Ok(());
        }
        let streamed = Ask {
            streamed: true,
            ..ask
        };
        let told = self.send(&streamed).await;
        self.judge_call(Rung::Stream, &streamed, told).await
    }

    /// Sends, and sends again where that may help (S-97).
    pub async fn send(&mut self, ask: &Ask) -> (Told, u32) {
        let mut repetition = 0;
        loop {
            let told = self.door.call(ask).await;
            self.requests += 1;
            self.spent = match (self.spent, told.cost.amount) {
                (Some(spent), Some(cost)) => Some(Money::from_nanos(
                    spent.nanos().saturating_add(cost.nanos()),
                )),
                _ => None,
            };
            if told.cost.basis < self.basis {
                self.basis = told.cost.basis;
            }
            let trouble = told.fault.as_ref().map(|fault| Trouble {
                status: fault.status.or(told.status),
                kind: Some(fault.kind),
                retry_after: fault.retry_after,
            });
            // A line that broke may have been billed: that is not sent again.
            let wait = trouble
                .filter(|trouble| trouble.status.is_some_and(|status| status >= 400))
                .and_then(|trouble| {
                    retry::wait(&self.limits.patience, repetition, trouble, self.door.luck())
                });
            let Some(wait) = wait else {
                return (told, repetition);
            };
            repetition += 1;
            self.door.rest(wait).await;
        }
    }

    async fn judge_call(
        &mut self,
        rung: Rung,
        ask: &Ask,
        (told, again): (Told, u32),
    ) -> Result<(), Ended> {
        let Some(fault) = told.fault.clone() else {
            let finding = called(rung, ask, &told, again);
            return self.decide(finding);
        };
        let belongs = rung_of(fault.kind, rung, self.named);
        let fault = explained(fault, rung, again);
        let proof = mending::after_call(self, ask, belongs, &fault).await;
        let finding = Finding::failed(belongs, fault).proven(proof);
        self.decide(finding)
    }
}

/// What is said of a call that worked.
fn called(rung: Rung, ask: &Ask, told: &Told, again: u32) -> Finding {
    if !told.is_good() {
        let fault = Fault::new(
            FaultKind::Upstream,
            say!(
                "climb-empty",
                tokens = told.reported.unwrap_or(told.counted).output
            ),
        )
        .advise(say!("climb-empty-advice"))
        .with_request_id(told.request_id.clone());
        return Finding::failed(rung, fault);
    }
    let usage = told.reported.unwrap_or(told.counted);
    let first = told
        .first_ms
        .filter(|_| ask.streamed)
        .map_or_else(String::new, |ms| say!("climb-first", took = took(ms)));
    let mut evidence = say!(
        "climb-answered",
        model = ask.model,
        path = ask.endpoint,
        input = usage.prompt(),
        output = usage.output,
        took = took(told.total_ms),
        first = first,
        cost = told.cost
    );
    let mut verdict = Verdict::Good;
    if told.reported.is_none() {
        evidence += say!("climb-no-usage");
        verdict = Verdict::Warned;
    }
    if told.text.trim().is_empty() {
        evidence += say!("climb-only-thoughts");
    }
    if again > 0 {
        evidence += &say!("climb-tries", tries = again + 1);
        verdict = Verdict::Warned;
    }
    Finding::new(rung, verdict, evidence)
}

/// A fault of a call with what the way to it adds: that whole answers work, that it was tried again.
fn explained(mut fault: Fault, rung: Rung, again: u32) -> Fault {
    if again > 0 {
        fault.message += &say!("climb-tried", tries = again + 1);
    }
    let broken = matches!(
        fault.kind,
        FaultKind::StreamBroken | FaultKind::NotAnApi | FaultKind::Timeout
    );
    if rung == Rung::Stream && broken {
        fault.message = say!("climb-stream-broken", what = fault.message);
        fault = fault.advise(say!("climb-stream-advice"));
    }
    // The address is right, as the lower rungs have shown; what knows better has advice of its own.
    if rung == Rung::Call && fault.advice == fault.kind.advice() {
        fault = match fault.kind {
            FaultKind::NotAnApi => fault.advise(say!("climb-page-advice")),
            FaultKind::Network => fault.advise(say!("climb-cut-advice")),
            _ => fault,
        };
    }
    fault
}

const fn is_about_keys(kind: FaultKind) -> bool {
    matches!(
        kind,
        FaultKind::CredentialRefused
            | FaultKind::KeyExpired
            | FaultKind::KeyDisabled
            | FaultKind::IpNotAllowed
            | FaultKind::Forbidden
    )
}

/// A proof in one line.
pub(super) fn proof(
    change: impl Into<String>,
    outcome: impl Into<String>,
    helped: bool,
) -> Option<Proof> {
    Some(Proof {
        change: change.into(),
        outcome: outcome.into(),
        helped,
    })
}
