//! The user's own editor: a text goes out in a private file, the editor has the terminal, the text comes back.

use std::fs;
use std::io::{self, Write};
use std::process::{Child, Command, Stdio};

use tempfile::NamedTempFile;

use super::tty::Tty;

use crate::locale::{exit, say, system};

/// The command line of the user's editor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditorCommand(String);

impl EditorCommand {
    /// From `VISUAL`, else `EDITOR`; else `vi`, which every system has. `env` reads one variable.
    pub fn detect(env: impl Fn(&str) -> Option<String>) -> Self {
        let named = ["VISUAL", "EDITOR"]
            .into_iter()
            .filter_map(env)
            .find(|command| !command.trim().is_empty());
        Self(named.unwrap_or_else(|| "vi".to_owned()))
    }

    /// Its words, for people.
    pub fn words(&self) -> &str {
        &self.0
    }
}

/// An editor that runs. The file goes with it.
#[derive(Debug)]
pub struct Editing {
    child: Child,
    file: NamedTempFile,
    command: EditorCommand,
}

impl Editing {
    /// Starts the editor on a terminal that was given back. The file is readable by its owner alone.
    ///
    /// # Errors
    /// When the file cannot be written, or the shell cannot be started.
    pub fn start(command: &EditorCommand, text: &str, tty: Tty) -> io::Result<Self> {
        let mut file = tempfile::Builder::new()
            .prefix("relaydeck-")
            .suffix(".md")
            .tempfile()?;
        file.write_all(text.as_bytes())?;
        file.flush()?;
        // The variable may hold words of its own, `code --wait`; git and others read it by the shell, too.
        let child = Command::new("sh")
            .arg("-c")
            .arg(format!("{} \"$1\"", command.0))
            .arg("sh")
            .arg(file.path())
            .stdin(Stdio::from(tty.input))
            .stdout(Stdio::from(tty.output.try_clone()?))
            .stderr(Stdio::from(tty.output))
            .spawn()?;
        Ok(Self {
            child,
            file,
            command: command.clone(),
        })
    }

    /// Waits for the editor to end, then reads what it wrote. Blocks. The file is gone afterwards.
    ///
    /// # Errors
    /// A sentence that says why the text is as it was.
    pub fn wait(mut self) -> Result<String, String> {
        let command = self.command.words();
        let status = self
            .child
            .wait()
            .map_err(|error| say!("editor-lost", command = command, error = system(&error)))?;
        if !status.success() {
            return Err(match status.code() {
                Some(127) => say!("editor-not-found", command = command),
                _ => say!("editor-failed", command = command, status = exit(status)),
            });
        }
        // Editors may put a new file in the old one's place: it is read by its name.
        let bytes = fs::read(self.file.path()).map_err(|error| {
            say!(
                "editor-unreadable",
                command = command,
                error = system(&error)
            )
        })?;
        String::from_utf8(bytes).map_err(|_| say!("editor-no-text", command = command))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;

    fn tty() -> Tty {
        Tty {
            input: File::open("/dev/null").unwrap(),
            output: File::options().write(true).open("/dev/null").unwrap(),
        }
    }

    fn edit(command: &str, text: &str) -> Result<String, String> {
        let command = EditorCommand(command.to_owned());
        Editing::start(&command, text, tty()).unwrap().wait()
    }

    #[test]
    fn the_editor_is_the_one_that_is_named_and_may_have_words_of_its_own() {
        let detect = |visual: &str, editor: &str| {
            let (visual, editor) = (visual.to_owned(), editor.to_owned());
            EditorCommand::detect(move |name| {
                Some(if name == "VISUAL" {
                    visual.clone()
                } else {
                    editor.clone()
                })
            })
        };
        assert_eq!(detect("code --wait", "nano").words(), "code --wait");
        assert_eq!(detect(" ", "nano").words(), "nano");
        assert_eq!(EditorCommand::detect(|_| None).words(), "vi");
    }

    #[test]
    fn a_text_comes_back_as_the_editor_left_it() {
        assert_eq!(
            edit("sed -i s/one/two/", "one\n模型"),
            Ok("two\n模型".into())
        );
        assert_eq!(edit("true", ""), Ok(String::new()));
    }

    #[test]
    fn an_editor_that_fails_changes_nothing_and_says_so() {
        for (command, words) in [
            ("false", "nothing was changed"),
            ("no-such-editor-anywhere", "was not found"),
            ("printf '\\377' >", "no text in UTF-8"),
        ] {
            let why = edit(command, "text").unwrap_err();
            assert!(why.contains(words), "{command}: {why}");
        }
    }
}
