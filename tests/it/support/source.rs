//! The source tree as text: code without comments and strings, and the strings by themselves.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// One file below `src/`.
pub struct SourceText {
    /// Relative to `src/`, with forward slashes.
    pub path: String,
    pub text: String,
    /// Comments and the contents of string and character literals blanked out, newlines kept.
    pub code: String,
    /// Contents of the string literals, as written, with their line.
    pub strings: Vec<(usize, String)>,
}

impl SourceText {
    pub fn parse(path: String, text: String) -> Self {
        let (code, strings) = split(&text);
        SourceText { path, text, code, strings }
    }

    /// The top-level module the file belongs to: `metrics` for `metrics/churn.rs`, `month` for `month.rs`.
    pub fn module(&self) -> &str {
        let first = self.path.split('/').next().unwrap();
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// `src/path:line` of every place where `word` stands in the code, not inside a longer identifier.
    pub fn places(&self, word: &str) -> Vec<String> {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        self.code
            .match_indices(word)
            .filter(|(at, _)| {
                let before = self.code[..*at].chars().next_back();
                let after = self.code[at + word.len()..].chars().next();
                !(word.starts_with(is_word) && before.is_some_and(is_word)
                    || word.ends_with(is_word) && after.is_some_and(is_word))
            })
            .map(|(at, _)| format!("src/{}:{}", self.path, line_of(&self.code, at)))
            .collect()
    }

    /// Modules of this crate the file names in `crate::…` paths, grouped imports included.
    pub fn crate_modules(&self) -> BTreeSet<String> {
        let mut modules = BTreeSet::new();
        for (at, found) in self.code.match_indices("crate::") {
            let rest = &self.code[at + found.len()..];
            if let Some(group) = rest.strip_prefix('{') {
                modules.extend(group_heads(group));
            } else {
                modules.insert(identifier(rest));
            }
        }
        modules
    }
}

/// Every Rust file below `src/`, sorted by path.
pub fn sources() -> Vec<SourceText> {
    let mut files = Vec::new();
    collect_files(&root().join("src"), &mut files);
    files.retain(|path| path.extension().is_some_and(|extension| extension == "rs"));
    files.sort();
    let relative = |path: &Path| path.strip_prefix(root().join("src")).unwrap().to_str().unwrap().replace('\\', "/");
    files.iter().map(|path| SourceText::parse(relative(path), fs::read_to_string(path).unwrap())).collect()
}

fn collect_files(directory: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { collect_files(&path, into) } else { into.push(path) }
    }
}

fn identifier(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// First identifiers of a use group's members: `{a, b::{c, d}, e::f}` gives a, b, e.
fn group_heads(group: &str) -> Vec<String> {
    let (mut depth, mut heads, mut at_start) = (0, Vec::new(), true);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => at_start = true,
            c if c.is_whitespace() => {}
            _ if at_start => {
                heads.push(identifier(&group[at..]));
                at_start = false;
            }
            _ => {}
        }
    }
    heads
}

fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// A lexer of just enough Rust: nested comments, escapes, raw strings, lifetimes.
fn split(text: &str) -> (String, Vec<(usize, String)>) {
    let bytes = text.as_bytes();
    let (mut code, mut strings, mut at) = (Vec::with_capacity(bytes.len()), Vec::new(), 0);
    let blank = |code: &mut Vec<u8>, from: usize, to: usize| {
        code.extend(bytes[from..to].iter().map(|&byte| if byte == b'\n' { b'\n' } else { b' ' }));
    };
    while at < bytes.len() {
        let rest = &text[at..];
        let end = if rest.starts_with("//") {
            at + rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            at + block_comment(rest)
        } else if let Some((open, close)) = raw_string(rest, code.last().copied()) {
            let length = rest[open..].find(&close).unwrap();
            strings.push((line_of(text, at), rest[open..open + length].to_string()));
            at + open + length + close.len()
        } else if let Some(literal) = rest.strip_prefix('"') {
            let length = quoted(literal, b'"');
            strings.push((line_of(text, at), literal[..length].to_string()));
            at + length + 2
        } else if is_char_literal(rest) {
            at + quoted(&rest[1..], b'\'') + 2
        } else {
            code.push(bytes[at]);
            at += 1;
            continue;
        };
        blank(&mut code, at, end);
        at = end;
        // The cut must fall between characters.
        while !text.is_char_boundary(at) {
            at += 1;
        }
    }
    (String::from_utf8(code).unwrap(), strings)
}

fn block_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    loop {
        let rest = &text.as_bytes()[at..];
        if rest.starts_with(b"/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if rest.starts_with(b"*/") {
            (depth, at) = (depth - 1, at + 2);
        } else {
            at += 1;
        }
        if depth == 0 || at >= text.len() {
            return at;
        }
    }
}

/// Length of the prefix `r##"` and the closing delimiter, if a raw string begins here.
fn raw_string(text: &str, before: Option<u8>) -> Option<(usize, String)> {
    if before.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_') && !text.starts_with("br") {
        return None;
    }
    let body = text.strip_prefix("br").or_else(|| text.strip_prefix('r'))?;
    let hashes = body.bytes().take_while(|&byte| byte == b'#').count();
    body[hashes..].starts_with('"').then(|| (text.len() - body.len() + hashes + 1, format!("\"{}", "#".repeat(hashes))))
}

/// Bytes up to the closing quote.
fn quoted(text: &str, quote: u8) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() && bytes[at] != quote {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at
}

/// `'x'` or `'\n'`, not a lifetime.
fn is_char_literal(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next() == Some('\'')
        && match chars.next() {
            Some('\\') => true,
            Some(_) => chars.next() == Some('\''),
            None => false,
        }
}

#[test]
fn comments_and_literals_are_not_code() {
    let text = "let a = \"x // \\\" y\"; // tail 'b\n/* \"no\" /* nested */ */ fn f<'a>(c: char) { c == '\"' } r#\"raw \"q\" \"#";
    let source = SourceText::parse("metrics/x.rs".into(), text.into());
    assert_eq!(source.strings, [(1, "x // \\\" y".to_string()), (2, "raw \"q\" ".to_string())]);
    assert!(source.code.contains("fn f<'a>(c: char) { c ==     }"), "{}", source.code);
    assert!(!source.code.contains("tail") && !source.code.contains("nested"));
}

#[test]
fn grouped_imports_name_their_modules() {
    let text = "use crate::{error::{Error, Result}, month};\nfn f(x: crate::job::Job) {}";
    let source = SourceText::parse("metrics/x.rs".into(), text.into());
    assert_eq!(Vec::from_iter(source.crate_modules()), ["error", "job", "month"]);
    assert_eq!(source.places("Job"), ["src/metrics/x.rs:2"]);
}
