//! Counts words in text.
//!
//! At length.

use std::collections::{hash_map::Entry, BTreeMap as Sorted, HashMap};
use std::fmt;

use crate::text::*;
mod helper;

/// The most words kept.
pub const LIMIT: usize = 10;
type Counts = HashMap<String, usize>;

/// Counts words: “é”.
#[derive(Debug, Clone)]
pub struct Counter<'a> {
    words: Counts,
    name: &'a str,
}

/** What can go wrong. */
#[derive(Debug)]
pub enum Problem {
    Empty,
    TooLong(usize),
}

pub trait Count {
    /// How many there are.
    fn total(&self) -> usize;
    fn is_empty(&self) -> bool {
        self.total() == 0
    }
}

impl<'a> Counter<'a> {
    /// Makes an empty one.
    #[must_use]
    #[inline]
    pub fn new(name: &'a str) -> Self {
        Self { words: HashMap::new(), name }
    }
}

impl<'a> Count for Counter<'a> {
    fn total(&self) -> usize {
        self.words.values().sum::<usize>() + helper::extra(LIMIT)
    }
}

macro_rules! square {
    ($x:expr) => { $x * $x };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adds() {
        assert_eq!(Counter::new("é").total(), square!(0));
    }

    #[tokio::test]
    /// It takes a while.
    async fn waits() {
        let counter = Counter { words: Counts::new(), name: "" };
    }
}
