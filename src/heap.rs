//! The memory that the file shipped to the main thread gives out.
//!
//! Blocks are powers of two, and a free one waits for the next that wants its size. Nothing is ever joined or split: the
//! pool's memory is a few dozen vectors that double as they grow, so what one has outgrown the next takes. At worst half
//! of a block is unused, and as much again waits. An allocator that does better weighs 0.5 kB more of the 30 that may be
//! shipped.

use core::alloc::Layout;
use core::ptr::{NonNull, null_mut};

/// The smallest block, as a power of two. It holds the link of a free block.
const SMALLEST: u32 = ALIGN.trailing_zeros();
/// What every block is a multiple of, and the largest alignment that can be asked for: that of a `u128`.
const ALIGN: usize = 16;
/// A block of 2³¹ bytes is the largest that half of a 32-bit memory can hold.
const CLASSES: usize = 32;

/// What has been given out and come back.
#[derive(Debug)]
pub(crate) struct Heap {
    /// The first free block of each power of two; each holds the address of the next.
    free: [*mut Link; CLASSES],
    /// From here on nothing has been given out.
    top: usize,
    /// Where the memory ends.
    end: usize,
}

/// What a free block begins with.
type Link = *mut u8;

impl Heap {
    pub(crate) const fn new() -> Self {
        Self { free: [null_mut(); CLASSES], top: 0, end: 0 }
    }

    /// Whether it has no memory yet.
    pub(crate) fn is_new(&self) -> bool {
        self.end == 0
    }

    /// Gives it its memory.
    ///
    /// # Safety
    /// Nobody else uses what lies between the two addresses.
    pub(crate) unsafe fn begin(&mut self, start: usize, end: usize) {
        self.top = start.next_multiple_of(ALIGN);
        self.end = end;
    }

    /// A block, or nothing where there is no memory. `extend` is asked for so many bytes more behind the end, and gives
    /// the new end if it has them.
    ///
    /// # Safety
    /// Nobody else uses what `extend` gives.
    pub(crate) unsafe fn take(
        &mut self,
        layout: Layout,
        extend: impl FnOnce(usize) -> Option<usize>,
    ) -> Option<NonNull<u8>> {
        let class = class(layout)?;
        let free = &mut self.free[class];
        if let Some(block) = NonNull::new(*free) {
            // SAFETY: a free block is at least as large and as aligned as a link, and `give` has written one into it.
            *free = unsafe { block.read() }.cast();
            return Some(block.cast());
        }
        let block = self.top;
        let top = block.checked_add(1 << class)?;
        if top > self.end {
            self.end = extend(top - self.end)?;
        }
        self.top = top;
        NonNull::new(block as *mut u8)
    }

    /// Takes a block back.
    ///
    /// # Safety
    /// The block came from [`take`](Self::take) for the same layout, and nobody uses it any more.
    pub(crate) unsafe fn give(&mut self, block: *mut u8, layout: Layout) {
        let Some(class) = class(layout) else { return };
        let block: *mut Link = block.cast();
        // SAFETY: the block is at least as large and as aligned as a link, and nobody else's.
        unsafe { block.write(self.free[class].cast()) };
        self.free[class] = block;
    }
}

/// Which power of two a block is; nothing for what cannot be had.
fn class(layout: Layout) -> Option<usize> {
    let class = (usize::BITS - (layout.size().max(1) - 1).leading_zeros()).max(SMALLEST) as usize;
    (class < CLASSES && layout.align() <= ALIGN).then_some(class)
}

#[cfg(test)]
mod tests {
    use core::ops::Range;

    use proptest::prelude::*;

    use super::*;

    /// Bytes that the tests' heaps may grow to.
    const ROOM: usize = 1 << 20;

    /// Memory that grows, up to its room.
    struct Grounds {
        memory: Vec<u8>,
        heap: Heap,
    }

    impl Grounds {
        fn new() -> Self {
            let mut memory = vec![0; ROOM];
            let mut heap = Heap::new();
            assert!(heap.is_new());
            let start = memory.as_mut_ptr().expose_provenance();
            // SAFETY: the vector's memory is the heap's alone.
            unsafe { heap.begin(start + 1, start + 100) };
            Self { memory, heap }
        }

        fn take(&mut self, layout: Layout) -> Option<Range<usize>> {
            let limit = self.memory.as_ptr().addr() + ROOM;
            let end = self.heap.end;
            // SAFETY: what is given lies within the vector's memory.
            let block = unsafe { self.heap.take(layout, |more| (end + more <= limit).then(|| end + more)) }?;
            let start = block.as_ptr().addr();
            Some(start..start + layout.size())
        }

        fn give(&mut self, block: &Range<usize>, layout: Layout) {
            // SAFETY: the tests give back what they took.
            unsafe { self.heap.give(core::ptr::with_exposed_provenance_mut(block.start), layout) };
        }
    }

    proptest! {
        #[test]
        fn blocks_are_aligned_apart_and_within(
            steps in prop::collection::vec((any::<bool>(), 0_usize..5_000, 0_u32..=4, any::<prop::sample::Index>()), 1..400),
        ) {
            let mut grounds = Grounds::new();
            let within = grounds.memory.as_ptr().addr()..grounds.memory.as_ptr().addr() + ROOM;
            let mut held: Vec<(Range<usize>, Layout)> = Vec::new();
            for (take, size, align, which) in steps {
                if take {
                    let layout = Layout::from_size_align(size, 1 << align).expect("small");
                    let Some(block) = grounds.take(layout) else { continue };
                    prop_assert_eq!(block.start % layout.align(), 0);
                    prop_assert!(within.contains(&block.start) && block.end <= within.end);
                    prop_assert!(held.iter().all(|(other, _)| block.end <= other.start || other.end <= block.start));
                    held.push((block, layout));
                } else if !held.is_empty() {
                    let (block, layout) = held.swap_remove(which.index(held.len()));
                    grounds.give(&block, layout);
                }
            }
        }
    }

    #[test]
    fn what_came_back_is_given_out_again() {
        let mut grounds = Grounds::new();
        let layout = Layout::from_size_align(1_000, 8).expect("small");
        let first = grounds.take(layout).expect("there is room");
        grounds.give(&first, layout);
        for _ in 0..10 * ROOM / 1_000 {
            let again = grounds.take(Layout::from_size_align(1_024, 16).expect("small")).expect("it is the same block");
            assert_eq!(again.start, first.start);
            grounds.give(&again, layout);
        }
    }

    #[test]
    fn where_there_is_no_memory_there_is_nothing() {
        let mut grounds = Grounds::new();
        assert_eq!(grounds.take(Layout::from_size_align(2 * ROOM, 8).expect("small")), None);
        assert_eq!(grounds.take(Layout::from_size_align(usize::MAX / 2, 1).expect("it is a layout")), None);
        assert_eq!(grounds.take(Layout::from_size_align(8, 4_096).expect("small")), None, "nobody here asks for pages");
        assert!(
            grounds.take(Layout::from_size_align(ROOM / 4, 8).expect("small")).is_some(),
            "a refusal costs nothing"
        );
    }
}
