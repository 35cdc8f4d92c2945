//! Maximum likelihood in a few bounded parameters: Fisher scoring with Levenberg-Marquardt damping, Newton's method
//! where that is slow. Deterministic.
//!
//! Source: Nocedal & Wright 2006, sections 10.3 and 16.7 (damping, active bounds); McCullagh & Nelder 1989, section
//! 2.5.

/// A log-likelihood at one point: its value, gradient, and expected (Fisher) information, which is never indefinite.
#[derive(Debug, Clone, Copy)]
pub struct Evaluation<const N: usize> {
    pub value: f64,
    pub gradient: [f64; N],
    pub information: [[f64; N]; N],
}

#[derive(Debug, Clone, Copy)]
pub struct Optimum<const N: usize> {
    pub at: [f64; N],
    pub value: f64,
    pub information: [[f64; N]; N],
    /// By the gradient, no step that the bounds allow gains anything: neither Newton's nor, where a likelihood flattens
    /// out towards the end of a scale and Newton's has no end, one unit of each parameter.
    pub converged: bool,
    /// At a bound that holds the parameter back.
    pub is_bound: [bool; N],
}

const MAX_STEPS: usize = 100;
/// Fisher scoring needs fewer steps than this where the model fits. Where it does not, expected and actual curvature
/// differ, and the actual one is worth the evaluations it costs.
const SCORING_STEPS: usize = 12;
/// Longest step in one parameter: on a logit scale, a factor of 20 in the odds.
const MAX_STEP: f64 = 3.0;
const MAX_DAMPING: f64 = 1e12;

/// The best point reached from any of the starts; None without starts.
pub fn maximise<const N: usize>(
    evaluate: impl Fn(&[f64; N]) -> Evaluation<N>,
    starts: &[[f64; N]],
    bounds: &[(f64, f64); N],
) -> Option<Optimum<N>> {
    let ends = starts.iter().map(|start| climb(&evaluate, start, bounds));
    // The first of equals wins, so that the order of the starts decides and nothing else.
    ends.reduce(|best, next| if next.value > best.value { next } else { best })
}

fn climb<const N: usize>(
    evaluate: &impl Fn(&[f64; N]) -> Evaluation<N>,
    start: &[f64; N],
    bounds: &[(f64, f64); N],
) -> Optimum<N> {
    let clamp = |index: usize, value: f64| value.clamp(bounds[index].0, bounds[index].1);
    let mut at: [f64; N] = std::array::from_fn(|i| clamp(i, start[i]));
    let mut here = evaluate(&at);
    let mut damping = 1e-3;
    let mut converged = false;
    let mut is_bound = [false; N];
    'steps: for count in 0..MAX_STEPS {
        is_bound = std::array::from_fn(|i| {
            (at[i] <= bounds[i].0 && here.gradient[i] <= 0.0) || (at[i] >= bounds[i].1 && here.gradient[i] >= 0.0)
        });
        let curvature = if count < SCORING_STEPS { None } else { curvature(evaluate, &at, &is_bound) };
        let towards = Evaluation { information: curvature.unwrap_or(here.information), ..here };
        let step = newton_step(&towards, &is_bound, 1e-12);
        let gain: f64 = (0..N).map(|i| (step[i].abs().min(1.0) * here.gradient[i]).abs()).sum();
        converged = gain <= 1e-9 + 1e-13 * here.value.abs();
        if converged {
            (at, here) = polish(evaluate, at, here, bounds, &is_bound);
            break;
        }
        loop {
            let step = newton_step(&towards, &is_bound, damping);
            let next: [f64; N] = std::array::from_fn(|i| clamp(i, at[i] + step[i].clamp(-MAX_STEP, MAX_STEP)));
            let there = evaluate(&next);
            if there.value > here.value {
                (at, here) = (next, there);
                damping = (damping * 0.1).max(1e-9);
                break;
            }
            damping *= 10.0;
            if damping > MAX_DAMPING {
                // Nothing around is higher as far as f64 can tell: at the top if the gradient agrees but for rounding.
                converged = gain <= 1e-6 + 1e-11 * here.value.abs();
                break 'steps;
            }
        }
    }
    Optimum { at, value: here.value, information: here.information, converged, is_bound }
}

/// One more step by the actual curvature, after which what is left is about the square of what was left before: a
/// likelihood is so flat at its top that nothing to gain from it is still the fifth digit of a parameter.
fn polish<const N: usize>(
    evaluate: &impl Fn(&[f64; N]) -> Evaluation<N>,
    at: [f64; N],
    here: Evaluation<N>,
    bounds: &[(f64, f64); N],
    is_bound: &[bool; N],
) -> ([f64; N], Evaluation<N>) {
    let Some(information) = curvature(evaluate, &at, is_bound) else { return (at, here) };
    let step = newton_step(&Evaluation { information, ..here }, is_bound, 0.0);
    let next = std::array::from_fn(|i| (at[i] + step[i]).clamp(bounds[i].0, bounds[i].1));
    let there = evaluate(&next);
    // By the gradients: values this close differ by rounding only.
    let steepness = |of: &Evaluation<N>| -> f64 {
        (0..N).filter(|i| !is_bound[*i]).map(|i| of.gradient[i].powi(2) / information[i][i]).sum()
    };
    if steepness(&there) < steepness(&here) { (next, there) } else { (at, here) }
}

