//! Exact quantiles of amounts given as a histogram.

use crate::money::div_round;

/// Amounts as (value, how often), sorted by value, together with `zeros` more that are 0.
pub struct Histogram<'a> {
    pub values: &'a [(i64, i64)],
    pub zeros: i64,
}

impl Histogram<'_> {
    pub fn count(&self) -> i64 {
        self.values.iter().map(|(_, times)| times).sum::<i64>() + self.zeros
    }

    /// The value at a position of the sorted amounts, counted from 0.
    fn at(&self, position: i64) -> i64 {
        let mut seen = 0;
        let mut zeros = self.zeros;
        for &(value, times) in self.values {
            if value >= 0 && zeros > 0 {
                if position < seen + zeros {
                    return 0;
                }
                seen += zeros;
                zeros = 0;
            }
            if position < seen + times {
                return value;
            }
            seen += times;
        }
        if zeros > 0 { 0 } else { self.values.last().map_or(0, |(value, _)| *value) }
    }

    /// The quantile `numerator / denominator` by linear interpolation between neighbours (position `(n - 1) q`), rounded
    /// half away from zero; None of nothing.
    pub fn quantile(&self, numerator: i64, denominator: i64) -> Option<i64> {
        let count = self.count();
        if count == 0 {
            return None;
        }
        let scaled = (count - 1) * numerator;
        let (low, rest) = (scaled / denominator, scaled % denominator);
        let below = i128::from(self.at(low));
        let above = if rest == 0 { below } else { i128::from(self.at(low + 1)) };
        let weighted = below * i128::from(denominator) + (above - below) * i128::from(rest);
        i64::try_from(div_round(weighted, i128::from(denominator))).ok()
    }

    /// How many amounts lie strictly above the mean `total / count`.
    pub fn above_mean(&self, total: i64) -> i64 {
        let count = i128::from(self.count());
        let is_above = |value: i64| i128::from(value) * count > i128::from(total);
        let above: i64 = self.values.iter().filter(|(value, _)| is_above(*value)).map(|(_, times)| times).sum();
        above + if is_above(0) { self.zeros } else { 0 }
    }
}
