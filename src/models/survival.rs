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
            let (n, d) = (at_risk as f64, losses as f64);
            survival *= 1.0 - d / n;
            if at_risk > losses {
                variance += d / (n * (n - d));
            }
        }
        let standard_error = if survival > 0.0 { survival * variance.sqrt() } else { 0.0 };
        Step { at_risk, losses, survival, standard_error }
    };
    ages.into_iter().map(step).collect()
}
