//! Compiles the `.proto` files of this folder to Rust without an installed protoc.
//!
//! Writes to `OUT_DIR`: one module of types, clients and servers for each package; `rpc.rs`, what servers know of every
//! request and response; `descriptors.bin`, the descriptor set that servers reflect; and
//! `descriptors_with_comments.bin`, the same with the comments before each item, of which references are written. It does
//! not touch the Go, Java and Kotlin stubs: `scripts/` and `pom.xml` make those.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

use prost::Message;
use prost_types::{DescriptorProto, FileDescriptorSet};
use protox::Compiler;
use protox::file::{File, FileResolver, GoogleFileResolver};

/// Folders of this crate that hold one package each, as `<folder>/v1/*.proto`.
const PACKAGES: [&str; 6] = ["command", "common", "engine", "gateway", "payment", "reservation"];

/// First part of every import path: the name that this folder has in the repository.
const IMPORT_ROOT: &str = "proto/";

fn main() -> Result<(), Box<dyn Error>> {
    let crate_dir = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let out_dir = PathBuf::from(env::var("OUT_DIR")?);

    let mut compiler = Compiler::with_file_resolver(ContractFiles { crate_dir: crate_dir.clone() });
    compiler.include_imports(true).include_source_info(true);
    compiler.open_files(import_paths(&crate_dir)?)?;
    let with_comments = compiler.file_descriptor_set();
    let mut described = with_comments.clone();
    for info in described.file.iter_mut().filter_map(|file| file.source_code_info.as_mut()) {
        // Where something stands in its file is of no use without the file.
        info.location.retain(|location| !location.leading_comments().trim().is_empty());
        for location in &mut info.location {
            (location.span, location.trailing_comments) = (Vec::new(), None);
            location.leading_detached_comments.clear();
        }
    }
    fs::write(out_dir.join("descriptors_with_comments.bin"), described.encode_to_vec())?;

    let mut reflected = with_comments.clone();
    for file in &mut reflected.file {
        file.source_code_info = None;
    }
    fs::write(out_dir.join("descriptors.bin"), reflected.encode_to_vec())?;

    fs::write(out_dir.join("rpc.rs"), implementations(&with_comments)?)?;

    // Maps in the order of their keys: the same message has the same bytes, whoever encodes it and how often.
    // Frames of seats are one buffer for all viewers.
    tonic_prost_build::configure()
        .btree_map(".")
        .bytes(".engine.v1.SeatBoard.status")
        .bytes(".engine.v1.SeatBoardChanges.seats")
        .compile_fds(with_comments)?;
    Ok(())
}

/// Implements `RpcRequest` and `RpcResponse` for the messages of every method, by the fields that they have.
fn implementations(set: &FileDescriptorSet) -> Result<String, Box<dyn Error>> {
    let message = |full: &str| -> Result<&DescriptorProto, String> {
        let found = set.file.iter().find_map(|file| {
            let name = full.strip_prefix(&format!(".{}.", file.package()))?;
            file.message_type.iter().find(|message| message.name() == name)
        });
        found.ok_or_else(|| format!("{full} is no message of the contract"))
    };
    let path = |full: &str| format!("crate{}", full.replace('.', "::"));
    let methods = set.file.iter().flat_map(|file| &file.service).flat_map(|service| &service.method);
    // A message may belong to two methods: the second name of a service has the same.
    let pairs: BTreeSet<_> = methods.map(|method| (method.input_type(), method.output_type())).collect();
    let mut code = String::new();
    for (request, response) in &pairs {
        let has =
            |name: &str| message(request).map(|found| found.field.iter().any(|field| field.name() == name));
        writeln!(code, "impl RpcRequest for {} {{", path(request))?;
        writeln!(code, "    const NAME: &'static str = {:?};", request.trim_start_matches('.'))?;
        writeln!(code, "    type Response = {};", path(response))?;
        for field in ["idempotency_key", "user_id"] {
            if has(field)? {
                writeln!(code, "    fn {field}(&self) -> &str {{ &self.{field} }}")?;
            }
        }
        if has("dry_run")? {
            writeln!(code, "    fn dry_run(&self) -> bool {{ self.dry_run }}")?;
        }
        writeln!(code, "}}")?;
    }
    for response in pairs.iter().map(|pair| pair.1).collect::<BTreeSet<_>>() {
        writeln!(code, "impl RpcResponse for {} {{", path(response))?;
        writeln!(
            code,
            "    fn error(&self) -> Option<&crate::common::v1::Error> {{ self.error.as_ref() }}\n}}"
        )?;
    }
    Ok(code)
}

/// Every `.proto` file of the contract as it is imported, sorted; tells cargo to watch their folders.
fn import_paths(crate_dir: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let mut paths = Vec::new();
    for package in PACKAGES {
        let folder = format!("{package}/v1");
        println!("cargo:rerun-if-changed={folder}");
        for entry in fs::read_dir(crate_dir.join(&folder))? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if name.ends_with(".proto") {
                paths.push(format!("{IMPORT_ROOT}{folder}/{name}"));
            }
        }
    }
    paths.sort();
    Ok(paths)
}

/// Finds `proto/x.proto` in this crate wherever the crate lies, so that a packaged copy builds too; Google's own files
/// come with the compiler.
struct ContractFiles {
    crate_dir: PathBuf,
}

impl FileResolver for ContractFiles {
    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        let Some(below) = name.strip_prefix(IMPORT_ROOT) else {
            return GoogleFileResolver::new().open_file(name);
        };
        File::open(name, &self.crate_dir.join(below))
    }
}