/// Minus the second derivatives, by central differences of the gradient, with ones for parameters at their bounds; None
/// where they are not those of a maximum.
fn curvature<const N: usize>(
    evaluate: &impl Fn(&[f64; N]) -> Evaluation<N>,
    at: &[f64; N],
    is_bound: &[bool; N],
) -> Option<[[f64; N]; N]> {
    const STEP: f64 = 1e-4;
    let slopes: [[f64; N]; N] = std::array::from_fn(|i| {
        let moved = |by: f64| evaluate(&std::array::from_fn(|j| if i == j { at[j] + by } else { at[j] })).gradient;
        let (above, below) = (moved(STEP), moved(-STEP));
        std::array::from_fn(|j| (below[j] - above[j]) / (2.0 * STEP))
    });
    let symmetric = std::array::from_fn(|i| {
        std::array::from_fn(|j| match is_bound[i] || is_bound[j] {
            true => f64::from(u8::from(i == j)),
            false => f64::midpoint(slopes[i][j], slopes[j][i]),
        })
    });
    is_positive_definite(&symmetric).then_some(symmetric)
}

/// All pivots of an elimination without exchanges are positive.
fn is_positive_definite<const N: usize>(matrix: &[[f64; N]; N]) -> bool {
    let mut m = *matrix;
    for column in 0..N {
        let above = m[column];
        if above[column].is_nan() || above[column] <= 0.0 {
            return false;
        }
        for row in m.iter_mut().skip(column + 1) {
            let factor = row[column] / above[column];
            row.iter_mut().zip(above).for_each(|(value, above)| *value -= factor * above);
        }
    }
    true
}

/// `(I + damping diag I)^-1 g` in the free parameters, 0 in the others.
fn newton_step<const N: usize>(here: &Evaluation<N>, is_bound: &[bool; N], damping: f64) -> [f64; N] {
    let mut matrix = here.information;
    let mut vector = here.gradient;
    for i in 0..N {
        // The constant keeps a parameter that nothing depends on from making the matrix singular.
        matrix[i][i] += damping * matrix[i][i] + 1e-12;
        if is_bound[i] {
            matrix[i] = [0.0; N];
            matrix.iter_mut().for_each(|row| row[i] = 0.0);
            (matrix[i][i], vector[i]) = (1.0, 0.0);
        }
    }
    solve(&matrix, &vector).unwrap_or([0.0; N])
}

/// The solution of `matrix x = vector` by elimination with pivots; None where it is singular or not finite.
fn solve<const N: usize>(matrix: &[[f64; N]; N], vector: &[f64; N]) -> Option<[f64; N]> {
    let (mut m, mut v) = (*matrix, *vector);
    for column in 0..N {
        let pivot = (column..N).max_by(|a, b| m[*a][column].abs().total_cmp(&m[*b][column].abs()))?;
        m.swap(column, pivot);
        v.swap(column, pivot);
        for row in column + 1..N {
            let above = m[column];
            let factor = m[row][column] / above[column];
            m[row].iter_mut().zip(above).for_each(|(value, above)| *value -= factor * above);
            v[row] -= factor * v[column];
        }
    }
    for row in (0..N).rev() {
        let known: f64 = (row + 1..N).map(|k| m[row][k] * v[k]).sum();
        v[row] = (v[row] - known) / m[row][row];
    }
    v.iter().all(|x| x.is_finite()).then_some(v)
}

/// Standard errors above 5 on a logit or logarithmic scale are no approximation of anything.
pub const LARGEST_VARIANCE: f64 = 25.0;

/// The covariance of an optimum inside its bounds. None at a bound, or where the data hardly determine a parameter.
pub fn covariance<const N: usize>(optimum: &Optimum<N>) -> Option<[[f64; N]; N]> {
    covariance_given(optimum, &[false; N])
}

/// The same, zero in the parameters taken as known. None where another is at a bound, or hardly
/// determined by the data.
pub fn covariance_given<const N: usize>(optimum: &Optimum<N>, is_known: &[bool; N]) -> Option<[[f64; N]; N]> {
    if (0..N).any(|i| optimum.is_bound[i] && !is_known[i]) {
        return None;
    }
    // A known parameter leaves the matrix: its row and column become those of the identity.
    let is_out = |i: usize, j: usize| is_known[i] || is_known[j];
    let free = |i: usize, j: usize| if is_out(i, j) { f64::from(u8::from(i == j)) } else { optimum.information[i][j] };
    let inverse: [[f64; N]; N] = inverse(&std::array::from_fn(|i| std::array::from_fn(|j| free(i, j))))?;
    let covariance: [[f64; N]; N] =
        std::array::from_fn(|i| std::array::from_fn(|j| if is_out(i, j) { 0.0 } else { inverse[i][j] }));
    (0..N).all(|i| covariance[i][i] <= LARGEST_VARIANCE).then_some(covariance)
}

/// The inverse of a positive definite matrix; None where it is not one.
fn inverse<const N: usize>(matrix: &[[f64; N]; N]) -> Option<[[f64; N]; N]> {
    let mut inverse = [[0.0; N]; N];
    for (i, row) in inverse.iter_mut().enumerate() {
        // A row is a column: the matrix is symmetric.
        *row = solve(matrix, &std::array::from_fn(|j| if i == j { 1.0 } else { 0.0 }))?;
    }
    is_positive_definite(&inverse).then_some(inverse)
}
