//! Messages to standard error, results to standard output.

use std::io::{IsTerminal, Write};

use moshtari::{Error, Result, Warning};
use serde_json::{Map, Value, json};

use super::args::Log;

/// Writes to the two streams; nobody else does.
#[derive(Clone, Copy, Debug)]
pub(super) struct Printer {
    log: Log,
    quiet: bool,
}

impl Printer {
    pub(super) fn new(log: Log, quiet: bool) -> Self {
        Self { log, quiet }
    }

    /// Progress bars make sense: a person looks at a terminal.
    pub(super) fn is_watched(self) -> bool {
        !self.quiet && self.log == Log::Text && std::io::stderr().is_terminal()
    }

    /// A result of the command. A closed pipe is the reader's wish to stop, not a failure.
    #[expect(clippy::unused_self, reason = "whoever prints holds the printer")]
    pub(super) fn out(self, text: &str) -> Result<()> {
        let mut stdout = std::io::stdout().lock();
        match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
            Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => {
                Err(Error::Io { action: "write", path: "standard output".into(), source: e })
            }
            _ => Ok(()),
        }
    }

    /// Something that happened, with its figures for machines.
    pub(super) fn info(self, text: &str, fields: &Map<String, Value>) {
        if !self.quiet {
            self.message("info", text, fields);
        }
    }

    pub(super) fn warning(self, warning: &Warning) {
        if !self.quiet {
            let fields = Map::from_iter([("code".to_owned(), json!(warning.code))]);
            self.message("warning", &warning.message, &fields);
        }
    }

    pub(super) fn error(self, error: &Error) {
        let mut fields = Map::new();
        if let Some(hint) = error.hint_text() {
            fields.insert("hint".to_owned(), json!(hint));
        }
        self.message("error", &error.to_string(), &fields);
    }

    fn message(self, level: &str, text: &str, fields: &Map<String, Value>) {
        let line = match self.log {
            Log::Json => {
                let mut object =
                    Map::from_iter([("level".to_owned(), json!(level)), ("message".to_owned(), json!(text))]);
                object.extend(fields.clone());
                Value::Object(object).to_string()
            }
            Log::Text => {
                let text = visible(text);
                let mut line = if level == "info" { text } else { format!("{level}: {text}") };
                if let Some(hint) = fields.get("hint").and_then(Value::as_str) {
                    line.push_str("\nhint: ");
                    line.push_str(&visible(hint));
                }
                line
            }
        };
        // Nobody is left to tell when standard error itself is closed.
        let _ = writeln!(std::io::stderr().lock(), "{line}");
    }
}

/// Control bytes of a file must not steer the terminal.
fn visible(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}
