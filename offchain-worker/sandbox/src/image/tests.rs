//! Images of all kinds, honest and not, and what becomes of them.

pub mod build;
mod choice;
mod forms;
mod trees;

use std::{
	io::{self, Read},
	os::unix::fs::symlink,
};

use oci_spec::image::MediaType;
use serde_json::{json, Value};
use tar::{Builder, EntryType, Header};

use self::build::{
	config, descriptor, here, index, layer, sha, zipped, Layout,
	What::{Device, Directory, File, Hard, Link},
};
use super::*;

/// Unpacks an image onto a disk that has room for all.
fn unpack_freely(image: &Path, directory: PathBuf) -> Result<(Image, u64), Error> {
	unpack(image, directory, &Budget::unlimited(), &Stop::new())
}

/// Returns what went wrong, which must be the app's fault.
fn fault(result: Result<Image, Error>) -> String {
	match result {
		Err(Error::App(cause)) => cause,
		other => panic!("{other:?}"),
	}
}

/// Returns where the part that a descriptor names is, below `blobs`.
fn digest_path(descriptor: &Value) -> String {
	descriptor["digest"].as_str().unwrap().replace(':', "/")
}

/// Lists all below a directory, with the contents of files.
fn tree(root: &Path) -> Vec<String> {
	let mut found = Vec::new();
	let mut directories = vec![root.to_owned()];
	while let Some(directory) = directories.pop() {
		for entry in fs::read_dir(directory).unwrap() {
			let path = entry.unwrap().path();
			let name = path.strip_prefix(root).unwrap().display();
			let data = path.symlink_metadata().unwrap();
			if data.is_symlink() {
				found.push(format!("{name} -> {}", fs::read_link(&path).unwrap().display()));
			} else if data.is_dir() {
				found.push(format!("{name}/"));
				directories.push(path);
			} else {
				found.push(format!("{name}={}", String::from_utf8_lossy(&fs::read(&path).unwrap())));
			}
		}
	}
	// Every image has these, and those of the tests the directory that they start in.
	let directories = ["dev/", "etc/", "iexec_in/", "iexec_out/", "proc/", "sys/", "tmp/", "work/"];
	let files = ["etc/hostname=", "etc/hosts=", "etc/mtab -> /proc/mounts", "etc/resolv.conf="];
	found.retain(|name| !directories.iter().chain(&files).any(|one| one == name));
	found.sort();
	found
}

#[test]
fn layers_lie_over_each_other() {
	let lower = layer(&[
		("usr/", Directory),
		("usr/lib/", Directory),
		("lib", Link("usr/lib")),
		("lib/low", File("1")),
		("bin/app", File("app")),
		("gone", File("x")),
		("dir/a", File("a")),
		("dir/b", File("b")),
		("kind/a", File("a")),
		("replaced", File("old")),
		("dev/sda", Device),
	]);
	let upper = layer(&[
		("lib/high", File("2")),
		("./.wh.gone", File("")),
		("dir/c", File("c")),
		("dir/.wh..wh..opq", File("")),
		("kind", File("file")),
		("replaced", File("new")),
		("again", Hard("bin/app")),
	]);
	let layout = Layout::of(&[lower, upper]);
	let image = layout.unpack().unwrap();
	let expected = [
		"again=app",
		"bin/",
		"bin/app=app",
		"dir/",
		"dir/c=c",
		"kind=file",
		"lib -> usr/lib",
		"replaced=new",
		"usr/",
		"usr/lib/",
		"usr/lib/high=2",
		"usr/lib/low=1",
	];
	assert_eq!(tree(&image.root), expected);
	assert_eq!(image.settings.entrypoint, ["/bin/app"]);
	assert_eq!(
		(&image.settings.command[..], &image.settings.environment[..]),
		(&["now".into()][..], &["A=1".into()][..])
	);
	assert_eq!(image.settings.directory.as_deref(), Some("/work"));
}

#[test]
fn everybody_may_do_what_root_may_and_nothing_has_special_rights() {
	use std::os::unix::fs::MetadataExt;
	let layout = Layout::of(&[layer(&[("bin/app", File("x")), ("etc/", Directory), ("etc/secret", File("x"))])]);
	let image = layout.unpack().unwrap();
	let mode = |name: &str| image.root.join(name).metadata().unwrap().mode() & 0o7777;
	assert_eq!((mode("bin/app"), mode("bin"), mode("etc/secret"), mode("etc")), (0o777, 0o777, 0o666, 0o777));
	assert_eq!((mode("tmp"), mode("proc"), mode("etc/hosts"), mode("work")), (0o1777, 0o777, 0o666, 0o777));
	assert_eq!(mode("..") & 0o077, 0, "to no other user of this machine");
	assert_eq!(image.root.join("bin/app").metadata().unwrap().mtime(), 1_000_000);
}

