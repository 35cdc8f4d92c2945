//! The command `tenure`: parses, starts logging, runs one subcommand and turns its error into an exit code.
//! The only reader of the clock, the environment and the terminal.

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::Parser;
/// Against the system's and mimalloc: less memory at the peak and less time, measured in benches/README.md.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

use tenure::cli::{self, Cli, Env, output, panics};

fn main() -> ExitCode {
    let env = environment();
    let cli = Cli::parse();
    cli::logging::start(&cli.global, &env);
    let result = panics::catch(env.get("RUST_BACKTRACE").is_some_and(|value| value != "0"), || cli::run(cli, &env));
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
