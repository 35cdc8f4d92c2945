//! Kaplan-Meier survival on counts by age.

/// One step of a survival curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    pub at_risk: i64,
    pub losses: i64,
    /// Product of `1 - losses / at_risk` so far.
    pub survival: f64,
    /// Greenwood standard error; 0 once nobody is left.
    pub standard_error: f64,
}

/// The curve over ages in order, each (at risk, losses). An age without anyone at risk leaves the curve where it is.
/// Source: Kaplan & Meier 1958; Greenwood 1926: `S sqrt(sum d / (n (n - d)))`.
pub fn kaplan_meier(ages: impl IntoIterator<Item = (i64, i64)>) -> Vec<Step> {
    let (mut survival, mut variance) = (1.0_f64, 0.0_f64);
    let step = |(at_risk, losses): (i64, i64)| {
        if at_risk > 0 {
            // More losses than customers would make the curve negative.
            let (n, d) = (at_risk as f64, losses.clamp(0, at_risk) as f64);
            survival *= 1.0 - d / n;
            if n > d {
                variance += d / (n * (n - d));
            }
        }
        let standard_error = if survival > 0.0 { survival * variance.sqrt() } else { 0.0 };
        Step { at_risk, losses, survival, standard_error }
    };
    ages.into_iter().map(step).collect()
}

/// What happened at one age to customers of one cohort, or of any group of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cell {
    pub age: usize,
    /// Came under observation at this age, so that a loss at it would have been seen. All of a cohort at its first age,
    /// unless its beginning lies before the history: then those who were still there when it began, at the age they
    /// had.
    pub entered: i64,
    /// Lost at this age.
    pub lost: i64,
    /// Seen to survive this age and not observed after it.
    pub censored: i64,
}

/// (at risk, losses) at ages 0, 1, … of all cells together, in any order.
///
/// A customer is at risk from the age of its entry on, not from 0: that it survived until then is the condition of its
/// being seen at all, and counting those years as survived would make survival look better than it is (Kalbfleisch &
/// Prentice 2002 on delayed entry). The censored are at risk at their last age and not after.
pub fn exposures(cells: impl IntoIterator<Item = Cell>) -> Vec<(i64, i64)> {
    // Per age: entered, lost, left observation either way.
    let mut ages: Vec<(i64, i64, i64)> = Vec::new();
    for cell in cells {
        if ages.len() <= cell.age {
            ages.resize(cell.age + 1, (0, 0, 0));
        }
        let (entered, lost, left) = &mut ages[cell.age];
        *entered = entered.saturating_add(cell.entered);
        *lost = lost.saturating_add(cell.lost);
        *left = left.saturating_add(cell.lost).saturating_add(cell.censored);
    }
    let mut at_risk = 0_i64;
    let count = |(entered, lost, left): (i64, i64, i64)| {
        at_risk = at_risk.saturating_add(entered);
        let exposed = (at_risk, lost);
        at_risk = at_risk.saturating_sub(left);
        exposed
    };
    ages.into_iter().map(count).collect()
}