#[test]
fn nothing_outside_of_the_root_is_touched() {
	for entries in [
		&[("../escaped", File("x"))][..],
		&[("a/../../escaped", File("x"))],
		&[("a/../../unpacked/archive", Link("x"))],
		&[("hard", Hard("../../victim"))],
		&[("a/.wh...", File(""))],
		&[("a", File("")), ("a/b", File(""))],
		&[("a", Link("b")), ("b", Link("a")), ("a/x", File(""))],
	] {
		let layout = Layout::of(&[layer(entries)]);
		fs::write(layout.directory().join("victim"), "whole").unwrap();
		let cause = fault(layout.unpack());
		assert!(cause.contains("cannot be unpacked"), "{cause}");
		assert_eq!(tree(layout.directory()).iter().filter(|name| !name.starts_with("layout")).count(), 1);
	}
}

#[test]
fn links_are_followed_inside_of_the_root_only() {
	let outside = tempfile::tempdir().unwrap();
	fs::write(outside.path().join("victim"), "whole").unwrap();
	// A link to a directory of the machine, by its absolute path and by many steps up.
	let target: &'static str = outside.path().to_str().unwrap().to_owned().leak();
	let up: &'static str = format!("{}{target}", "../".repeat(10)).leak();
	let lower = layer(&[("abs", Link(target)), ("up", Link(up)), ("file", Link("/victim"))]);
	let upper = layer(&[
		("abs/victim", File("other")),
		("up/new", File("other")),
		("abs/.wh.gone", File("")),
		("file", File("replaced")),
	]);
	let layout = Layout::of(&[lower, upper]);
	let image = layout.unpack().unwrap();
	assert_eq!(tree(outside.path()), ["victim=whole"]);
	let inside = image.root.join(target.trim_start_matches('/'));
	assert_eq!(tree(&inside), ["new=other", "victim=other"]);
	assert_eq!(fs::read_to_string(image.root.join("file")).unwrap(), "replaced");
}

#[test]
fn every_part_must_be_what_its_digest_says() {
	let layers = [layer(&[("a", File("a"))])];
	let (zipped, text) = (zipped(&layers[0]), config(&layers, &here()).to_string());
	for part in [&zipped[..], text.as_bytes()] {
		let layout = Layout::of(&layers);
		fs::write(layout.path().join("blobs/sha256").join(sha(part)), "other").unwrap();
		assert!(fault(layout.unpack()).contains("not what its digest says"));
		fs::remove_file(layout.path().join("blobs/sha256").join(sha(part))).unwrap();
		assert!(fault(layout.unpack()).contains("has no file"));
	}
	// A layer that its manifest names rightly, but its configuration does not.
	let layout = Layout::new();
	let config = layout.described(&MediaType::ImageConfig, &config(&[layer(&[("b", File("b"))])], &here()));
	let part = layout.blob(&MediaType::ImageLayerGzip, &zipped);
	layout.index(&[layout.image(&config, &[part])]);
	assert!(fault(layout.unpack()).contains("its layer"));
	assert!(!layout.directory().join("unpacked").exists(), "nothing stays of what failed");
}

#[test]
fn blobs_cannot_be_elsewhere() {
	let manifest = |digest: &str| descriptor(&MediaType::ImageManifest, digest, 0);
	let upper = format!("sha256:{}", sha(b"").to_ascii_uppercase());
	for digest in ["sha256:../../../../etc/passwd", "md5:00", "sha256:", "", &upper] {
		let layout = Layout::new();
		layout.index(&[manifest(digest)]);
		let cause = fault(layout.unpack());
		assert!(cause.contains("its index.json is not understood") || cause.contains("is not a digest of"), "{cause}");
	}
	let layout = Layout::new();
	let empty = sha(b"");
	symlink("/dev/null", layout.path().join("blobs/sha256").join(&empty)).unwrap();
	layout.index(&[manifest(&format!("sha256:{empty}"))]);
	assert!(fault(layout.unpack()).contains("has no file"));
}

