//! Finds the image for this machine in an OCI layout, or in what `docker save` writes.

use std::{
	collections::HashSet,
	fs::File,
	io::{self, Read},
	path::{Component, Path, PathBuf},
};

use serde::{de::DeserializeOwned, Deserialize};
use sha2::{Digest, Sha256};

use super::settings::Settings;
use crate::Error;

/// The entry of an OCI layout, and of what `docker save` writes.
pub const INDEX: &str = "index.json";
const DOCKER: &str = "manifest.json";
/// The largest description, in bytes.
const LARGEST: u64 = 4 << 20;
/// How deep indices may be in indices.
const DEEPEST: u32 = 4;
/// How many parts are looked at: a few that name each other often would keep a worker busy forever.
const MOST_PARTS: u32 = 1_000;

/// An image.
#[derive(Debug)]
pub struct Found {
	/// How it wants to be run.
	pub settings: Settings,
	/// What it consists of, from the lowest on.
	pub layers: Vec<Layer>,
}

/// A layer of an image.
#[derive(Debug)]
pub struct Layer {
	/// Its location. If the layout names it by digest, that was checked.
	pub file: PathBuf,
	/// The digest of what it contains, decompressed, as `sha256:` and hex: to be checked.
	pub content: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Node {
	Index { manifests: Vec<Descriptor> },
	Manifest { config: Descriptor, layers: Vec<Descriptor> },
}

#[derive(Deserialize)]
struct Descriptor {
	digest: String,
	platform: Option<Platform>,
}

#[derive(Deserialize)]
struct Platform {
	architecture: String,
	os: String,
}

#[derive(Deserialize)]
struct DockerImage {
	#[serde(rename = "Config")]
	config: String,
	#[serde(rename = "Layers")]
	layers: Vec<String>,
}

#[derive(Deserialize)]
struct ImageConfig {
	architecture: String,
	os: String,
	#[serde(default)]
	config: Option<RunConfig>,
	rootfs: RootFs,
}

#[derive(Default, Deserialize)]
struct RunConfig {
	#[serde(rename = "Entrypoint", default)]
	entrypoint: Option<Vec<String>>,
	#[serde(rename = "Cmd", default)]
	command: Option<Vec<String>>,
	#[serde(rename = "Env", default)]
	environment: Option<Vec<String>>,
	#[serde(rename = "WorkingDir", default)]
	directory: Option<String>,
}

#[derive(Deserialize)]
struct RootFs {
	diff_ids: Vec<String>,
}

/// Finds the image in a layout that this machine can run.
///
/// # Errors
///
/// [`Error::App`], if there is none, or a part is missing or not what its digest says.
pub fn find(layout: &Path) -> Result<Found, Error> {
	if layout.join(INDEX).is_file() {
		let index = json(&layout.join(INDEX))?;
		let found = Parts { layout, left: MOST_PARTS, checked: HashSet::new() }.search(index, 0)?;
		return found.ok_or_else(|| app(format!("it holds no image for linux/{}", architecture())));
	}
	if layout.join(DOCKER).is_file() {
		let images: Vec<DockerImage> = json(&layout.join(DOCKER))?;
		let [image] = &images[..] else { return Err(app(format!("it holds {} images instead of one", images.len()))) };
		let config: ImageConfig = json(&inside(layout, &image.config)?)?;
		if !runs_here(&config.os, &config.architecture) {
			return Err(app(format!(
				"it is for {}/{}; this machine is {}",
				config.os,
				config.architecture,
				architecture()
			)));
		}
		let files = image.layers.iter().map(|layer| inside(layout, layer)).collect::<Result<_, _>>()?;
		return found(config, files);
	}
	Err(app(format!("it has neither {INDEX} nor {DOCKER}, so it is neither an OCI layout nor from docker save")))
}

/// The parts of a layout.
struct Parts<'a> {
	layout: &'a Path,
	/// How many may still be looked at.
	left: u32,
	/// Those that are what their digests say.
	checked: HashSet<PathBuf>,
}

