//! One error type for the whole program: what failed, what to do about it, and the exit code a scheduler sees.

use std::fmt;

/// Why a command ended, as coarse as a scheduler needs it. The number is the process exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The command line is wrong.
    Usage = 2,
    /// Input data was rejected; nothing was published.
    Data = 65,
    /// A bug of ours.
    Internal = 70,
    /// A file could not be read or written, or the disk is full.
    Io = 74,
    /// Storage was unreachable or another run won a race: the same command later may succeed.
    Retry = 75,
    /// Credentials or file permissions do not allow it.
    Permission = 77,
    /// The job file is wrong.
    Job = 78,
    /// Everything is published, a delivery after it failed.
    Delivery = 80,
}

/// An error with a message for people, an optional hint and an optional cause.
#[derive(Debug)]
pub struct Error {
    pub kind: Kind,
    pub message: String,
    pub hint: Option<String>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Error { kind, message: message.into(), hint: None, source: None }
    }
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }
    pub fn data(message: impl Into<String>) -> Self {
        Self::new(Kind::Data, message)
    }
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(Kind::Internal, message)
    }
    /// Something panicked that may not end the program.
    pub fn stopped(what: &str, panic: &(dyn std::any::Any + Send)) -> Self {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_string())).unwrap_or_default();
        Self::internal(format!("{what} stopped: {text}"))
    }
    pub fn io(message: impl Into<String>) -> Self {
        Self::new(Kind::Io, message)
    }
    pub fn retry(message: impl Into<String>) -> Self {
        Self::new(Kind::Retry, message)
    }
    pub fn permission(message: impl Into<String>) -> Self {
        Self::new(Kind::Permission, message)
    }
    pub fn job(message: impl Into<String>) -> Self {
        Self::new(Kind::Job, message)
    }

    /// What the user can do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The error underneath; its text is not repeated in `message`.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    pub fn exit_code(&self) -> u8 {
        self.kind as u8
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        let mut cause = self.source.as_deref().map(|s| s as &dyn std::error::Error);
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

impl From<polars::error::PolarsError> for Error {
    fn from(error: polars::error::PolarsError) -> Self {
        use polars::error::PolarsError as P;
        match error {
            P::IO { error, .. } => of_io(&error),
            // Polars appends the whole plan; the first line says what is wrong with it.
            other => {
                let text = other.to_string();
                Error::internal("a query failed").because(text.lines().next().unwrap_or_default())
            }
        }
    }
}

/// A scan of cloud storage reports its errors as I/O too, after its own retries.
fn of_io(error: &std::io::Error) -> Error {
    use std::io::ErrorKind as E;
    let text = error.to_string();
    let is_remote = text.contains("Generic S3 error") || text.contains("error sending request");
    let failed = match error.kind() {
        E::PermissionDenied => Error::permission("reading data was not allowed"),
        E::TimedOut | E::ConnectionRefused | E::ConnectionReset => Error::retry("storage did not answer"),
        _ if is_remote => Error::retry("storage did not answer"),
        _ => Error::io("reading or writing data failed"),
    };
    failed.because(text)
}
