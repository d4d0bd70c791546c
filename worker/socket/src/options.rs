//! A socket's options, checked one by one. `src/centaurus.d.ts` says what each means.

use centaurus_codec::msgpack::{self, Value};
use centaurus_link::Config;
use centaurus_link::config::{Acknowledged, Heartbeat, Overflow};

/// Not an option, or not a value for one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct WrongOption {
    /// Whether the value is of the right type but out of range.
    pub(crate) range: bool,
    pub(crate) message: String,
}

/// The longest duration, in ms: beyond it one in µs leaves the exact integers, and nobody can wait for it.
const FOREVER: f64 = 1e12;
/// The largest integer that every double below it can hold exactly, with all integers below (2⁵³ − 1).
const MAX_SAFE: f64 = 9_007_199_254_740_991.0;
/// Messages that a peer may be allowed to send ahead.
const MAX_WINDOW: f64 = 1e6;

type Pairs = [(Value, Value)];

/// Reads a map; nil is an option that was not given.
pub(crate) fn read(message: &[u8]) -> Result<Config, WrongOption> {
    let mut config = Config::default();
    let value = Value::decode(message, &msgpack::Limits::default())
        .map_err(|error| WrongOption { range: false, message: format!("the options of a socket: {error}") })?;
    let (mut heartbeat, mut acknowledged) = (None, None);
    each("", &value, |name, value| {
        match name {
            "backoff" => backoff(&mut config, value)?,
            "outbox" => outbox(&mut config, value)?,
            "heartbeat" => heartbeat = Some(value),
            "acknowledged" => acknowledged = Some(value),
            "connectTimeout" => config.connect_timeout = duration(name, value)?,
            "closeTimeout" => config.close_timeout = duration(name, value)?,
            "permanent" => config.permanent = codes(name, value)?,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    if let Some(value) = acknowledged.filter(|value| **value != Value::Bool(false)) {
        config.acknowledged = Some(acknowledgement(value)?);
    }
    config.heartbeat = match heartbeat {
        // Only a peer that speaks the frames is known to answer.
        None => config.acknowledged.as_ref().map(|_| Heartbeat::default()),
        Some(Value::Bool(false)) => None,
        Some(value) => Some(beats(value)?),
    };
    Ok(config)
}

fn backoff(config: &mut Config, value: &Value) -> Result<(), WrongOption> {
    let backoff = &mut config.backoff;
    each("backoff", value, |name, value| {
        match name {
            "backoff.min" => backoff.min = duration(name, value)?,
            "backoff.initial" => backoff.base = duration(name, value)?,
            "backoff.max" => backoff.max = duration(name, value)?,
            "backoff.stableAfter" => backoff.stable_after = duration(name, value)?,
            "backoff.maxAttempts" => {
                backoff.max_attempts = whole(name, value, 1.0, f64::from(u32::MAX))?.map(|max| max as u32);
            }
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    if backoff.max < backoff.min {
        return Err(WrongOption { range: true, message: "backoff.max must not be less than backoff.min".to_owned() });
    }
    Ok(())
}

fn outbox(config: &mut Config, value: &Value) -> Result<(), WrongOption> {
    let outbox = &mut config.outbox;
    each("outbox", value, |name, value| {
        match name {
            "outbox.maxBytes" => outbox.max_bytes = whole(name, value, 0.0, MAX_SAFE)?.unwrap_or(u64::MAX),
            "outbox.ttl" => outbox.ttl = Some(duration(name, value)?),
            "outbox.overflow" => {
                let choices = [
                    ("reject", Overflow::Reject),
                    ("drop-oldest", Overflow::DropOldest),
                    ("drop-newest", Overflow::DropNewest),
                    ("wait", Overflow::Wait),
                ];
                let found = choices.iter().find(|(choice, _)| *value == Value::String((*choice).to_owned()));
                let accepted = "'reject', 'drop-oldest', 'drop-newest' or 'wait'";
                outbox.overflow = found.ok_or_else(|| wrong(name, accepted))?.1;
            }
            _ => return Ok(false),
        }
        Ok(true)
    })
}

fn beats(value: &Value) -> Result<Heartbeat, WrongOption> {
    let mut heartbeat = Heartbeat::default();
    if *value == Value::Bool(true) {
        return Ok(heartbeat);
    }
    each("heartbeat", value, |name, value| {
        match name {
            "heartbeat.interval" => heartbeat.interval = duration(name, value)?,
            "heartbeat.timeout" => heartbeat.timeout = duration(name, value)?,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(heartbeat)
}

fn acknowledgement(value: &Value) -> Result<Acknowledged, WrongOption> {
    let mut acknowledged = Acknowledged::default();
    if *value == Value::Bool(true) {
        return Ok(acknowledged);
    }
    each("acknowledged", value, |name, value| {
        match name {
            "acknowledged.window" => {
                acknowledged.window = whole(name, value, 1.0, MAX_WINDOW)?.unwrap_or(MAX_WINDOW as u64) as u32;
            }
            "acknowledged.delay" => acknowledged.ack_delay = duration(name, value)?,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(acknowledged)
}

/// Hands every pair of a map to `take` under its full name; what it does not know is refused.
fn each<'a>(
    group: &str,
    value: &'a Value,
    mut take: impl FnMut(&str, &'a Value) -> Result<bool, WrongOption>,
) -> Result<(), WrongOption> {
    let what = if group.is_empty() { "the options of a socket" } else { group };
    let pairs: &'a Pairs = match value {
        Value::Map(pairs) => pairs,
        Value::Nil => return Ok(()),
        _ => return Err(wrong(what, "an object")),
    };
    for (key, value) in pairs {
        let Value::String(key) = key else { return Err(wrong(what, "an object")) };
        let name = if group.is_empty() { key.clone() } else { format!("{group}.{key}") };
        if *value != Value::Nil && !take(&name, value)? {
            return Err(WrongOption { range: false, message: format!("a socket has no option {name}") });
        }
    }
    Ok(())
}

fn wrong(name: &str, accepted: &str) -> WrongOption {
    WrongOption { range: false, message: format!("{name} must be {accepted}") }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Integer(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        _ => None,
    }
}

/// Milliseconds, as µs.
fn duration(name: &str, value: &Value) -> Result<u64, WrongOption> {
    let accepted = "milliseconds, zero or more";
    let found = number(value).ok_or_else(|| wrong(name, accepted))?;
    match found {
        found if found.is_nan() || found < 0.0 => Err(WrongOption { range: true, ..wrong(name, accepted) }),
        found if found > FOREVER => Ok(u64::MAX),
        found => Ok((found * 1_000.0) as u64),
    }
}

/// A whole number within its bounds; nothing for Infinity.
fn whole(name: &str, value: &Value, low: f64, high: f64) -> Result<Option<u64>, WrongOption> {
    let accepted = format!("a whole number from {low} to {high}, or Infinity");
    match number(value).ok_or_else(|| wrong(name, &accepted))? {
        f64::INFINITY => Ok(None),
        found if found.fract() == 0.0 && (low..=high).contains(&found) => Ok(Some(found as u64)),
        _ => Err(WrongOption { range: true, ..wrong(name, &accepted) }),
    }
}

fn codes(name: &str, value: &Value) -> Result<Vec<u16>, WrongOption> {
    let accepted = "an array of close codes";
    let Value::Array(codes) = value else { return Err(wrong(name, accepted)) };
    codes
        .iter()
        .map(|code| match code {
            Value::Integer(code) => {
                u16::try_from(*code).map_err(|_| WrongOption { range: true, ..wrong(name, accepted) })
            }
            _ => Err(wrong(name, accepted)),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Value {
        Value::String(text.to_owned())
    }

    fn map(pairs: &[(&str, Value)]) -> Value {
        Value::Map(pairs.iter().map(|(key, value)| (text(key), value.clone())).collect())
    }

    fn read_of(pairs: &[(&str, Value)]) -> Result<Config, WrongOption> {
        read(&map(pairs).encode(&msgpack::Limits::default()).expect("it is small"))
    }

    #[test]
    fn nothing_asked_for_is_the_default_without_a_heartbeat() {
        assert_eq!(read_of(&[("backoff", Value::Nil)]), Ok(Config::default()));
    }

    #[test]
    fn a_peer_that_answers_is_asked() {
        let config = read_of(&[("acknowledged", Value::Bool(true))]).expect("it is right");
        assert_eq!(config.acknowledged, Some(Acknowledged::default()));
        assert_eq!(config.heartbeat, Some(Heartbeat::default()));
        let silent = [("acknowledged", Value::Bool(true)), ("heartbeat", Value::Bool(false))];
        assert_eq!(read_of(&silent).expect("it is right").heartbeat, None);
    }

    #[test]
    fn durations_are_in_milliseconds_and_may_be_endless() {
        let backoff =
            map(&[("min", Value::Float(0.5)), ("max", Value::Float(f64::INFINITY)), ("initial", Value::Integer(2))]);
        let config = read_of(&[("backoff", backoff), ("connectTimeout", Value::Integer(7))]).expect("it is right");
        assert_eq!((config.backoff.min, config.backoff.base, config.backoff.max), (500, 2_000, u64::MAX));
        assert_eq!(config.connect_timeout, 7_000);
    }

    #[test]
    fn what_is_wrong_is_said_by_its_full_name() {
        let wrong = |pairs: &[(&str, Value)]| read_of(pairs).expect_err("it is wrong");
        let negative = wrong(&[("heartbeat", map(&[("interval", Value::Integer(-1))]))]);
        assert_eq!((negative.range, negative.message.contains("heartbeat.interval")), (true, true));
        assert!(!wrong(&[("outbox", map(&[("overflow", text("spill"))]))]).range);
        assert!(wrong(&[("outbox", map(&[("max", Value::Integer(1))]))]).message.contains("no option outbox.max"));
        assert!(wrong(&[("permanent", Value::Array(vec![Value::Integer(70_000)]))]).range);
        let order = map(&[("min", Value::Integer(5)), ("max", Value::Integer(4))]);
        assert!(wrong(&[("backoff", order)]).range);
        assert!(!read(&[0xC1]).expect_err("it is no message").range);
    }
}
