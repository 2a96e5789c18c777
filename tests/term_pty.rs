//! Guard, reader and outlet on a real pseudo-terminal.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent};
use portable_pty::{MasterPty, PtyPair, PtySize, native_pty_system};
use relaydeck::tui::term::guard::{ENTER, Guard, LEAVE};
use relaydeck::tui::term::outlet::Outlet;
use relaydeck::tui::term::{Dialect, Input, Reader, Screen, Tty};
use rustix::termios::{LocalModes, tcgetattr};
use tokio::time::timeout;

/// Long enough for any machine; nothing waits this long unless it is broken.
const SOON: Duration = Duration::from_secs(10);

type Outcome = Result<(), Box<dyn std::error::Error>>;

struct Line {
    master: Box<dyn MasterPty + Send>,
    tty: Tty,
}

/// A pseudo-terminal, and what stands for our end of it.
fn line() -> Result<Line, Box<dyn std::error::Error>> {
    let PtyPair { master, slave } = native_pty_system().openpty(PtySize {
        rows: 24,
        cols: 80,
        pixel_width: 0,
        pixel_height: 0,
    })?;
    let name = master
        .tty_name()
        .ok_or("a pseudo-terminal without a name")?;
    let output = File::options().read(true).write(true).open(name)?;
    drop(slave);
    let input = output.try_clone()?;
    Ok(Line {
        master,
        tty: Tty { input, output },
    })
}

fn is_raw(tty: impl AsFd) -> bool {
    tcgetattr(tty).is_ok_and(|modes| {
        !modes
            .local_modes
            .intersects(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG)
    })
}

/// Everything that has been sent, up to and with `end`.
fn sent_until(master: &dyn MasterPty, end: &[u8]) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let mut reader = master.try_clone_reader()?;
    let mut all = Vec::new();
    let mut part = [0; 4096];
    while !all.ends_with(end) {
        let count = reader.read(&mut part)?;
        all.extend_from_slice(&part[..count]);
    }
    Ok(all)
}

#[test]
fn the_guard_leaves_the_line_as_it_was_and_restores_only_once() -> Outcome {
    let Line { master, tty } = line()?;
    let before = tcgetattr(&tty.input)?;
    let mut guard = Guard::enter(tty.input.try_clone()?, tty.output.try_clone()?)?;
    assert!(is_raw(&tty.input));
    guard.restore();
    guard.restore();
    drop(guard);
    let after = tcgetattr(&tty.input)?;
    assert_eq!(before.local_modes, after.local_modes);
    assert_eq!(
        (before.input_modes, before.output_modes),
        (after.input_modes, after.output_modes)
    );
    (&tty.output).write_all(b"done")?;
    assert_eq!(
        sent_until(&*master, b"done")?,
        [ENTER, LEAVE, b"done"].concat()
    );
    Ok(())
}

#[test]
fn a_panic_gives_the_terminal_back() -> Outcome {
    let Line { master, tty } = line()?;
    let theirs = tty.try_clone()?;
    let ended = std::thread::spawn(move || {
        let _guard = Guard::enter(theirs.input, theirs.output);
        panic!("in the middle of it");
    })
    .join();
    assert!(ended.is_err() && !is_raw(&tty.input));
    assert_eq!(sent_until(&*master, LEAVE)?, [ENTER, LEAVE].concat());
    Ok(())
}

#[test]
fn after_a_pause_the_terminal_is_taken_over_again_and_still_given_back_as_it_was() -> Outcome {
    let Line {
        master: _master,
        tty,
    } = line()?;
    let before = tcgetattr(&tty.input)?;
    let mut guard = Guard::enter(tty.input.try_clone()?, tty.output.try_clone()?)?;
    // Paused and resumed by someone else: nobody restored anything.
    guard.retake()?;
    assert!(is_raw(&tty.input));
    drop(guard);
    assert_eq!(before.local_modes, tcgetattr(&tty.input)?.local_modes);
    Ok(())
}

async fn next(reader: &mut Reader) -> Option<Input> {
    timeout(SOON, reader.next()).await.ok().flatten()
}

#[tokio::test]
async fn keys_and_pastes_arrive_and_a_lone_escape_is_one() -> Outcome {
    let Line { master, tty } = line()?;
    let _guard = Guard::enter(tty.input.try_clone()?, tty.output.try_clone()?)?;
    let mut reader = Reader::start(tty.input.try_clone()?)?;
    let mut keyboard = master.take_writer()?;
    keyboard.write_all("模\x1b[A\x1b[200~a\rb\x1b[201~\x1b".as_bytes())?;
    for expected in [
        Input::Key(KeyEvent::from(KeyCode::Char('模'))),
        Input::Key(KeyEvent::from(KeyCode::Up)),
        Input::Paste("a\nb".to_owned()),
        Input::Key(KeyEvent::from(KeyCode::Esc)),
    ] {
        assert_eq!(next(&mut reader).await, Some(expected));
    }
    Ok(())
}

