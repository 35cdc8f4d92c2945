//! What a verification found, in words and in JSON.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde_json::json;

use super::compare::Difference;
use crate::error::{Error, Result};
use crate::month::Month;
use crate::tables::Table;

pub struct Report {
    month: Month,
    as_of: Date,
    tables: Vec<Compared>,
    /// Between what the engine computes and DuckDB.
    computed: Vec<Difference>,
    /// Between what is published and DuckDB; None if nothing published was compared.
    published: Option<Vec<Difference>>,
    /// Why what is published was not compared -> the tables of which it was not.
    left_out: BTreeMap<String, Vec<&'static str>>,
}

struct Compared {
    name: &'static str,
    rows: usize,
    /// Compared ones.
    cells: usize,
    /// Those a model decided, which DuckDB does not fit.
    fitted: usize,
}

impl Report {
    pub fn new(month: Month, as_of: Date) -> Report {
        Report { month, as_of, tables: Vec::new(), computed: Vec::new(), published: None, left_out: BTreeMap::new() }
    }

    /// A table of `rows` rows, `fitted` cells of which are a model's, recomputed and compared with what the engine computes.
    pub fn add(&mut self, table: &'static Table, rows: usize, fitted: usize, differences: Vec<Difference>) {
        let cells = (rows * table.columns().count()).saturating_sub(fitted);
        self.tables.push(Compared { name: table.name, rows, cells, fitted });
        self.computed.extend(differences);
    }

    /// The same table, compared with what is published.
    pub fn add_published(&mut self, differences: Vec<Difference>) {
        self.published.get_or_insert_default().extend(differences);
    }

    /// The same table, of which nothing published was compared.
    pub fn leave_out(&mut self, table: &'static Table, reason: String) {
        self.left_out.entry(reason).or_default().push(table.name);
    }

    /// A line for every reason.
    fn notes(&self) -> Vec<String> {
        let note = |(reason, tables): (&String, &Vec<&str>)| match tables.len() == self.tables.len() {
            true => format!("nothing published was compared: {reason}"),
            false => format!("the published {} was not compared: {reason}", tables.join(", ")),
        };
        self.left_out.iter().map(note).collect()
    }

    /// One line if all is well; else the first `limit` differences of each comparison.
    pub fn text(&self, limit: usize) -> String {
        let mut text = String::new();
        text += &listing("computed", &self.computed, limit);
        text += &listing("published", self.published.as_deref().unwrap_or_default(), limit);
        for note in self.notes() {
            text += &format!("{note}\n");
        }
        if self.differences() == 0 {
            let tables: Vec<String> =
                self.tables.iter().map(|table| format!("{} {} rows", table.name, table.rows)).collect();
            let published = if self.published.is_some() { ", and so does what is published" } else { "" };
            let fitted = match self.tables.iter().map(|table| table.fitted).sum() {
                0 => String::new(),
                fitted => format!(" ({fitted} more are fitted, and not compared)"),
            };
            text += &format!(
                "verified {} as of {}: {}; all {} cells agree with DuckDB{fitted}{published}\n",
                self.month,
                self.as_of,
                tables.join(", "),
                self.cells()
            );
        }
        text
    }

    /// One object, on one line.
    pub fn json(&self, limit: usize) -> String {
        let first = |differences: &[Difference]| differences.iter().take(limit).cloned().collect::<Vec<_>>();
        let value = json!({
            "month": self.month.to_string(),
            "as_of": self.as_of.to_string(),
            "tables": self.tables.iter().map(|table| json!({ "table": table.name, "rows": table.rows, "cells": table.cells, "fitted": table.fitted })).collect::<Vec<_>>(),
            "computed": { "differences": self.computed.len(), "first": first(&self.computed) },
            "published": self.published.as_ref().map(|found| json!({ "differences": found.len(), "first": first(found) })),
            "notes": self.notes(),
        });
        format!("{value}\n")
    }

    /// Errors: `Kind::Internal` if a cell differs.
    pub fn outcome(&self) -> Result<()> {
        if self.tables.is_empty() {
            return Err(Error::usage("no table was compared").hint("the job's inputs and --tables leave none"));
        }
        if self.differences() == 0 {
            return Ok(());
        }
        let cells = |count: usize| if count == 1 { "1 difference".to_string() } else { format!("{count} differences") };
        let published = match &self.published {
            Some(found) => format!(", {} in what is published", cells(found.len())),
            None => String::new(),
        };
        Err(Error::internal(format!(
            "{} as of {} does not verify: {} in what the engine computes{published}",
            self.month,
            self.as_of,
            cells(self.computed.len())
        ))
        .hint("one of the two is wrong: please report the lines above; the published numbers are in doubt until then"))
    }

    fn differences(&self) -> usize {
        self.computed.len() + self.published.as_ref().map_or(0, Vec::len)
    }

    fn cells(&self) -> usize {
        self.tables.iter().map(|table| table.cells).sum()
    }
}

fn listing(side: &str, differences: &[Difference], limit: usize) -> String {
    let mut text = String::new();
    for difference in differences.iter().take(limit) {
        let column = difference.column.unwrap_or("(row)");
        text += &format!(
            "{} [{}] {column}: {side} {}, DuckDB {}\n",
            difference.table, difference.row, difference.left, difference.right
        );
    }
    if differences.len() > limit {
        text += &format!("… and {} more of what is {side}\n", differences.len() - limit);
    }
    text
}
