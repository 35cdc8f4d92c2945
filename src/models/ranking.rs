//! Ranks, and how well a score orders or predicts what happened.

use super::special::limit;

/// What can be ranked. Keys are ordered like the values, and equal values have equal keys.
pub trait Ranked: Copy {
    fn key(self) -> u64;
}

impl Ranked for i64 {
    fn key(self) -> u64 {
        self.cast_unsigned() ^ (1 << 63)
    }
}
impl Ranked for i32 {
    fn key(self) -> u64 {
        i64::from(self).key()
    }
}
/// NaN after everything, equal to itself; both zeros are one.
impl Ranked for f64 {
    fn key(self) -> u64 {
        let bits = (self + 0.0).to_bits();
        match bits >> 63 {
            _ if self.is_nan() => u64::MAX,
            0 => bits | (1 << 63),
            _ => !bits,
        }
    }
}

/// Where a value stands among `n`: how many are less, and how many equal, itself included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rank {
    pub less: u32,
    pub equal: u32,
    pub n: u32,
}

impl Rank {
    /// Twice the mid-rank, a whole number.
    fn doubled(self) -> u64 {
        2 * u64::from(self.less) + u64::from(self.equal)
    }
    /// The mid-rank as a share, in (0, 1): `(less + equal / 2) / n`.
    pub fn share(self) -> f64 {
        self.doubled() as f64 / (2 * u64::from(self.n)) as f64
    }
    /// Values tied across the border of a third share a mid-rank, and so a third.
    pub fn is_in_top_third(self) -> bool {
        3 * self.doubled() >= 4 * u64::from(self.n)
    }
    pub fn is_in_bottom_third(self) -> bool {
        3 * self.doubled() <= 2 * u64::from(self.n)
    }
    /// 1 to 10, ties together.
    pub fn decile(self) -> usize {
        (1 + 5 * self.doubled() / u64::from(self.n)).min(10) as usize
    }
}

/// The rank of each value among all.
pub fn ranking<T: Ranked>(values: &[T]) -> Vec<Rank> {
    let n = values.len() as u32;
    let mut keys: Vec<u64> = values.iter().map(|value| value.key()).collect();
    let (first, last) = keys.iter().fold((u64::MAX, 0), |(first, last), key| (first.min(*key), last.max(*key)));
    keys.iter_mut().for_each(|key| *key -= first);
    // Counts and sums of money lie close together: counting them is many times cheaper than sorting.
    if last.saturating_sub(first) <= 4 * u64::from(n) { by_counting(&keys, n) } else { by_sorting(&keys, n) }
}

fn by_counting(keys: &[u64], n: u32) -> Vec<Rank> {
    let values = keys.iter().max().map_or(0, |last| *last as usize + 1);
    let mut ranks = vec![Rank { less: 0, equal: 0, n }; values];
    keys.iter().for_each(|key| ranks[*key as usize].equal += 1);
    let mut less = 0;
    for rank in &mut ranks {
        rank.less = less;
        less += rank.equal;
    }
    keys.iter().map(|key| ranks[*key as usize]).collect()
}

fn by_sorting(keys: &[u64], n: u32) -> Vec<Rank> {
    let sorted = sorted(keys);
    let mut ranks = vec![Rank { less: 0, equal: 0, n }; keys.len()];
    let mut less = 0;
    for equals in sorted.chunk_by(|(a, _), (b, _)| a == b) {
        let rank = Rank { less, equal: equals.len() as u32, n };
        equals.iter().for_each(|(_, at)| ranks[*at as usize] = rank);
        less += rank.equal;
    }
    ranks
}

/// Bits that one pass of `sorted` sorts by.
const DIGIT: u32 = 11;

/// Keys with their places, sorted digit by digit from the last (radix sort), which keeps them in order where they are equal.
fn sorted(keys: &[u64]) -> Vec<(u64, u32)> {
    let mut sorted: Vec<(u64, u32)> = keys.iter().copied().zip(0..).collect();
    let mut next = sorted.clone();
    let bits = u64::BITS - keys.iter().max().map_or(0, |last| *last).leading_zeros();
    for shift in (0..bits).step_by(DIGIT as usize) {
        let digit = |key: u64| (key >> shift) as usize % (1 << DIGIT);
        let mut starts = [0_u32; 1 << DIGIT];
        sorted.iter().for_each(|(key, _)| starts[digit(*key)] += 1);
        let mut start = 0;
        for count in &mut starts {
            start += std::mem::replace(count, start);
        }
        for pair in &sorted {
            let place = &mut starts[digit(pair.0)];
            next[*place as usize] = *pair;
            *place += 1;
        }
        std::mem::swap(&mut sorted, &mut next);
    }
    sorted
}

/// Mid-rank percentiles, in (0, 100): `100 (less + equal / 2) / n`, each value equal to itself. Their mean is 50.
pub fn percentiles<T: Ranked>(values: &[T]) -> Vec<f64> {
    let percentile = |rank: Rank| 100.0 * (f64::from(rank.less) + f64::from(rank.equal) / 2.0) / f64::from(rank.n);
    ranking(values).into_iter().map(percentile).collect()
}

/// The rank of each value among those there are.
pub fn ranks<T: Ranked>(values: &[Option<T>]) -> Vec<Option<Rank>> {
    let known: Vec<T> = values.iter().copied().flatten().collect();
    let mut ranks = ranking(&known).into_iter();
    values.iter().map(|value| value.and_then(|_| ranks.next())).collect()
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
pub fn auc(ranks: &[Rank], happened: &[bool]) -> Option<f64> {
    let (mut sum, mut positives) = (0_u128, 0_u128);
    for (rank, _) in ranks.iter().zip(happened).filter(|(_, happened)| **happened) {
        // Twice the mid-rank, counted from 1, is whole: sums are exact.
        sum += u128::from(rank.doubled() + 1);
        positives += 1;
    }
    let pairs = positives * (ranks.len().min(happened.len()) as u128 - positives);
    let wins = sum.saturating_sub(positives * (positives + 1));
    (pairs > 0).then(|| (wins as f64 / (2 * pairs) as f64).min(1.0))
}

/// How much more often it happened among the `share` with the highest scores than among all; None where it never did.
///
/// The top is `share` x n cases, not rounded. Among equal scores at its edge any could be in it, so each counts as far
/// as it is expected to be: the order of rows changes nothing.
pub fn top_lift(ranks: &[Rank], happened: &[bool], share: f64) -> Option<f64> {
    let n = ranks.len().min(happened.len());
    let events = happened[..n].iter().filter(|happened| **happened).count();
    let top = limit(share, 0.0, 1.0) * n as f64;
    if events == 0 || top <= 0.0 {
        return None;
    }
    let part_in_top = |rank: &Rank| {
        let above = f64::from(rank.n - rank.less - rank.equal);
        limit((top - above) / f64::from(rank.equal), 0.0, 1.0)
    };
    let of_events = ranks.iter().zip(happened).filter(|(_, happened)| **happened);
    let found: f64 = of_events.map(|(rank, _)| part_in_top(rank)).sum();
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
