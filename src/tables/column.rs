//! What a column and a table are.

/// The type of a published column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// First day of a calendar month; a Date.
    Month,
    /// A number of things; Int64.
    Count,
    /// Ticks inside the program (Int64), `Decimal(18,4)` when published.
    Money,
    /// Float64.
    Ratio,
    /// UTF-8 text.
    Text,
    /// Boolean.
    Flag,
}

/// The unit of a published column, as the catalogue prints it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    None,
    Customers,
    Months,
    Currency,
    CurrencyPerMonth,
    CurrencyPerYear,
    /// 0.05 means five percent.
    Fraction,
    PerMonth,
    PerYear,
    Events,
    Days,
    Users,
    Responses,
    Tickets,
    /// -100 to 100 for NPS, 0 to 100 for health.
    Points,
}

/// A published column. Grain columns are never null.
#[derive(Debug, PartialEq, Eq)]
pub struct Column {
    pub name: &'static str,
    pub kind: Kind,
    pub unit: Unit,
    pub is_nullable: bool,
    /// True if, for one month, the segments of a dimension sum to its `all` row exactly.
    pub is_additive: bool,
    /// True if a fitted model can decide the value. The SQL twin fits nothing: where it has null, `verify` compares nothing.
    pub is_fitted: bool,
    pub doc: &'static str,
}

impl Column {
    pub const fn required(name: &'static str, kind: Kind, unit: Unit, doc: &'static str) -> Self {
        Column { name, kind, unit, is_nullable: false, is_additive: false, is_fitted: false, doc }
    }
    pub const fn optional(name: &'static str, kind: Kind, unit: Unit, doc: &'static str) -> Self {
        Column { name, kind, unit, is_nullable: true, is_additive: false, is_fitted: false, doc }
    }
    /// Marks the column as one that a model may decide.
    pub const fn fitted(mut self) -> Self {
        self.is_fitted = true;
        self
    }
    /// Marks the column as summing over segments.
    pub const fn additive(mut self) -> Self {
        self.is_additive = true;
        self
    }
}

/// A published table: one row per grain, sorted by it.
#[derive(Debug)]
pub struct Table {
    pub name: &'static str,
    pub doc: &'static str,
    /// Not null, unique together, the sort order and the primary key.
    pub grain: &'static [&'static Column],
    pub measures: &'static [&'static Column],
}

impl Table {
    /// Grain first, then measures: the order in files and DDL.
    pub fn columns(&self) -> impl Iterator<Item = &'static Column> + use<> {
        self.grain.iter().chain(self.measures).copied()
    }
}
