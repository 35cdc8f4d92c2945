//! The job file: TOML as typed, turned into a `Job` as meant.

mod definitions;
mod section;

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use toml::de::DeTable;

use crate::error::{Error, Result};
use crate::tables::inputs::{CUSTOMERS, InputTable, PLAN, RETENTION_COSTS, SUBSCRIPTION_SNAPSHOTS};
use crate::tables::{Input, outputs};

pub use definitions::{Active, Allocation, Definitions, Weights};
use section::{Section, line_of};
pub use section::{nearest, nearest_hint};

/// A job as meant: every default filled in, every URI absolute.
#[derive(Debug, Clone)]
pub struct Job {
    /// Reporting currency, e.g. `USD`.
    pub currency: String,
    /// IANA name.
    pub time_zone: String,
    /// Declared dimensions, in the job's order; `plan` is the one that varies.
    pub dimensions: Vec<String>,
    pub gross_margin: f64,
    pub discount_rate_annual: f64,
    pub inputs: BTreeMap<Input, InputSource>,
    pub definitions: Definitions,
    pub output: Output,
    /// The as-of month and the months before it that a nightly run recomputes.
    pub restate_months: u32,
    pub settle_days: i64,
    /// Plain http to hosts other than loopback is allowed.
    pub allow_http: bool,
}

/// Where an input comes from and how its columns map.
#[derive(Debug, Clone)]
pub struct InputSource {
    /// Absolute: `s3://…` or `file:///…`, with globs, hive partitions and `{latest}`. Not percent-encoded.
    pub uri: String,
    /// Canonical name -> the source's own.
    pub columns: BTreeMap<String, String>,
    /// A SQL boolean over the source's own columns.
    pub filter: Option<String>,
    /// `ended_at` names the last day of service (`end = "inclusive"`).
    pub is_end_inclusive: bool,
    /// Rows are dated states, not periods (`shape = "snapshots"`).
    pub is_snapshots: bool,
    /// Exits before this day are missing from the export.
    pub history_from: Option<jiff::civil::Date>,
}

#[derive(Debug, Clone)]
pub struct Output {
    /// Absolute URI of the directory that holds one Delta table per metric.
    pub uri: String,
    /// None: all whose inputs exist.
    pub tables: Option<Vec<String>>,
}

/// Stands for the date of a snapshot in a URI.
pub const LATEST: &str = "{latest}";
/// The segment that is every customer.
const ALL: &str = "all";

impl Job {
    /// Reads and parses a job file. Errors: `Kind::Job`, naming the file and, where it can, the line.
    pub fn load(path: &Path) -> Result<Job> {
        let text = std::fs::read_to_string(path).map_err(|cause| {
            Error::job(format!("the job file {} cannot be read", path.display()))
                .because(cause)
                .hint("give the path of a TOML file with --job")
        })?;
        let directory = absolute(path).parent().map(Path::to_path_buf).unwrap_or_default();
        Job::parse(&text, &directory).map_err(|mut error| {
            error.message = format!("{}: {}", path.display(), error.message);
            error
        })
    }

    /// `text` is the job file, `directory` what its relative URIs are relative to.
    pub fn parse(text: &str, directory: &Path) -> Result<Job> {
        let table = DeTable::parse(text).map_err(|error| {
            let line = error.span().map_or(1, |span| line_of(text, span.start));
            Error::job(format!("line {line}: this is not TOML: {}", error.message()))
        })?;
        let top = Section::top(text, table.get_ref());
        let known = [
            "currency",
            "time_zone",
            "dimensions",
            "gross_margin",
            "discount_rate_annual",
            "allow_http",
            "inputs",
            "definitions",
            "nps",
            "health",
            "output",
            "nightly",
        ];
        top.allow(&known)?;
        let dimensions = dimensions(&top)?;
        let inputs = inputs(&top, &dimensions, directory)?;
        Ok(Job {
            currency: currency(&top)?,
            time_zone: time_zone(&top)?,
            gross_margin: fraction(&top, "gross_margin")?.unwrap_or(1.0),
            discount_rate_annual: discount_rate(&top)?,
            definitions: definitions::read(&top, &inputs)?,
            inputs,
            output: output(&top, directory)?,
            restate_months: nightly(&top, "restate_months", 3, 1)? as u32,
            settle_days: nightly(&top, "settle_days", 7, 0)?,
            allow_http: top.bool("allow_http")?.unwrap_or(false),
            dimensions,
        })
    }

    /// All of the job that decides numbers, as text: not where data lies, nor which months and tables are asked for.
    pub fn meaning(&self) -> String {
        let placeless =
            |(input, source): (&Input, &InputSource)| (*input, InputSource { uri: String::new(), ..source.clone() });
        let inputs: BTreeMap<Input, InputSource> = self.inputs.iter().map(placeless).collect();
        let money = (&self.currency, self.gross_margin, self.discount_rate_annual);
        format!("{:?}", (money, &self.time_zone, self.settle_days, &self.dimensions, inputs, &self.definitions))
    }

