//! A bug ends a command like any other error: one line, a hint, its own exit code.

use std::panic;
use std::sync::Mutex;

use crate::error::{Error, Result};

static LAST: Mutex<String> = Mutex::new(String::new());

/// Runs a command; a panic in it becomes `Kind::Internal`. Panics print nothing of their own unless `with_backtrace`:
/// those of the query engine are caught further down and become ordinary errors.
pub fn catch(with_backtrace: bool, command: impl FnOnce() -> Result<()>) -> Result<()> {
    let default = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if let Ok(mut last) = LAST.lock() {
            *last = info.to_string().replace('\n', " ");
        }
        if with_backtrace {
            default(info);
        }
    }));
    let result = panic::catch_unwind(panic::AssertUnwindSafe(command));
    drop(panic::take_hook());
    result.unwrap_or_else(|_| {
        let text = LAST.lock().map(|text| text.clone()).unwrap_or_default();
        Err(Error::internal(format!("tenure stopped on a bug of its own: {text}")).hint(
            "please report it with this message, the command and `tenure --version`; readers see nothing that was not \
             published whole",
        ))
    })
}
