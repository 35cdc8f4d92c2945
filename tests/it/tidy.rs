//! The invariants of ARCHITECTURE.md, held over the source tree.

use std::collections::BTreeSet;
use std::fs;

use tenure::metrics::METRICS;
use tenure::tables::Input;
use tenure::tables::outputs::TABLES;

use crate::support::source::{SourceText, root, sources};

/// Every top-level module and its place in the flow: a module imports from its own place and from those before it.
const FLOW: &[(&str, u32)] = &[
    ("error", 0),
    ("ids", 0),
    ("money", 0),
    ("month", 0),
    ("models", 0),
    ("parallel", 0),
    ("tables", 0),
    ("violation", 0),
    ("job", 1),
    ("storage", 1),
    ("snapshot", 2),
    ("validate", 3),
    ("normalise", 4),
    ("metrics", 5),
    ("execute", 6),
    ("publish", 7),
    ("proofs", 8), // what a run proves about its own output, before it is published
    ("pipeline", 9),
    ("sample", 9),
    ("verify", 9),
    ("cli", 10),
    ("build", 11), // names the code while it is compiled
    ("lib", 11),
    ("main", 11),
];

/// What the pure modules may import at most: modules of this crate, then other crates.
const PURE: &[(&str, &[&str], &[&str])] = &[
    ("metrics", &["tables", "month", "money", "models", "normalise", "metrics"], &["polars"]),
    ("models", &["money", "models"], &[]),
    (
        "normalise",
        &["ids", "tables", "month", "money", "models", "job", "snapshot", "error", "parallel", "normalise"],
        &["polars", "jiff", "foldhash", "hashbrown"],
    ),
    ("month", &["error"], &["jiff"]),
    ("money", &[], &[]),
];

/// I/O, clock and environment, as they would be written.
const OUTSIDE_WORLD: &[&str] = &[
    "std::fs",
    "std::io",
    "std::env",
    "std::net",
    "std::process",
    "std::time",
    "SystemTime",
    "Instant",
    "File",
    "println",
    "eprintln",
    "now",
    "scan_parquet",
    "LazyFileListReader",
    "ParquetReader",
];

/// The ways to run a plan. `.collect()?` is one: an iterator's result cannot be inferred through the `?`.
const COLLECTS: &[&str] =
    &["collect_all", "collect_with_engine", "collect_all_with_engine", "collect_batches", ".collect()?", ".fetch("];

fn of<'a>(sources: &'a [SourceText], modules: &'a [&str]) -> impl Iterator<Item = &'a SourceText> {
    sources.iter().filter(|source| modules.contains(&source.module()))
}

/// Places of any of the words in the files of the modules.
fn places(sources: &[SourceText], modules: &[&str], words: &[&str]) -> Vec<String> {
    let found =
        |source: &SourceText, word: &str| source.places(word).into_iter().map(|at| format!("{at} {word}")).collect();
    of(sources, modules)
        .flat_map(|source| words.iter().flat_map(|word| -> Vec<String> { found(source, word) }))
        .collect()
}

fn dependencies() -> Vec<String> {
    let manifest: toml::Table = fs::read_to_string(root().join("Cargo.toml")).unwrap().parse().unwrap();
    manifest["dependencies"].as_table().unwrap().keys().map(|name| name.replace('-', "_")).collect()
}

#[test]
fn data_flows_one_way() {
    let place = |module: &str| {
        let known = FLOW.iter().find(|(name, _)| *name == module);
        known.unwrap_or_else(|| panic!("module `{module}` has no place in the flow: give it one in tidy.rs")).1
    };
    let mut backwards = Vec::new();
    for source in sources() {
        for module in source.crate_modules() {
            if FLOW.iter().any(|(name, _)| *name == module) && place(&module) > place(source.module()) {
                backwards.push(format!("src/{} imports crate::{module}", source.path));
            }
        }
        place(source.module());
    }
    assert!(backwards.is_empty(), "imports against the flow of data:\n{}", backwards.join("\n"));
}

