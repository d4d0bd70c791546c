//! What the file that is shipped to the main thread brings along instead of std.

use talc::wasm::{WasmDynamicTalc, new_wasm_dynamic_allocator};

/// std's own allocator (dlmalloc) is several times its size. No threads share the memory: this file is built without
/// atomics, which the allocator itself insists on.
#[global_allocator]
static ALLOCATOR: WasmDynamicTalc = new_wasm_dynamic_allocator();

/// A panic here is a mistake of ours. There is nowhere to print its message, and without one the formatting code falls
/// away; the engine's stack trace names the place.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
