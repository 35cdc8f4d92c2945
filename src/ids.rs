//! Ids as dense numbers, given once: what is grouped, joined and kept by customer is keyed by four bytes instead of text.
//!
//! Millions of ids are looked up in tables that no cache holds, so what counts is how often memory is waited for. A slot says
//! where its text lies, and a text says how long it is: two waits, and those of a batch of ids overlap, since each step is
//! taken for all of them before the next.

use std::hash::BuildHasher;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use foldhash::fast::FixedState;
use polars::prelude::*;

/// The number of no id.
pub const NOBODY: u32 = u32::MAX;
/// Ids whose waits overlap.
const BATCH: usize = 64;

/// Texts in the order in which they were first seen, which differs from run to run: no result may depend on it.
#[derive(Default)]
pub struct Ids(RwLock<Numbered>);

/// All texts one after the other, each behind its length, and a table of where they are by hash.
#[derive(Default)]
pub struct Numbered {
    /// As many as a power of two; a text is at the first free one from that of its hash on.
    slots: Vec<Slot>,
    texts: Vec<u8>,
    /// Where each text begins, by number.
    starts: Vec<u64>,
}

#[derive(Clone, Copy)]
struct Slot {
    /// High bits of the hash, whose low ones chose the slot.
    tag: u32,
    /// `NOBODY`: the slot is free.
    number: u32,
    start: u64,
}

const FREE: Slot = Slot { tag: 0, number: NOBODY, start: 0 };
/// Bytes of the length before each text.
const LENGTH: usize = size_of::<u32>();

/// The same in every run.
pub fn hash_of(text: &[u8]) -> u64 {
    FixedState::with_seed(0).hash_one(text)
}

fn tag(hash: u64) -> u32 {
    (hash >> 32) as u32
}

impl Numbered {
    pub fn len(&self) -> usize {
        self.starts.len()
    }
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }
    fn length(&self, start: u64) -> usize {
        let at = start as usize;
        self.texts[at..at + LENGTH].iter().rev().fold(0, |length, byte| length << 8 | usize::from(*byte))
    }
    fn bytes(&self, start: u64) -> &[u8] {
        let at = start as usize + LENGTH;
        &self.texts[at..at + self.length(start)]
    }
    /// The text of a number that was given.
    pub fn text(&self, number: u32) -> &str {
        std::str::from_utf8(self.bytes(self.starts[number as usize])).unwrap_or_default()
    }
    /// Where a hash begins to be looked for; there are slots.
    fn home(&self, hash: u64) -> usize {
        hash as usize & (self.slots.len() - 1)
    }
    /// The slots from a place on, again from the first behind the last.
    fn from(&self, at: usize) -> impl Iterator<Item = usize> + use<> {
        let mask = self.slots.len() - 1;
        (at..).map(move |at| at & mask)
    }

    /// Numbers of the texts of a batch, `NOBODY` where one has none.
    fn find(&self, texts: &[Option<&str>], hashes: &[u64; BATCH], numbers: &mut Vec<u32>) {
        if self.slots.is_empty() {
            numbers.extend(texts.iter().map(|_| NOBODY));
            return;
        }
        let (mut slots, mut lengths) = ([FREE; BATCH], [0; BATCH]);
        slots.iter_mut().zip(hashes).zip(texts).for_each(|((slot, hash), _)| *slot = self.slots[self.home(*hash)]);
        for ((length, slot), _) in lengths.iter_mut().zip(&slots).zip(texts) {
            *length = if slot.number == NOBODY { 0 } else { self.length(slot.start) };
        }
        for (at, text) in texts.iter().enumerate() {
            let Some(text) = text.map(str::as_bytes) else {
                numbers.push(NOBODY);
                continue;
            };
            let (slot, hash) = (slots[at], hashes[at]);
            let is_it = slot.tag == tag(hash) && lengths[at] == text.len() && self.bytes(slot.start) == text;
            let is_home = is_it && slot.number != NOBODY;
            numbers.push(if is_home { slot.number } else { self.find_from(self.home(hash), hash, text) });
        }
    }

    fn find_from(&self, home: usize, hash: u64, text: &[u8]) -> u32 {
        for at in self.from(home) {
            let slot = self.slots[at];
            if slot.number == NOBODY || slot.tag == tag(hash) && self.bytes(slot.start) == text {
                return slot.number;
            }
        }
        NOBODY
    }

    /// The number of a text; it gets the next if it has none.
    fn number(&mut self, hash: u64, text: &[u8]) -> u32 {
        if !self.slots.is_empty() {
            let known = self.find_from(self.home(hash), hash, text);
            if known != NOBODY {
                return known;
            }
        }
        if self.starts.len() * 4 >= self.slots.len() * 3 {
            self.grow();
        }
        let slot = Slot { tag: tag(hash), number: self.starts.len() as u32, start: self.texts.len() as u64 };
        self.texts.extend_from_slice(&(text.len() as u32).to_le_bytes());
        self.texts.extend_from_slice(text);
        self.starts.push(slot.start);
        self.settle(hash, slot);
        slot.number
    }

    fn settle(&mut self, hash: u64, slot: Slot) {
        let free = self.from(self.home(hash)).find(|at| self.slots[*at].number == NOBODY);
        free.into_iter().for_each(|at| self.slots[at] = slot);
    }

    fn grow(&mut self) {
        self.slots = vec![FREE; (self.slots.len() * 2).max(BATCH)];
        for number in 0..self.starts.len() as u32 {
            let start = self.starts[number as usize];
            let hash = hash_of(self.bytes(start));
            self.settle(hash, Slot { tag: tag(hash), number, start });
        }
    }
}

