//! The main loop: signals, keys, events, timers and frames meet here, and effects are carried out.
//!
//! There is no tick. The loop sleeps until something comes, takes in all that is there, and asks the pacer for at most one
//! frame. What happens to the terminal on the way out, whatever the way, is the screen's business.

mod lend;

use std::io;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crossterm::event::KeyCode;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Duration, sleep};

use lend::{edited, next_input};

use super::effect::{Clip, Effect};
use super::figures::Figures;
use super::model::{Model, Settings};
use super::msg::{Copied, Msg, Now};
use super::save::save;
use super::start::{Options, Outcome, TuiError};
use super::term::{
    Clipboard, CopyRefused, Copyable, Drained, EditorCommand, Found, Input, Pacer, Probe, Reader,
    Screen, Sent, Signal, Signals, Tty, Urgency,
};
use super::update::update;
use super::view::{ViewCache, view};
use crate::domain::UnixMillis;
use crate::engine::door::Event;
use crate::engine::handle::Handle;
use crate::locale::Word;

/// The clock of this process.
#[derive(Clone, Copy, Debug)]
struct Clock {
    begun: Instant,
}

impl Clock {
    fn now(self) -> Now {
        let wall = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Now {
            wall: UnixMillis(i64::try_from(wall.as_millis()).unwrap_or(i64::MAX)),
            uptime: self.uptime(),
        }
    }