impl Parts<'_> {
	fn search(&mut self, node: Node, depth: u32) -> Result<Option<Found>, Error> {
		match node {
			Node::Index { .. } if depth > DEEPEST => Err(app("its index is too deep".into())),
			Node::Index { manifests } => {
				let runs_here = |platform: &Platform| runs_here(&platform.os, &platform.architecture);
				for manifest in manifests.iter().filter(|manifest| manifest.platform.as_ref().is_none_or(runs_here)) {
					let node = json(&self.blob(&manifest.digest)?)?;
					if let Some(found) = self.search(node, depth + 1)? {
						return Ok(Some(found));
					}
				}
				Ok(None)
			}
			Node::Manifest { config, layers } => {
				let config: ImageConfig = json(&self.blob(&config.digest)?)?;
				if !runs_here(&config.os, &config.architecture) {
					return Ok(None);
				}
				let files = layers.iter().map(|layer| self.blob(&layer.digest)).collect::<Result<_, _>>()?;
				found(config, files).map(Some)
			}
		}
	}

	/// Returns the location of a blob, once its digest is checked.
	fn blob(&mut self, digest: &str) -> Result<PathBuf, Error> {
		self.left = self.left.checked_sub(1).ok_or_else(|| app(format!("it has more than {MOST_PARTS} parts")))?;
		let hex =
			digest.strip_prefix("sha256:").filter(|hex| hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_hexdigit()));
		let Some(hex) = hex else { return Err(app(format!("{digest:?} is not a digest of SHA-256"))) };
		let path = inside(self.layout, &format!("blobs/sha256/{hex}"))?;
		if self.checked.contains(&path) {
			return Ok(path);
		}
		let mut hasher = Sha256::new();
		let mut file = File::open(&path).map_err(Error::io("open", &path))?;
		io::copy(&mut file, &mut hasher).map_err(Error::io("read", &path))?;
		if hex::encode(hasher.finalize()) != hex.to_ascii_lowercase() {
			return Err(app(format!("the part {digest} is not what its digest says")));
		}
		self.checked.insert(path.clone());
		Ok(path)
	}
}

fn found(config: ImageConfig, files: Vec<PathBuf>) -> Result<Found, Error> {
	let contents = config.rootfs.diff_ids;
	if files.len() > MOST_PARTS as usize {
		return Err(app(format!("it has more than {MOST_PARTS} layers")));
	}
	if contents.len() != files.len() {
		return Err(app(format!("it has {} layers, but names {}", files.len(), contents.len())));
	}
	let run = config.config.unwrap_or_default();
	let settings = Settings {
		entrypoint: run.entrypoint.unwrap_or_default(),
		command: run.command.unwrap_or_default(),
		environment: run.environment.unwrap_or_default(),
		directory: run.directory.filter(|directory| !directory.is_empty()),
	};
	check(&settings)?;
	let layers = files.into_iter().zip(contents).map(|(file, content)| Layer { file, content }).collect();
	Ok(Found { settings, layers })
}

/// Checks that a container can be started so. `runc` would refuse the rest, as if this machine were to blame.
fn check(settings: &Settings) -> Result<(), Error> {
	let Settings { entrypoint, command, environment, directory } = settings;
	let mut texts = entrypoint.iter().chain(command).chain(environment).chain(directory);
	if texts.any(|text| text.contains('\0')) {
		return Err(app("its configuration has a text with a zero byte".into()));
	}
	let is_named = |variable: &&String| variable.find('=').is_some_and(|end| end > 0);
	if let Some(variable) = environment.iter().find(|variable| !is_named(variable)) {
		return Err(app(format!("its variable {variable:?} is not NAME=value")));
	}
	match directory {
		Some(directory) if !directory.starts_with('/') => {
			Err(app(format!("its working directory {directory:?} is not an absolute path")))
		}
		_ => Ok(()),
	}
}

/// Returns a file of the layout, which may not be elsewhere.
fn inside(layout: &Path, name: &str) -> Result<PathBuf, Error> {
	let path = layout.join(name);
	let plain = Path::new(name).components().all(|component| matches!(component, Component::Normal(_)));
	if !plain || !path.symlink_metadata().is_ok_and(|data| data.is_file()) {
		return Err(app(format!("it has no file {name:?}")));
	}
	Ok(path)
}

fn json<T: DeserializeOwned>(path: &Path) -> Result<T, Error> {
	let mut bytes = Vec::new();
	let file = File::open(path).map_err(Error::io("open", path))?;
	file.take(LARGEST).read_to_end(&mut bytes).map_err(Error::io("read", path))?;
	let name = path.file_name().unwrap_or_default().to_string_lossy();
	serde_json::from_slice(&bytes).map_err(|error| app(format!("its {name} is not understood: {error}")))
}

fn runs_here(os: &str, of: &str) -> bool {
	os == "linux" && of == architecture()
}

/// Returns this machine's architecture, as images name it.
pub fn architecture() -> &'static str {
	match std::env::consts::ARCH {
		"x86_64" => "amd64",
		"aarch64" => "arm64",
		other => other,
	}
}

fn app(cause: String) -> Error {
	Error::App(format!("the image cannot be used: {cause}"))
}

#[cfg(test)]
mod parsing;
