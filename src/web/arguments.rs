//! The arguments of a call.

use js_sys::Array;
use serde::Serialize;

use super::convert;
use super::error::Error;

/// What a function can be called with: a tuple of up to eight values that serde can write, or a reference to one.
///
/// A tuple of one wants its comma: `&(numbers,)`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a tuple of arguments",
    label = "not a tuple of up to eight values that serde can write",
    note = "a single argument is a tuple too: `&(argument,)`"
)]
pub trait Arguments: sealed::Sealed {}

/// Arguments in JavaScript, and the buffers among them that are moved.
#[derive(Debug)]
pub struct Written {
    pub(crate) values: Array,
    pub(crate) moved: Array,
}

impl Written {
    fn push(&mut self, function: &str, value: &impl Serialize) -> Result<(), Error> {
        let number = self.values.length() + 1;
        let encoded = convert::encode(value)
            .map_err(|why| Error::Encode { what: format!("argument {number} of '{function}'"), why })?;
        self.values.push(&encoded.value);
        self.moved = self.moved.concat(&encoded.own);
        Ok(())
    }
}

mod sealed {
    /// Nobody else implements it.
    pub trait Sealed {
        #[doc(hidden)]
        fn write(&self, function: &str, into: &mut super::Written) -> Result<(), super::Error>;
    }
}

pub(crate) fn write(function: &str, arguments: &impl Arguments) -> Result<Written, Error> {
    let mut written = Written { values: Array::new(), moved: Array::new() };
    arguments.write(function, &mut written)?;
    Ok(written)
}

impl<A: Arguments + ?Sized> Arguments for &A {}

impl<A: sealed::Sealed + ?Sized> sealed::Sealed for &A {
    fn write(&self, function: &str, into: &mut Written) -> Result<(), Error> {
        (**self).write(function, into)
    }
}

macro_rules! tuples {
    ($(($($name:ident)*))*) => {$(
        impl<$($name: Serialize),*> Arguments for ($($name,)*) {}

        #[allow(non_snake_case, unused_variables)]
        impl<$($name: Serialize),*> sealed::Sealed for ($($name,)*) {
            fn write(&self, function: &str, into: &mut Written) -> Result<(), Error> {
                let ($($name,)*) = self;
                $(into.push(function, $name)?;)*
                Ok(())
            }
        }
    )*};
}

tuples! { () (A) (A B) (A B C) (A B C D) (A B C D E) (A B C D E F) (A B C D E F G) (A B C D E F G H) }
