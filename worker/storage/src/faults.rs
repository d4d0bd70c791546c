//! What errors say, and what is checked with them.

/// The name and the message of an error, by its number: `Fault` of `worker/runtime/storage/program.ts`, which begins with
/// [`centaurus_storage::Fault`].
pub(crate) const fn text(fault: u32) -> &'static str {
    match fault {
        0 => "StorageError\nStorage failed the store '{store}': {why}",
        1 => {
            "ConflictError\nThe entry {key} of the store '{store}' is at revision {rev}, not {expect}: \
             read it again and decide anew"
        }
        2 => {
            "StorageFullError\n{size} bytes for {key} do not fit into the store '{store}': its quota is {quota} bytes, \
             and what is left in it is pinned or too small. Delete entries, unpin some, or raise the quota"
        }
        3 => {
            "StorageFullError\nThe disk, or what the browser grants this site of it, has no room for {key} of the store \
             '{store}'. Delete entries, or ask for persist(); usage() tells what is granted"
        }
        4 => {
            "StorageCorruptError\nThe content of {key} in the store '{store}' is not what was put there: {why}. \
             It was changed or lost outside of the store; delete the entry and put it again"
        }
        5 => "NotFoundError\nThe store '{store}' has no entry {key}",
        6 => {
            "ConflictError\nThe entry {key} of the store '{store}' was replaced or deleted while it was read: begin anew"
        }
        7 => {
            "HistoryError\nThe store '{store}' no longer knows every deletion since change {since}, only since \
             {horizon}: take the seq of usage(), then what list() gives, and go on from that seq"
        }
        8 => "TypeError\nstorage {call}: unknown option {option}; it knows {known}",
        9 => "TypeError\nstorage {call}: {option} must be a {shape}, not {value}",
        10 => "TypeError\nstorage {call}: a key must be a string, not {found}",
        _ => SHAPES,
    }
}

/// What may be asked of a store, and of each call: a line for each, the store's first. An option is a type, or some types
/// and values; or whatever there is.
const SHAPES: &str = "\
\x20name:string quota:number digest:'blake3'|'sha-256' compress:boolean|'auto' ttl:number
put meta: expect:number ttl:number pin:boolean type:string
get rev:number
read start:number end:number
delete expect:number
mark pin:boolean ttl:number
changes since:number|'now' live:boolean
list prefix:string order:'key'|'time'|'size'|'used' direction:'ascending'|'descending' limit:number after:string";
