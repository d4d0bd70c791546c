//! Gives out the module's memory. std's own allocator (dlmalloc) is 3 kB more to ship.

use talc::wasm::{WasmDynamicTalc, new_wasm_dynamic_allocator};

#[global_allocator]
static ALLOCATOR: WasmDynamicTalc = new_wasm_dynamic_allocator();