#[test]
fn of_several_images_that_of_this_machine_is_taken() {
	let layout = Layout::new();
	let other = layout.manifest(&[layer(&[("other", File(""))])], "s390x");
	layout.index(std::slice::from_ref(&other));
	assert!(matches!(layout.unpack(), Err(Error::OtherMachine(why)) if why.contains("no image for linux/")));
	let ours = layout.manifest(&[layer(&[("ours", File(""))])], &here());
	// As buildx writes it: an index in the index, and papers that are not an image.
	let mut papers = descriptor(&MediaType::ImageManifest, &format!("sha256:{}", sha(b"papers")), 6);
	papers["platform"] = json!({ "os": "unknown", "architecture": "unknown" });
	let inner = index(&[papers, other, ours]);
	for kind in ["application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json"]
	{
		layout.index(&[layout.described(&kind.into(), &inner)]);
		assert_eq!(tree(&layout.unpack().unwrap().root), ["ours="]);
	}
}

#[test]
fn one_file_may_hold_it_compressed_or_not() {
	let layout = Layout::of(&[layer(&[("a", File("a"))])]);
	let file = layout.packed();
	assert_eq!(tree(&unpack_freely(&file, layout.directory().join("1")).unwrap().0.root), ["a=a"]);
	fs::write(&file, zipped(&fs::read(&file).unwrap())).unwrap();
	let (image, bytes) = unpack_freely(&file, layout.directory().join("2")).unwrap();
	let beside_files = bytes % rlc_disk::per_file(layout.directory());
	assert_eq!((tree(&image.root), beside_files), (vec!["a=a".into()], 1), "the archive does not count");
	assert_eq!(fs::read_dir(layout.directory().join("2")).unwrap().count(), 1, "the archive is gone");
}

#[test]
fn what_docker_saves_is_an_image() {
	let layout = Layout::new();
	let layers = [layer(&[("a", File("a"))]), layer(&[("b", File("b"))])];
	fs::write(layout.path().join("config.json"), config(&layers, &here()).to_string()).unwrap();
	for (number, layer) in layers.iter().enumerate() {
		fs::create_dir(layout.path().join(number.to_string())).unwrap();
		fs::write(layout.path().join(format!("{number}/layer.tar")), layer).unwrap();
	}
	let manifest = |config: &str| {
		let image = json!({ "Config": config, "RepoTags": ["a:1"], "Layers": ["0/layer.tar", "1/layer.tar"] });
		fs::write(layout.path().join("manifest.json"), json!([image]).to_string()).unwrap();
	};
	manifest("config.json");
	assert_eq!(tree(&layout.unpack().unwrap().root), ["a=a", "b=b"]);
	for elsewhere in ["../config.json", "/etc/hostname", "none"] {
		manifest(elsewhere);
		assert!(fault(layout.unpack()).contains("has no file"), "{elsewhere}");
	}
	fs::write(layout.path().join("config.json"), config(&layers, "s390x").to_string()).unwrap();
	manifest("config.json");
	assert!(matches!(layout.unpack(), Err(Error::OtherMachine(why)) if why.contains("linux/s390x")));
}

#[test]
fn other_files_are_refused_with_the_cause() {
	let directory = tempfile::tempdir().unwrap();
	let file = directory.path().join("file");
	for (bytes, cause) in [
		(b"no archive, but long enough to be mistaken for one".repeat(50), "cannot be unpacked"),
		(Builder::new(Vec::new()).into_inner().unwrap(), "neither index.json nor manifest.json"),
		(zipped(b"x".repeat(2000).as_slice()), "cannot be unpacked"),
		(vec![0x28, 0xb5, 0x2f, 0xfd, 0], "cannot be decompressed"),
		(b"\xfd7zXZ\0\0\x04".to_vec(), "compressed with xz; compress it with gzip or zstd"),
		(b"BZh91AY&SY".to_vec(), "compressed with bzip2"),
	] {
		fs::write(&file, bytes).unwrap();
		let said = fault(unpack_freely(&file, directory.path().join("unpacked")).map(|(image, _)| image));
		assert!(said.contains(cause), "{said}");
	}
}

