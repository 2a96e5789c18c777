//! The table of faults: what each led to, and how many led to the right rung and the right advice.

use relaydeck::verify::report::{Finding, Report, Rung, Verdict};

/// Faults in their parts, in the order in which they were tried.
#[derive(Default)]
pub struct Table {
    parts: Vec<(&'static str, u32, u32)>,
    wrong: Vec<String>,
}

impl Table {
    /// What follows belongs to this part.
    pub fn part(&mut self, name: &'static str) {
        self.parts.push((name, 0, 0));
    }

    /// A fault, and whether it led where it must.
    pub fn hold(&mut self, fault: &str, led: Result<(), String>) {
        let (part, right, all) = self.parts.last_mut().expect("a part was begun");
        *all += 1;
        match led {
            Ok(()) => *right += 1,
            Err(why) => self.wrong.push(format!("{part}, {fault}: {why}")),
        }
    }

    /// Prints the figures; fails where one is wrong.
    pub fn print(self) {
        let (mut right, mut all) = (0, 0);
        for (part, good, of) in &self.parts {
            println!("{good:4} of {of:3}  {part}");
            (right, all) = (right + good, all + of);
        }
        println!("{right} of {all} faults: right rung and right advice");
        assert!(self.wrong.is_empty(), "{}", self.wrong.join("\n"));
    }
}

/// A finding in one line.
pub fn told(finding: &Finding) -> String {
    let mut text = format!(
        "{} {}: {}",
        finding.verdict.sign(),
        finding.rung.words(),
        finding.evidence
    );
    text += &format!(" → {}", finding.advice.as_deref().unwrap_or("–"));
    if let Some(proof) = &finding.proof {
        text += &format!(" [{}: {}]", proof.change, proof.outcome);
    }
    text
}

fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise()) }
}

/// What a report must show; each fails with what it shows instead.
pub trait Shows {
    /// The lowest trouble is on this rung, and its advice holds these words.
    fn leads_to(&self, rung: Rung, advice: &str) -> Result<(), String>;
    /// The change that helps was tried, it helped, and what is told of it holds these words.
    fn proves(&self, says: &str) -> Result<(), String>;
    /// No rung above the lowest trouble is judged.
    fn stops_there(&self) -> Result<(), String>;
    /// The one line says this.
    fn sums_up(&self, says: &str) -> Result<(), String>;
    /// It ends with this exit code.
    fn exits(&self, code: u8) -> Result<(), String>;
}

impl Shows for Report {
    fn leads_to(&self, rung: Rung, advice: &str) -> Result<(), String> {
        assert!(!advice.is_empty(), "what must be advised is to be said");
        let Some(finding) = self.trouble() else {
            let all: Vec<String> = self.findings.iter().map(told).collect();
            return Err(format!("no trouble was found:\n  {}", all.join("\n  ")));
        };
        let advised = finding.advice.as_deref().unwrap_or_default();
        ensure(finding.rung == rung && advised.contains(advice), || {
            told(finding)
        })
    }

    fn proves(&self, says: &str) -> Result<(), String> {
        let finding = self.trouble().ok_or("there is no trouble")?;
        let proof = finding.proof.as_ref().ok_or_else(|| told(finding))?;
        let text = format!("{} {}", proof.change, proof.outcome);
        ensure(proof.helped && text.contains(says), || told(finding))
    }

    fn stops_there(&self) -> Result<(), String> {
        let trouble = self.trouble().ok_or("there is no trouble")?;
        let mut above = self.findings.iter().filter(|all| all.rung > trouble.rung);
        match above.find(|finding| finding.verdict != Verdict::NotReached) {
            Some(judged) => Err(format!("the climb went on: {}", told(judged))),
            None => Ok(()),
        }
    }

    fn sums_up(&self, says: &str) -> Result<(), String> {
        ensure(self.summary().contains(says), || self.summary())
    }

    fn exits(&self, code: u8) -> Result<(), String> {
        let ends = self.kind().map_or(0, |kind| kind.exit_code());
        ensure(ends == code, || format!("exit code {ends}, not {code}"))
    }
}

/// How many requests to models have a row in the ledger.
pub fn sent(rows: usize, wanted: usize) -> Result<(), String> {
    ensure(rows == wanted, || {
        format!("{rows} requests were sent, not {wanted}")
    })
}
