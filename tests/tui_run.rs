//! The main loop on a real pseudo-terminal: drawn before anyone spoke, keys to commands, events to the screen, silence when
//! nothing happens, and the terminal given back.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    reason = "a test ends when something is not there"
)]

mod term_support;
mod tui_support;

use std::fs::OpenOptions;
use std::io::{Read, Write};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use portable_pty::{MasterPty, PtySize, native_pty_system};
use relaydeck::domain::{Basis, Finish};
use relaydeck::engine::door::{Command, Event, TurnId};
use relaydeck::engine::handle::{Inbox, pair};
use relaydeck::tui::term::{LinkChoice, Tty};
use relaydeck::tui::theme::ColorChoice;
use relaydeck::tui::{Options, Outcome, run_on};
use tui_support::{events, world};

/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

struct Deck {
    master: Box<dyn MasterPty + Send>,
    keyboard: Box<dyn Write + Send>,
    bytes: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    inbox: Inbox,
    task: tokio::task::JoinHandle<Outcome>,
}

impl Deck {
    fn start() -> Self {
        let size = PtySize {
            rows: 24,
            cols: 80,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair_of_ends = native_pty_system().openpty(size).unwrap();
        let path = pair_of_ends.master.tty_name().unwrap();
        let open = || {
            OpenOptions::new()
                .read(true)
                .write(true)
                .open(&path)
                .unwrap()
        };
        let tty = Tty {
            input: open(),
            output: open(),
        };
        let mut reader = pair_of_ends.master.try_clone_reader().unwrap();
        let (sender, bytes) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        let (handle, inbox) = pair();
        let options =
            Options::detect(ColorChoice::Never, LinkChoice::Local, "0.1.0", |_| None).unwrap();
        let task = tokio::spawn(async move { run_on(tty, handle, options).await.unwrap() });
        let keyboard = pair_of_ends.master.take_writer().unwrap();
        Deck {
            master: pair_of_ends.master,
            keyboard,
            bytes,
            screen: vt100::Parser::new(24.try_into().unwrap(), 80.try_into().unwrap(), 0),
            inbox,
            task,
        }
    }

    fn types(&mut self, keys: &[u8]) {
        self.keyboard.write_all(keys).unwrap();
    }

    /// Reads until the screen shows this.
    async fn sees(&mut self, text: &str) {
        let begun = Instant::now();
        loop {
            while let Ok(bytes) = self.bytes.try_recv() {
                self.screen.process(&bytes);
            }
            let contents = self.screen.screen().contents();
            if contents.contains(text) {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "no {text:?} on\n{contents}");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    async fn next_command(&mut self) -> Command {
        tokio::time::timeout(PATIENCE, self.inbox.commands.recv())
            .await
            .unwrap()
            .unwrap()
    }

    fn tell(&self, event: Event) {
        self.inbox.outbox.push(event);
    }

    async fn open(&mut self) {
        self.tell(Event::Profiles {
            list: vec![world::profile("local")],
            current: None,
        });
        assert!(matches!(self.next_command().await, Command::Open { .. }));
        self.tell(Event::Opened {
            profile: world::profile("local"),
            facts: world::facts(true),
            conversation: None,
        });
        use relaydeck::engine::door::Snapshot;
        self.tell(events::loaded(Snapshot::Account(world::account("10"))));
        self.tell(events::loaded(Snapshot::Keys(world::keys())));
        self.tell(events::loaded(Snapshot::Groups(world::groups())));
        self.tell(events::loaded(Snapshot::Models(world::models().into())));
        self.sees("relaydeck-handbook").await;
    }

    async fn ended(self) -> Outcome {
        drop(self.master);
        tokio::time::timeout(PATIENCE, self.task)
            .await
            .unwrap()
            .unwrap()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_goes_out_and_its_answer_comes_back() {
    let mut deck = Deck::start();
    deck.sees("starting").await;
    deck.open().await;
    deck.types(b"hello\r");
    let turn: TurnId = match deck.next_command().await {
        Command::Send { turn, request, .. } => {
            assert_eq!(request.messages[0].text, "hello");
            turn
        }
        other => panic!("{other:?}"),
    };
    assert!(matches!(deck.next_command().await, Command::Keep(_)));
    deck.sees("waiting for the answer").await;
    deck.tell(events::text(turn, "Server-sent **events**"));
    // The last of many figures is the one that stays, however often they come.
    for at in 1..=50 {
        deck.tell(Event::Spend {
            turn,
            spend: events::spend(412, at, "0.002676", Basis::Estimated),
        });
    }
    deck.sees("Server-sent events").await;
    deck.sees("~50 out").await;
    deck.tell(events::ended(
        turn,
        Finish::Stop,
        events::spend(412, 51, "0.0027", Basis::Reported),
    ));
    deck.sees("$0.002700 reported").await;
    deck.types(b"\x1bq");
    deck.types(b"\x03\x03");
    assert_eq!(deck.ended().await, Outcome::Left);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_nothing_happens_nothing_is_sent_and_the_terminal_is_given_back() {
    let mut deck = Deck::start();
    deck.open().await;
    deck.types(b"x");
    deck.sees(" x").await;
    let mut quiet = 0;
    let begun = Instant::now();
    // Whatever was under way comes first; then there is silence.
    while quiet < 100 {
        match deck.bytes.try_recv() {
            Ok(bytes) => {
                deck.screen.process(&bytes);
                quiet = 0;
            }
            Err(_) => quiet += 1,
        }
        assert!(begun.elapsed() < PATIENCE, "it is never silent");
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
    assert!(deck.screen.screen().alternate_screen());
    deck.types(b"\x03\x03");
    let begun = Instant::now();
    while deck.screen.screen().alternate_screen() {
        while let Ok(bytes) = deck.bytes.try_recv() {
            deck.screen.process(&bytes);
        }
        assert!(
            begun.elapsed() < PATIENCE,
            "the terminal was not given back"
        );
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    assert!(!deck.screen.screen().hide_cursor());
    assert_eq!(deck.ended().await, Outcome::Left);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_engine_that_ends_and_a_line_that_is_lost_end_nothing_badly() {
    let mut deck = Deck::start();
    deck.open().await;
    deck.inbox.outbox.close();
    deck.sees("has ended").await;
    let Deck {
        master,
        mut keyboard,
        task,
        bytes,
        ..
    } = deck;
    // The thread that reads holds the line too: it ends with the next byte that nobody wants.
    drop(bytes);
    keyboard.write_all(b"y").unwrap();
    drop((master, keyboard));
    let outcome = tokio::time::timeout(PATIENCE, task).await;
    assert_eq!(outcome.unwrap().unwrap(), Outcome::LineLost);
}