#[test]
fn unpacking_is_bounded() {
	let root = tempfile::tempdir().unwrap();
	let bytes = layer(&[("a", File("12345")), ("b/c/d", File("12345"))]);
	let content = format!("sha256:{}", sha(&bytes));
	let apply = |most: u64, entries: u64| {
		layers::apply(&bytes[..], &content, root.path(), &mut Quota::of(most, entries))
			.map_err(|error| error.to_string())
	};
	assert_eq!(apply(10, 4), Ok(()));
	assert!(apply(9, 4).unwrap_err().contains("too large"));
	assert!(apply(1 << 20, 1).unwrap_err().contains("too many files"));
}

#[test]
fn name_cannot_fill_the_memory() {
	let root = tempfile::tempdir().unwrap();
	for kind in [EntryType::GNULongName, EntryType::GNULongLink, EntryType::XHeader] {
		let mut header = Header::new_gnu();
		header.set_entry_type(kind);
		header.set_size(64 << 20);
		header.set_cksum();
		let mut builder = Builder::new(Vec::new());
		builder.append(&header, io::repeat(b'x').take(64 << 20)).unwrap();
		let bytes = builder.into_inner().unwrap();
		let mut quota = Quota::of(1 << 30, 100);
		let archive = packed::unpack_archive(&bytes[..], root.path(), &mut quota);
		let layer = layers::apply(&bytes[..], "", root.path(), &mut quota);
		for outcome in [archive, layer] {
			assert!(matches!(&outcome, Err(Error::App(why)) if why.contains("description of a file is too long")));
		}
	}
}

/// Returns why an archive cannot be unpacked, which must be its own fault.
fn cause(outcome: Result<(), Error>) -> String {
	match outcome {
		Err(Error::App(cause)) if cause.contains("cannot be unpacked") => cause,
		other => panic!("{other:?}"),
	}
}

#[test]
fn names_that_cannot_be_are_the_archives_fault() {
	for entries in [
		&[("a", File("")), ("a/b", File(""))][..],
		&[("a", Hard("b"))],
		&[("a", Hard("a"))],
		&[("a/", Directory), ("b", Hard("a"))],
		&[("a/b", File("")), ("a", Hard("a/b"))],
	] {
		let root = tempfile::tempdir().unwrap();
		cause(layers::apply(&layer(entries)[..], "", root.path(), &mut Quota::of(9, 9)));
	}
	for entries in [[("a", File("")), ("a/b", File(""))], [("a/b", File("")), ("a", File(""))]] {
		let directory = tempfile::tempdir().unwrap();
		cause(packed::unpack_archive(&layer(&entries)[..], directory.path(), &mut Quota::of(9, 9)));
	}
}

/// Each file system has limits of its own, and an image is as good on all of them.
#[test]
fn what_not_every_disk_takes_is_refused_on_each() {
	let root = tempfile::tempdir().unwrap();
	let apply = |layer: &[u8]| layers::apply(layer, "", root.path(), &mut Quota::of(1 << 20, 100_000));
	let packed = |pack: &dyn Fn(&mut Builder<Vec<u8>>)| {
		let mut builder = Builder::new(Vec::new());
		pack(&mut builder);
		builder.into_inner().unwrap()
	};
	let header = |kind: EntryType| {
		let mut header = Header::new_gnu();
		header.set_entry_type(kind);
		header.set_size(0);
		header.set_mode(0o644);
		header
	};
	let file =
		|name: &str| packed(&|builder| builder.append_data(&mut header(EntryType::Regular), name, &b""[..]).unwrap());
	assert!(cause(apply(&file(&"n".repeat(256)))).contains("a path is too long"));
	assert!(cause(apply(&file(&vec!["n".repeat(200); 16].join("/")))).contains("a path is too long"));
	let link =
		|target: &str| packed(&|builder| builder.append_link(&mut header(EntryType::Symlink), "link", target).unwrap());
	assert!(cause(apply(&link(&"t".repeat(1_024)))).contains("the target of a link is too long"));
	let names = packed(&|builder| {
		builder.append_data(&mut header(EntryType::Regular), "file", &b""[..]).unwrap();
		for number in 0..30_000 {
			builder.append_link(&mut header(EntryType::Link), format!("names/{number}"), "file").unwrap();
		}
	});
	assert!(cause(apply(&names)).contains("a file has too many names"));
	// Up to that they are taken, and only the digest of the whole is wrong.
	for longest in [file(&"n".repeat(255)), file(&vec!["n".repeat(200); 15].join("/")), link(&"t".repeat(1_023))] {
		let outcome = apply(&longest);
		assert!(matches!(&outcome, Err(Error::App(why)) if why.contains("its layer")), "{outcome:?}");
	}
}