    fn uptime(self) -> u64 {
        u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// Something that was handed to the clipboard, back from where it may have taken a moment.
struct Handed {
    what: Word,
    text: Copyable,
    by_tmux: Option<Sent>,
}

/// What stands below a text that is shown to select from.
const END_OF_TEXT: Word = Word("select-back");

/// How the dashboard ended, and what is to be printed now.
pub(super) type Left = (Outcome, Vec<String>);

/// The loop and all it holds.
pub(super) struct Loop {
    model: Model,
    cache: ViewCache,
    screen: Screen,
    drained: Drained,
    /// What the terminal was asked and has not answered yet.
    probe: Probe,
    glyphs_may_change: bool,
    /// Whether the background is light, where the terminal does not say.
    light: Option<bool>,
    pacer: Pacer,
    handle: Handle,
    clipboard: Clipboard,
    handed: (
        mpsc::UnboundedSender<Handed>,
        mpsc::UnboundedReceiver<Handed>,
    ),
    saved: (mpsc::UnboundedSender<Msg>, mpsc::UnboundedReceiver<Msg>),
    /// What is printed when the dashboard has been left.
    farewell: Vec<String>,
    figures: Figures,
    clock: Clock,
    editor: EditorCommand,
    /// The terminal's own end of the keyboard; each reader gets a handle of its own.
    keyboard: Tty,
    /// Who reads the keyboard; nobody while an editor has it.
    reader: Option<Reader>,
    /// What the editor that has the terminal will have made of the text.
    editing: Option<oneshot::Receiver<Result<String, String>>>,
    /// Whether the shell has the terminal: nothing is drawn until it is ours again.
    paused: bool,
    /// Whether the first screen is shown, to select from.
    selecting: bool,
    /// How it is to end, once that is known.
    leaving: Option<Outcome>,
}

impl Loop {
    /// A loop for a terminal that was taken over.
    pub(super) fn new(
        options: Options,
        handle: Handle,
        mut screen: Screen,
        keyboard: Tty,
    ) -> Result<Self, TuiError> {
        let reader = Reader::start(keyboard.try_clone()?.input)?;
        let clock = Clock {
            begun: Instant::now(),
        };
        let asked = screen.ask(options.term.as_deref().unwrap_or_default())?;
        let mut theme = options.theme;
        if !asked && options.light == Some(true) {
            theme = theme.on_light().unwrap_or(theme);
        }
        let settings = Settings {
            theme,
            keymap: options.keymap,
            zone: options.zone,
            version: options.version,
            profile: options.profile,
            within: options.within,
        };
        let probe = if asked {
            Probe::asked(clock.uptime(), options.link)
        } else {
            Probe::not_asked()
        };
        if options.mouse {
            screen.use_mouse()?;
        }
        let mut pacer = Pacer::new(options.link);
        pacer.touch(Urgency::Echo);
        Ok(Loop {
            model: Model::new(settings, screen.size(), clock.now()),
            cache: ViewCache::default(),
            drained: screen.drained(),
            screen,
            probe,
            glyphs_may_change: options.glyphs_may_change,
            light: options.light,
            pacer,
            handle,
            clipboard: options.clipboard,
            handed: mpsc::unbounded_channel(),
            saved: mpsc::unbounded_channel(),
            farewell: Vec::new(),
            figures: Figures::every(Urgency::Ambient.interval(options.link)),
            clock,
            editor: options.editor,
            keyboard,
            reader: Some(reader),
            editing: None,
            paused: false,
            selecting: false,
            leaving: None,
        })
    }

    /// Runs until it is left. An error of the terminal means that the line is gone.
    pub(super) async fn run(mut self, mut signals: Signals) -> io::Result<Left> {
        loop {
            if let Some(outcome) = self.leaving.take() {
                if let Some(mut reader) = self.reader.take() {
                    self.await_answers(&mut reader).await;
                }
                return Ok((outcome, self.farewell));
            }
            let may_draw = !self.paused && self.pacer.is_due(self.clock.uptime());
            if may_draw && self.draw().is_err() {
                return Ok((Outcome::LineLost, Vec::new()));
            }
            let due = [
                self.pacer.due().filter(|_| !self.paused),
                self.model.deadline(),
                self.figures.deadline(),
                self.probe.deadline(),
            ];
            let due = due.into_iter().flatten().min();
            let wait = due.map(|due| due.saturating_sub(self.clock.uptime()));
            let gone = self.model.engine_gone;
            tokio::select! {
                biased;
                signal = signals.next() => self.on_signal(signal)?,
                input = next_input(&mut self.reader) => {
                    self.on_input(input.unwrap_or(Input::Lost))?;
                    while let Some(input) = self.reader.as_mut().and_then(Reader::ready) {
                        self.on_input(input)?;
                    }
                }
                edited = edited(&mut self.editing) => self.on_edited(edited)?,
                Some(handed) = self.handed.1.recv() => self.on_handed(handed)?,
                Some(saved) = self.saved.1.recv() => self.take(saved, Urgency::Echo)?,
                events = self.handle.events(), if !gone => self.on_events(events)?,
                () = self.drained.wait(), if self.pacer.is_under_way() => self.pacer.written(),
                () = sleep(Duration::from_millis(wait.unwrap_or(0))), if wait.is_some() => self.on_due()?,
            }
        }
    }

    fn draw(&mut self) -> io::Result<()> {
        let (model, cache) = (&self.model, &mut self.cache);
        self.screen.draw(|frame| view(model, cache, frame))?;
        self.pacer.drawn(self.clock.uptime());
        Ok(())
    }

    fn take(&mut self, msg: Msg, urgency: Urgency) -> io::Result<()> {
        self.pacer.touch(urgency);
        for effect in update(&mut self.model, msg, self.clock.now()) {
            self.carry_out(effect)?;
        }
        Ok(())
    }

    fn carry_out(&mut self, effect: Effect) -> io::Result<()> {
        match effect {
            Effect::Engine(command) => {
                let given = command.clone();
                if self.handle.try_send(command).is_err() {
                    return self.take(Msg::Busy(Box::new(given)), Urgency::Echo);
                }
            }
            Effect::Copy { clip, what } => return self.copy(&clip, what),
            Effect::Select(text) => self.select(&text)?,
            Effect::Save { name, text, what } => self.save(name, text, what),
            Effect::PrintLater(text) => self.farewell.push(text),
            Effect::Edit { text } => self.edit(&text)?,
            Effect::Suspend => self.pause()?,
            Effect::Repaint => self.screen.repaint(),
            Effect::Quit => {
                self.leaving.get_or_insert(Outcome::Left);
            }
        }
        Ok(())
    }

    fn copy(&mut self, clip: &Clip, what: Word) -> io::Result<()> {
        let text = match clip {
            Clip::Text(text) => Copyable::new(text),
            Clip::Secret(key) => Copyable::new(key.expose()),
        };
        match text {
            Ok(text) => {
                let (clipboard, sender) = (self.clipboard.clone(), self.handed.0.clone());
                // tmux is another process and may take a moment.
                tokio::task::spawn_blocking(move || {
                    let by_tmux = clipboard.by_tmux(&text);
                    let _ = sender.send(Handed {
                        what,
                        text,
                        by_tmux,
                    });
                });
                Ok(())
            }
            Err(refused) => self.say_refused(what, &refused),
        }
    }

    /// Shows a text on the first screen, where the terminal's own selecting works.
    fn select(&mut self, text: &str) -> io::Result<()> {
        (self.selecting, self.paused) = (true, true);
        self.screen.uncover(&format!("{text}{}", END_OF_TEXT.say()))
    }

    fn end_selecting(&mut self, input: &Input) -> io::Result<()> {
        let Input::Key(key) = input else {
            return Ok(());
        };
        if !matches!(
            key.code,
            KeyCode::Enter | KeyCode::Esc | KeyCode::Char('q' | 'c')
        ) {
            return Ok(());
        }
        (self.selecting, self.paused) = (false, false);
        self.screen.cover()?;
        let size = self.screen.size();
        self.take(Msg::Resize(size), Urgency::Echo)
    }

    fn save(&mut self, name: String, text: String, what: Word) {
        let sender = self.saved.0.clone();
        // A disk may take a moment.
        tokio::task::spawn_blocking(move || {
            let outcome = save(&name, &text);
            let _ = sender.send(Msg::Saved { what, outcome });
        });
    }

    fn say_refused(&mut self, what: Word, refused: &CopyRefused) -> io::Result<()> {
        let outcome = Copied::Refused(refused.to_string());
        self.take(Msg::Copied { what, outcome }, Urgency::Echo)
    }

    fn on_handed(&mut self, handed: Handed) -> io::Result<()> {
        let sent = match handed.by_tmux {
            Some(sent) => sent,
            None => {
                self.screen.send(&self.clipboard.sequence(&handed.text))?;
                Sent::ToTerminal
            }
        };
        let what = handed.what;
        let outcome = Copied::Sent(sent.words());
        self.take(Msg::Copied { what, outcome }, Urgency::Echo)
    }

    fn on_signal(&mut self, signal: Signal) -> io::Result<()> {
        match signal {
            // An editor that was paused comes back by itself, and still has the terminal; its end brings the size.
            Signal::Resumed | Signal::Resized if self.editing.is_some() => Ok(()),
            // An editor that does not take Ctrl-C as a key gets it as a signal, and so do we.
            Signal::Interrupt if self.editing.is_some() => Ok(()),
            Signal::End | Signal::Interrupt => self.end(Outcome::Ended),
            Signal::HangUp => self.end(Outcome::LineLost),
            Signal::Resized => {
                let size = self.screen.resize();
                self.take(Msg::Resize(size), Urgency::Echo)
            }
            Signal::Pause => self.pause(),
            #[cfg(debug_assertions)]
            Signal::Break { inside: true } => panic!("asked to, in the dashboard"),
            #[cfg(debug_assertions)]
            Signal::Break { inside: false } => {
                tokio::spawn(async { panic!("asked to, in the background") });
                Ok(())
            }
            Signal::Resumed => {
                (self.paused, self.selecting) = (false, false);
                self.screen.resume()?;
                let size = self.screen.size();
                self.take(Msg::Resize(size), Urgency::Echo)
            }
        }
    }

    /// Gives the terminal to the shell. `Signal::Resumed` follows when it comes back.
    fn pause(&mut self) -> io::Result<()> {
        self.paused = true;
        self.screen.pause()
    }

    fn end(&mut self, outcome: Outcome) -> io::Result<()> {
        self.leaving = Some(outcome);
        self.take(Msg::Ended, Urgency::Ambient)
    }

    fn on_input(&mut self, input: Input) -> io::Result<()> {
        match input {
            Input::Key(_) | Input::Paste(_) | Input::Pointer(_) if self.selecting => {
                self.end_selecting(&input)
            }
            Input::Key(key) => self.take(Msg::Key(key), Urgency::Echo),
            Input::Paste(text) => self.take(Msg::Paste(text), Urgency::Echo),
            Input::Pointer(pointer) => self.take(Msg::Pointer(pointer), Urgency::Echo),
            Input::Answer(answer) => match self.probe.take(answer) {
                Some(found) => self.learn(&found),
                None => Ok(()),
            },
            Input::Lost => self.end(Outcome::LineLost),
        }
    }

    /// What the terminal can do is known now, or as much of it as will be.
    fn learn(&mut self, found: &Found) -> io::Result<()> {
        self.screen.learn(found)?;
        let theme = &self.model.settings.theme;
        let light = found.light.or(self.light) == Some(true);
        let mut changed = light.then(|| theme.on_light()).flatten();
        if self.glyphs_may_change && found.ambiguous_wide == Some(true) {
            changed = changed.as_ref().unwrap_or(theme).in_ascii().or(changed);
        }
        let Some(theme) = changed else { return Ok(()) };
        // Rows that were made look as they did before.
        self.cache = ViewCache::default();
        self.take(Msg::Theme(Box::new(theme)), Urgency::Echo)
    }

    /// Takes in answers that are still on their way: they would be typed at the shell's prompt.
    async fn await_answers(&mut self, reader: &mut Reader) {
        while let Some(until) = self.probe.deadline() {
            let left = until.saturating_sub(self.clock.uptime());
            let next = tokio::time::timeout(Duration::from_millis(left), reader.next()).await;
            match next {
                Ok(Some(Input::Answer(answer))) if self.probe.take(answer).is_none() => {}
                Ok(Some(Input::Key(_) | Input::Paste(_) | Input::Pointer(_))) => {}
                Ok(_) | Err(_) => return,
            }
        }
    }

    fn on_events(&mut self, events: Option<Vec<Event>>) -> io::Result<()> {
        let Some(events) = events else {
            return self.take(Msg::EngineGone, Urgency::Echo);
        };
        let now = self.clock.uptime();
        for event in events {
            if let Some(event) = self.figures.pass(event, now) {
                let urgency = urgency(&event);
                self.take(Msg::Engine(Box::new(event)), urgency)?;
            }
        }
        Ok(())
    }

    fn on_due(&mut self) -> io::Result<()> {
        let now = self.clock.uptime();
        if let Some(event) = self.figures.due(now) {
            self.take(Msg::Engine(event), Urgency::Stream)?;
        }
        if let Some(found) = self.probe.due(now) {
            self.learn(&found)?;
        }
        if self.model.deadline().is_some_and(|due| due <= now) {
            self.take(Msg::Due, Urgency::Ambient)?;
        }
        Ok(())
    }
}

/// How soon what an event changes should be seen.
fn urgency(event: &Event) -> Urgency {
    match event {
        Event::Delta { .. } | Event::Spend { .. } => Urgency::Stream,
        Event::Today(_)
        | Event::Running(_)
        | Event::Measured(_)
        | Event::Kept { .. }
        | Event::Settled { .. } => Urgency::Ambient,
        Event::Profiles { .. }
        | Event::Opening { .. }
        | Event::Opened { .. }
        | Event::OpenFailed { .. }
        | Event::Loaded { .. }
        | Event::Failed { .. }
        | Event::ProfileAdded { .. }
        | Event::KeyCreated { .. }
        | Event::KeysDeleted { .. }
        | Event::Keys { .. }
        | Event::Wallet { .. }
        | Event::Compared { .. }
        | Event::Offered(_)
        | Event::Commands(_)
        | Event::OfferTaken { .. }
        | Event::OfferDeclined { .. }
        | Event::RegisterThere { .. }
        | Event::AskFailed { .. }
        | Event::Sessions { .. }
        | Event::SessionRead { .. }
        | Event::SessionRenamed { .. }
        | Event::SessionDeleted { .. }
        | Event::SessionExported { .. }
        | Event::ImageRead { .. }
        | Event::Ended { .. }
        | Event::Usage { .. }
        | Event::UsageFailed { .. }
        | Event::Proof { .. }
        | Event::Tool(..)
        | Event::Notice(_) => Urgency::Echo,
    }
}
