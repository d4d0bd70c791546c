//! Keys: which slot each is bound to, and which of its calls is next.

use alloc::vec::Vec;

use centaurus_protocol::CallId;

use crate::config::KEY_LIMIT;
use crate::order::{self, Order, by_number, number};

/// One key.
#[derive(Debug, Default)]
pub(crate) struct Key {
    name: Vec<u8>,
    /// The slot that its calls run on, once there is one.
    pub(crate) slot: Option<u32>,
    /// Its waiting calls by age.
    pub(crate) waiting: Order,
    /// The one of them that is in the slot's lane, if any.
    pub(crate) head: Option<CallId>,
    /// Its calls that are in the worker's hands, zombies included.
    pub(crate) posted: u32,
    /// When it fell idle, as counted by the table.
    idle_since: Option<u64>,
}

/// FNV-1a. Names that collide on purpose slow down only the page that makes them.
fn hash(name: &[u8]) -> u64 {
    name.iter().fold(0xCBF2_9CE4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3))
}

/// The keys that have calls, and those remembered without.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    /// Indexes into the table, by the names' hashes.
    names: Order,
    table: Vec<Key>,
    free: Vec<u32>,
    idle: Order,
    clock: u64,
}

impl Keys {
    /// The index of a key; it is taken to have a call soon.
    pub(crate) fn wake(&mut self, name: Vec<u8>) -> u32 {
        let hash = hash(&name);
        let mut from = by_number(hash, 0);
        while let Some(element) = self.names.next(from).filter(|&element| number(element) == hash) {
            let index = order::name(element);
            let key = &mut self.table[index as usize];
            if key.name == name {
                if let Some(since) = key.idle_since.take() {
                    self.idle.remove(&by_number(since, index));
                }
                return index;
            }
            from = element + 1;
        }
        let key = Key { name, ..Key::default() };
        let index = if let Some(index) = self.free.pop() {
            self.table[index as usize] = key;
            index
        } else {
            self.table.push(key);
            self.table.len() as u32 - 1
        };
        self.names.insert(by_number(hash, index));
        index
    }

    /// Marks a key idle if it has no calls left. The slot of a key that is forgotten for it is returned.
    pub(crate) fn rest(&mut self, index: u32) -> Option<u32> {
        let key = &mut self.table[index as usize];
        if key.posted > 0 || !key.waiting.is_empty() || key.idle_since.is_some() {
            return None;
        }
        self.clock += 1;
        key.idle_since = Some(self.clock);
        self.idle.insert(by_number(self.clock, index));
        if self.idle.len() <= KEY_LIMIT {
            return None;
        }
        let oldest = order::name(self.idle.pop_first()?);
        let key = core::mem::take(&mut self.table[oldest as usize]);
        self.names.remove(&by_number(hash(&key.name), oldest));
        self.free.push(oldest);
        key.slot
    }

    /// Indexes of all keys, and of places where there is none, which is bound to no slot.
    pub(crate) fn indexes(&self) -> impl Iterator<Item = u32> + use<> {
        0..self.table.len() as u32
    }
}

#[cfg(any(test, feature = "simulation"))]
impl Keys {
    /// Keys that have calls.
    pub(crate) fn busy(&self) -> usize {
        self.names.len() - self.idle.len()
    }
}

impl core::ops::Index<u32> for Keys {
    type Output = Key;

    fn index(&self, index: u32) -> &Key {
        &self.table[index as usize]
    }
}

impl core::ops::IndexMut<u32> for Keys {
    fn index_mut(&mut self, index: u32) -> &mut Key {
        &mut self.table[index as usize]
    }
}