#[test]
fn pure_modules_import_only_what_they_may() {
    let (sources, dependencies) = (sources(), dependencies());
    let mut wrong = Vec::new();
    for (module, modules, crates) in PURE {
        for source in of(&sources, &[module]) {
            let foreign = source.crate_modules().into_iter().filter(|name| !modules.contains(&name.as_str()));
            wrong.extend(foreign.map(|name| format!("src/{} imports crate::{name}", source.path)));
            for name in dependencies.iter().filter(|name| !crates.contains(&name.as_str())) {
                wrong.extend(source.places(&format!("{name}::")).into_iter().map(|at| format!("{at} uses {name}")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn pure_modules_do_no_io_and_read_no_clock() {
    let found = places(&sources(), &["metrics", "normalise", "models", "month", "money"], OUTSIDE_WORLD);
    assert!(found.is_empty(), "the core computes, it does not look around:\n{}", found.join("\n"));
}

#[test]
fn plans_are_collected_in_execute_only() {
    let sources = sources();
    let modules: Vec<&str> = FLOW.iter().map(|(name, _)| *name).filter(|name| *name != "execute").collect();
    // Calling execute's own collect_all is the way to have a plan run; naming it in the core is not.
    let elsewhere: Vec<&str> = COLLECTS.iter().copied().filter(|word| *word != "collect_all").collect();
    let mut found = places(&sources, &modules, &elsewhere);
    found.extend(places(&sources, &["metrics", "normalise", "models"], &["collect_all", "execute"]));
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn column_names_are_written_in_tables_only() {
    let inputs = Input::ALL.iter().flat_map(|input| input.table().columns.iter().map(|column| column.name));
    let outputs = TABLES.iter().flat_map(|table| table.columns().map(|column| column.name));
    let declared: BTreeSet<&str> = inputs.chain(outputs).collect();
    let mut wrong = Vec::new();
    for source in of(&sources(), &["metrics", "normalise", "publish"]) {
        let named = source.strings.iter().filter(|(_, text)| declared.contains(text.as_str()));
        wrong.extend(named.map(|(line, text)| format!("src/{}:{line} \"{text}\"", source.path)));
        // `col("` leaves `col( ` once strings are blanked out; `col(NAME)` and `col(COLUMN.name)` stay as they are.
        wrong.extend(source.places("col( ").into_iter().map(|at| format!("{at} col(\"…\")")));
    }
    assert!(wrong.is_empty(), "use the constants of src/tables, or one of the module:\n{}", wrong.join("\n"));
}

/// Names in a directory without their extension, of entries that have (or, for None, directories).
fn names(directory: &str, extension: Option<&str>) -> BTreeSet<String> {
    let Ok(entries) = fs::read_dir(root().join(directory)) else { return BTreeSet::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .filter(|path| match extension {
            Some(extension) => path.extension().is_some_and(|found| found == extension),
            None => path.is_dir(),
        })
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_string())
        .collect()
}

#[test]
fn every_metric_has_its_source_its_table_its_sql_and_its_golden_cases() {
    let registered: BTreeSet<String> = METRICS.iter().map(|metric| metric.table.name.to_string()).collect();
    assert_eq!(registered.len(), METRICS.len(), "two metrics share a name");
    let sorted = |names: BTreeSet<String>, others: &[&str]| -> BTreeSet<String> {
        names.into_iter().filter(|name| !others.contains(&name.as_str())).collect()
    };
    assert_eq!(
        sorted(
            names("src/metrics", Some("rs")),
            &[
                "mod",
                "columns",
                "customers",
                "expr",
                "losses",
                "pool",
                "projection",
                "rows",
                "scores",
                "survival",
                "trailing"
            ]
        ),
        registered,
        "src/metrics"
    );
    assert_eq!(names("sql/metrics", Some("sql")), registered, "sql/metrics");
    assert_eq!(names("tests/golden", None), registered, "tests/golden");
    // `checks` is what a run proves about its output, not a metric.
    let declared: BTreeSet<String> = TABLES.iter().map(|table| table.name.to_string()).collect();
    assert_eq!(sorted(declared, &["checks"]), registered, "tables/outputs.rs");
    for metric in METRICS {
        let sql = fs::read_to_string(root().join(format!("sql/metrics/{}.sql", metric.table.name))).unwrap();
        assert_eq!(metric.sql, sql, "`{}` carries another file's SQL", metric.table.name);
        assert!(!metric.definition.is_empty() && metric.definition.ends_with('.'), "{}", metric.table.name);
        assert!(!names(&format!("tests/golden/{}", metric.table.name), None).is_empty(), "{}", metric.table.name);
    }
}

#[test]
fn only_storage_uses_object_store() {
    let sources = sources();
    let modules: Vec<&str> = FLOW.iter().map(|(name, _)| *name).filter(|name| *name != "storage").collect();
    let found = places(&sources, &modules, &["object_store"]);
    assert!(found.is_empty(), "go through storage.rs:\n{}", found.join("\n"));
}

#[test]
fn files_stay_small() {
    let mut lengths: Vec<(usize, SourceText)> =
        sources().into_iter().map(|source| (source.text.lines().count(), source)).collect();
    lengths.sort_by_key(|(length, _)| *length);
    let too_long: Vec<String> = lengths
        .iter()
        .filter(|(length, source)| {
            *length > 400 && !source.text.lines().take(10).any(|line| line.starts_with("//! Long because"))
        })
        .map(|(length, source)| format!("src/{}: {length} lines and no `//! Long because …` at its top", source.path))
        .collect();
    assert!(too_long.is_empty(), "{}", too_long.join("\n"));
    let median = lengths[lengths.len() / 2].0;
    assert!(median <= 150, "the median file has {median} lines");
}

#[test]
fn architecture_names_every_module() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    // lib.rs is the other map: it names the modules and nothing else.
    let missing: BTreeSet<String> = sources()
        .iter()
        .filter(|source| source.path != "lib.rs")
        .map(|source| if source.path.contains('/') { format!("{}/", source.module()) } else { source.path.clone() })
        .filter(|name| !text.contains(name.as_str()))
        .collect();
    assert!(missing.is_empty(), "ARCHITECTURE.md does not mention {missing:?}");
    let unknown = sources().iter().map(|source| source.module().to_string()).collect::<BTreeSet<_>>();
    for (module, _) in FLOW.iter().filter(|(module, _)| *module != "deliver") {
        assert!(unknown.contains(*module), "`{module}` has a place in the flow but no source");
    }
}
