//! The rules of deny.toml over the resolved dependency tree, offline: what cargo-deny would say of licences, bans and
//! sources.

use std::process::Command;

use serde_json::Value;

use crate::support::source::root;

/// Packages that a build for this machine uses; the others need not have been downloaded.
fn packages() -> Vec<Value> {
    let rustc = Command::new("rustc").arg("-vV").output().unwrap();
    let version = String::from_utf8(rustc.stdout).unwrap();
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--offline", "--locked", "--filter-platform", host])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(metadata.status.success(), "{}", String::from_utf8_lossy(&metadata.stderr));
    let metadata: Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let used: Vec<&Value> = metadata["resolve"]["nodes"].as_array().unwrap().iter().map(|node| &node["id"]).collect();
    let packages = metadata["packages"].as_array().unwrap().iter();
    packages.filter(|package| used.contains(&&package["id"])).cloned().collect()
}

fn rules() -> toml::Table {
    std::fs::read_to_string(root().join("deny.toml")).unwrap().parse().unwrap()
}

fn list<'a>(rules: &'a toml::Table, section: &str, key: &str) -> Vec<&'a toml::Value> {
    rules[section][key].as_array().unwrap().iter().collect()
}

fn name(package: &Value) -> String {
    format!("{} {}", package["name"].as_str().unwrap(), package["version"].as_str().unwrap())
}

/// Whether an SPDX expression can be met with the allowed licences: OR needs one side, AND both; `/` is an old OR.
fn is_met(expression: &str, allowed: &[&str]) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let met = any(&words, &mut at, allowed);
    assert_eq!(at, words.len(), "not understood: {expression}");
    met
}

fn any(words: &[&str], at: &mut usize, allowed: &[&str]) -> bool {
    let mut met = all(words, at, allowed);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        met |= all(words, at, allowed);
    }
    met
}

fn all(words: &[&str], at: &mut usize, allowed: &[&str]) -> bool {
    let mut met = one(words, at, allowed);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        met &= one(words, at, allowed);
    }
    met
}

fn one(words: &[&str], at: &mut usize, allowed: &[&str]) -> bool {
    let word = words[*at];
    *at += 1;
    if word == "(" {
        let met = any(words, at, allowed);
        assert_eq!(words.get(*at), Some(&")"));
        *at += 1;
        return met;
    }
    if words.get(*at) == Some(&"WITH") {
        let licence = format!("{word} WITH {}", words[*at + 1]);
        *at += 2;
        return allowed.contains(&licence.as_str());
    }
    allowed.contains(&word)
}

#[test]
fn licences_are_allowed() {
    let rules = rules();
    let allowed: Vec<&str> = list(&rules, "licenses", "allow").into_iter().map(|name| name.as_str().unwrap()).collect();
    let packages = packages();
    assert!(packages.len() > 100, "only {} packages", packages.len());
    let refused = |package: &&Value| !package["license"].as_str().is_some_and(|licence| is_met(licence, &allowed));
    let refused: Vec<String> =
        packages.iter().filter(refused).map(|package| format!("{}: {}", name(package), package["license"])).collect();
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

#[test]
fn banned_crates_are_absent() {
    let rules = rules();
    let banned: Vec<&str> =
        list(&rules, "bans", "deny").into_iter().map(|entry| entry["crate"].as_str().unwrap()).collect();
    let packages = packages();
    let found: Vec<String> =
        packages.iter().filter(|package| banned.contains(&package["name"].as_str().unwrap())).map(name).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn sources_are_allowed() {
    let rules = rules();
    let registries: Vec<String> = list(&rules, "sources", "allow-registry")
        .into_iter()
        .map(|url| format!("registry+{}", url.as_str().unwrap()))
        .collect();
    let foreign: Vec<String> = packages()
        .iter()
        .filter(|package| package["name"] != env!("CARGO_PKG_NAME"))
        .filter(|package| !registries.iter().any(|registry| package["source"] == registry.as_str()))
        .map(|package| format!("{}: {}", name(package), package["source"]))
        .collect();
    assert!(foreign.is_empty(), "{}", foreign.join("\n"));
}

#[test]
fn licence_expressions_are_read_as_spdx_means_them() {
    let allowed = ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"];
    assert!(is_met("GPL-3.0 OR MIT", &allowed));
    assert!(is_met("GPL-3.0/MIT", &allowed));
    assert!(!is_met("GPL-3.0 AND MIT", &allowed));
    assert!(is_met("ISC AND (Apache-2.0 OR ISC)", &allowed));
    assert!(!is_met("ISC AND (Apache-2.0 OR GPL-3.0)", &allowed));
    assert!(is_met("Apache-2.0 WITH LLVM-exception", &allowed));
    assert!(!is_met("Apache-2.0", &allowed));
}
