//! What the file that is shipped to the main thread brings along instead of std.

use core::alloc::{GlobalAlloc, Layout};
use core::arch::wasm32;
use core::cell::UnsafeCell;
use core::ptr::null_mut;

use crate::heap::Heap;

/// Bytes of a page of WebAssembly's memory.
const PAGE: usize = 65_536;

unsafe extern "C" {
    /// Where the linker's own data end.
    static __heap_base: u8;
}

/// std's own allocator (dlmalloc) is several times the size of this one.
#[global_allocator]
static ALLOCATOR: Allocator = Allocator(UnsafeCell::new(Heap::new()));

#[derive(Debug)]
struct Allocator(UnsafeCell<Heap>);

// SAFETY: this file is built without atomics, so there is one thread.
unsafe impl Sync for Allocator {}

// SAFETY: blocks are apart from each other, as large and as aligned as was asked for, and nobody else's: `Heap` gives
// them out of the memory behind the linker's data and of pages that are added here. It calls nothing that allocates, so
// it is never entered twice.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: see above: nobody else is at it.
        let heap = unsafe { &mut *self.0.get() };
        if heap.is_new() {
            // SAFETY: nobody uses what is behind the linker's data.
            unsafe { heap.begin((&raw const __heap_base).addr(), wasm32::memory_size(0) * PAGE) };
        }
        // SAFETY: pages that were just added are nobody's.
        unsafe { heap.take(layout, extend) }.map_or(null_mut(), |block| block.as_ptr())
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: see above; the block came from `alloc`, with this layout.
        unsafe { (*self.0.get()).give(block, layout) };
    }
}

fn extend(bytes: usize) -> Option<usize> {
    let before = wasm32::memory_grow(0, bytes.div_ceil(PAGE));
    (before != usize::MAX).then(|| wasm32::memory_size(0) * PAGE)
}

/// A panic here is a mistake of ours. There is nowhere to print its message, and without one the formatting code falls
/// away; the engine's stack trace names the place.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    wasm32::unreachable()
}
