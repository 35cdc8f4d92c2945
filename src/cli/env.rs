//! What `main` read from the outside world.

use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};

use crate::error::{Error, Result};
use crate::job::Job;

/// Environment variables, the clock and whether anybody is watching, read once by `main`.
#[derive(Debug, Clone)]
pub struct Env {
    pub pairs: Vec<(String, String)>,
    pub now: Timestamp,
    pub is_stdout_terminal: bool,
    pub is_stderr_terminal: bool,
}

impl Env {
    /// The value of a variable that is set and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// A name for a run that starts now: unique to the microsecond, and sorted by time.
    pub fn run_id(&self, kind: &str) -> String {
        let plain = |c: &char| c.is_ascii_alphanumeric() || *c == '.';
        format!("{kind}-{}", self.now.to_string().chars().filter(plain).collect::<String>())
    }

    /// Today in the job's time zone.
    pub fn today(&self, job: &Job) -> Result<Date> {
        let zone = TimeZone::get(&job.time_zone).map_err(|error| {
            Error::job(format!("unknown time zone `{}`", job.time_zone))
                .hint("use an IANA name such as UTC or Europe/Berlin")
                .because(error)
        })?;
        Ok(self.now.to_zoned(zone).date())
    }

    /// The last day that is over in the job's time zone: the default as-of day.
    pub fn yesterday(&self, job: &Job) -> Result<Date> {
        let today = self.today(job)?;
        today.checked_sub(1.day()).map_err(|error| Error::internal("the clock is out of range").because(error))
    }
}
