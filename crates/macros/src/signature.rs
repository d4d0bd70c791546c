//! What a worker function takes and gives, read from its signature; and why it cannot be one.

use proc_macro2::Ident;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned as _;
use syn::{
    AssocType, Error, FnArg, GenericArgument, ItemFn, LitStr, Pat, PatType, Path, PathArguments, Result, ReturnType,
    Token, Type, TypeParamBound, TypeReference, parse_quote,
};

/// What stands in the attribute's parentheses.
#[derive(Default)]
pub(crate) struct Options {
    name: Option<LitStr>,
}

impl Parse for Options {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut options = Self::default();
        while !input.is_empty() {
            let key: Ident = input.parse()?;
            if key != "name" {
                return Err(Error::new(key.span(), "there is only one option: name = \"…\""));
            }
            input.parse::<Token![=]>()?;
            options.name = Some(input.parse()?);
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(options)
    }
}

/// How the function takes its task.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum TakesTask {
    No,
    Borrowed,
    Owned,
}

/// A parameter that the caller gives.
pub(crate) struct Parameter {
    pub(crate) name: Ident,
    /// As it was written; what it refers to, where it is a reference, is decoded to its owned form.
    pub(crate) type_: Type,
}

/// What the result consists of.
pub(crate) enum Gives {
    Value(Type),
    /// The items of an iterator.
    Iterator(Item),
    /// The items of a stream.
    Stream(Item),
}

pub(crate) struct Item {
    pub(crate) type_: Type,
    /// Whether items are `Result`s.
    pub(crate) fallible: bool,
}

pub(crate) struct Signature {
    /// The export's name.
    pub(crate) name: String,
    pub(crate) task: TakesTask,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) gives: Gives,
    /// Whether the function returns a `Result` of that.
    pub(crate) fallible: bool,
}

impl Signature {
    pub(crate) fn read(function: &ItemFn, options: Options) -> Result<Self> {
        let signature = &function.sig;
        refuse(signature.unsafety.as_ref(), "a worker function cannot be unsafe: its callers are in another thread")?;
        refuse(
            signature.abi.as_ref(),
            "a worker function is called through the pool, so it cannot have an ABI of its own",
        )?;
        refuse(signature.constness.as_ref(), "a worker function cannot be const")?;
        refuse(signature.variadic.as_ref(), "a worker function cannot be variadic")?;
        if !signature.generics.params.is_empty() {
            return Err(Error::new(signature.generics.span(), GENERIC));
        }
        let name = options
            .name
            .map_or_else(|| signature.ident.to_string().trim_start_matches("r#").to_owned(), |name| name.value());
        let mut inputs = signature.inputs.iter().enumerate().peekable();
        let task = match inputs.peek() {
            Some((_, FnArg::Typed(first))) => task(&first.ty)?,
            _ => TakesTask::No,
        };
        if task != TakesTask::No {
            inputs.next();
        }
        let parameters = inputs.map(|(index, input)| parameter(index, input)).collect::<Result<Vec<_>>>()?;
        if parameters.len() > MOST_ARGUMENTS {
            let why = format!("a worker function takes at most {MOST_ARGUMENTS} arguments; put them into a struct");
            return Err(Error::new(signature.inputs.span(), why));
        }
        let (fallible, value) = match &signature.output {
            ReturnType::Default => (false, parse_quote!(())),
            ReturnType::Type(_, type_) if is_result(type_) => (true, success(type_)),
            ReturnType::Type(_, type_) => (false, (**type_).clone()),
        };
        let gives = gives(value)?;
        if !matches!(gives, Gives::Value(_)) {
            refuse_borrowing(function, task, &parameters)?;
        }
        Ok(Self { name, task, parameters, gives, fallible })
    }
}

const GENERIC: &str =
    "a worker function cannot be generic: its arguments come from another thread, as values of one type";

/// As many as `centaurus::web::Arguments` is there for.
const MOST_ARGUMENTS: usize = 8;

fn refuse<T: quote::ToTokens>(part: Option<&T>, why: &str) -> Result<()> {
    part.map_or(Ok(()), |part| Err(Error::new_spanned(part, why)))
}

/// An iterator outlives the call that made it.
fn refuse_borrowing(function: &ItemFn, task: TakesTask, parameters: &[Parameter]) -> Result<()> {
    if task == TakesTask::Borrowed {
        let why = "the values are taken after the function has returned: take `task: Task` instead of `&Task`";
        return Err(Error::new(function.sig.inputs[0].span(), why));
    }
    match parameters.iter().find(|parameter| matches!(parameter.type_, Type::Reference(_))) {
        Some(Parameter { type_, .. }) => {
            let why =
                "the values are taken after the function has returned: take an owned argument instead of a reference";
            Err(Error::new_spanned(type_, why))
        }
        None => Ok(()),
    }
}

