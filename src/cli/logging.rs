//! Log lines on stderr.

use std::io;

use clap::ValueEnum;
use tracing_subscriber::EnvFilter;

use super::{Env, Global};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// One readable line per event.
    Text,
    /// One JSON object per line.
    Json,
}

/// Starts logging. `RUST_LOG` wins over the flags; on a terminal the progress line takes the place of `info`.
pub fn start(global: &Global, env: &Env) {
    let directives = match (global.quiet, global.verbose) {
        (true, _) => "error",
        (_, 0) if env.is_stderr_terminal => "error,tenure=warn",
        (_, 0) => "error,tenure=info",
        (_, 1) => "warn,tenure=debug",
        (_, _) => "info,tenure=trace",
    };
    let filter = env.get("RUST_LOG").unwrap_or(directives);
    let builder = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::builder().parse_lossy(filter))
        .with_writer(io::stderr)
        .with_ansi(env.is_stderr_terminal && env.get("NO_COLOR").is_none());
    match global.log_format {
        LogFormat::Text => builder.with_target(false).init(),
        LogFormat::Json => builder.json().flatten_event(true).init(),
    }
}
