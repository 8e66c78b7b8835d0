//! Which image is taken of several, and what it is for.

use std::time::Instant;

use oci_spec::image::MediaType;
use rlc_disk::{Budget, Part};
use serde_json::{json, Value};

use super::{
	build::{config, here, index, layer, zipped, Layout, What::File},
	fault, tree,
};
use crate::{
	image::{layout, quota::Quota},
	Error, Stop,
};

/// Adds the image of one file, with this said of it.
fn image(layout: &Layout, file: &str, change: impl FnOnce(&mut Value)) -> Value {
	let layers = [layer(&[(file, File(""))])];
	let mut config = config(&layers, &here());
	change(&mut config);
	let config = layout.described(&MediaType::ImageConfig, &config);
	layout.image(&config, &[layout.blob(&MediaType::ImageLayerGzip, &zipped(&layers[0]))])
}

/// Unpacks the image of one file, with this said of it, by an index that says nothing.
fn unpacked(change: impl FnOnce(&mut Value)) -> Result<Vec<String>, Error> {
	let layout = Layout::new();
	layout.index(&[image(&layout, "app", change)]);
	layout.unpack().map(|image| tree(&image.root))
}

/// Returns a part with the name that a program gives it.
fn named(part: &Value, name: &str) -> Value {
	let mut part = part.clone();
	part["annotations"] = json!({ "org.opencontainers.image.ref.name": name });
	part
}

fn on(part: &Value, architecture: &str, variant: Option<&str>) -> Value {
	let mut part = part.clone();
	part["platform"] = json!({ "os": "linux", "architecture": architecture, "variant": variant });
	part
}

/// How the kernel calls this machine's architecture.
fn of_kernel() -> &'static str {
	std::env::consts::ARCH
}

#[test]
fn two_images_are_refused_with_their_names() {
	let layout = Layout::new();
	let [one, two] = ["one", "two"].map(|file| image(&layout, file, |_| {}));
	for index in [
		vec![named(&one, "first:1"), named(&two, "second:1")],
		vec![named(&on(&one, &here(), None), "first:1"), named(&two, "second:1")],
		vec![
			named(&layout.described(&MediaType::ImageIndex, &index(&[on(&one, &here(), None)])), "first:1"),
			named(&two, "second:1"),
		],
	] {
		layout.index(&index);
		let cause = fault(layout.unpack());
		assert!(cause.contains("instead of one, \"first:1\", \"second:1\"; save only the one to run"), "{cause}");
	}
}

#[test]
fn image_with_two_names_is_one() {
	let layout = Layout::new();
	let one = image(&layout, "only", |_| {});
	layout.index(&[named(&one, "app:1"), named(&one, "app:latest")]);
	assert_eq!(tree(&layout.unpack().unwrap().root), ["only="]);
}

#[test]
fn one_of_each_architecture_and_the_one_for_every_processor_is_taken() {
	let layout = Layout::new();
	let ours = image(&layout, "ours", |_| {});
	let newer = image(&layout, "newer", |config| config["author"] = json!("of newer processors"));
	let other = image(&layout, "other", |config| config["architecture"] = json!("s390x"));
	let variant = if here() == "arm64" { "v8" } else { "v1" };
	for every in [None, Some(variant)] {
		layout.index(&[on(&other, "s390x", None), on(&newer, &here(), Some("v9")), on(&ours, &here(), every)]);
		assert_eq!(tree(&layout.unpack().unwrap().root), ["ours="]);
	}
	layout.index(&[on(&newer, &here(), Some("v9"))]);
	let expected = format!("no image for linux/{}, but for linux/{}/v9", here(), here());
	assert!(matches!(layout.unpack(), Err(Error::OtherMachine(why)) if why.contains(&expected)), "it would not run");
	layout.index(&[on(&other, "s390x", None), on(&other, "riscv64", None), on(&other, "unknown", None)]);
	let expected = format!("no image for linux/{}, but for linux/riscv64, linux/s390x", here());
	assert!(matches!(layout.unpack(), Err(Error::OtherMachine(why)) if why.contains(&expected)));
}

#[test]
#[cfg(target_arch = "x86_64")]
fn image_for_later_processors_is_taken_where_they_are() {
	let layout = Layout::new();
	let [second, third] = ["second", "third"].map(|file| image(&layout, file, |_| {}));
	for is_in_index in [true, false] {
		let said = image(&layout, "second", |config| config["variant"] = json!("v2"));
		let second = if is_in_index { on(&second, "amd64", Some("v2")) } else { said };
		layout.index(&[on(&third, "amd64", Some("v3")), second]);
		match layout.unpack() {
			Ok(image) => assert_eq!(tree(&image.root), ["second="], "more of them have what it needs"),
			Err(error) => {
				assert!(!std::arch::is_x86_feature_detected!("sse4.2"), "{error}");
				assert!(matches!(error, Error::OtherMachine(_)), "{error}");
			}
		}
	}
}

#[test]
fn signatures_and_other_papers_are_not_images() {
	let layout = Layout::new();
	let ours = image(&layout, "ours", |_| {});
	let paper = |kind: &str| {
		let config = layout.described(&MediaType::ImageConfig, &json!({ "architecture": "", "os": "", "rootfs": {} }));
		layout.image(&config, &[layout.blob(&kind.into(), b"signed")])
	};
	let signature = paper("application/vnd.dev.cosign.simplesigning.v1+json");
	let empty = layout.described(&MediaType::EmptyJSON, &json!({}));
	let untyped = layout.image(&empty, &[]);
	let typed = json!({ "schemaVersion": 2, "artifactType": "application/spdx+json", "config": empty, "layers": [] });
	let typed = layout.described(&MediaType::ImageManifest, &typed);
	layout.index(&[signature.clone(), ours, typed, untyped]);
	assert_eq!(tree(&layout.unpack().unwrap().root), ["ours="]);
	layout.index(&[signature]);
	assert!(fault(layout.unpack()).contains("not an image, but an artifact with \"application/vnd.dev.cosign"));
	layout.index(&[]);
	assert!(fault(layout.unpack()).contains("it holds no image"));
}

