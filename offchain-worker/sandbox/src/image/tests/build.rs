//! Builds images, as honest programs do and as others might.

use std::{
	fs,
	io::Write,
	path::{Path, PathBuf},
};

use flate2::{write::GzEncoder, Compression};
use oci_spec::image::{Arch, MediaType};
use rlc_disk::Budget;
use serde_json::{json, Value};
use sha2::{Digest, Sha256};
use tar::{Builder, EntryType, Header};
use tempfile::TempDir;

use crate::{
	image::{unpack, Image},
	Error, Stop,
};

/// An entry of a layer.
pub enum What {
	File(&'static str),
	Directory,
	Link(&'static str),
	Hard(&'static str),
	Device,
}

/// Makes a layer. Names are written as given, which no honest program does.
pub fn layer(entries: &[(&str, What)]) -> Vec<u8> {
	let mut builder = Builder::new(Vec::new());
	for (name, what) in entries {
		let mut header = Header::new_gnu();
		let (kind, data, link) = match what {
			What::File(text) => (EntryType::Regular, *text, ""),
			What::Directory => (EntryType::Directory, "", ""),
			What::Link(target) => (EntryType::Symlink, "", *target),
			What::Hard(target) => (EntryType::Link, "", *target),
			What::Device => (EntryType::Block, "", ""),
		};
		let gnu = header.as_gnu_mut().unwrap();
		gnu.name[..name.len()].copy_from_slice(name.as_bytes());
		gnu.linkname[..link.len()].copy_from_slice(link.as_bytes());
		header.set_entry_type(kind);
		header.set_size(data.len() as u64);
		header.set_mode(if name.starts_with("bin") { 0o4711 } else { 0o600 });
		header.set_mtime(1_000_000);
		header.set_cksum();
		builder.append(&header, data.as_bytes()).unwrap();
	}
	builder.into_inner().unwrap()
}

pub fn sha(bytes: &[u8]) -> String {
	hex::encode(Sha256::digest(bytes))
}

pub fn zipped(bytes: &[u8]) -> Vec<u8> {
	let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
	encoder.write_all(bytes).unwrap();
	encoder.finish().unwrap()
}

/// Returns this machine's architecture, as images name it.
pub fn here() -> String {
	Arch::default().to_string()
}

pub fn config(layers: &[Vec<u8>], architecture: &str) -> Value {
	let contents: Vec<_> = layers.iter().map(|layer| format!("sha256:{}", sha(layer))).collect();
	json!({
		"architecture": architecture, "os": "linux",
		"config": { "Entrypoint": ["/bin/app"], "Cmd": ["now"], "Env": ["A=1"], "WorkingDir": "/work" },
		"rootfs": { "type": "layers", "diff_ids": contents },
	})
}

/// Returns what names a part.
pub fn descriptor(kind: &MediaType, digest: &str, size: usize) -> Value {
	json!({ "mediaType": kind, "digest": digest, "size": size })
}

pub fn index(manifests: &[Value]) -> Value {
	json!({ "schemaVersion": 2, "manifests": manifests })
}

/// A layout on disk, under construction.
pub struct Layout(TempDir);

impl Layout {
	pub fn new() -> Self {
		let layout = Self(tempfile::tempdir().unwrap());
		fs::create_dir_all(layout.path().join("blobs/sha256")).unwrap();
		layout
	}

	/// Makes one with one image, of compressed layers.
	pub fn of(layers: &[Vec<u8>]) -> Self {
		let layout = Self::new();
		let manifest = layout.manifest(layers, &here());
		layout.index(&[manifest]);
		layout
	}

	/// Returns the directory around it.
	pub fn directory(&self) -> &Path {
		self.0.path()
	}

	pub fn path(&self) -> PathBuf {
		self.0.path().join("layout")
	}

	/// Adds a part, and returns what names it.
	pub fn blob(&self, kind: &MediaType, bytes: &[u8]) -> Value {
		fs::write(self.path().join("blobs/sha256").join(sha(bytes)), bytes).unwrap();
		descriptor(kind, &format!("sha256:{}", sha(bytes)), bytes.len())
	}

	/// Adds a description.
	pub fn described(&self, kind: &MediaType, text: &Value) -> Value {
		self.blob(kind, text.to_string().as_bytes())
	}

	/// Adds the manifest of an image of these parts.
	pub fn image(&self, config: &Value, layers: &[Value]) -> Value {
		let manifest = json!({ "schemaVersion": 2, "config": config, "layers": layers });
		self.described(&MediaType::ImageManifest, &manifest)
	}

	pub fn manifest(&self, layers: &[Vec<u8>], architecture: &str) -> Value {
		let config = self.described(&MediaType::ImageConfig, &config(layers, architecture));
		let layers: Vec<_> = layers.iter().map(|layer| self.blob(&MediaType::ImageLayerGzip, &zipped(layer))).collect();
		let mut manifest = self.image(&config, &layers);
		manifest["platform"] = json!({ "os": "linux", "architecture": architecture });
		manifest
	}

	pub fn index(&self, manifests: &[Value]) {
		fs::write(self.path().join("index.json"), index(manifests).to_string()).unwrap();
	}

	/// Packs it as one file.
	pub fn packed(&self) -> PathBuf {
		let mut builder = Builder::new(Vec::new());
		builder.append_dir_all("", self.path()).unwrap();
		let file = self.0.path().join("image.tar");
		fs::write(&file, builder.into_inner().unwrap()).unwrap();
		file
	}

	pub fn unpack(&self) -> Result<Image, Error> {
		let disk = Budget::unlimited();
		unpack(&self.path(), self.0.path().join("unpacked"), &disk, &Stop::new()).map(|(image, _)| image)
	}
}
