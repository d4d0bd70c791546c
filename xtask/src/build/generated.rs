//! The numbers that the worker's scripts share with the Rust beside them, written as TypeScript from where they are
//! defined: copied by hand, one that is put in between would shift all others in silence.

use std::fs;

use anyhow::{Context as _, Result};
use syn::{Expr, ExprLit, Fields, Item, ItemEnum, Lit};

use crate::workspace::Workspace;

/// A script of numbers, and the enums in it by the Rust that defines them.
struct Numbers {
    file: &'static str,
    enums: &'static [(&'static str, &'static [&'static str])],
}

const NUMBERS: &[Numbers] = &[
    Numbers {
        file: "worker/runtime/storage/numbers.ts",
        enums: &[
            ("crates/storage/src/layout.rs", &["Place"]),
            ("crates/storage/src/lifetime.rs", &["Seen"]),
            ("crates/storage/src/write.rs", &["Step", "Verdict"]),
            ("worker/storage/src/faults.rs", &["Fault"]),
        ],
    },
    Numbers {
        file: "worker/runtime/socket/numbers.ts",
        enums: &[("worker/socket/src/machine.rs", &["Tell", "Op", "Row"])],
    },
    Numbers { file: "worker/runtime/protobuf/numbers.ts", enums: &[("worker/protobuf/src/calls.rs", &["Op"])] },
];

/// Writes what is not yet as it should be.
pub(super) fn write(workspace: &Workspace) -> Result<()> {
    put(workspace, "worker/runtime/protocol.ts", &centaurus_protocol::wire::typescript())?;
    NUMBERS.iter().try_for_each(|numbers| put(workspace, numbers.file, &numbers.typescript(workspace)?))
}

fn put(workspace: &Workspace, name: &str, text: &str) -> Result<()> {
    let file = workspace.path(name);
    if fs::read_to_string(&file).is_ok_and(|old| old == text) {
        return Ok(());
    }
    println!("writing {}", file.display());
    fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))
}

impl Numbers {
    fn typescript(&self, workspace: &Workspace) -> Result<String> {
        let mut out =
            "// Written by `cargo xtask build` from the Rust that is named, which says what each number means.\n"
                .to_owned();
        for (source, names) in self.enums {
            let text = fs::read_to_string(workspace.path(source)).with_context(|| format!("cannot read {source}"))?;
            let parsed = syn::parse_file(&text).with_context(|| format!("cannot parse {source}"))?;
            for name in *names {
                let is = |item: &&Item| matches!(item, Item::Enum(found) if found.ident == name);
                let Some(Item::Enum(found)) = parsed.items.iter().find(is) else {
                    anyhow::bail!("{source} has no enum {name}");
                };
                out.push_str(&format!("\n/** {source} */\n"));
                out.push_str(&typescript(found).with_context(|| format!("{name} of {source}"))?);
            }
        }
        Ok(out)
    }
}

/// An enum without fields, as TypeScript; what has no number written down follows the one before it.
fn typescript(found: &ItemEnum) -> Result<String> {
    let mut out = format!("export const enum {} {{\n", found.ident);
    let mut next = 0_u32;
    for variant in &found.variants {
        anyhow::ensure!(matches!(variant.fields, Fields::Unit), "{} has fields", variant.ident);
        if let Some((_, number)) = &variant.discriminant {
            let Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) = number else {
                anyhow::bail!("the number of {} is not written down", variant.ident);
            };
            next = number.base10_parse()?;
        }
        out.push_str(&format!("  {} = {next},\n", variant.ident));
        next += 1;
    }
    out.push_str("}\n");
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_what_the_rust_says() {
        let workspace = Workspace::here();
        for numbers in NUMBERS {
            let kept = fs::read_to_string(workspace.path(numbers.file)).unwrap();
            assert_eq!(
                kept,
                numbers.typescript(&workspace).unwrap(),
                "run `cargo xtask build` and commit {}",
                numbers.file
            );
        }
    }

    #[test]
    fn numbers_follow_each_other_unless_one_is_written_down() {
        let found = syn::parse_str("pub enum Step { A, B = 4, C, #[doc = \"x\"] D = 0x10 }").unwrap();
        assert_eq!(
            typescript(&found).unwrap(),
            "export const enum Step {\n  A = 0,\n  B = 4,\n  C = 5,\n  D = 16,\n}\n"
        );
        for wrong in ["enum E { A(u8) }", "enum E { A = X }"] {
            assert!(typescript(&syn::parse_str(wrong).unwrap()).is_err(), "{wrong}");
        }
    }
}