#[test]
fn what_is_mounted_on_is_a_directory_of_the_root_itself() {
	use std::os::unix::fs::MetadataExt;
	for target in ["/elsewhere", "usr", "/tmp", "../../../../../../tmp"] {
		let mut entries: Vec<_> = paths::POINTS.iter().map(|point| (&point[1..], Link(target))).collect();
		entries.push(("tmp", Link("elsewhere")));
		entries.extend([("usr/x", File("x")), ("elsewhere/x", File("x"))]);
		let layout = Layout::of(&[layer(&entries)]);
		let image = layout.unpack().unwrap();
		for point in paths::POINTS {
			let data = image.root.join(&point[1..]).symlink_metadata().unwrap();
			assert_eq!((data.is_dir(), data.mode() & 0o7777), (true, 0o777), "{point} -> {target}");
		}
		assert_eq!(tree(&image.root.join("elsewhere")), ["x=x"]);
	}
	let layout = Layout::of(&[layer(&[("proc", File("")), ("etc", Link("/proc/x"))])]);
	assert!(fault(layout.unpack()).contains("leads below a directory that each container has anew"));
}

/// Unpacks an image of one layer that wants to be run in these ways.
fn unpacked_with(one: Vec<u8>, settings: &[(&str, Value)]) -> (Layout, Image) {
	let (layout, layers) = (Layout::new(), [one]);
	let mut config = config(&layers, &here());
	for (name, value) in settings {
		config["config"][*name] = value.clone();
	}
	let config = layout.described(&MediaType::ImageConfig, &config);
	layout.index(&[layout.image(&config, &[layout.blob(&MediaType::ImageLayer, &layers[0])])]);
	let image = layout.unpack().unwrap();
	(layout, image)
}

#[test]
fn image_says_how_it_is_run() {
	let volumes = json!({ "/c": {}, "/a": {}, "/b": {} });
	let settings = [("Entrypoint", json!([""])), ("Volumes", volumes), ("User", json!("77:88"))];
	let (_layout, image) = unpacked_with(layer(&[]), &settings);
	assert_eq!(image.settings.entrypoint, [""; 0], "an empty word is none");
	assert_eq!(image.settings.volumes, ["/a", "/b", "/c"]);
	assert_eq!((image.start.user.uid, image.start.user.gid, &*image.start.home), (77, 88, "/tmp"));
	assert_eq!(image.start.own, ["/work", "/a", "/b", "/c", "/tmp"]);
	let many: serde_json::Map<_, _> = (0..101).map(|number| (format!("/{number}"), json!({}))).collect();
	let layout = Layout::new();
	let mut config = config(&[], &here());
	config["config"]["Volumes"] = many.into();
	let config = layout.described(&MediaType::ImageConfig, &config);
	layout.index(&[layout.image(&config, &[])]);
	assert!(fault(layout.unpack()).contains("more than 100 volumes"));
}

/// Returns why no program of an image can begin in this directory.
fn unusable(directory: &str) -> Option<String> {
	let one = layer(&[
		("file", File("")),
		("there/", Directory),
		("link", Link("/there")),
		("away", Link("/iexec_out/x")),
		("about", Link("/dev/fd/../../there")),
	]);
	let (_layout, image) = unpacked_with(one, &[("WorkingDir", json!(directory))]);
	image.start.unusable.clone().map(|unusable| unusable.why)
}

#[test]
fn program_begins_only_where_every_container_has_a_directory() {
	let beside_points = ["/", "/there", "/link/made", "/tmp/a/b", "//tmp", "made", "./there/"];
	for directory in beside_points.into_iter().chain(["/proc", "/dev", "/sys", "/iexec_in", "/iexec_out/made"]) {
		assert_eq!(unusable(directory), None, "{directory}");
	}
	let long = format!("/iexec_out/{}", "n".repeat(256));
	for directory in [
		"/file",
		"/file/made",
		"/proc/none",
		"/proc/self",
		"/dev/null",
		"/dev/shm/x",
		"/sys/fs/cgroup",
		"/iexec_in/none",
		"/away",
		"/about",
		"/there/../there",
		&long,
		&long[10..],
	] {
		let why = unusable(directory).unwrap_or_default();
		assert!(why.contains("cannot be one"), "{directory}: {why}");
	}
}

