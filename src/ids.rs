//! Ids as dense numbers, given once: what is grouped, joined and kept by customer is keyed by four bytes instead of text.

use std::hash::BuildHasher;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use polars::prelude::*;

/// Texts in the order in which they were first seen, which differs from run to run: no result may depend on it.
#[derive(Default)]
pub struct Ids(RwLock<Numbered>);

/// All texts one after the other, and a table of their numbers by hash.
#[derive(Default)]
pub struct Numbered {
    table: HashTable<u32>,
    texts: Vec<u8>,
    /// Where each text ends.
    ends: Vec<usize>,
}

impl Numbered {
    pub fn len(&self) -> usize {
        self.ends.len()
    }
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
    fn bytes(&self, number: u32) -> &[u8] {
        let at = number as usize;
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.texts[start..self.ends[at]]
    }
    /// The text of a number that was given.
    pub fn text(&self, number: u32) -> &str {
        std::str::from_utf8(self.bytes(number)).unwrap_or_default()
    }
    fn find(&self, hash: u64, text: &[u8]) -> Option<u32> {
        self.table.find(hash, |number| self.bytes(*number) == text).copied()
    }
    fn number(&mut self, hash: u64, text: &[u8]) -> u32 {
        if let Some(number) = self.find(hash, text) {
            return number;
        }
        let number = self.ends.len() as u32;
        self.texts.extend_from_slice(text);
        self.ends.push(self.texts.len());
        let (texts, ends) = (&self.texts, &self.ends);
        let rehash = |number: &u32| {
            let at = *number as usize;
            hash_of(&texts[if at == 0 { 0 } else { ends[at - 1] }..ends[at]])
        };
        self.table.insert_unique(hash, number, rehash);
        number
    }
}

/// The same in every run.
pub fn hash_of(text: &[u8]) -> u64 {
    FixedState::with_seed(0).hash_one(text)
}

impl Ids {
    /// Everything numbered so far. Do not number while holding it.
    pub fn known(&self) -> RwLockReadGuard<'_, Numbered> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of each text; a text that has none gets the next.
    pub fn numbers<'a>(&self, texts: impl Iterator<Item = Option<&'a str>>) -> Vec<Option<u32>> {
        let mut missing = Vec::new();
        let mut numbers: Vec<Option<u32>> = {
            let known = self.known();
            let number = |(row, text): (usize, Option<&'a str>)| {
                let text = text?.as_bytes();
                let hash = hash_of(text);
                let number = known.find(hash, text);
                if number.is_none() {
                    missing.push((row, hash, text));
                }
                number
            };
            texts.enumerate().map(number).collect()
        };
        if !missing.is_empty() {
            let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
            for (row, hash, text) in missing {
                numbers[row] = Some(known.number(hash, text));
            }
        }
        numbers
    }
}

/// The number (UInt32) of an id.
pub fn number(id: Expr, ids: &Arc<Ids>) -> Expr {
    let ids = ids.clone();
    id.map(
        move |column| {
            let numbers: UInt32Chunked = ids.numbers(column.str()?.iter()).into_iter().collect();
            Ok(numbers.with_name(column.name().clone()).into_column())
        },
        |_, field| Ok(Field::new(field.name().clone(), DataType::UInt32)),
    )
}
