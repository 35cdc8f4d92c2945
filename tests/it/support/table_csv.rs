//! Hand-written CSV tables: read with their comments, turned into Parquet inputs, and published frames turned back.

use std::fs::File;
use std::path::Path;

use jiff::civil::{Date, DateTime};
use polars::prelude::*;
use tenure::month::{Days, date_of, days_of};
use tenure::tables::{Input, InputKind, Kind, Table, inputs};

/// A CSV file: its leading `#` lines, its header and its rows as text. Empty cells are nulls.
pub struct CsvTable {
    pub comments: Vec<String>,
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl CsvTable {
    pub fn read(path: &Path) -> CsvTable {
        let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let comments = text.lines().take_while(|line| line.starts_with('#')).map(str::to_string).collect();
        let mut reader =
            csv::ReaderBuilder::new().comment(Some(b'#')).trim(csv::Trim::All).from_reader(text.as_bytes());
        let header = reader.headers().unwrap().iter().map(str::to_string).collect();
        let rows = reader
            .records()
            .map(|record| record.unwrap_or_else(|error| panic!("{}: {error}", path.display())))
            .map(|record| record.iter().map(str::to_string).collect())
            .collect();
        CsvTable { comments, header, rows }
    }

    /// The file as `read` would find it again.
    pub fn write(&self) -> String {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(&self.header).unwrap();
        self.rows.iter().for_each(|row| writer.write_record(row).unwrap());
        let body = String::from_utf8(writer.into_inner().unwrap()).unwrap();
        let comments: String = self.comments.iter().map(|line| format!("{line}\n")).collect();
        comments + &body
    }

    pub fn index(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|column| column == name)
    }

    fn cells(&self, index: usize) -> impl Iterator<Item = Option<&str>> {
        self.rows.iter().map(move |row| Some(row[index].as_str()).filter(|cell| !cell.is_empty()))
    }
}

/// The CSV as an export would hold it: text ids, dates or timestamps, floats for amounts.
pub fn frame(csv: &CsvTable, input: Input) -> DataFrame {
    let columns: Vec<Column> = csv
        .header
        .iter()
        .enumerate()
        .map(|(index, name)| {
            let parse = |cell: &str| format!("{}.{name}: `{cell}`", input.name());
            let cells = csv.cells(index);
            match kind(input, name) {
                InputKind::Id | InputKind::Text => text_column(name, cells),
                InputKind::Instant if csv.cells(index).flatten().all(is_date) => date_column(name, cells),
                InputKind::Instant => cells
                    .map(|cell| cell.map(|cell| micros(cell).unwrap_or_else(|| panic!("{}", parse(cell)))))
                    .collect::<Int64Chunked>()
                    .with_name(name.as_str().into())
                    .into_datetime(TimeUnit::Microseconds, None)
                    .into_column(),
                InputKind::Day => date_column(name, cells),
                InputKind::Amount => cells
                    .map(|cell| cell.map(|cell| cell.parse::<f64>().unwrap_or_else(|_| panic!("{}", parse(cell)))))
                    .collect::<Float64Chunked>()
                    .with_name(name.as_str().into())
                    .into_column(),
                InputKind::Integer => cells
                    .map(|cell| cell.map(|cell| cell.parse::<i64>().unwrap_or_else(|_| panic!("{}", parse(cell)))))
                    .collect::<Int64Chunked>()
                    .with_name(name.as_str().into())
                    .into_column(),
            }
        })
        .collect();
    DataFrame::new(csv.rows.len(), columns).unwrap()
}

pub fn write_parquet(frame: &mut DataFrame, path: &Path) {
    ParquetWriter::new(File::create(path).unwrap()).finish(frame).unwrap();
}

/// The kind of a canonical column; anything else is a dimension.
fn kind(input: Input, name: &str) -> InputKind {
    let snapshots = (input == Input::Subscriptions).then_some(&inputs::SUBSCRIPTION_SNAPSHOTS);
    let tables = [Some(input.table()), snapshots].into_iter().flatten();
    let mut columns = tables.flat_map(|table| table.columns);
    columns.find(|column| column.name == name).map_or(InputKind::Text, |column| column.kind)
}

fn text_column<'a>(name: &str, cells: impl Iterator<Item = Option<&'a str>>) -> Column {
    cells.collect::<StringChunked>().with_name(name.into()).into_column()
}

fn date_column<'a>(name: &str, cells: impl Iterator<Item = Option<&'a str>>) -> Column {
    let days = cells.map(|cell| cell.map(|cell| days_of(cell.parse::<Date>().unwrap())));
    days.collect::<Int32Chunked>().with_name(name.into()).into_date().into_column()
}

fn is_date(cell: &str) -> bool {
    cell.len() == 10
}

/// Microseconds since the epoch of an ISO time in UTC.
fn micros(cell: &str) -> Option<i64> {
    let zoned = cell.parse::<DateTime>().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(zoned.timestamp().as_microsecond())
}

/// A computed table as CSV: months as dates, money as decimals of four places, floats in their shortest form.
pub fn text(table: &Table, frame: &DataFrame) -> CsvTable {
    let columns: Vec<(&str, Vec<String>)> = table
        .columns()
        .map(|column| {
            let values = frame.column(column.name).unwrap_or_else(|_| panic!("{} lacks {}", table.name, column.name));
            (column.name, cells(values.as_materialized_series(), column.kind))
        })
        .collect();
    let row = |at: usize| columns.iter().map(|(_, cells)| cells[at].clone()).collect();
    CsvTable {
        comments: Vec::new(),
        header: columns.iter().map(|(name, _)| (*name).to_string()).collect(),
        rows: (0..frame.height()).map(row).collect(),
    }
}

fn cells(values: &Series, kind: Kind) -> Vec<String> {
    fn print<T>(values: impl Iterator<Item = Option<T>>, show: impl Fn(T) -> String) -> Vec<String> {
        values.map(|value| value.map_or_else(String::new, &show)).collect()
    }
    let typed = || format!("column {} is {}", values.name(), values.dtype());
    match kind {
        Kind::Month => {
            let days = values.date().unwrap_or_else(|_| panic!("{}", typed()));
            print(days.physical().iter(), |day: Days| date_of(day).to_string())
        }
        Kind::Count => print(values.i64().unwrap_or_else(|_| panic!("{}", typed())).iter(), |n| n.to_string()),
        Kind::Money => {
            let ticks = values.i64().unwrap_or_else(|_| panic!("{}", typed()));
            print(ticks.iter(), tenure::money::format_ticks)
        }
        Kind::Ratio => print(values.f64().unwrap_or_else(|_| panic!("{}", typed())).iter(), |x| x.to_string()),
        Kind::Text => {
            print(values.str().unwrap_or_else(|_| panic!("{}", typed())).iter(), |text: &str| text.to_string())
        }
        Kind::Flag => print(values.bool().unwrap_or_else(|_| panic!("{}", typed())).iter(), |flag| flag.to_string()),
    }
}
