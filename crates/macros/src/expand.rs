//! The code that stands beside a worker function.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Attribute, ItemFn, Type};

use crate::signature::{Gives, Item, Parameter, Signature, TakesTask};

pub(crate) fn expand(function: &ItemFn, signature: &Signature) -> TokenStream {
    let export = export(function, signature);
    let callers = callers(function, signature);
    quote!(#function #export #callers)
}

/// The export of the wasm package: decodes the arguments, runs the function, encodes the result.
fn export(function: &ItemFn, signature: &Signature) -> TokenStream {
    let Signature { name, parameters, .. } = signature;
    let ident = &function.sig.ident;
    let shim = format_ident!("__centaurus_{}", ident);
    let documentation = function.attrs.iter().filter(|attribute| attribute.path().is_ident("doc"));
    let names = parameters.iter().map(|parameter| &parameter.name).collect::<Vec<_>>();
    let decoded = parameters.iter().enumerate().map(|(index, Parameter { name: argument, type_, .. })| {
        let owned = owned(type_);
        let (number, text) = (index + 1, argument.to_string());
        quote!(let #argument: #owned = attribute::argument(#name, #number, #text, #argument)?;)
    });
    let task = match signature.task {
        TakesTask::No => quote!(),
        TakesTask::Borrowed => quote!(&task,),
        TakesTask::Owned => quote!(::core::clone::Clone::clone(&task),),
    };
    let given = parameters.iter().map(|Parameter { name, type_, .. }| match type_ {
        Type::Reference(_) => quote!(&#name),
        _ => quote!(#name),
    });
    let call = quote!(#ident(#task #(#given),*));
    let call = if function.sig.asyncness.is_some() { quote!(#call.await) } else { call };
    let call = if signature.fallible { quote!(attribute::flatten(#call)?) } else { call };
    let finished = match &signature.gives {
        Gives::Value(_) => quote!(attribute::finish(&task, #name, &value)),
        Gives::Iterator(item) => {
            let each = each(item);
            quote!(::core::result::Result::Ok(attribute::values(task, #name, value, #each)))
        }
        Gives::Stream(item) => {
            let each = each(item);
            quote!(::core::result::Result::Ok(attribute::values_later(task, #name, value, #each)))
        }
    };
    let run = quote! {
        let value = #call;
        #finished
    };
    let run = if function.sig.asyncness.is_some() {
        quote!(::core::result::Result::Ok(attribute::later(async move { #run })))
    } else {
        run
    };
    quote! {
        const _: () = {
            use ::centaurus::web::__attribute as attribute;
            use attribute::wasm_bindgen::JsValue;

            #(#documentation)*
            #[attribute::wasm_bindgen::prelude::wasm_bindgen(
                wasm_bindgen = ::centaurus::web::__attribute::wasm_bindgen,
                this,
                js_name = #name
            )]
            #[allow(clippy::unit_arg, clippy::let_unit_value, clippy::needless_borrow, clippy::needless_borrows_for_generic_args)]
            pub fn #shim(this: JsValue, #(#names: JsValue),*) -> ::core::result::Result<JsValue, JsValue> {
                let task = attribute::begin(this);
                #(#decoded)*
                #run
            }
        };
    }
}

fn each(item: &Item) -> TokenStream {
    if item.fallible { quote!(attribute::flatten) } else { quote!(attribute::plain) }
}

/// A type of the function's name, for names of types and of functions are apart. A module would not see what the
/// function's own scope sees.
fn callers(function: &ItemFn, signature: &Signature) -> TokenStream {
    let Signature { name, parameters, gives, .. } = signature;
    let ident = &function.sig.ident;
    let visibility = &function.vis;
    let gates = function.attrs.iter().filter(|attribute| is_gate(attribute)).collect::<Vec<_>>();
    let names = parameters.iter().map(|parameter| &parameter.name).collect::<Vec<_>>();
    let types = parameters.iter().map(|parameter| &parameter.type_).collect::<Vec<_>>();
    let about = format!("Calls of the worker function [`{ident}`](fn@{ident}).");
    let result: Type = match gives {
        Gives::Value(type_) => owned(type_),
        Gives::Iterator(Item { type_, .. }) | Gives::Stream(Item { type_, .. }) => {
            let type_ = owned(type_);
            syn::parse_quote!(::std::vec::Vec<#type_>)
        }
    };
    let stream = match gives {
        Gives::Value(_) => None,
        Gives::Iterator(Item { type_, .. }) | Gives::Stream(Item { type_, .. }) => {
            let type_ = owned(type_);
            Some(quote! {
                /// Calls it in a worker; the values come one by one.
                #visibility fn stream(
                    pool: &::centaurus::web::Pool,
                    #(#names: #types),*
                ) -> ::centaurus::web::CallStream<#type_> {
                    pool.stream(Self::NAME, (#(&#names,)*))
                }
            })
        }
    };
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
                pool: &::centaurus::web::Pool,
                #(#names: #types),*
            ) -> ::centaurus::web::Call<#result> {
                pool.call(Self::NAME, (#(&#names,)*))
            }

            #stream
        }
    }
}

/// What the caller gets of it: `&'static str` arrives as a `String`.
fn owned(type_: &Type) -> Type {
    match type_ {
        Type::Reference(reference) => {
            let referent = &reference.elem;
            syn::parse_quote!(<#referent as ::std::borrow::ToOwned>::Owned)
        }
        other => other.clone(),
    }
}

/// Whether the attribute says if the function is there at all.
fn is_gate(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg")
}
