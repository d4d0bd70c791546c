//! The attribute `#[centaurus::worker]`. It is used through the crate `centaurus`, whose module `web` has the guide.

mod expand;
mod signature;

use proc_macro::TokenStream;
use syn::{ItemFn, parse_macro_input};

/// Makes a function one that the workers of a pool run, callable from Rust and from JavaScript.
///
/// ```
/// use centaurus::web::Task;
///
/// #[centaurus::worker]
/// pub fn greet(name: &str) -> String {
///     format!("hello {name}")
/// }
/// # assert_eq!(greet("you"), "hello you");
/// ```
///
/// The function itself stays as it is. Beside it there are
/// - an export of the wasm package with the function's name, which `registerModule` finds;
/// - a type of the function's name with typed callers: `greet::call(&pool, "you")`, a future of the result; `greet::NAME`;
///   and, for a function that returns `impl Iterator` or `impl Stream`, `greet::stream(&pool, …)`.
///
/// `#[centaurus::worker(name = "sayHello")]` gives the export another name.
#[proc_macro_attribute]
pub fn worker(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let options = parse_macro_input!(attribute as signature::Options);
    let function = parse_macro_input!(item as ItemFn);
    let written = signature::Signature::read(&function, options).map(|signature| expand::expand(&function, &signature));
    let extra = written.unwrap_or_else(|error| {
        // The function stays, so that what else is wrong in the program is told too.
        let error = error.to_compile_error();
        quote::quote!(#function #error)
    });
    extra.into()
}
