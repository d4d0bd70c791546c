/** A module with one function, `drop (i8x16.splat (i32.const 0))`. */
const PROBE = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 9, 1, 7, 0, 65, 0, 253, 15, 26, 11];

/** Whether the engine knows 128-bit SIMD. */
export const hasSimd = (): boolean => WebAssembly.validate(Uint8Array.from(PROBE));
