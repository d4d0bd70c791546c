//! The options of the calls, checked one by one.

use centaurus_codec::msgpack::{self, Value};
use centaurus_codec::protobuf::{Defaults, Enums, HIGHEST_MAX_DEPTH, Int64, Options};

use crate::calls::{Fault, Op};

/// Not an option, or not a value for one.
pub(crate) struct WrongOption {
    /// `TypeError` or `RangeError`.
    pub(crate) class: &'static str,
    pub(crate) message: String,
}

const LIMITS: &[&str] = &["maxInput", "maxDepth", "maxAllocation"];

/// What a call knows beside the limits, and its name.
const fn known(op: Op) -> (&'static str, &'static [&'static str]) {
    match op {
        Op::Encode => ("encode", &["ignoreUnknown", "partial"]),
        Op::Decode => ("decode", &["int64", "enums", "defaults", "names", "maps", "keepUnknown", "partial"]),
        Op::ToJson => ("toJSON", &["enums", "defaults", "names"]),
        _ => ("fromJSON", &["ignoreUnknown"]),
    }
}

/// Reads what a call was given: a map, or nil.
pub(crate) fn read(op: Op, message: &[u8]) -> Result<Options, Fault> {
    let mut options = Options::default();
    if matches!(op, Op::ToJson) {
        // As the mapping has it.
        options.defaults = Defaults::None;
    }
    let (call, own) = known(op);
    let pairs = match Value::decode(message, &msgpack::Limits::default())? {
        Value::Nil => return Ok(options),
        Value::Map(pairs) => pairs,
        _ => return Err(wrong(call, "the options", "an object").into()),
    };
    for (key, value) in &pairs {
        let Value::String(key) = key else { return Err(wrong(call, "the options", "an object").into()) };
        if !own.contains(&key.as_str()) && !LIMITS.contains(&key.as_str()) {
            let known = [own, LIMITS].concat().join(", ");
            let message = format!("protobuf {call}: unknown option {key}; it knows {known}");
            return Err(WrongOption { class: "TypeError", message }.into());
        }
        if *value == Value::Nil {
            continue;
        }
        let limits = &mut options.limits;
        match key.as_str() {
            "maxInput" => limits.max_input = integer(call, key, value, u64::MAX)?,
            "maxDepth" => limits.max_depth = integer(call, key, value, HIGHEST_MAX_DEPTH as u64)? as usize,
            "maxAllocation" => limits.max_allocation = integer(call, key, value, u64::MAX)?,
            "int64" => {
                let choices =
                    [("number-or-bigint", Int64::NumberOrBigint), ("bigint", Int64::Bigint), ("string", Int64::String)];
                options.int64 = choice(call, key, value, &choices)?;
            }
            "enums" => {
                options.enums = choice(call, key, value, &[("name", Enums::Name), ("number", Enums::Number)])?;
            }
            "defaults" => {
                let choices = [("implicit", Defaults::Implicit), ("none", Defaults::None), ("all", Defaults::All)];
                options.defaults = choice(call, key, value, &choices)?;
            }
            "names" => options.original_names = choice(call, key, value, &[("camel", false), ("proto", true)])?,
            "maps" => options.typed_keys = choice(call, key, value, &[("object", false), ("map", true)])?,
            "keepUnknown" => options.unknown = flag(call, key, value)?,
            "ignoreUnknown" => options.ignore_unknown = flag(call, key, value)?,
            _ => options.partial = flag(call, key, value)?,
        }
    }
    Ok(options)
}

fn wrong(call: &str, name: &str, accepted: &str) -> WrongOption {
    WrongOption { class: "TypeError", message: format!("protobuf {call}: {name} must be {accepted}") }
}

/// An integer from 0 to `max`; where that is no limit, also Infinity.
fn integer(call: &str, name: &str, value: &Value, max: u64) -> Result<u64, WrongOption> {
    let accepted = match max {
        u64::MAX => "a non-negative integer or Infinity".to_owned(),
        max => format!("an integer from 0 to {max}"),
    };
    let found = match value {
        Value::Integer(number) => u64::try_from(*number).ok(),
        Value::Float(number) if *number == f64::INFINITY => Some(u64::MAX),
        Value::Float(number) if *number == 0.0 => Some(0),
        Value::Float(_) => None,
        _ => return Err(wrong(call, name, &accepted)),
    };
    found
        .filter(|&number| number <= max)
        .ok_or_else(|| WrongOption { class: "RangeError", ..wrong(call, name, &accepted) })
}

fn choice<T: Copy>(call: &str, name: &str, value: &Value, choices: &[(&str, T)]) -> Result<T, WrongOption> {
    let found = choices.iter().find(|(choice, _)| *value == Value::String((*choice).to_owned()));
    found.map(|(_, choice)| *choice).ok_or_else(|| {
        let names: Vec<String> = choices.iter().map(|(choice, _)| format!("'{choice}'")).collect();
        wrong(call, name, &names.join(" or "))
    })
}

fn flag(call: &str, name: &str, value: &Value) -> Result<bool, WrongOption> {
    match value {
        Value::Bool(flag) => Ok(*flag),
        _ => Err(wrong(call, name, "a boolean")),
    }
}