    /// The source's own name of a canonical column.
    pub fn source_column<'a>(&'a self, input: Input, canonical: &'a str) -> &'a str {
        self.inputs.get(&input).and_then(|source| source.columns.get(canonical)).map_or(canonical, String::as_str)
    }
    pub fn has(&self, input: Input) -> bool {
        self.inputs.contains_key(&input)
    }
    /// The declaration of an input as this job shapes it: subscriptions are periods or snapshots.
    pub fn table(&self, input: Input) -> &'static InputTable {
        let is_snapshots = self.inputs.get(&input).is_some_and(|source| source.is_snapshots);
        table_of(input, is_snapshots)
    }
    /// The dimension columns an input may carry. `plan` is a dimension of subscriptions, so `customers` has none.
    pub fn dimensions_of(&self, input: Input) -> Vec<&str> {
        dimensions_of(&self.dimensions, input)
    }
}

fn table_of(input: Input, is_snapshots: bool) -> &'static InputTable {
    if is_snapshots && input == Input::Subscriptions { &SUBSCRIPTION_SNAPSHOTS } else { input.table() }
}

fn dimensions_of(dimensions: &[String], input: Input) -> Vec<&str> {
    if !input.table().has_dimensions {
        return Vec::new();
    }
    let varies = |name: &str| input == Input::Customers && name == PLAN.name;
    dimensions.iter().map(String::as_str).filter(|name| !varies(name)).collect()
}

fn currency(top: &Section) -> Result<String> {
    let code = top.required("currency", top.string("currency")?)?;
    if code.len() != 3 || !code.bytes().all(|b| b.is_ascii_uppercase()) {
        let error = top.wrong("currency", format!("`{code}` is not a currency"));
        return Err(error.hint("write an ISO 4217 code of three capital letters, for example \"USD\""));
    }
    Ok(code)
}

fn time_zone(top: &Section) -> Result<String> {
    let name = top.string("time_zone")?.unwrap_or_else(|| "UTC".to_string());
    if jiff::tz::TimeZone::get(&name).is_err() {
        let error = top.wrong("time_zone", format!("unknown time zone `{name}`"));
        let zones: Vec<String> = jiff::tz::db().available().map(|zone| zone.as_str().to_string()).collect();
        return Err(match nearest(&name, zones.iter().map(String::as_str)) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error.hint("write an IANA name such as \"UTC\" or \"Europe/Berlin\""),
        });
    }
    Ok(name)
}

fn fraction(section: &Section, key: &str) -> Result<Option<f64>> {
    let Some(value) = section.number(key)? else { return Ok(None) };
    if !(0.0..=1.0).contains(&value) {
        return Err(section.wrong(key, format!("`{key}` is {value}")).hint("write a fraction from 0 to 1, e.g. 0.80"));
    }
    Ok(Some(value))
}

fn discount_rate(top: &Section) -> Result<f64> {
    let key = "discount_rate_annual";
    let rate = top.number(key)?.unwrap_or(0.0);
    if !rate.is_finite() || rate <= -1.0 {
        let error = top.wrong(key, format!("`{key}` is {rate}"));
        return Err(error.hint("write a fraction above -1; 0.10 is ten percent a year"));
    }
    Ok(rate)
}

fn dimensions(top: &Section) -> Result<Vec<String>> {
    let names = top.strings("dimensions")?.unwrap_or_default();
    // a dimension of these names would be two columns of one name
    let taken = CUSTOMERS.columns.iter().chain(RETENTION_COSTS.columns);
    let taken: Vec<&str> = taken.map(|column| column.name).collect();
    for (index, name) in names.iter().enumerate() {
        let problem = if name.is_empty() {
            "a dimension has no name"
        } else if name == ALL {
            "`all` is reserved: every table has it"
        } else if taken.contains(&name.as_str()) {
            "it is a canonical column of an input"
        } else if names[..index].contains(name) {
            "it is listed twice"
        } else {
            continue;
        };
        return Err(top.wrong("dimensions", format!("`dimensions` cannot hold `{name}`: {problem}")));
    }
    Ok(names)
}

fn inputs(top: &Section, dimensions: &[String], directory: &Path) -> Result<BTreeMap<Input, InputSource>> {
    let section = top.required("inputs", top.section("inputs")?)?;
    let names: Vec<&str> = Input::ALL.iter().map(|input| input.name()).collect();
    section.allow(&names)?;
    let mut sources = BTreeMap::new();
    for input in Input::ALL {
        if let Some(source) = section.section(input.name())? {
            sources.insert(input, input_source(&source, input, dimensions, directory)?);
        }
    }
    if !sources.contains_key(&Input::Subscriptions) && !sources.contains_key(&Input::Invoices) {
        return Err(Error::job("there is neither [inputs.subscriptions] nor [inputs.invoices]")
            .hint("say where the subscriptions are, or for a business without them where the invoices are"));
    }
    Ok(sources)
}

