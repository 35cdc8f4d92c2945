//! A small seeded generator. Integer arithmetic and the four exact float operations only, so that a seed gives the same
//! numbers on every machine.

/// SplitMix64 (Steele, Lea, Flood 2014).
pub struct Random(u64);

impl Random {
    /// One independent stream per (seed, purpose, index): order of use elsewhere never shifts it.
    pub fn new(seed: u64, purpose: u64, index: u64) -> Self {
        Random(mix(mix(mix(seed) ^ purpose) ^ index))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// Uniform in `0..count`; `count` must be positive.
    pub fn below(&mut self, count: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(count)) >> 64) as u64
    }

    /// Uniform in `low..=high`.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1) as u64) as i64
    }

    /// Uniform in `[0, 1)`.
    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// One of `choices`, all equally likely; the slice must not be empty.
    pub fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u64) as usize]
    }

    /// One of `choices` by weight; the last one takes what rounding leaves.
    pub fn weighted<T: Copy>(&mut self, choices: &[(T, u64)]) -> T {
        let mut left = self.below(choices.iter().map(|choice| choice.1).sum());
        for &(value, weight) in choices {
            if left < weight {
                return value;
            }
            left -= weight;
        }
        choices[choices.len() - 1].0
    }

    /// Beta(`alpha`, `beta`) for small whole parameters: the `alpha`-th smallest of `alpha + beta - 1` uniform draws.
    pub fn beta(&mut self, alpha: usize, beta: usize) -> f64 {
        let mut draws: Vec<f64> = (0..alpha + beta - 1).map(|_| self.unit()).collect();
        let (_, value, _) = draws.select_nth_unstable_by(alpha - 1, f64::total_cmp);
        *value
    }
}

/// The share of Beta(`alpha`, `beta`), for small whole parameters, that lies above `value`.
pub fn beta_above(value: f64, alpha: usize, beta: usize) -> f64 {
    // fewer than alpha of n uniform draws lie below it
    let draws = alpha + beta - 1;
    let power = |base: f64, exponent: usize| (0..exponent).fold(1.0, |product, _| product * base);
    let mut ways = 1.0;
    let mut share = 0.0;
    for below in 0..alpha {
        share += ways * power(value, below) * power(1.0 - value, draws - below);
        ways *= (draws - below) as f64 / (below + 1) as f64;
    }
    share
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
