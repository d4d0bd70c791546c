//! The code that stands beside a worker function.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use syn::{Attribute, ItemFn, Type, parse_quote};

use crate::signature::{Gives, Item, Parameter, Signature, TakesTask};

pub(crate) fn expand(function: &ItemFn, signature: &Signature) -> TokenStream {
    let export = export(function, signature);
    let callers = callers(function, signature);
    quote!(#function #export #callers)
}

/// A name that a parameter of the same name does not meet.
fn own(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// The export of the wasm package: decodes the arguments, runs the function, encodes the result. Paths are written out, for
/// an import would hide what the signature names.
fn export(function: &ItemFn, signature: &Signature) -> TokenStream {
    let Signature { name, parameters, .. } = signature;
    let ident = &function.sig.ident;
    let shim = format_ident!("__centaurus_{}", ident);
    let (this, task, value) = (own("this"), own("task"), own("value"));
    let run_time = quote!(::centaurus::web::__attribute);
    let js_value = quote!(#run_time::wasm_bindgen::JsValue);
    let ok = quote!(::core::result::Result::Ok);
    let documentation = function.attrs.iter().filter(|attribute| attribute.path().is_ident("doc"));
    let gates = gates(function);
    let names = parameters.iter().map(|parameter| &parameter.name).collect::<Vec<_>>();
    let decoded = parameters.iter().enumerate().map(|(index, Parameter { name: argument, type_ })| {
        let owned = owned(type_);
        let (number, text) = (index + 1, argument.to_string());
        quote!(let #argument: #owned = #run_time::argument(#name, #number, #text, #argument)?;)
    });
    let given = parameters.iter().map(|Parameter { name, type_ }| match type_ {
        Type::Reference(_) => quote!(&#name),
        _ => quote!(#name),
    });
    let given_task = match signature.task {
        TakesTask::No => quote!(),
        TakesTask::Borrowed => quote!(&#task,),
        TakesTask::Owned => quote!(::core::clone::Clone::clone(&#task),),
    };
    let mut call = quote!(#ident(#given_task #(#given),*));
    if function.sig.asyncness.is_some() {
        call = quote!(#call.await);
    }
    if signature.fallible {
        call = quote!(#run_time::flatten(#call)?);
    }
    let each = |item: &Item| if item.fallible { quote!(#run_time::flatten) } else { quote!(#run_time::plain) };
    let finished = match &signature.gives {
        Gives::Value(_) => quote!(#run_time::finish(&#task, #name, &#value)),
        Gives::Iterator(item) => {
            let each = each(item);
            quote!(#ok(#run_time::values(#task, #name, #value, #each)))
        }
        Gives::Stream(item) => {
            let each = each(item);
            quote!(#ok(#run_time::values_later(#task, #name, #value, #each)))
        }
    };
    let mut run = quote! {
        let #value = #call;
        #finished
    };
    if function.sig.asyncness.is_some() {
        run = quote!(#ok(#run_time::later(async move { #run })));
    }
    quote! {
        #(#gates)*
        const _: () = {
            #(#documentation)*
            #[#run_time::wasm_bindgen::prelude::wasm_bindgen(
                wasm_bindgen = ::centaurus::web::__attribute::wasm_bindgen,
                this,
                js_name = #name
            )]
            #[allow(clippy::unit_arg, clippy::let_unit_value, clippy::needless_borrow)]
            pub fn #shim(#this: #js_value, #(#names: #js_value),*) -> ::core::result::Result<#js_value, #js_value> {
                let #task = #run_time::begin(#this);
                #(#decoded)*
                #run
            }
        };
    }
}

/// A type of the function's name, for names of types and of functions are apart. A module would not see what the
/// function's own scope sees.
fn callers(function: &ItemFn, signature: &Signature) -> TokenStream {
    let Signature { name, parameters, gives, .. } = signature;
    let ident = &function.sig.ident;
    let visibility = &function.vis;
    let pool = own("pool");
    let gates = gates(function);
    let names = parameters.iter().map(|parameter| &parameter.name).collect::<Vec<_>>();
    let types = parameters.iter().map(|parameter| &parameter.type_).collect::<Vec<_>>();
    let about = format!("Calls of the worker function [`{ident}`](fn@{ident}).");
    let (result, items): (Type, Option<Type>) = match gives {
        Gives::Value(type_) => (owned(type_), None),
        Gives::Iterator(Item { type_, .. }) | Gives::Stream(Item { type_, .. }) => {
            let item = owned(type_);
            (parse_quote!(::std::vec::Vec<#item>), Some(item))
        }
    };
    let stream = items.map(|item| {
        quote! {
            /// Calls it in a worker; the values come one by one.
            #visibility fn stream(
                #pool: &::centaurus::web::Pool,
                #(#names: #types),*
            ) -> ::centaurus::web::CallStream<#item> {
                #pool.stream(Self::NAME, (#(&#names,)*))
            }
        }
    });
    quote! {
        #(#gates)*
        #[doc = #about]
        #[allow(non_camel_case_types)]
        #[derive(Debug)]
        #visibility enum #ident {}

        #(#gates)*
        #[allow(dead_code, clippy::too_many_arguments, clippy::ptr_arg)]
        impl #ident {
            /// The name that it is registered by.
            #visibility const NAME: &'static str = #name;

            /// Calls it in a worker.
            #visibility fn call(
                #pool: &::centaurus::web::Pool,
                #(#names: #types),*
            ) -> ::centaurus::web::Call<#result> {
                #pool.call(Self::NAME, (#(&#names,)*))
            }

            #stream
        }
    }
}

/// What the other side gets of it: `&str` arrives as a `String`.
fn owned(type_: &Type) -> Type {
    match type_ {
        Type::Reference(reference) => {
            let referent = &reference.elem;
            parse_quote!(<#referent as ::std::borrow::ToOwned>::Owned)
        }
        other => other.clone(),
    }
}

/// Attributes that say whether the function is there at all.
fn gates(function: &ItemFn) -> Vec<&Attribute> {
    function.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg")).collect()
}
