//! The command `tenure`: parses, starts logging, runs one subcommand and turns its error into an exit code.
//! The only reader of the clock, the environment and the terminal.

use std::io::IsTerminal;
use std::panic;
use std::process::ExitCode;
use std::sync::Mutex;

use clap::Parser;
use tenure::cli::{self, Cli, Env, output};
use tenure::error::Error;

fn main() -> ExitCode {
    let env = environment();
    let cli = Cli::parse();
    cli::logging::start(&cli.global, &env);
    quieten_panics(env.get("RUST_BACKTRACE").is_some_and(|value| value != "0"));
    let result = panic::catch_unwind(panic::AssertUnwindSafe(|| cli::run(cli, &env)))
        .unwrap_or_else(|_| Err(bug(&LAST_PANIC.lock().map(|text| text.clone()).unwrap_or_default())));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::error(&error);
            ExitCode::from(error.exit_code())
        }
    }
}

#[allow(clippy::disallowed_methods, reason = "the one place where clock and environment are read")]
fn environment() -> Env {
    let text = |value: std::ffi::OsString| value.into_string().ok();
    Env {
        pairs: std::env::vars_os().filter_map(|(name, value)| Some((text(name)?, text(value)?))).collect(),
        now: jiff::Timestamp::now(),
        is_stdout_terminal: std::io::stdout().is_terminal(),
        is_stderr_terminal: std::io::stderr().is_terminal(),
    }
}

static LAST_PANIC: Mutex<String> = Mutex::new(String::new());

/// Keeps the text of a panic for `bug` instead of printing it; panics of the query engine are caught further down and
/// become ordinary errors.
fn quieten_panics(with_backtrace: bool) {
    let default = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if let Ok(mut last) = LAST_PANIC.lock() {
            *last = info.to_string().replace('\n', " ");
        }
        if with_backtrace {
            default(info);
        }
    }));
}

fn bug(text: &str) -> Error {
    Error::internal(format!("tenure stopped on a bug of its own: {text}"))
        .hint("please report it with this message, the command and the version (`tenure --version`); nothing is visible to readers that was not committed")
}
