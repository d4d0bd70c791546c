//! Where in a value something stands, as one would write it in JavaScript.

use js_sys::{Array, JSON};
use wasm_bindgen::{JsCast, JsValue};

use crate::encode::Open;

/// Steps that are shown from either end of a longer path.
const SHOWN: usize = 8;

/// Longest key that is shown whole, in characters.
const LONGEST: usize = 40;

/// The path to what was taken last from each of what is open, outermost first.
pub(crate) fn of(open: &[Open]) -> String {
    let mut path = String::from("$");
    for (depth, step) in open.iter().enumerate() {
        if open.len() > 2 * SHOWN && (SHOWN..open.len() - SHOWN).contains(&depth) {
            if depth == SHOWN {
                path.push_str(&format!(" … {} more … ", open.len() - 2 * SHOWN));
            }
            continue;
        }
        match step {
            Open::Array { next, .. } => path.push_str(&format!("[{}]", next.saturating_sub(1))),
            Open::Object { keys, next, .. } => {
                let key = keys.get(next.saturating_sub(1) / 2);
                match key.as_string().filter(|key| is_identifier(key)) {
                    Some(name) => path.extend([".", &name]),
                    None => path.extend(["[", &shown(&key), "]"]),
                }
            }
            Open::Map { pairs, next, .. } => {
                let taken = next.saturating_sub(1);
                let key = pairs.get(taken / 2).unchecked_into::<Array>().get(0);
                if taken % 2 == 0 {
                    path.push_str(&format!(".keys()[{}]", taken / 2));
                } else {
                    path.extend([".get(", &shown(&key), ")"]);
                }
            }
        }
    }
    path
}

fn is_identifier(key: &str) -> bool {
    !key.is_empty()
        && key.len() <= LONGEST
        && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '$')
        && !key.starts_with(|c: char| c.is_ascii_digit())
}

/// A key as a literal.
fn shown(key: &JsValue) -> String {
    if key.is_object() {
        return "…".to_owned();
    }
    // Throws for a bigint.
    let literal = JSON::stringify(key).ok().and_then(|text| text.as_string()).unwrap_or_else(|| "…".to_owned());
    match literal.char_indices().nth(LONGEST) {
        Some((end, _)) => literal[..end].to_owned() + "…",
        None => literal,
    }
}
