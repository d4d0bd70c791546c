//! The options of the services, checked one by one.

use centaurus_codec::digest;
use centaurus_codec::zlib::{self, Format, Level};
use js_sys::{Object, Reflect};
use wasm_bindgen::prelude::*;

use crate::bytes::Input;
use crate::error::Thrown;

/// Options of the zlib services.
pub const ZLIB: &[&str] = &["format", "level", "dictionary", "maxOutput", "maxRatio"];
/// Options of pack and unpack, besides those of MessagePack.
pub const PACK: &[&str] = &["level", "dictionary", "maxOutput", "maxRatio"];

/// Options of digest.
pub const DIGEST: &[&str] = &["secret", "length"];

/// An options object whose keys are all known.
#[derive(Debug)]
pub struct Options<'a> {
    service: &'static str,
    /// `None` where none were given.
    object: Option<&'a JsValue>,
}

impl<'a> Options<'a> {
    /// Takes the options of a service, which knows these.
    pub fn new(service: &'static str, value: &'a JsValue, known: &[&str]) -> Result<Self, Thrown> {
        if value.is_undefined() || value.is_null() {
            return Ok(Self { service, object: None });
        }
        let Some(object) = value.dyn_ref::<Object>().filter(|_| value.is_object()) else {
            return Err(Thrown::type_error(&format!("{service}: the options must be an object")));
        };
        for key in Object::keys(object).iter() {
            let key = key.as_string().unwrap_or_default();
            if !known.contains(&key.as_str()) {
                let known = known.join(", ");
                return Err(Thrown::type_error(&format!("{service}: unknown option {key}; it knows {known}")));
            }
        }
        Ok(Self { service, object: Some(value) })
    }

    fn get(&self, name: &str) -> Result<Option<JsValue>, Thrown> {
        let Some(object) = self.object else { return Ok(None) };
        let value = Reflect::get(object, &name.into())?;
        Ok(Some(value).filter(|value| !value.is_undefined()))
    }

    fn wrong(&self, name: &str, accepted: &str) -> Thrown {
        Thrown::type_error(&format!("{}: {name} must be {accepted}", self.service))
    }

    /// An integer from 0 to `max`; with no `max` also `Infinity`.
    fn integer(&self, name: &str, max: Option<u64>) -> Result<Option<u64>, Thrown> {
        let Some(value) = self.get(name)? else { return Ok(None) };
        let accepted = match max {
            Some(max) => format!("an integer from 0 to {max}"),
            None => "a non-negative integer or Infinity".to_owned(),
        };
        let Some(number) = value.as_f64() else { return Err(self.wrong(name, &accepted)) };
        let is_integer = number.trunc() == number && number >= 0.0;
        if !is_integer || max.is_some_and(|max| number > max as f64) {
            return Err(Thrown::range_error(&format!("{}: {name} must be {accepted}", self.service)));
        }
        // Saturates: Infinity is the largest.
        Ok(Some(number as u64))
    }

    fn choice<T: Copy>(&self, name: &str, choices: &[(&str, T)]) -> Result<Option<T>, Thrown> {
        let Some(value) = self.get(name)? else { return Ok(None) };
        let text = value.as_string();
        match choices.iter().find(|(choice, _)| text.as_deref() == Some(*choice)) {
            Some((_, choice)) => Ok(Some(*choice)),
            None => {
                let names: Vec<String> = choices.iter().map(|(choice, _)| format!("'{choice}'")).collect();
                Err(self.wrong(name, &names.join(" or ")))
            }
        }
    }

    fn bytes(&self, name: &str) -> Result<Option<Vec<u8>>, Thrown> {
        let Some(value) = self.get(name)? else { return Ok(None) };
        Ok(Some(Input::new(&value, &format!("{}: {name}", self.service))?.to_vec()?))
    }

    /// The dictionary, empty where there is none.
    pub fn dictionary(&self) -> Result<Vec<u8>, Thrown> {
        Ok(self.bytes("dictionary")?.unwrap_or_default())
    }

    /// The secret of a digest.
    pub fn secret(&self) -> Result<Option<Vec<u8>>, Thrown> {
        self.bytes("secret")
    }

    /// How to digest, with this secret.
    pub fn digest<'s>(&self, secret: Option<&'s [u8]>) -> Result<digest::Options<'s>, Thrown> {
        let length = self.integer("length", Some(digest::MAX_LENGTH as u64))?;
        Ok(digest::Options { secret, length: length.map(|length| length as usize) })
    }

    /// What the zlib codecs are to do, with this dictionary.
    pub fn zlib<'d>(&self, dictionary: &'d [u8]) -> Result<zlib::Options<'d>, Thrown> {
        let formats = [Format::Zlib, Format::Gzip, Format::DeflateRaw].map(|format| (format.name(), format));
        let level = self.integer("level", Some(Level::MAX.get().into()))?;
        Ok(zlib::Options {
            format: self.choice("format", &formats)?.unwrap_or_default(),
            level: level.and_then(|level| Level::new(level as u8)).unwrap_or_default(),
            dictionary,
            max_output: self.integer("maxOutput", None)?,
            max_ratio: self.integer("maxRatio", None)?,
        })
    }
}
