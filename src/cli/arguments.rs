//! Arguments that several subcommands share.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use jiff::civil::Date;

use crate::cli::Env;
use crate::error::{Error, Result};
use crate::job::Job;
use crate::month::Month;
use crate::storage::Storage;

/// The job file.
#[derive(Debug, Args)]
pub struct JobFile {
    /// Job file, e.g. `jobs/nightly.toml`.
    #[arg(long = "job", value_name = "FILE")]
    path: PathBuf,
}

impl JobFile {
    /// The job as meant, and the storage it reads from and writes to.
    pub fn open(&self, env: &Env) -> Result<(Job, Storage)> {
        let job = Job::load(&self.path)?;
        let storage = Storage::from_pairs(env.pairs.iter().cloned(), job.allow_http)?;
        Ok((job, storage))
    }
}

/// The day as of which inputs are read.
#[derive(Debug, Args)]
pub struct AsOf {
    /// Last day that counts, YYYY-MM-DD; nothing after it exists [default: yesterday in the job's time zone].
    #[arg(long = "as-of", value_name = "DATE", value_parser = date)]
    date: Option<Date>,
}

impl AsOf {
    pub fn is_given(&self) -> bool {
        self.date.is_some()
    }

    pub fn or_yesterday(&self, env: &Env, job: &Job) -> Result<Date> {
        let Some(date) = self.date else { return env.yesterday(job) };
        let today = env.today(job)?;
        if date > today {
            tracing::warn!(%date, %today, "the as-of day lies in the future: its month will look finished when it is not");
        }
        Ok(date)
    }
}

/// How rows are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Aligned for reading; columns without values are left out.
    Table,
    /// Every column, RFC 4180.
    Csv,
    /// One JSON object per line, amounts as strings.
    Json,
}

/// A month, for clap: `YYYY-MM`.
pub fn month(text: &str) -> std::result::Result<Month, String> {
    text.parse().map_err(|_: Error| "write a month as YYYY-MM, for example 2026-03".to_string())
}

/// A day, for clap: `YYYY-MM-DD`.
pub fn date(text: &str) -> std::result::Result<Date, String> {
    text.parse().map_err(|_| "write a day as YYYY-MM-DD, for example 2026-03-31".to_string())
}

/// `region=EU` for clap.
pub fn pair(text: &str) -> std::result::Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write it as dimension=value, for example region=EU")?;
    Ok((name.trim().to_string(), value.trim().to_string()))
}
