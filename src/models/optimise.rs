//! Maximum likelihood in a few bounded parameters: Fisher scoring with Levenberg-Marquardt damping. Deterministic.
//!
//! Source: Nocedal & Wright 2006, sections 10.3 and 16.7 (damping, active bounds); McCullagh & Nelder 1989, section 2.5.

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
    /// The gradient, measured in standard errors, is nothing in every direction the bounds leave open.
    pub converged: bool,
    /// At a bound that holds the parameter back.
    pub is_bound: [bool; N],
}

const MAX_STEPS: usize = 200;
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
    'steps: for _ in 0..MAX_STEPS {
        is_bound = std::array::from_fn(|i| {
            (at[i] <= bounds[i].0 && here.gradient[i] <= 0.0) || (at[i] >= bounds[i].1 && here.gradient[i] >= 0.0)
        });
        // g' I^-1 g, the squared distance to the optimum in standard errors; what rounding leaves of a large sum is nothing.
        let step = newton_step(&here, &is_bound, 1e-12);
        let decrement: f64 = (0..N).map(|i| if is_bound[i] { 0.0 } else { step[i] * here.gradient[i] }).sum();
        converged = decrement <= 1e-10 + 1e-14 * here.value.abs();
        if converged {
            break;
        }
        loop {
            let step = newton_step(&here, &is_bound, damping);
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
                converged = decrement <= 1e-8 + 1e-12 * here.value.abs();
                break 'steps;
            }
        }
    }
    Optimum { at, value: here.value, information: here.information, converged, is_bound }
}

/// `(I + damping diag I)^-1 g` in the free parameters, 0 in the others.
fn newton_step<const N: usize>(here: &Evaluation<N>, is_bound: &[bool; N], damping: f64) -> [f64; N] {
    let mut matrix = here.information;
    let mut vector = here.gradient;
    for i in 0..N {
        // The constant keeps a parameter that nothing depends on from making the matrix singular.
        matrix[i][i] += damping * matrix[i][i] + 1e-12;
        if is_bound[i] {
            for j in 0..N {
                (matrix[i][j], matrix[j][i]) = (0.0, 0.0);
            }
            (matrix[i][i], vector[i]) = (1.0, 0.0);
        }
    }
    solve(&matrix, &vector).unwrap_or([0.0; N])
}

/// The solution of `matrix x = vector` by elimination with pivots; None where it is singular or not finite.
pub fn solve<const N: usize>(matrix: &[[f64; N]; N], vector: &[f64; N]) -> Option<[f64; N]> {
    let (mut m, mut v) = (*matrix, *vector);
    for column in 0..N {
        let pivot = (column..N).max_by(|a, b| m[*a][column].abs().total_cmp(&m[*b][column].abs()))?;
        m.swap(column, pivot);
        v.swap(column, pivot);
        for row in column + 1..N {
            let factor = m[row][column] / m[column][column];
            for k in column..N {
                m[row][k] -= factor * m[column][k];
            }
            v[row] -= factor * v[column];
        }
    }
    for row in (0..N).rev() {
        let known: f64 = (row + 1..N).map(|k| m[row][k] * v[k]).sum();
        v[row] = (v[row] - known) / m[row][row];
    }
    v.iter().all(|x| x.is_finite()).then_some(v)
}

/// The inverse of a positive definite matrix: covariance from information. None where it is not one.
pub fn inverse<const N: usize>(matrix: &[[f64; N]; N]) -> Option<[[f64; N]; N]> {
    let mut inverse = [[0.0; N]; N];
    for (i, row) in inverse.iter_mut().enumerate() {
        // A row is a column: the matrix is symmetric.
        *row = solve(matrix, &std::array::from_fn(|j| if i == j { 1.0 } else { 0.0 }))?;
    }
    (0..N).all(|i| inverse[i][i] > 0.0).then_some(inverse)
}
