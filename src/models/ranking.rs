//! Ranks, and how well a score orders or predicts what happened.

use std::cmp::Ordering;

use super::special::limit;

/// A total order of whatever can be compared: NaN after everything, equal to itself.
fn order<T: PartialOrd>(a: &T, b: &T) -> Ordering {
    let is_number = |value: &T| value.partial_cmp(value).is_some();
    a.partial_cmp(b).unwrap_or_else(|| is_number(b).cmp(&is_number(a)))
}

/// For each value (how many are less, how many are equal, itself included). O(n log n).
fn less_and_equal<T: PartialOrd>(values: &[T]) -> Vec<(usize, usize)> {
    let mut sorted: Vec<usize> = (0..values.len()).collect();
    sorted.sort_unstable_by(|a, b| order(&values[*a], &values[*b]));
    let mut counts = vec![(0, 0); values.len()];
    let mut less = 0;
    for equals in sorted.chunk_by(|a, b| order(&values[*a], &values[*b]) == Ordering::Equal) {
        for index in equals {
            counts[*index] = (less, equals.len());
        }
        less += equals.len();
    }
    counts
}

/// Mid-rank percentiles, in (0, 100): `100 (less + equal / 2) / n`, each value equal to itself. Their mean is 50.
pub fn percentiles<T: PartialOrd>(values: &[T]) -> Vec<f64> {
    let n = values.len() as f64;
    let percentile = |(less, equal): (usize, usize)| 100.0 * (less as f64 + equal as f64 / 2.0) / n;
    less_and_equal(values).into_iter().map(percentile).collect()
}

/// Where a value stands among `n`: how many are less, and how many equal, itself included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rank {
    pub less: usize,
    pub equal: usize,
    pub n: usize,
}

impl Rank {
    /// Twice the mid-rank, a whole number.
    fn doubled(self) -> usize {
        2 * self.less + self.equal
    }
    /// The mid-rank as a share, in (0, 1): `(less + equal / 2) / n`.
    pub fn share(self) -> f64 {
        self.doubled() as f64 / (2 * self.n) as f64
    }
    /// Values tied across the border of a third share a mid-rank, and so a third.
    pub fn is_in_top_third(self) -> bool {
        3 * self.doubled() >= 4 * self.n
    }
    pub fn is_in_bottom_third(self) -> bool {
        3 * self.doubled() <= 2 * self.n
    }
    /// 1 to 10, ties together.
    pub fn decile(self) -> usize {
        (1 + 5 * self.doubled() / self.n).min(10)
    }
}

/// The rank of each value among those there are.
pub fn ranks<T: PartialOrd + Copy>(values: &[Option<T>]) -> Vec<Option<Rank>> {
    let (known, places): (Vec<T>, Vec<usize>) =
        values.iter().enumerate().filter_map(|(at, value)| value.map(|value| (value, at))).unzip();
    let mut ranks = vec![None; values.len()];
    for ((less, equal), at) in less_and_equal(&known).into_iter().zip(places) {
        ranks[at] = Some(Rank { less, equal, n: known.len() });
    }
    ranks
}

/// Mean of (weight, value) pairs; None where nothing weighs anything. Negative weights weigh nothing.
pub fn weighted_mean(pairs: impl IntoIterator<Item = (f64, f64)>) -> Option<f64> {
    let add = |(sum, weights): (f64, f64), (weight, value): (f64, f64)| {
        if weight > 0.0 { (sum + weight * value, weights + weight) } else { (sum, weights) }
    };
    let (sum, weights) = pairs.into_iter().fold((0.0, 0.0), add);
    Some(sum / weights).filter(|mean| mean.is_finite())
}

/// Area under the ROC curve: the probability that a case that happened scored above one that did not, ties counting
/// half. By mid-ranks (Mann & Whitney 1947; Hanley & McNeil 1982); None unless there are both.
pub fn auc<T: PartialOrd>(scores: &[T], happened: &[bool]) -> Option<f64> {
    // Twice the mid-rank, counted from 1, is whole: sums are exact.
    let ranks = less_and_equal(scores).into_iter().map(|(less, equal)| (2 * less + equal + 1) as u128);
    let sum: u128 = ranks.zip(happened).filter(|(_, happened)| **happened).map(|(rank, _)| rank).sum();
    let n = scores.len().min(happened.len()) as u128;
    let positives = happened.iter().take(scores.len()).filter(|happened| **happened).count() as u128;
    let pairs = positives * (n - positives);
    let wins = sum.saturating_sub(positives * (positives + 1));
    (pairs > 0).then(|| (wins as f64 / (2 * pairs) as f64).min(1.0))
}

/// How much more often it happened among the `share` with the highest scores than among all; None where it never did.
///
/// The top is `share` x n cases, not rounded. Among equal scores at its edge any could be in it, so each counts as far
/// as it is expected to be: the order of rows changes nothing.
pub fn top_lift<T: PartialOrd>(scores: &[T], happened: &[bool], share: f64) -> Option<f64> {
    let n = scores.len().min(happened.len());
    let (scores, happened) = (&scores[..n], &happened[..n]);
    let events = happened.iter().filter(|happened| **happened).count();
    let top = limit(share, 0.0, 1.0) * n as f64;
    if events == 0 || top <= 0.0 {
        return None;
    }
    let part_in_top = |(less, equal): (usize, usize)| {
        let above = (n - less - equal) as f64;
        limit((top - above) / equal as f64, 0.0, 1.0)
    };
    let parts = less_and_equal(scores).into_iter().map(part_in_top);
    let found: f64 = parts.zip(happened).filter(|(_, happened)| **happened).map(|(part, _)| part).sum();
    Some((found / top) / (events as f64 / n as f64))
}

/// Brier score, the mean of `(probability - outcome)^2`; None of nothing, or where a probability is not one.
/// Source: Brier 1950.
pub fn brier(probabilities: &[f64], happened: &[bool]) -> Option<f64> {
    let n = probabilities.len().min(happened.len());
    if n == 0 || probabilities.iter().any(|p| !(0.0..=1.0).contains(p)) {
        return None;
    }
    let error = |(p, happened): (&f64, &bool)| (p - f64::from(u8::from(*happened))).powi(2);
    Some(probabilities.iter().zip(happened).map(error).sum::<f64>() / n as f64)
}

/// The Brier score of predicting the base rate for everyone, `p (1 - p)`; None of nothing.
pub fn brier_of_base_rate(happened: &[bool]) -> Option<f64> {
    let share = happened.iter().filter(|happened| **happened).count() as f64 / happened.len() as f64;
    (!happened.is_empty()).then_some(share * (1.0 - share))
}