#[test]
fn links_cannot_lead_about_for_long() {
	// Each comes back to where it begins.
	const ABOUT: &str = "a/../a/../a/../a/../a/../a/../a/../a/../a/../a/../a/../a/../a/../a/../a/../a/../a/../a/..";
	let names: Vec<_> = (0..20).map(|number| format!("l{number}")).collect();
	let path = format!("{}/x", names.join("/"));
	let mut entries = vec![("a/", Directory)];
	entries.extend(names.iter().map(|name| (name.as_str(), Link(ABOUT))));
	entries.push((path.as_str(), File("")));
	let root = tempfile::tempdir().unwrap();
	let outcome = layers::apply(&layer(&entries)[..], "", root.path(), &mut Quota::of(9, 99));
	assert!(cause(outcome).contains("a path is too long"));
}

#[test]
fn whiteouts_of_a_layer_spare_what_it_has_itself() {
	let lower = layer(&[("dir/a", File("a")), ("dir/sub/b", File("b"))]);
	let upper = layer(&[
		("dir/sub/c", File("c")),
		("dir/.wh..wh..opq", File("")),
		("dir/d", File("d")),
		("dir/.wh..wh..opq", File("")),
		("dir/sub/.wh..wh..opq", File("")),
	]);
	let layout = Layout::of(&[lower, upper]);
	let image = layout.unpack().unwrap();
	assert_eq!(tree(&image.root), ["dir/", "dir/d=d", "dir/sub/", "dir/sub/c=c"]);
}

#[test]
fn image_that_no_container_can_be_started_of_is_the_apps_fault() {
	for (what, value) in [
		("Env", json!(["A"])),
		("Env", json!(["=1"])),
		("Env", json!(["A=\u{0}"])),
		("Cmd", json!(["a\u{0}"])),
		("WorkingDir", json!("/\u{0}")),
		("Cmd", json!(["a".repeat(128 << 10)])),
		("Env", json!(vec![format!("A={}", "a".repeat(1_000)); 1_100])),
	] {
		let layout = Layout::new();
		let one = layer(&[("a", File("a"))]);
		let mut config = config(std::slice::from_ref(&one), &here());
		config["config"][what] = value;
		let config = layout.described(&MediaType::ImageConfig, &config);
		layout.index(&[layout.image(&config, &[layout.blob(&MediaType::ImageLayer, &one)])]);
		assert!(fault(layout.unpack()).contains("cannot be used: its "), "{what}");
	}
}

#[test]
fn nothing_long_follows_a_layer() {
	let root = tempfile::tempdir().unwrap();
	let mut bytes = layer(&[("a", File("a"))]);
	bytes.resize(bytes.len() + (2 << 20), 0);
	let outcome = layers::apply(&bytes[..], "", root.path(), &mut Quota::of(1 << 30, 100));
	assert!(matches!(&outcome, Err(Error::App(why)) if why.contains("something follows its end")), "{outcome:?}");
}

#[test]
fn few_parts_cannot_name_each_other_forever() {
	let layout = Layout::new();
	let mut part = layout.manifest(&[layer(&[("other", File(""))])], "s390x");
	part["platform"] = Value::Null;
	for _ in 0..3 {
		part = layout.described(&MediaType::ImageIndex, &index(&vec![part; 100]));
	}
	layout.index(&[part]);
	assert!(fault(layout.unpack()).contains("more than 1000 parts"));
}

#[test]
fn part_is_what_its_descriptor_calls_it() {
	let layout = Layout::new();
	let [one, other] = ["one", "other"].map(|name| layout.manifest(&[layer(&[(name, File(""))])], &here()));
	let mut both: Value =
		serde_json::from_slice(&fs::read(layout.path().join("blobs").join(digest_path(&one))).unwrap()).unwrap();
	both["manifests"] = json!([other]);
	for (kind, found) in [(MediaType::ImageManifest, "one="), (MediaType::ImageIndex, "other=")] {
		layout.index(&[layout.described(&kind, &both)]);
		assert_eq!(tree(&layout.unpack().unwrap().root), [found]);
	}
}

#[test]
fn description_that_lacks_something_is_refused_with_what_it_lacks() {
	let layout = Layout::of(&[layer(&[("a", File("a"))])]);
	let mut manifest = layout.manifest(&[], &here());
	manifest.as_object_mut().unwrap().remove("mediaType");
	layout.index(&[manifest]);
	assert!(fault(layout.unpack()).contains("its index.json is not understood: missing field `mediaType`"));
}

