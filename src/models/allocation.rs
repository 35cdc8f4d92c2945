//! Splitting an amount so that the parts sum to it exactly.

/// Parts of `ticks` in proportion to `bases`, by largest remainder on the absolute amount; ties go to the earlier part.
/// None where no base is above zero.
pub fn largest_remainder(ticks: i64, bases: &[i64]) -> Option<Vec<i64>> {
    let total: i128 = bases.iter().map(|base| i128::from((*base).max(0))).sum();
    if total == 0 {
        return None;
    }
    let amount = i128::from(ticks.unsigned_abs());
    let shares = bases.iter().map(|base| amount * i128::from((*base).max(0)));
    let mut parts: Vec<(i128, i128)> = shares.map(|share| (share / total, share % total)).collect();
    let left = amount - parts.iter().map(|(whole, _)| whole).sum::<i128>();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by(|a, b| parts[*b].1.cmp(&parts[*a].1).then(a.cmp(b)));
    for index in order.into_iter().take(left as usize) {
        parts[index].0 += 1;
    }
    let sign = i128::from(ticks.signum());
    Some(parts.into_iter().map(|(whole, _)| (whole * sign) as i64).collect())
}
