//! Work spread over threads.

use std::sync::atomic::{AtomicUsize, Ordering};

use tenure::error::{Error, Result};
use tenure::parallel::{both, in_parallel};

#[test]
fn results_are_in_the_order_of_the_work() {
    let items: Vec<u64> = (0..100).collect();
    // the first items take longest
    let work = |item: &u64| {
        let sum = (0..(100 - item) * 10_000).fold(*item, |sum, n| sum ^ n.wrapping_mul(item + 1));
        Ok((*item, sum))
    };
    let alone = in_parallel(&items, 1, work).unwrap();
    assert_eq!(alone.iter().map(|(item, _)| *item).collect::<Vec<_>>(), items);
    for workers in [2, 7, 200] {
        assert_eq!(in_parallel(&items, workers, work).unwrap(), alone, "{workers} workers");
    }
    assert_eq!(in_parallel(&[], 3, work).unwrap(), []);
}

#[test]
fn an_error_ends_the_work() {
    // more than could ever be done
    let items = vec![(); 1 << 40];
    for workers in [1, 4] {
        let done = AtomicUsize::new(0);
        let work = |(): &()| -> Result<()> {
            if done.fetch_add(1, Ordering::Relaxed) == 3 { Err(Error::internal("the fourth")) } else { Ok(()) }
        };
        assert_eq!(in_parallel(&items, workers, work).unwrap_err().to_string(), "the fourth");
    }
}

#[test]
fn a_panic_is_an_error() {
    let work = |item: &usize| -> Result<usize> { Ok([1, 2, 3][*item]) };
    let error = in_parallel(&[0, 1, 2, 3], 2, work).unwrap_err();
    assert!(error.to_string().contains("index out of bounds"), "{error}");
}

#[test]
fn both_are_done_and_either_may_fail() {
    // each waits for the other
    let barrier = std::sync::Barrier::new(2);
    let waited = || {
        barrier.wait();
        Ok(1)
    };
    assert_eq!(both(waited, waited).unwrap(), (1, 1));
    let fails = |why: &'static str| move || -> Result<i32> { Err(Error::internal(why)) };
    assert_eq!(both(fails("the first"), || Ok(2)).unwrap_err().to_string(), "the first");
    assert_eq!(both(|| Ok(1), fails("the second")).unwrap_err().to_string(), "the second");
    let panics = || -> Result<i32> { Ok([1, 2][std::hint::black_box(2)]) };
    assert!(both(panics, || Ok(2)).is_err());
}
