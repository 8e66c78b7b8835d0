//! Images as other programs write them, in real containers: they run, or are refused in the same words before they are sold.

mod common;

use std::{
	fs,
	path::{Path, PathBuf},
};

use common::{containers::probe, program, text, Room};
use rlc_sandbox::{check_image, ContainerTier, Ending, Error};
use serde_json::{json, Value};
use sha2::{Digest, Sha256};
use tar::{Builder, EntryType, Header};
use tokio::sync::OnceCell;

/// Returns the tier, if there is one here.
async fn tier() -> Option<&'static ContainerTier> {
	static TIER: OnceCell<Option<ContainerTier>> = OnceCell::const_new();
	let state = Path::new(env!("CARGO_TARGET_TMPDIR")).join("images");
	TIER.get_or_init(|| async { probe(&state).await }).await.as_ref()
}

/// An entry of an archive: kind, name, target, and content.
type Entry<'a> = (EntryType, &'a str, &'a str, &'a [u8]);

fn file<'a>(name: &'a str, content: &'a [u8]) -> Entry<'a> {
	(EntryType::Regular, name, "", content)
}

/// Returns an archive. Names are written as they are given.
fn archive(entries: &[Entry<'_>]) -> Vec<u8> {
	let mut builder = Builder::new(Vec::new());
	for (kind, name, target, content) in entries {
		let mut header = Header::new_gnu();
		header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
		header.as_old_mut().linkname[..target.len()].copy_from_slice(target.as_bytes());
		header.set_entry_type(*kind);
		header.set_size(content.len() as u64);
		header.set_mode(0o755);
		header.set_cksum();
		builder.append(&header, *content).unwrap();
	}
	builder.into_inner().unwrap()
}

/// Returns the configuration of an image that says as little as builders do.
fn config(layers: &[&[u8]]) -> Value {
	let contents = layers.iter().map(|layer| format!("sha256:{}", hex::encode(Sha256::digest(layer))));
	let contents: Vec<_> = contents.collect();
	json!({
		"config": { "Entrypoint": "/app", "Cmd": null, "Env": null, "WorkingDir": "work" },
		"rootfs": { "diff_ids": contents }, "history": null,
	})
}

/// Returns an image of one layer, of which this is said otherwise.
fn image(layer: &[u8], change: impl FnOnce(&mut Value)) -> Vec<u8> {
	let mut config = config(&[layer]);
	change(&mut config);
	let manifest = json!([{ "Config": "config.json", "RepoTags": null, "Layers": ["layer.tar"] }]).to_string();
	let config = config.to_string();
	let config = file("config.json", config.as_bytes());
	archive(&[config, file("layer.tar", layer), file("manifest.json", manifest.as_bytes())])
}

/// Writes an image into a room.
fn put(room: &Room, bytes: &[u8]) -> (PathBuf, PathBuf) {
	let image = room.directory.path().join("image.tar");
	fs::write(&image, bytes).unwrap();
	(image, room.directory.path().join("unpacked"))
}

#[tokio::test]
async fn image_runs_however_it_is_packed() {
	let Some(tier) = tier().await else { return };
	let app = fs::read(program()).unwrap();
	let (base, empty) = (archive(&[file("/app", &app)]), archive(&[]));
	let config = config(&[&base, &empty, &empty]).to_string();
	let layers = ["base/layer.tar", "1/layer.tar", "2/layer.tar"];
	let manifest = json!([{ "Config": "./config.json", "Layers": layers }]).to_string();
	let compressed = |bytes: &[u8]| zstd::encode_all(bytes, 3).unwrap();
	let packed = |base: &[u8]| {
		archive(&[
			file("config.json", config.as_bytes()),
			file("base/layer.tar", base),
			(EntryType::Symlink, "1/layer.tar", "../2/layer.tar", b""),
			file("2/layer.tar", &empty),
			file("manifest.json", manifest.as_bytes()),
		])
	};
	for bytes in [packed(&base), packed(&compressed(&base)), compressed(&packed(&base))] {
		let room = Room::new();
		let (image, unpacked) = put(&room, &bytes);
		check_image(&image, unpacked).unwrap();
		let run = room.container(tier, &image, &["exit", "3"]).await.unwrap();
		assert_eq!(run.ending, Ending::Exited(3), "{}", text(&run.stderr));
	}
}

/// Returns a layer with a file of this path.
fn with_file(path: &str) -> Vec<u8> {
	let mut header = Header::new_gnu();
	header.set_size(0);
	header.set_mode(0o644);
	let mut builder = Builder::new(Vec::new());
	builder.append_data(&mut header, path, &b""[..]).unwrap();
	builder.into_inner().unwrap()
}

#[tokio::test]
async fn bad_image_is_at_fault_when_it_is_sold_and_when_it_runs() {
	let Some(tier) = tier().await else { return };
	let empty = archive(&[]);
	let links = |target: &str| archive(&[(EntryType::Link, "link", target, b""), file("file", b"late")]);
	let config = config(&[&empty]).to_string();
	let more = json!([
		{ "Config": "one.json", "RepoTags": ["first:1"], "Layers": ["layer.tar"] },
		{ "Config": "two.json", "RepoTags": ["second:1"], "Layers": ["layer.tar"] },
	]);
	let several = archive(&[
		file("one.json", config.as_bytes()),
		file("two.json", config.as_bytes()),
		file("layer.tar", &empty),
		file("manifest.json", more.to_string().as_bytes()),
	]);
	for (bytes, expected) in [
		(image(&links("not/there"), |_| {}), "which is not a file that comes before it"),
		(image(&links("file"), |_| {}), "which is not a file that comes before it"),
		(image(&with_file(&"n".repeat(300)), |_| {}), "a path is too long"),
		(image(&with_file(&vec!["d".repeat(60); 80].join("/")), |_| {}), "a path is too long"),
		(image(b"not an archive", |_| {}), "it ends within a header"),
		(image(&empty, |config| config["architecture"] = json!("s390x")), "but for linux/s390x"),
		(image(&empty, |config| config["rootfs"]["diff_ids"] = json!([])), "it has 1 layers, but names 0"),
		(image(&empty, |config| config["config"]["Env"] = json!(["A"])), "is not NAME=value"),
		(several, "it holds 2 images"),
		(b"\xfd7zXZ\0\0\x04".to_vec(), "compressed with xz"),
	] {
		let room = Room::new();
		let (image, unpacked) = put(&room, &bytes);
		let sold = check_image(&image, unpacked).unwrap_err();
		let run = room.container(tier, &image, &[]).await.unwrap_err();
		assert!(!matches!(run, Error::Host(_)) && run.to_string().contains(expected), "{run}");
		assert_eq!(sold.to_string(), run.to_string());
	}
}
