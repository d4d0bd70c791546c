//! What errors say, and what is checked with them.

/// What a text is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fault {
    /// The I/O failed.
    Io,
    /// The entry is of another revision than was expected.
    Conflict,
    /// The quota has no room.
    Quota,
    /// The disk has none.
    Disk,
    /// What is there is not what was put.
    Corrupt,
    /// There is no such entry.
    NotFound,
    /// It was replaced while it was read.
    Changed,
    /// The feed has forgotten what is asked of it.
    History,
    /// There is no such option.
    UnknownOption,
    /// An option is of another type.
    WrongOption,
    /// A key is no string.
    WrongKey,
    /// No fault: what may be asked.
    Shapes,
}

const FAULTS: [Fault; 12] = [
    Fault::Io,
    Fault::Conflict,
    Fault::Quota,
    Fault::Disk,
    Fault::Corrupt,
    Fault::NotFound,
    Fault::Changed,
    Fault::History,
    Fault::UnknownOption,
    Fault::WrongOption,
    Fault::WrongKey,
    Fault::Shapes,
];

// The first are those of a write, which gives them as numbers.
const _: () = assert!(
    Fault::Io as u32 == centaurus_storage::Fault::Io as u32
        && Fault::Conflict as u32 == centaurus_storage::Fault::Conflict as u32
        && Fault::Quota as u32 == centaurus_storage::Fault::Quota as u32
        && Fault::Disk as u32 == centaurus_storage::Fault::Disk as u32
);

/// The name and the message of an error, by its number.
pub(crate) fn text(fault: u32) -> &'static str {
    let fault = FAULTS.get(fault as usize).copied().unwrap_or(Fault::Io);
    match fault {
        Fault::Io => "StorageError\nStorage failed the store '{store}': {why}",
        Fault::Conflict => {
            "ConflictError\nThe entry {key} of the store '{store}' is at revision {rev}, not {expect}: \
             read it again and decide anew"
        }
        Fault::Quota => {
            "StorageFullError\n{size} bytes for {key} do not fit into the store '{store}': its quota is {quota} bytes, \
             and what is left in it is pinned or too small. Delete entries, unpin some, or raise the quota"
        }
        Fault::Disk => {
            "StorageFullError\nThe disk, or what the browser grants this site of it, has no room for {key} of the store \
             '{store}'. Delete entries, or ask for persist(); usage() tells what is granted"
        }
        Fault::Corrupt => {
            "StorageCorruptError\nThe content of {key} in the store '{store}' is not what was put there: {why}. \
             It was changed or lost outside of the store; delete the entry and put it again"
        }
        Fault::NotFound => "NotFoundError\nThe store '{store}' has no entry {key}",
        Fault::Changed => {
            "ConflictError\nThe entry {key} of the store '{store}' was replaced or deleted while it was read: begin anew"
        }
        Fault::History => {
            "HistoryError\nThe store '{store}' no longer knows every deletion since change {since}, only since \
             {horizon}: take the seq of usage(), then what list() gives, and go on from that seq"
        }
        Fault::UnknownOption => "TypeError\n{method}: unknown option {option}; it knows {known}",
        Fault::WrongOption => "TypeError\n{method}: {option} must be {wanted}, not {value}",
        Fault::WrongKey => "TypeError\n{method}: a key must be a string, not {found}",
        Fault::Shapes => SHAPES,
    }
}

/// What may be asked of a store, and of each call: a line for each, the store's first. An option is a type, or some types
/// and values; or whatever there is.
const SHAPES: &str = "\
\x20name:string quota:number digest:'blake3'|'sha-256' compress:boolean|'auto' ttl:number
put meta: expect:number|null ttl:number pin:boolean type:string
get rev:number
read start:number end:number
delete expect:number|null
mark pin:boolean ttl:number
changes since:number|'now' live:boolean
list prefix:string order:'key'|'time'|'size'|'used' direction:'ascending'|'descending' limit:number after:string";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_has_its_number() {
        for (number, fault) in FAULTS.iter().enumerate() {
            assert_eq!(*fault as usize, number);
        }
    }
}
