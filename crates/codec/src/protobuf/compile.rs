//! The text of .proto files → descriptors.

use std::collections::BTreeMap;

use miette::Diagnostic;
use prost::Message as _;
use prost_reflect::DescriptorError;
use protox::Compiler;
use protox::file::{File, FileResolver, GoogleFileResolver};

use crate::Error;

/// Most files that a schema consists of. The compiler recurses from import to import.
pub const MAX_FILES: usize = 256;

/// Most bytes of text in all files: 16 MiB.
pub const MAX_SOURCE: usize = 16 << 20;

/// Brackets of any kind inside each other. The parser recurses; the official one allows 32 messages.
const MAX_NESTING: usize = 100;

/// The files of a schema by the paths that they are imported by.
pub type Sources = BTreeMap<String, String>;

/// What [`compile`] came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Compiled {
    /// These paths are imported and not there; to be tried again with them.
    Missing(Vec<String>),
    /// An encoded `google.protobuf.FileDescriptorSet`, imports before who imports them.
    Descriptors(Vec<u8>),
}

/// Compiles the file of this name. `google/protobuf/*.proto` are there without being given. An import that is missing is
/// an answer if there may be `more`, else an error.
///
/// # Errors
///
/// [`Error::Syntax`] with the place of the first mistake; [`Error::Limit`].
pub fn compile(name: &str, sources: &Sources, more: bool) -> Result<Compiled, Error> {
    check_size(sources)?;
    let mut missing = Vec::new();
    for (name, text) in sources {
        check_nesting(name, text)?;
        let file = File::from_source(name, unmarked(text)).map_err(|error| syntax_error(&error, sources))?;
        for import in &file.file_descriptor_proto().dependency {
            if more
                && !sources.contains_key(import)
                && GoogleFileResolver::new().open_file(import).is_err()
                && !missing.contains(import)
            {
                missing.push(import.clone());
            }
        }
    }
    if !missing.is_empty() {
        return Ok(Compiled::Missing(missing));
    }
    let mut compiler = Compiler::with_file_resolver(Given(sources.clone()));
    compiler.include_imports(true).open_file(name).map_err(|error| syntax_error(&error, sources))?;
    Ok(Compiled::Descriptors(compiler.file_descriptor_set().encode_to_vec()))
}

struct Given(Sources);

impl FileResolver for Given {
    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        match self.0.get(name) {
            Some(text) => File::from_source(name, unmarked(text)),
            None => GoogleFileResolver::new().open_file(name),
        }
    }
}

/// Without a byte order mark, which editors put there and the official compiler passes over.
fn unmarked(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

fn check_size(sources: &Sources) -> Result<(), Error> {
    let mut total = 0;
    for (i, (name, text)) in sources.iter().enumerate() {
        total += text.len();
        let reason = match () {
            () if i >= MAX_FILES => format!("a schema of more than {MAX_FILES} files"),
            () if total > MAX_SOURCE => format!("a schema of more than {MAX_SOURCE} bytes of text"),
            () => continue,
        };
        return Err(Error::Syntax { file: name.clone(), line: 1, column: 1, reason });
    }
    Ok(())
}

/// That no more brackets stand inside each other than the parser's stack holds. What stands in comments and strings
/// counts for nothing.
fn check_nesting(name: &str, text: &str) -> Result<(), Error> {
    let bytes = text.as_bytes();
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match (byte, bytes.get(at + 1)) {
            (b'/', Some(b'/')) => {
                at += bytes[at..].iter().position(|&byte| byte == b'\n').unwrap_or(bytes.len());
                continue;
            }
            (b'/', Some(b'*')) => {
                at += 2;
                at += bytes[at..].windows(2).position(|pair| pair == b"*/").map_or(bytes.len(), |end| end + 2);
                continue;
            }
            (quote @ (b'"' | b'\''), _) => {
                at += 1;
                while let Some(&byte) = bytes.get(at)
                    && byte != quote
                    && byte != b'\n'
                {
                    at += if byte == b'\\' { 2 } else { 1 };
                }
            }
            (b'{' | b'[' | b'<' | b'(', _) => depth += 1,
            (b'}' | b']' | b'>' | b')', _) => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_NESTING {
            let (line, column) = place(text, at);
            let reason = format!("more than {MAX_NESTING} brackets inside each other");
            return Err(Error::Syntax { file: name.to_owned(), line, column, reason });
        }
        at += 1;
    }
    Ok(())
}

/// A byte's line and column, from 1; columns count UTF-16 units, as editors and JavaScript do.
fn place(text: &str, offset: usize) -> (u32, u32) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.bytes().filter(|&byte| byte == b'\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().encode_utf16().count() + 1;
    (line as u32, column as u32)
}

fn syntax_error(error: &protox::Error, sources: &Sources) -> Error {
    let file = error.file().unwrap_or_default().to_owned();
    located(error, &file, sources.get(&file).map(|text| unmarked(text)))
}

/// What is wrong with descriptors that did not come from text.
pub(super) fn descriptor_error(error: &DescriptorError) -> Error {
    located(error, error.file().unwrap_or_default(), None)
}

fn located(error: &dyn Diagnostic, file: &str, text: Option<&str>) -> Error {
    let offset = error.labels().and_then(|mut labels| labels.next()).map(|label| label.offset());
    let (line, column) = match (text, offset) {
        (Some(text), Some(offset)) => place(text, offset),
        // A missing end of file, a cycle of imports.
        (Some(text), None) => place(text, text.len()),
        (None, _) => (0, 0),
    };
    let edition =
        text.zip(offset).and_then(|(text, offset)| text.get(offset..)).is_some_and(|at| at.starts_with("edition"));
    let reason = match error.help() {
        _ if edition => "editions are not supported; there are syntax = \"proto3\" and \"proto2\"".to_owned(),
        Some(help) => format!("{error} ({help})"),
        None => error.to_string(),
    };
    Error::Syntax { file: file.to_owned(), line, column, reason }
}
