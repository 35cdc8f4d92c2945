//! Ids as dense numbers, given once: what is grouped, joined and kept by customer is keyed by four bytes instead of text.
//!
//! Millions of ids are looked up in tables that no cache holds, so what counts is how often memory is waited for. A slot holds
//! a short text itself and says of a long one where it lies: one wait or two, and those of a batch of ids overlap, since each
//! step is taken for all of them before the next.

use std::hash::BuildHasher;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use foldhash::fast::FixedState;
use polars::prelude::*;

/// The number of no id.
pub const NOBODY: u32 = u32::MAX;
/// Ids whose waits overlap.
const BATCH: usize = 64;
/// Bytes of a text that a slot holds.
const SHORT: usize = 24;

/// Texts in the order in which they were first seen, which differs from run to run: no result may depend on it.
#[derive(Default)]
pub struct Ids(RwLock<Numbered>);

/// All texts one after the other, and a table of their numbers by hash.
#[derive(Default)]
pub struct Numbered {
    /// As many as a power of two; a text is at the first free one from that of its hash on.
    slots: Vec<Slot>,
    texts: Vec<u8>,
    /// Where each text ends, by number.
    ends: Vec<u64>,
}

/// Two to a cache line, never across two.
#[derive(Clone, Copy)]
#[repr(align(32))]
struct Slot {
    /// `NOBODY`: the slot is free.
    number: u32,
    length: u32,
    /// Of a short text its bytes, then zeros; of a longer one its hash and where it begins.
    words: [u64; SHORT / 8],
}

const FREE: Slot = Slot { number: NOBODY, length: 0, words: [0; SHORT / 8] };

/// What a text is looked up by.
#[derive(Clone, Copy)]
struct Key {
    hash: u64,
    length: u32,
    /// As in a slot, but for where it begins.
    words: [u64; SHORT / 8],
}

/// The same in every run.
pub fn hash_of(text: &[u8]) -> u64 {
    FixedState::with_seed(0).hash_one(text)
}

impl Key {
    #[inline]
    fn of(text: &[u8]) -> Self {
        let length = text.len() as u32;
        if text.len() > SHORT {
            let hash = hash_of(text);
            return Key { hash, length, words: [hash, 0, 0] };
        }
        let words = words(text);
        Key { hash: FixedState::with_seed(0).hash_one((words[0], words[1], words[2], length)), length, words }
    }
}

/// At most `SHORT` bytes, then zeros.
#[inline]
fn words(text: &[u8]) -> [u64; SHORT / 8] {
    let length = text.len();
    if length < 8 {
        return [text.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)), 0, 0];
    }
    let word = |at: usize| text[at..].first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
    let rest = if length.is_multiple_of(8) { 0 } else { word(length - 8) >> (64 - 8 * (length % 8)) };
    match length / 8 {
        1 => [word(0), rest, 0],
        2 => [word(0), word(8), rest],
        _ => [word(0), word(8), word(16)],
    }
}

impl Slot {
    fn is_long(&self) -> bool {
        self.length as usize > SHORT
    }
}