fn input_source(section: &Section, input: Input, dimensions: &[String], directory: &Path) -> Result<InputSource> {
    match input {
        Input::Subscriptions => {
            section.allow(&["uri", "columns", "where", "end", "history_from", "shape"])?;
        }
        _ => section.allow(&["uri", "columns", "where"])?,
    }
    let is_snapshots = section.choice("shape", &["periods", "snapshots"])? == "snapshots";
    let is_end_inclusive = section.choice("end", &["exclusive", "inclusive"])? == "inclusive";
    let history_from = section.date("history_from")?;
    let uri = uri(section, directory)?;
    if uri.matches(LATEST).count() > 1 {
        return Err(section.wrong("uri", format!("`uri` has more than one `{LATEST}`")));
    }
    if is_snapshots {
        for (key, is_used) in [("end", is_end_inclusive), ("history_from", history_from.is_some())] {
            if is_used {
                return Err(section.wrong(key, format!("`{key}` has no meaning with shape = \"snapshots\"")));
            }
        }
        if uri.contains(LATEST) {
            let error = section.wrong("uri", format!("`{LATEST}` picks one date, but snapshots need all of them"));
            return Err(error.hint("write a pattern that matches every date, e.g. snapshot_date=*/*.parquet"));
        }
    }
    let filter = section.string("where")?;
    let columns = columns(section, table_of(input, is_snapshots), &dimensions_of(dimensions, input))?;
    Ok(InputSource { uri, columns, filter, is_end_inclusive, is_snapshots, history_from })
}

fn columns(section: &Section, table: &InputTable, dimensions: &[&str]) -> Result<BTreeMap<String, String>> {
    let Some(mapping) = section.section("columns")? else { return Ok(BTreeMap::new()) };
    let canonical = table.columns.iter().map(|column| column.name);
    let known: Vec<&str> = canonical.chain(dimensions.iter().copied()).collect();
    mapping.allow(&known)?;
    let columns = section.string_map("columns")?.unwrap_or_default();
    if let Some((name, _)) = columns.iter().find(|(_, source)| source.is_empty()) {
        return Err(mapping.wrong(name, format!("`{name}` is mapped to an empty name")));
    }
    Ok(columns)
}

fn output(top: &Section, directory: &Path) -> Result<Output> {
    let section = top.required("output", top.section("output")?)?;
    section.allow(&["uri", "tables"])?;
    let tables = section.strings("tables")?;
    let known = || outputs::TABLES.iter().map(|table| table.name);
    for name in tables.iter().flatten() {
        if !known().any(|table| table == name) {
            return Err(section.wrong("tables", format!("unknown table `{name}`")).hint(nearest_hint(name, known())));
        }
    }
    let uri = uri(&section, directory)?;
    if uri.contains(['*', '?', '{']) {
        return Err(section.wrong("uri", "`output.uri` is one directory, without patterns"));
    }
    Ok(Output { uri: uri.trim_end_matches('/').to_string(), tables })
}

fn nightly(top: &Section, key: &str, default: i64, least: i64) -> Result<i64> {
    let Some(section) = top.section("nightly")? else { return Ok(default) };
    section.allow(&["restate_months", "settle_days"])?;
    let value = section.integer(key)?.unwrap_or(default);
    if !(least..=1200).contains(&value) {
        return Err(section.wrong(key, format!("`nightly.{key}` is {value}")).hint(format!("write {least} or more")));
    }
    Ok(value)
}

/// The section's `uri`, absolute.
fn uri(section: &Section, directory: &Path) -> Result<String> {
    let given = section.required("uri", section.string("uri")?)?;
    if given.is_empty() {
        return Err(section.wrong("uri", "`uri` is empty"));
    }
    match given.split_once("://") {
        Some(("s3", rest)) if !rest.starts_with('/') && !rest.is_empty() => Ok(given),
        Some(("file", rest)) if rest.starts_with('/') => Ok(given),
        Some(("s3" | "file", _)) => Err(section
            .wrong("uri", format!("`{given}` is not complete"))
            .hint("write s3://bucket/path, file:///path or a path relative to the job file")),
        Some((scheme, _)) => Err(section
            .wrong("uri", format!("`{scheme}://` is not supported"))
            .hint("local paths and s3:// are; an S3-compatible store is reached with AWS_ENDPOINT_URL")),
        None => Ok(format!("file://{}", tidy(&directory.join(&given)).display())),
    }
}

/// The path without `.` and `..`, by its text alone: it may hold patterns.
fn tidy(path: &Path) -> PathBuf {
    let mut tidied = PathBuf::new();
    for component in absolute(path).components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => drop(tidied.pop()),
            other => tidied.push(other),
        }
    }
    tidied
}

/// A path from the root on; as it is where the working directory is not known.
pub fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())
}