impl Ids {
    /// Everything numbered so far. Do not number while holding it.
    pub fn known(&self) -> RwLockReadGuard<'_, Numbered> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of each text, `NOBODY` of none; a text that has none gets the next.
    pub fn numbers<'a>(&self, mut texts: impl Iterator<Item = Option<&'a str>>) -> Vec<u32> {
        let mut numbers = Vec::with_capacity(texts.size_hint().0);
        let mut missing: Vec<(usize, u64, &str)> = Vec::new();
        let known = self.known();
        let (mut batch, mut hashes) = (Vec::with_capacity(BATCH), [0; BATCH]);
        loop {
            batch.clear();
            batch.extend(texts.by_ref().take(BATCH));
            if batch.is_empty() {
                break;
            }
            let hash = |text: &Option<&str>| text.map_or(0, |text| hash_of(text.as_bytes()));
            hashes.iter_mut().zip(&batch).for_each(|(of, text)| *of = hash(text));
            let first = numbers.len();
            known.find(&batch, &hashes, &mut numbers);
            for (at, text) in batch.iter().enumerate().filter(|(at, _)| numbers[first + at] == NOBODY) {
                missing.extend(text.map(|text| (first + at, hashes[at], text)));
            }
        }
        drop(known);
        if !missing.is_empty() {
            let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
            missing.into_iter().for_each(|(at, hash, text)| numbers[at] = known.number(hash, text.as_bytes()));
        }
        numbers
    }
}

/// The number (UInt32) of an id.
pub fn number(id: Expr, ids: &Arc<Ids>) -> Expr {
    let ids = ids.clone();
    id.map(
        move |column| {
            let numbers = ids.numbers(column.str()?.iter());
            let numbers: UInt32Chunked = if column.has_nulls() {
                numbers.into_iter().map(|number| (number != NOBODY).then_some(number)).collect()
            } else {
                UInt32Chunked::from_vec(PlSmallStr::EMPTY, numbers)
            };
            Ok(numbers.with_name(column.name().clone()).into_column())
        },
        |_, field| Ok(Field::new(field.name().clone(), DataType::UInt32)),
    )
}