impl Numbered {
    pub fn len(&self) -> usize {
        self.ends.len()
    }
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
    /// The text of a number that was given.
    pub fn text(&self, number: u32) -> &str {
        std::str::from_utf8(self.bytes(number)).unwrap_or_default()
    }
    /// Sorts numbers by their texts. Most pairs of texts are told apart by what is sorted, without waiting for where they lie.
    pub fn sort_by_text(&self, numbers: &mut [u32]) {
        let beginning = |number: u32| {
            let (text, mut bytes) = (self.bytes(number), [0; 16]);
            let length = text.len().min(bytes.len());
            bytes[..length].copy_from_slice(&text[..length]);
            u128::from_be_bytes(bytes)
        };
        let mut keyed: Vec<(u128, u32)> = numbers.iter().map(|number| (beginning(*number), *number)).collect();
        keyed.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| self.bytes(a.1).cmp(self.bytes(b.1))));
        numbers.iter_mut().zip(keyed).for_each(|(number, (_, sorted))| *number = sorted);
    }
    fn bytes(&self, number: u32) -> &[u8] {
        let at = number as usize;
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.texts[start as usize..self.ends[at] as usize]
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

    /// Whether it is this text's; no free slot is.
    fn is_of(&self, slot: &Slot, key: &Key, text: &[u8]) -> bool {
        if slot.number == NOBODY || slot.length != key.length {
            return false;
        }
        if !slot.is_long() {
            return slot.words == key.words;
        }
        let start = slot.words[1] as usize;
        slot.words[0] == key.hash && &self.texts[start..start + text.len()] == text
    }

    /// Sets the numbers of the waiting texts of a batch, but for those that have none: they are `missing` afterwards.
    fn find(&self, batch: &mut Batch, numbers: &mut [u32]) {
        if self.slots.is_empty() {
            batch.missing.append(&mut batch.waiting);
            return;
        }
        let Batch { texts, keys, waiting, missing } = batch;
        let (mut slots, mut places) = ([FREE; BATCH], [0; BATCH]);
        waiting.iter().for_each(|at| places[*at] = self.home(keys[*at].hash));
        while !waiting.is_empty() {
            waiting.iter().for_each(|at| slots[*at] = self.slots[places[*at]]);
            // the beginnings of long texts are on their way before the first of them is compared
            let is_likely = |at: usize| slots[at].is_long() && slots[at].words[0] == keys[at].hash;
            let long = waiting.iter().filter(|at| is_likely(**at));
            std::hint::black_box(long.fold(0, |any, at| any | self.texts[slots[*at].words[1] as usize]));
            waiting.retain(|at| {
                let slot = &slots[*at];
                let is_found = self.is_of(slot, &keys[*at], texts[*at]);
                if is_found {
                    numbers[*at] = slot.number;
                } else if slot.number == NOBODY {
                    missing.push(*at);
                }
                places[*at] = (places[*at] + 1) & (self.slots.len() - 1);
                !is_found && slot.number != NOBODY
            });
        }
        // numbered in the order in which they stand there
        missing.sort_unstable();
    }

    /// The number of a text; it gets the next if it has none.
    fn number(&mut self, key: &Key, text: &[u8]) -> u32 {
        if !self.slots.is_empty() {
            let of_hash = self.from(self.home(key.hash)).map(|at| &self.slots[at]);
            let mut known = of_hash.take_while(|slot| slot.number != NOBODY);
            if let Some(slot) = known.find(|slot| self.is_of(slot, key, text)) {
                return slot.number;
            }
        }
        if self.ends.len() * 4 >= self.slots.len() * 3 {
            self.grow();
        }
        let number = self.ends.len() as u32;
        self.settle(key, number, self.texts.len());
        self.texts.extend_from_slice(text);
        self.ends.push(self.texts.len() as u64);
        number
    }

    fn settle(&mut self, key: &Key, number: u32, start: usize) {
        let is_long = key.length as usize > SHORT;
        let words = if is_long { [key.hash, start as u64, 0] } else { key.words };
        let free = self.from(self.home(key.hash)).find(|at| self.slots[*at].number == NOBODY);
        free.into_iter().for_each(|at| self.slots[at] = Slot { number, length: key.length, words });
    }

    fn grow(&mut self) {
        let slots = (self.slots.len() * 2).max(BATCH);
        // not needed any more: the texts say it all
        self.slots = Vec::new();
        self.slots = vec![FREE; slots];
        let texts = std::mem::take(&mut self.texts);
        let mut start = 0;
        for number in 0..self.ends.len() {
            let end = self.ends[number] as usize;
            self.settle(&Key::of(&texts[start..end]), number as u32, start);
            start = end;
        }
        self.texts = texts;
    }
}

/// Texts that are looked up together, at most `BATCH`.
struct Batch<'a> {
    texts: [&'a [u8]; BATCH],
    keys: [Key; BATCH],
    /// Places of those that are still looked for, and of those that have no number.
    waiting: Vec<usize>,
    missing: Vec<usize>,
}

impl Ids {
    /// Everything numbered so far. Do not number while holding it.
    pub fn known(&self) -> RwLockReadGuard<'_, Numbered> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of each text, `NOBODY` of none; a text that has none gets the next.
    pub fn numbers<'a>(&self, mut texts: impl Iterator<Item = Option<&'a str>>) -> Vec<u32> {
        let mut numbers = Vec::with_capacity(texts.size_hint().0);
        let mut missing: Vec<(usize, Key, &[u8])> = Vec::new();
        let known = self.known();
        let none = Key { hash: 0, length: 0, words: [0; SHORT / 8] };
        let mut batch = Batch { texts: [&[]; BATCH], keys: [none; BATCH], waiting: Vec::new(), missing: Vec::new() };
        loop {
            let first = numbers.len();
            for (at, text) in texts.by_ref().take(BATCH).enumerate() {
                numbers.push(NOBODY);
                if let Some(text) = text {
                    (batch.texts[at], batch.keys[at]) = (text.as_bytes(), Key::of(text.as_bytes()));
                    batch.waiting.push(at);
                }
            }
            if numbers.len() == first {
                break;
            }
            known.find(&mut batch, &mut numbers[first..]);
            missing.extend(batch.missing.drain(..).map(|at| (first + at, batch.keys[at], batch.texts[at])));
        }
        drop(known);
        if !missing.is_empty() {
            let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
            missing.into_iter().for_each(|(at, key, text)| numbers[at] = known.number(&key, text));
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