/// Whether the first parameter is the task.
fn task(type_: &Type) -> Result<TakesTask> {
    match type_ {
        Type::Path(path) if last_is(&path.path, "Task") => Ok(TakesTask::Owned),
        Type::Reference(reference) => match &*reference.elem {
            Type::Path(path) if last_is(&path.path, "Task") => {
                refuse(reference.mutability.as_ref(), "a task has nothing to change: take `&Task`")?;
                Ok(TakesTask::Borrowed)
            }
            _ => Ok(TakesTask::No),
        },
        _ => Ok(TakesTask::No),
    }
}

fn parameter(index: usize, input: &FnArg) -> Result<Parameter> {
    let PatType { pat, ty, .. } = match input {
        FnArg::Typed(typed) => typed,
        FnArg::Receiver(receiver) => {
            return Err(Error::new_spanned(
                receiver,
                "a worker function has no `self`: a worker keeps no objects for its callers",
            ));
        }
    };
    if task(ty)? != TakesTask::No {
        return Err(Error::new_spanned(ty, "the task comes first, before the arguments"));
    }
    let name = match &**pat {
        Pat::Ident(pattern) => pattern.ident.clone(),
        other => Ident::new(&format!("argument_{}", index + 1), other.span()),
    };
    match &**ty {
        Type::Reference(TypeReference { mutability: Some(mutability), .. }) => {
            let why = "an argument cannot be `&mut`: it is a copy, so the caller would not see the change; return it";
            Err(Error::new_spanned(mutability, why))
        }
        Type::ImplTrait(_) => Err(Error::new_spanned(ty, GENERIC)),
        type_ => Ok(Parameter { name, type_: type_.clone() }),
    }
}

fn gives(value: Type) -> Result<Gives> {
    let Some(bounds) = trait_bounds(&value) else { return Ok(Gives::Value(value)) };
    for bound in bounds {
        let TypeParamBound::Trait(bound) = bound else { continue };
        let made: fn(Item) -> Gives = if last_is(&bound.path, "Iterator") {
            Gives::Iterator
        } else if last_is(&bound.path, "Stream") {
            Gives::Stream
        } else {
            continue;
        };
        let Some(type_) = item(&bound.path) else {
            return Err(Error::new_spanned(bound, "say what the values are: `Item = …`"));
        };
        let fallible = is_result(&type_);
        let type_ = if fallible { success(&type_) } else { type_ };
        return Ok(made(Item { type_, fallible }));
    }
    Err(Error::new_spanned(
        &value,
        "a worker function returns a value that serde can write, or an `impl Iterator`, or an `impl Stream`",
    ))
}

/// The bounds of `impl …`, and of `dyn …` in a box, pinned or not.
fn trait_bounds(type_: &Type) -> Option<&Punctuated<TypeParamBound, Token![+]>> {
    match type_ {
        Type::ImplTrait(implementor) => Some(&implementor.bounds),
        Type::TraitObject(object) => Some(&object.bounds),
        Type::Path(path) if last_is(&path.path, "Box") || last_is(&path.path, "Pin") => {
            match first_argument(&path.path)? {
                GenericArgument::Type(inner) => trait_bounds(inner),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The type of `Item = …`.
fn item(path: &Path) -> Option<Type> {
    let PathArguments::AngleBracketed(arguments) = &path.segments.last()?.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::AssocType(AssocType { ident, ty, .. }) if ident == "Item" => Some(ty.clone()),
        _ => None,
    })
}

/// `Result`, or an alias of the same name.
fn is_result(type_: &Type) -> bool {
    matches!(type_, Type::Path(path) if last_is(&path.path, "Result"))
}

/// The type of success: written out where it is `impl …`, which a projection could not name, or a reference, which
/// callers get owned.
fn success(result: &Type) -> Type {
    if let Type::Path(path) = result
        && let Some(GenericArgument::Type(first)) = first_argument(&path.path)
        && (trait_bounds(first).is_some() || matches!(first, Type::Reference(_)))
    {
        return first.clone();
    }
    parse_quote!(<#result as ::centaurus::web::__attribute::Fallible>::Value)
}

fn first_argument(path: &Path) -> Option<&GenericArgument> {
    match &path.segments.last()?.arguments {
        PathArguments::AngleBracketed(arguments) => arguments.args.first(),
        _ => None,
    }
}

fn last_is(path: &Path, name: &str) -> bool {
    path.segments.last().is_some_and(|segment| segment.ident == name)
}
