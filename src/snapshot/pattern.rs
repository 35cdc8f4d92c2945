//! Path patterns: `*`, `?`, `[a-z]` within a path component, `**` for any number of them, `{latest}` for a date.

use jiff::civil::Date;

use crate::job::LATEST;

/// An absolute URI with patterns, split into what can be listed and what must be matched.
#[derive(Debug)]
pub struct Pattern {
    /// The leading directories without patterns, ending in `/`.
    pub prefix: String,
    /// The components after the prefix.
    components: Vec<String>,
}

/// A path that fits, with the date that `{latest}` stood for.
#[derive(Debug, PartialEq, Eq)]
pub struct Fit {
    pub date: Option<Date>,
}

impl Pattern {
    pub fn new(uri: &str) -> Pattern {
        let scheme = uri.find("://").map_or(0, |at| at + 3);
        let path = uri[scheme..].trim_end_matches('/');
        let components: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        // the bucket, and the last component (it may be a file), are always matched against
        let literal = components.iter().take_while(|part| !has_pattern(part)).count();
        let literal = literal.min(components.len().saturating_sub(1));
        let root = if path.starts_with('/') { "/" } else { "" };
        let mut prefix = format!("{}{root}", &uri[..scheme]);
        for part in &components[..literal] {
            prefix.push_str(part);
            prefix.push('/');
        }
        Pattern { prefix, components: components[literal..].iter().map(ToString::to_string).collect() }
    }

    /// The whole path, as a directory, if it has no patterns.
    pub fn plain(&self) -> Option<String> {
        let [last] = self.components.as_slice() else { return None };
        (!has_pattern(last)).then(|| format!("{}{last}/", self.prefix))
    }

    /// Whether the pattern names this object, or a directory above it if the object is a `.parquet` file. Hidden
    /// files and directories (`.x`, `_x`; not `_x=…`) never fit.
    pub fn fit(&self, uri: &str) -> Option<Fit> {
        let path = uri.strip_prefix(&self.prefix)?;
        let parts: Vec<&str> = path.split('/').collect();
        let hidden = |part: &&str| part.starts_with('.') || part.starts_with('_') && !part.contains('=');
        if parts.iter().any(hidden) || path.is_empty() || path.ends_with('/') {
            return None;
        }
        if let Some(fit) = fit_components(&self.components, &parts) {
            return Some(fit);
        }
        if !path.ends_with(".parquet") {
            return None;
        }
        (1..parts.len()).rev().find_map(|depth| fit_components(&self.components, &parts[..depth]))
    }
}

fn has_pattern(part: &str) -> bool {
    part.contains(['*', '?', '[']) || part.contains(LATEST)
}

fn fit_components(pattern: &[String], parts: &[&str]) -> Option<Fit> {
    match (pattern.split_first(), parts.split_first()) {
        (None, None) => Some(Fit { date: None }),
        (Some((first, rest)), _) if first == "**" => {
            (0..=parts.len()).find_map(|skipped| fit_components(rest, &parts[skipped..]))
        }
        (Some((first, rest)), Some((part, others))) => {
            let date = fit_component(first, part)?;
            let fit = fit_components(rest, others)?;
            Some(Fit { date: date.or(fit.date) })
        }
        _ => None,
    }
}

/// Some(date of `{latest}`, if the pattern has one) if the text fits.
fn fit_component(pattern: &str, text: &str) -> Option<Option<Date>> {
    let Some((before, after)) = pattern.split_once(LATEST) else {
        return glob(pattern.as_bytes(), text.as_bytes()).then_some(None);
    };
    let starts = text.char_indices().map(|(at, _)| at);
    starts.flat_map(|at| [(at, 10), (at, 8)]).find_map(|(at, length)| {
        let date = parse_date(text.get(at..at + length)?)?;
        let fits =
            glob(before.as_bytes(), &text.as_bytes()[..at]) && glob(after.as_bytes(), &text.as_bytes()[at + length..]);
        fits.then_some(Some(date))
    })
}

/// `2024-01-31` or `20240131`.
pub fn parse_date(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    let (year, month, day) = match bytes.len() {
        10 if bytes[4] == b'-' && bytes[7] == b'-' => (text.get(..4)?, text.get(5..7)?, text.get(8..10)?),
        8 => (text.get(..4)?, text.get(4..6)?, text.get(6..8)?),
        _ => return None,
    };
    if ![year, month, day].iter().all(|part| part.bytes().all(|b| b.is_ascii_digit())) {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

fn glob(pattern: &[u8], text: &[u8]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some((b'*', rest)) => (0..=text.len()).any(|skipped| glob(rest, &text[skipped..])),
        Some((b'?', rest)) => !text.is_empty() && glob(rest, &text[1..]),
        Some((b'[', rest)) => match (class(rest), text.split_first()) {
            (Some((set, after)), Some((byte, others))) => in_class(set, *byte) && glob(after, others),
            (None, Some((b'[', others))) => glob(rest, others),
            _ => false,
        },
        Some((byte, rest)) => text.first() == Some(byte) && glob(rest, &text[1..]),
    }
}

/// The inside of `[…]` and what follows it.
fn class(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = rest.iter().skip(1).position(|&byte| byte == b']')? + 1;
    Some((&rest[..end], &rest[end + 1..]))
}

fn in_class(set: &[u8], byte: u8) -> bool {
    let (negated, mut set) = match set.split_first() {
        Some((b'!' | b'^', rest)) if !rest.is_empty() => (true, rest),
        _ => (false, set),
    };
    let mut found = false;
    while let Some((&low, rest)) = set.split_first() {
        if let [b'-', high, after @ ..] = rest {
            found |= (low..=*high).contains(&byte);
            set = after;
        } else {
            found |= low == byte;
            set = rest;
        }
    }
    found != negated
}
