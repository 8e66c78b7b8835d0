//! Builds images, as honest programs do and as others might.

use std::{
	fs,
	io::Write,
	path::{Path, PathBuf},
};

use flate2::{write::GzEncoder, Compression};
use serde_json::{json, Value};
use sha2::{Digest, Sha256};
use tar::{Builder, EntryType, Header};
use tempfile::TempDir;

use crate::{
	image::{layout, unpack, Image},
	Error,
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

pub fn config(layers: &[Vec<u8>], architecture: &str) -> Value {
	let contents: Vec<_> = layers.iter().map(|layer| format!("sha256:{}", sha(layer))).collect();
	json!({
		"architecture": architecture, "os": "linux",
		"config": { "Entrypoint": ["/bin/app"], "Cmd": ["now"], "Env": ["A=1"], "WorkingDir": "/work" },
		"rootfs": { "type": "layers", "diff_ids": contents },
	})
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
		let manifest = layout.manifest(layers, layout::architecture());
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

	pub fn blob(&self, bytes: &[u8]) -> Value {
		fs::write(self.path().join("blobs/sha256").join(sha(bytes)), bytes).unwrap();
		json!({ "digest": format!("sha256:{}", sha(bytes)), "size": bytes.len() })
	}

	pub fn manifest(&self, layers: &[Vec<u8>], architecture: &str) -> Value {
		let config = self.blob(config(layers, architecture).to_string().as_bytes());
		let layers: Vec<_> = layers.iter().map(|layer| self.blob(&zipped(layer))).collect();
		let mut manifest = self.blob(json!({ "config": config, "layers": layers }).to_string().as_bytes());
		manifest["platform"] = json!({ "os": "linux", "architecture": architecture });
		manifest
	}

	pub fn index(&self, manifests: &[Value]) {
		fs::write(self.path().join("index.json"), json!({ "manifests": manifests }).to_string()).unwrap();
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
		unpack(&self.path(), self.0.path().join("unpacked")).map(|(image, _)| image)
	}
}
