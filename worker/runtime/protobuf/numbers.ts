// Written by `cargo xtask build` from the Rust that is named, which says what each number means.

/** worker/protobuf/src/calls.rs */
export const enum Op {
  Compile = 0,
  Load = 1,
  Encode = 2,
  Decode = 3,
  ToJson = 4,
  FromJson = 5,
  Table = 6,
}