#[test]
fn no_part_is_looked_at_once_it_is_stopped() {
	let (layout, stop) = (Layout::new(), Stop::new());
	layout.index(&[image(&layout, "app", |_| {})]);
	let room = Budget::unlimited().count(Part::Images, 0);
	let quota = Quota::new(0, (0, 0), room, (&stop, Instant::now() + std::time::Duration::from_secs(600)));
	assert!(layout::find(&layout.path(), &quota).is_ok());
	stop.stop();
	let stopped = layout::find(&layout.path(), &quota);
	assert!(matches!(&stopped, Err(Error::Host(cause)) if cause.contains("it was stopped")), "{stopped:?}");
}

/// Each would take much of the memory, whatever it is read as.
#[test]
fn description_of_very_many_parts_is_refused_before_it_is_read() {
	let layout = Layout::new();
	layout.index(&vec![json!({}); 50_001]);
	assert!(fault(layout.unpack()).contains("its index.json has more than 50000 lists and objects"));
	std::fs::remove_file(layout.path().join("index.json")).unwrap();
	std::fs::write(layout.path().join("manifest.json"), "[".repeat(50_001)).unwrap();
	assert!(fault(layout.unpack()).contains("its manifest.json has more than 50000 lists and objects"));
}

#[test]
fn architecture_may_be_left_out_or_be_named_as_the_kernel_does() {
	for said in [json!(""), json!(null), json!(of_kernel()), json!(here().to_uppercase())] {
		assert_eq!(unpacked(|config| config["architecture"] = said.clone()).unwrap(), ["app="], "{said}");
	}
	let missing = |config: &mut Value| {
		config.as_object_mut().unwrap().remove("architecture");
		config.as_object_mut().unwrap().remove("os");
	};
	assert_eq!(unpacked(missing).unwrap(), ["app="]);
	for (name, value) in [("architecture", "mips"), ("os", "windows")] {
		let refused = unpacked(|config| config[name] = json!(value));
		assert!(matches!(&refused, Err(Error::OtherMachine(why)) if why.contains(value)), "{refused:?}");
	}
	let layout = Layout::new();
	let unsaid = image(&layout, "app", |config| config["architecture"] = json!(""));
	layout.index(&[on(&unsaid, of_kernel(), None)]);
	assert_eq!(tree(&layout.unpack().unwrap().root), ["app="]);
	layout.index(&[on(&unsaid, "s390x", None)]);
	assert!(matches!(layout.unpack(), Err(Error::OtherMachine(why)) if why.contains("but for linux/s390x")));
}

#[test]
fn settings_may_be_left_out() {
	for said in [json!(null), json!({}), json!({ "Cmd": null, "Env": null, "Entrypoint": null, "WorkingDir": null })] {
		let layout = Layout::new();
		layout.index(&[image(&layout, "app", |config| config["config"] = said)]);
		assert_eq!(layout.unpack().unwrap().settings, Default::default());
	}
	let layout = Layout::new();
	layout
		.index(&[image(&layout, "app", |config| config["config"] = json!({ "Entrypoint": "/bin/app", "Cmd": "now" }))]);
	let image = layout.unpack().unwrap();
	assert_eq!((&image.settings.entrypoint[0][..], &image.settings.command[0][..]), ("/bin/app", "now"));
}

#[test]
fn working_directory_begins_at_the_root_wherever_it_is_written() {
	for (written, expected) in [
		("work", "/work"),
		("./work", "/work"),
		("work/", "/work"),
		("a//b/.", "/a/b"),
		(".", "/"),
		("/missing/dir", "/missing/dir"),
	] {
		let layout = Layout::new();
		layout.index(&[image(&layout, "app", |config| config["config"]["WorkingDir"] = json!(written))]);
		let image = layout.unpack().unwrap();
		assert_eq!((&*image.start.directory, &image.start.unusable), (expected, &None));
		assert!(image.root.join(&expected[1..]).is_dir());
	}
}

#[test]
fn layers_that_nobody_can_read_are_refused_with_the_reason() {
	let layout = Layout::new();
	let layers = [layer(&[("a", File(""))])];
	let mut text = config(&layers, &here());
	let config = layout.described(&MediaType::ImageConfig, &text);
	let kind = MediaType::Other("application/vnd.oci.image.layer.v1.tar+gzip+encrypted".into());
	layout.index(&[layout.image(&config, &[layout.blob(&kind, b"secret")])]);
	assert!(fault(layout.unpack()).contains("its layers are encrypted"));
	text["rootfs"]["diff_ids"] = json!([format!("sha512:{}", "0".repeat(128))]);
	let config = layout.described(&MediaType::ImageConfig, &text);
	layout.index(&[layout.image(&config, &[layout.blob(&MediaType::ImageLayer, &layers[0])])]);
	assert!(fault(layout.unpack()).contains("is not a digest of SHA-256"));
	// As from before 2016, and as `skopeo` copies to a directory.
	text.as_object_mut().unwrap().remove("rootfs");
	let config = layout.described(&MediaType::ImageConfig, &text);
	layout.index(&[layout.image(&config, &[])]);
	assert!(fault(layout.unpack()).contains("missing field `rootfs`"));
	std::fs::remove_file(layout.path().join("index.json")).unwrap();
	std::fs::write(layout.path().join("manifest.json"), "{}").unwrap();
	assert!(fault(layout.unpack()).contains("copy it as `oci-archive`"));
}
