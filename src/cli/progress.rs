//! A line on the terminal that says what a long command is doing.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::{Env, Global};

/// Shows the present stage on stderr if somebody is looking, and nothing anywhere else.
pub struct Progress(ProgressBar);

impl Progress {
    pub fn new(global: &Global, env: &Env) -> Self {
        let is_shown = env.is_stderr_terminal && !global.quiet && global.verbose == 0 && env.get("RUST_LOG").is_none();
        Progress(if is_shown { ProgressBar::new_spinner().with_style(style(env)) } else { ProgressBar::hidden() })
    }

    /// Replaces the line.
    pub fn stage(&self, text: &str) {
        self.0.enable_steady_tick(Duration::from_millis(120));
        self.0.set_message(text.to_string());
    }

    /// Removes the line, so that output can follow.
    pub fn done(&self) {
        self.0.finish_and_clear();
    }
}

fn style(env: &Env) -> ProgressStyle {
    let template = if env.get("NO_COLOR").is_some() {
        "{spinner} {elapsed:>4} {wide_msg}"
    } else {
        "{spinner:.cyan} {elapsed:>4.dim} {wide_msg}"
    };
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.done();
    }
}