/// Returns an image of more than a few pages.
fn large() -> Layout {
	let large: &'static str = "x".repeat(9_000).leak();
	let layer = layer(&[("bin/app", File("app")), ("one", File(large)), ("two", File(large)), ("link", Link("one"))]);
	Layout::of(&[layer])
}

#[test]
fn unpacked_image_takes_its_room_until_it_is_removed() {
	let layout = large();
	let disk = Budget::new(&layout.path(), 1 << 30);
	let target = tempfile::tempdir().unwrap();
	let (image, bytes) = unpack(&layout.path(), target.path().join("image"), &disk, &Stop::new()).unwrap();
	assert_eq!(disk.used(Part::Images), bytes);
	assert!(bytes >= rlc_disk::usage(&image.root), "{bytes}");
	drop(image);
	assert_eq!((disk.used(Part::Images), target.path().read_dir().unwrap().count()), (0, 0));
}

#[test]
fn empty_files_take_the_disks_part_that_goes_with_each() {
	let Some(disk) = rlc_testing::SmallDisk::mount_for(16 << 20, 256) else { return };
	let names: Vec<_> = (0..50).map(|number| format!("file-{number}")).collect();
	let entries: Vec<_> = names.iter().map(|name| (name.as_str(), File(""))).collect();
	let layout = Layout::of(&[layer(&entries)]);
	let budget = Budget::unlimited();
	let (_image, bytes) = unpack(&layout.path(), disk.path().join("image"), &budget, &Stop::new()).unwrap();
	assert!(bytes >= 50 * (16 << 20) / 256, "{bytes}");
	let budget = Budget::of(50 * (16 << 20) / 256);
	let unpacked = unpack(&layout.path(), disk.path().join("more"), &budget, &Stop::new());
	assert!(matches!(&unpacked, Err(Error::Host(cause)) if cause.contains("no room for")), "{unpacked:?}");
}

#[test]
fn image_for_which_there_is_no_room_is_the_machines_trouble_and_leaves_nothing() {
	let (layout, target) = (large(), tempfile::tempdir().unwrap());
	let unpack = |total| {
		let disk = Budget::new(target.path(), total);
		let unpacked = unpack(&layout.path(), target.path().join("image"), &disk, &Stop::new());
		let taken = disk.used(Part::Images);
		unpacked.map(|(image, bytes)| {
			drop(image);
			(bytes, taken)
		})
	};
	let (needed, _) = unpack(1 << 30).unwrap();
	for total in (0..needed).step_by(4_096) {
		match unpack(total) {
			Err(Error::Host(cause)) => assert!(cause.contains("no room for") && cause.contains("images"), "{cause}"),
			other => panic!("{total}: {other:?}"),
		}
		assert_eq!(target.path().read_dir().unwrap().count(), 0, "{total}");
	}
	assert_eq!(unpack(needed).unwrap(), (needed, needed));
}

#[test]
fn disk_that_is_full_at_any_page_of_an_image_is_the_machines_trouble() {
	let Some(mut disk) = rlc_testing::SmallDisk::mount(256 << 10) else { return };
	let layout = large();
	let archive = layout.packed();
	disk.fill();
	let mut failures = 0;
	let image = loop {
		match unpack(&archive, disk.path().join("image"), &Budget::unlimited(), &Stop::new()) {
			Ok((image, _)) => break image,
			Err(Error::Host(_)) => {
				failures += 1;
				assert!(!disk.path().join("image").exists(), "nothing stays of it");
				assert!(disk.free(1), "it is not unpacked, though there is room");
			}
			Err(fault) => panic!("{fault}"),
		}
	};
	assert!(failures > 4, "{failures}");
	assert_eq!(fs::read(image.root.join("two")).unwrap().len(), 9_000);
}

#[test]
fn unpacking_ends_when_it_is_stopped() {
	let (layout, target) = (large(), tempfile::tempdir().unwrap());
	let stop = Stop::new();
	stop.stop();
	let unpacked = unpack(&layout.path(), target.path().join("image"), &Budget::unlimited(), &stop);
	assert!(matches!(&unpacked, Err(Error::Host(cause)) if cause.contains("it was stopped")), "{unpacked:?}");
	assert_eq!(target.path().read_dir().unwrap().count(), 0);
}