#[tokio::test]
async fn a_long_burst_arrives_whole_without_another_key() -> Outcome {
    let Line { master, tty } = line()?;
    let _guard = Guard::enter(tty.input.try_clone()?, tty.output.try_clone()?)?;
    let mut reader = Reader::start(tty.input.try_clone()?)?;
    let mut keyboard = master.take_writer()?;
    keyboard.write_all("x".repeat(3000).as_bytes())?;
    for _ in 0..3000 {
        assert_eq!(
            next(&mut reader).await,
            Some(Input::Key(KeyEvent::from(KeyCode::Char('x'))))
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_lost_line_is_told_at_once_and_the_reader_ends() -> Outcome {
    let Line { master, tty } = line()?;
    let mut reader = Reader::start(tty.input.try_clone()?)?;
    drop(master);
    assert_eq!(next(&mut reader).await, Some(Input::Lost));
    assert_eq!(next(&mut reader).await, None);
    Ok(())
}

#[tokio::test]
async fn a_reader_that_was_dropped_takes_no_keys_from_others() -> Outcome {
    let Line { master, tty } = line()?;
    let _guard = Guard::enter(tty.input.try_clone()?, tty.output.try_clone()?)?;
    let mut keyboard = master.take_writer()?;
    let mut first = Reader::start(tty.input.try_clone()?)?;
    keyboard.write_all(b"a")?;
    assert_eq!(
        next(&mut first).await,
        Some(Input::Key(KeyEvent::from(KeyCode::Char('a'))))
    );
    first.stop();
    keyboard.write_all(b"b")?;
    let mut byte = [0];
    (&tty.input).read_exact(&mut byte)?;
    assert_eq!(&byte, b"b");
    let mut second = Reader::start(tty.input.try_clone()?)?;
    keyboard.write_all(b"c")?;
    assert_eq!(
        next(&mut second).await,
        Some(Input::Key(KeyEvent::from(KeyCode::Char('c'))))
    );
    Ok(())
}

#[tokio::test]
async fn a_slow_line_holds_up_frames_but_not_the_loop() -> Outcome {
    let Line { master, tty } = line()?;
    let _guard = Guard::enter(tty.input.try_clone()?, tty.output.try_clone()?)?;
    let mut outlet = Outlet::start(tty.output.try_clone()?)?;
    let drained = outlet.drained();
    // More than a pseudo-terminal holds, and nobody reads it yet.
    outlet.write_all(&b"frame ".repeat(50_000))?;
    outlet.flush()?;
    assert!(!drained.is_drained() && !drained.wait_blocking(Duration::from_millis(20)));
    let reading =
        std::thread::spawn(move || sent_until(&*master, b"end").map(|all| all.len()).ok());
    timeout(SOON, drained.wait()).await?;
    outlet.write_all(b"end")?;
    outlet.flush()?;
    let read = reading.join().ok().flatten();
    assert_eq!(read, Some(ENTER.len() + 300_000 + 3));
    Ok(())
}

#[tokio::test]
async fn a_line_that_is_gone_breaks_the_outlet() -> Outcome {
    let Line { master, tty } = line()?;
    let mut outlet = Outlet::start(tty.output.try_clone()?)?;
    drop(master);
    outlet.write_all(b"frame")?;
    outlet.flush()?;
    timeout(SOON, outlet.drained().wait()).await?;
    outlet.write_all(b"frame")?;
    assert!(outlet.flush().is_err());
    Ok(())
}

#[tokio::test]
async fn the_screen_draws_resizes_and_leaves() -> Outcome {
    let Line { master, tty } = line()?;
    let mut screen = Screen::open(tty.try_clone()?, Dialect::default())?;
    screen.draw(|frame| frame.render_widget("first", frame.area()))?;
    master.resize(PtySize {
        rows: 30,
        cols: 100,
        pixel_width: 0,
        pixel_height: 0,
    })?;
    let size = screen.resize();
    assert_eq!((size.width, size.height), (100, 30));
    screen.draw(|frame| {
        assert_eq!(frame.area().as_size(), size);
        frame.render_widget("second", frame.area());
    })?;
    screen.restore();
    screen.draw(|frame| frame.render_widget("after", frame.area()))?;
    screen.send(b"after")?;
    drop(screen);
    assert!(!is_raw(&tty.input));
    let sent = String::from_utf8(sent_until(&*master, LEAVE)?)?;
    let (first, second) = (sent.find("first"), sent.find("second"));
    assert!(first.is_some() && first < second, "{sent:?}");
    assert!(sent.matches("\x1b[?1049l").count() == 1 && !sent.contains("after"));
    Ok(())
}
