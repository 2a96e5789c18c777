//! The tab of third-party tools: what each key asks for, and that nothing is written without a yes.

mod term_support;
mod tui_support;

use relaydeck::domain::{Fault, FaultKind};
use relaydeck::engine::door::Event;
use tui_support::Script;
use tui_support::events::open;
use tui_support::tools::{plan, told};

fn shown() -> Script {
    let mut script = Script::new(80, 24);
    open(&mut script, "4sapi");
    script.keys("<Esc> 7");
    let ask = script.ask();
    assert_eq!(script.asked().pop().as_deref(), Some("tool List"));
    script.engine(told(ask));
    script
}

#[test]
fn s_76_a_setup_is_shown_first_and_written_after_a_yes_only() {
    let mut script = shown();
    script.keys("j <Enter>");
    assert_eq!(script.asked(), ["tool Plan { tool: \"codex\", key: None }"]);
    let ask = script.ask();
    script.engine(plan(ask));
    assert!(script.screen().contains("+base_url"));
    script.keys("n");
    assert!(script.asked().is_empty() && !script.screen().contains("+base_url"));

    script.keys("<Enter>");
    let ask = script.ask();
    script.engine(plan(ask));
    script.asked();
    script.keys("y");
    assert_eq!(script.asked(), [format!("tool Agree {{ plan: {ask:?} }}")]);
    script.keys("y");
    assert!(script.asked().is_empty(), "one yes is enough");
}

#[test]
fn undo_and_the_check_ask_for_what_they_say() {
    let mut script = shown();
    script.keys("u");
    assert_eq!(script.asked(), ["tool PlanUndo { tool: \"claude-code\" }"]);
    script.keys("t");
    assert_eq!(script.asked(), ["tool Check { tool: \"claude-code\" }"]);
    script.keys("j u");
    assert!(script.asked().is_empty() && script.screen().contains("set nothing up"));
    script.keys("y");
    assert_eq!(script.asked().len(), 1, "the address is copied");
}

#[test]
fn trouble_is_told_and_the_list_stays() {
    let mut script = shown();
    script.keys("<Enter>");
    let ask = script.ask();
    script.engine(Event::Tool(
        ask,
        Err(Fault::new(
            FaultKind::Local,
            "~/.claude/settings.json: not valid at line 3, column 5: a comma is missing",
        )
        .advise("mend that line, then try again")),
    ));
    let screen = script.screen();
    assert!(
        screen.contains("line 3") && screen.contains("Claude Code"),
        "{screen}"
    );
}
