//! What an object store's errors mean to whoever started the run.

use std::error::Error as StdError;
use std::io;

use crate::error::{Error, Kind};

/// `redact` removes secrets from a text that a server may have echoed.
pub fn of_store(doing: &str, uri: &str, error: &object_store::Error, redact: &dyn Fn(&str) -> String) -> Error {
    use object_store::Error as E;
    match error {
        E::NotFound { .. } => missing(uri),
        E::AlreadyExists { .. } | E::Precondition { .. } => {
            Error::retry(format!("{doing} `{uri}` failed: another process was faster")).hint("run it again")
        }
        E::PermissionDenied { .. } | E::Unauthenticated { .. } => denied(doing, uri, redact(&error.to_string())),
        E::Generic { store: "LocalFileSystem", source } => {
            let kind = io_cause(source.as_ref()).map_or(io::ErrorKind::Other, io::Error::kind);
            of_io(doing, uri, io::Error::new(kind, redact(&error.to_string())))
        }
        E::Generic { .. } => of_text(doing, uri, redact(&error.to_string())),
        _ => Error::io(format!("{doing} `{uri}` failed")).because(redact(&error.to_string())),
    }
}

/// A failed call to the operating system.
pub fn of_io(doing: &str, uri: &str, error: io::Error) -> Error {
    let message = format!("{doing} `{uri}` failed");
    match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            Error::permission(message).hint("give this user access to the directory").because(error)
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            Error::io(message).hint("free space on the disk, then run it again").because(error)
        }
        _ => Error::io(message).because(error),
    }
}

/// What a store or a server said, where only its words tell the kinds apart.
pub fn of_text(doing: &str, uri: &str, text: String) -> Error {
    const CREDENTIALS: [&str; 8] = [
        "AccessDenied",
        "ExpiredToken",
        "InvalidToken",
        "InvalidAccessKeyId",
        "SignatureDoesNotMatch",
        "lacked the necessary privileges",
        "lacked valid authentication",
        "Permission denied",
    ];
    const FULL: [&str; 3] = ["No space left on device", "File too large", "quota exceeded"];
    let message = format!("{doing} `{uri}` failed");
    const ROLES: [&str; 3] = ["/latest/api/token", "/latest/meta-data", "169.254.170."];
    if ROLES.iter().any(|word| text.contains(word)) {
        return Error::permission(format!("{message}: no credentials"))
            .hint("set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run where an instance role exists")
            .because(text);
    }
    if CREDENTIALS.iter().any(|word| text.contains(word)) {
        return denied(doing, uri, text);
    }
    if FULL.iter().any(|word| text.contains(word)) {
        return Error::io(message).hint("free space on the disk, then run it again").because(text);
    }
    if text.contains("incorrectly configured region") || text.contains("PermanentRedirect") {
        return Error::new(Kind::Io, message).hint("set AWS_REGION to the bucket's region").because(text);
    }
    if text.contains("status code: 4") && !text.contains("status code: 429") && !text.contains("status code: 408") {
        return Error::io(message).because(text);
    }
    Error::retry(message).hint("storage did not answer: run it again, and check AWS_ENDPOINT_URL").because(text)
}

pub fn missing(uri: &str) -> Error {
    Error::io(format!("`{uri}` does not exist")).hint("check the URI, and that the bucket or directory exists")
}

fn denied(doing: &str, uri: &str, text: String) -> Error {
    Error::permission(format!("{doing} `{uri}` is not allowed"))
        .hint("check the credentials and what they may do with this path")
        .because(text)
}

/// The operating system's error underneath, if there is one.
fn io_cause<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a io::Error> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(io) = error.downcast_ref::<io::Error>() {
            return Some(io);
        }
        cause = error.source();
    }
    None
}
