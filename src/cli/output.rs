//! Everything that reaches stdout, and the last word on stderr.

use std::io::{self, ErrorKind, Write};

use crate::error::{Error, Result};

/// Writes data to stdout. A reader that went away (`| head`) has what it wanted: no error.
pub fn write(data: impl AsRef<[u8]>) -> Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(data.as_ref()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Error::io("writing to stdout failed").because(error))
        }
        _ => Ok(()),
    }
}

/// Writes one line of text to stdout.
pub fn line(text: &str) -> Result<()> {
    write(format!("{text}\n"))
}

/// Writes a value as one line of JSON to stdout.
pub fn json(value: &impl serde::Serialize) -> Result<()> {
    let text = serde_json::to_string(value).map_err(|error| Error::internal("JSON output failed").because(error))?;
    line(&text)
}

/// Longest message printed: a query engine may add its whole plan.
const MESSAGE_LIMIT: usize = 800;

/// `error: …` and `hint: …` on stderr. There is nowhere left to report a failure to.
pub fn error(error: &Error) {
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default();
    let end = line.char_indices().nth(MESSAGE_LIMIT).map_or(line.len(), |(end, _)| end);
    let more = if end < text.trim_end().len() { " … (all of it with -v)" } else { "" };
    let mut stderr = io::stderr().lock();
    let _ = writeln!(stderr, "error: {}{more}", &line[..end]);
    if let Some(hint) = &error.hint {
        let _ = writeln!(stderr, "hint: {hint}");
    }
    drop(stderr);
    if !more.is_empty() {
        tracing::debug!("{text}");
    }
}
