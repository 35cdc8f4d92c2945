//! Committed expectations: compared, or rewritten with `BLESS=1`.

use std::fs;
use std::path::Path;

pub fn is_blessing() -> bool {
    std::env::var_os("BLESS").is_some_and(|value| value != "0")
}

/// None if `text` is what the file holds; else the first line that differs. With `BLESS=1` the file is rewritten.
pub fn difference(path: &Path, text: &str) -> Option<String> {
    let committed = fs::read_to_string(path).unwrap_or_default();
    if committed == text {
        return None;
    }
    if is_blessing() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        return None;
    }
    let (mut old, mut new) = (committed.lines(), text.lines());
    let mut line = 0;
    loop {
        line += 1;
        let (expected, found) = (old.next(), new.next());
        if expected != found || expected.is_none() {
            let show = |text: Option<&str>| text.unwrap_or("<end of file>").to_string();
            return Some(format!(
                "{}:{line}: expected\n  {}\nfound\n  {}",
                path.display(),
                show(expected),
                show(found)
            ));
        }
    }
}
