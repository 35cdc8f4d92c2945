//! Exchange rates: the latest on or before a day.

use std::collections::BTreeMap;

use polars::prelude::*;

use super::map::unscaled;
use crate::error::Result;
use crate::month::Days;
use crate::tables::inputs;

/// Rates into the reporting currency, each list sorted by day.
#[derive(Debug, Clone, Default)]
pub struct Rates {
    reporting: String,
    by_currency: BTreeMap<String, Vec<(Days, i128)>>,
}

impl Rates {
    /// Reads a collected canonical `fx_rates` frame; `None` where the job has no such input.
    pub fn read(reporting: &str, frame: Option<&DataFrame>) -> Result<Rates> {
        let mut rates = Rates { reporting: reporting.to_string(), by_currency: BTreeMap::new() };
        let Some(frame) = frame else { return Ok(rates) };
        let days = frame.column(inputs::RATE_DATE.name)?.i32()?.clone();
        let currencies = frame.column(inputs::RATE_CURRENCY.name)?.str()?.clone();
        let values = unscaled(frame.column(inputs::RATE.name)?)?;
        for row in 0..frame.height() {
            if let (Some(day), Some(currency), Some(rate)) = (days.get(row), currencies.get(row), values.get(row)) {
                rates.by_currency.entry(currency.to_string()).or_default().push((day, rate));
            }
        }
        rates.by_currency.values_mut().for_each(|list| list.sort_unstable());
        Ok(rates)
    }

    pub fn reporting(&self) -> &str {
        &self.reporting
    }

    /// Reporting units per unit of `currency`, at `money::INPUT_SCALE`.
    pub fn at(&self, currency: &str, day: Days) -> Option<i128> {
        Self::on(self.of(currency), day)
    }

    /// All rates of a currency, by day; none for one that is not known.
    pub fn of(&self, currency: &str) -> &[(Days, i128)] {
        self.by_currency.get(currency).map_or(&[], Vec::as_slice)
    }

    /// The latest of a currency's rates on or before a day.
    pub fn on(list: &[(Days, i128)], day: Days) -> Option<i128> {
        let after = list.partition_point(|(from, _)| *from <= day);
        after.checked_sub(1).map(|index| list[index].1)
    }
}
