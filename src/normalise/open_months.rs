//! Rows summed by month and key as they come: what customers did, of more rows than fit in memory.
//!
//! Exports are in the order of time, so few months are open at once: each has a slot by key, and becomes a sorted list when it
//! is over. Rows that leap between many months go to a map instead. Memory is bounded by keys x months, never by rows.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::hash::Hash;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::error::Result;
use crate::parallel::{in_parallel, workers};

/// Rows that are added together and have more months than this are taken one by one.
const OPEN: usize = 3;
/// A month with fewer than one row for so many slots is not worth them.
const SLOTS_PER_ROW: usize = 64;
/// So many of those, and no month gets any more: files are not in the order of time.
const WASTED: usize = 16;

/// The sums of one month, where each key finds its own at once.
pub trait Slots: Default {
    type Key: Copy + Ord + Hash + Send + Sync;
    type Sum: Copy + Default + Send + Sync;
    /// Adds one sum to another.
    fn sum(sum: &mut Self::Sum, other: Self::Sum);
    /// False: the key has no slot here.
    #[must_use]
    fn add(&mut self, key: Self::Key, sum: Self::Sum) -> bool;
    /// How many there are, also of keys that were not seen.
    fn count(&self) -> usize;
    /// Those of the keys that were seen, in their order.
    fn list(self) -> List<Self>;
}

/// Keys in order, each once, with their sums.
pub type List<S> = Vec<(<S as Slots>::Key, <S as Slots>::Sum)>;

type Leaps<S> = HashMap<(i32, <S as Slots>::Key), <S as Slots>::Sum, FixedState>;

/// What is being added up.
pub struct OpenMonths<S: Slots> {
    /// The slots of a month, and how many rows they took.
    open: BTreeMap<i32, (S, usize)>,
    leaps: Leaps<S>,
    wasted: usize,
    over: Months<S>,
}

/// Sums by month, as one list or as several that may share keys.
pub struct Months<S: Slots>(BTreeMap<i32, Vec<List<S>>>);

impl<S: Slots> Default for OpenMonths<S> {
    fn default() -> Self {
        OpenMonths { open: BTreeMap::new(), leaps: HashMap::default(), wasted: 0, over: Months::default() }
    }
}

impl<S: Slots> Default for Months<S> {
    fn default() -> Self {
        Months(BTreeMap::new())
    }
}

impl<S: Slots> OpenMonths<S> {
    /// Adds rows of a month, a key and what is summed: those of a row group, which tell what is over.
    pub fn add(&mut self, rows: &[(i32, S::Key, S::Sum)]) {
        let of_months = || rows.chunk_by(|(a, ..), (b, ..)| a == b);
        let mut months: Vec<i32> = of_months().map(|of_month| of_month[0].0).collect();
        months.sort_unstable();
        months.dedup();
        if months.len() > OPEN || self.wasted > WASTED {
            rows.iter().for_each(|row| leap::<S>(&mut self.leaps, row));
            return;
        }
        let over: Vec<i32> = self.open.keys().filter(|month| !months.contains(month)).copied().collect();
        over.into_iter().for_each(|month| self.finish(month));
        for of_month in of_months() {
            let (slots, count) = self.open.entry(of_month[0].0).or_default();
            *count += of_month.len();
            let without = of_month.iter().filter(|(_, key, sum)| !slots.add(*key, *sum));
            without.for_each(|row| leap::<S>(&mut self.leaps, row));
        }
    }

    fn finish(&mut self, month: i32) {
        let Some((slots, rows)) = self.open.remove(&month) else { return };
        self.wasted += usize::from(rows < slots.count() / SLOTS_PER_ROW);
        self.over.0.entry(month).or_default().push(slots.list());
    }

    pub fn end(mut self) -> Months<S> {
        let open: Vec<i32> = self.open.keys().copied().collect();
        open.into_iter().for_each(|month| self.finish(month));
        let mut leaps: Vec<_> = self.leaps.drain().collect();
        leaps.sort_unstable_by_key(|(key, _)| *key);
        for of_month in leaps.chunk_by(|((a, _), _), ((b, _), _)| a == b) {
            let list = of_month.iter().map(|((_, key), sum)| (*key, *sum)).collect();
            self.over.0.entry(of_month[0].0.0).or_default().push(list);
        }
        self.over
    }
}

fn leap<S: Slots>(leaps: &mut Leaps<S>, (month, key, sum): &(i32, S::Key, S::Sum)) {
    S::sum(leaps.entry((*month, *key)).or_default(), *sum);
}

impl<S: Slots> Months<S> {
    pub fn add(&mut self, other: Self) {
        for (month, lists) in other.0 {
            self.0.entry(month).or_default().extend(lists);
        }
    }

    /// Whether any of the sums so far is such.
    pub fn any(&self, is_such: impl Fn(&S::Sum) -> bool) -> bool {
        self.0.values().flatten().flatten().any(|(_, sum)| is_such(sum))
    }

    /// What is made of each month, in order, several at once; of a month without any where there is none.
    pub fn each<T: Send>(self, of_month: impl Fn(i32, &[(S::Key, S::Sum)]) -> Result<T> + Sync) -> Result<Vec<T>> {
        let mut months: Vec<_> = self.0.into_iter().collect();
        if months.is_empty() {
            months.push((0, Vec::new()));
        }
        in_parallel(&months, workers(), |(month, lists)| of_month(*month, &merged::<S>(lists)))
    }
}

/// One list of several.
fn merged<S: Slots>(lists: &[List<S>]) -> Cow<'_, [(S::Key, S::Sum)]> {
    if let [list] = lists {
        return Cow::Borrowed(list);
    }
    let mut all = lists.concat();
    // lists are sorted: the stable sort merges them
    all.sort_by_key(|(key, _)| *key);
    all.dedup_by(|(key, sum), (before, all)| {
        let is_same = key == before;
        if is_same {
            S::sum(all, *sum);
        }
        is_same
    });
    Cow::Owned(all)
}

/// The slot of a number; there are as many as it takes.
pub fn slot<T: Clone>(slots: &mut Vec<T>, number: u32, empty: T) -> &mut T {
    let at = number as usize;
    if slots.len() <= at {
        // not one by one: ids are new for a while
        slots.resize((at + 1).max(slots.len() * 5 / 4), empty);
    }
    &mut slots[at]
}
