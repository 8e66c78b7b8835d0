use std::os::unix::fs::{symlink, FileTypeExt, MetadataExt};

use rlc_testing::skip;
use rustix::mount::{unmount, UnmountFlags};

use super::*;
use crate::{
	container::{
		devices::edits::{Access, Node},
		scratch,
	},
	Limits,
};

fn edits(mounts: &[(&str, &str)], links: &[(&str, &str)]) -> Edits {
	let node = Node { path: "/dev/gpu0".into(), host: "/dev/full".into(), number: (1, 7), access: Access::Read };
	Edits {
		nodes: [node].into(),
		mounts: mounts.iter().map(|(host, path)| Mount { host: host.into(), path: path.to_string() }).collect(),
		links: links.iter().map(|(path, target)| Link { path: path.to_string(), target: target.to_string() }).collect(),
		environment: Vec::new(),
	}
}

/// The user that an app is.
const USER: (u32, u32) = (1_000_001, 1_000_002);

/// A run and its image. Its directory has a name that the options of an overlay could take for two.
struct Scene {
	directory: tempfile::TempDir,
}

impl Scene {
	fn new() -> Option<Self> {
		if !rustix::process::geteuid().is_root() {
			skip!("needs mount" => None);
		}
		let scene = Self { directory: tempfile::Builder::new().prefix("a:b,c").tempdir().unwrap() };
		fs::create_dir_all(scene.image().join("usr/lib")).unwrap();
		symlink("usr/lib", scene.image().join("lib")).unwrap();
		Some(scene)
	}

	fn image(&self) -> PathBuf {
		self.directory.path().join("image")
	}

	/// Makes a run's root directory with devices, and returns it.
	fn layer(&self, edits: Edits) -> Result<PathBuf, Error> {
		let [scratch, root, devices] = self.mounts();
		scratch::make(&scratch, &self.image(), &root, &Limits::default(), USER).unwrap();
		Layer::new(devices, edits).make(USER, &root).map(|()| root)
	}

	fn devices(&self) -> PathBuf {
		self.directory.path().join("dev")
	}

	fn mounts(&self) -> [PathBuf; 3] {
		["scratch", "root", "dev"].map(|name| self.directory.path().join(name))
	}

	fn remove(&self) {
		// A scene may have none.
		for mount in self.mounts() {
			let _ = unmount(&mount, UnmountFlags::DETACH);
			let _ = fs::remove_dir(mount);
		}
	}
}

impl Drop for Scene {
	fn drop(&mut self) {
		self.remove();
	}
}

#[test]
fn nodes_are_open_to_the_app_and_to_nobody_else() {
	let Some(scene) = Scene::new() else { return };
	scene.layer(edits(&[], &[])).unwrap();
	let node = fs::metadata(scene.devices().join("0")).unwrap();
	assert!(node.file_type().is_char_device());
	assert_eq!((node.rdev(), node.mode() & 0o777, (node.uid(), node.gid())), (makedev(1, 7), 0o600, USER));
	scene.remove();
	assert!(!scene.devices().exists());
}

#[test]
fn image_stays_as_it_is() {
	let Some(scene) = Scene::new() else { return };
	fs::write(scene.image().join("usr/lib/libgpu.so"), "a stub").unwrap();
	let mounts =
		[("/etc/hostname", "/lib/gpu/libgpu.so.550"), ("/etc", "/opt/etc"), ("/etc/hostname", "/usr/lib/libgpu.so.1")];
	let root = scene.layer(edits(&mounts, &[("/lib/libgpu.so", "libgpu.so.1"), ("/new/link", "/lib/x")])).unwrap();
	assert_eq!(fs::read_link(root.join("lib")).unwrap(), Path::new("usr/lib"), "the image's own link is still there");
	assert_eq!(fs::metadata(root.join("usr/lib/gpu/libgpu.so.550")).unwrap().len(), 0);
	assert!(root.join("opt/etc").is_dir() && root.join("usr/lib/libgpu.so.1").is_file());
	assert_eq!(fs::read_link(root.join("usr/lib/libgpu.so")).unwrap(), Path::new("libgpu.so.1"));
	assert_eq!(fs::read_link(root.join("new/link")).unwrap(), Path::new("/lib/x"));
	let of_image: Vec<_> =
		fs::read_dir(scene.image().join("usr/lib")).unwrap().map(|one| one.unwrap().file_name()).collect();
	assert_eq!(of_image, ["libgpu.so"]);
	assert_eq!(fs::read_dir(scene.image()).unwrap().count(), 2);
}

#[test]
fn links_of_an_image_lead_to_nothing_outside_it() {
	let Some(scene) = Scene::new() else { return };
	let outside = scene.directory.path().join("outside");
	fs::create_dir(&outside).unwrap();
	symlink(&outside, scene.image().join("absolute")).unwrap();
	symlink("../../../../../../../../..", scene.image().join("up")).unwrap();
	let up = format!("/up{}", outside.display());
	let links = [(format!("{up}/a"), "x"), (format!("{up}/deep/b"), "x")];
	let links: Vec<_> = links.iter().map(|(path, target)| (path.as_str(), *target)).collect();
	let root = scene.layer(edits(&[("/etc/hostname", &format!("{up}/c"))], &links)).unwrap();
	assert_eq!(fs::read_dir(&outside).unwrap().count(), 0);
	assert!(root.join(outside.strip_prefix("/").unwrap()).join("c").is_file(), "it is below the image's root");
	scene.remove();
	// A link to what is not in the image is not followed, nor made good.
	let refused = scene.layer(edits(&[], &[("/absolute/d", "x")]));
	assert!(matches!(refused, Err(Error::OtherMachine(why)) if why.contains("/absolute/d in the image")));
	assert_eq!(fs::read_dir(&outside).unwrap().count(), 0);
}

/// Each machine with such devices would call it trouble of its own, otherwise.
#[test]
fn image_in_the_way_of_devices_is_no_trouble_of_the_machine() {
	let Some(scene) = Scene::new() else { return };
	let image = scene.image();
	for (link, target) in [("dangling", "/none"), ("circle", "circle")] {
		symlink(target, image.join(link)).unwrap();
	}
	symlink(format!("/{}", "n".repeat(300)), image.join("name")).unwrap();
	fs::write(image.join("file"), "").unwrap();
	fs::create_dir(image.join("usr/lib/directory")).unwrap();
	let refused = |edits| {
		let made = scene.layer(edits);
		scene.remove();
		match made {
			Err(Error::OtherMachine(why)) => why.contains("in the way"),
			made => panic!("{made:?}"),
		}
	};
	for path in ["/dangling/a", "/circle/a", "/name/a", "/file/a", "/lib/directory"] {
		assert!(refused(edits(&[("/etc/hostname", path)], &[])), "{path}");
		assert!(refused(edits(&[], &[(path, "x")])), "{path}");
	}
	let elsewhere = Layer::new(scene.directory.path().join("none/dev"), edits(&[], &[])).make(USER, &image);
	assert!(matches!(elsewhere, Err(Error::Host(_))), "{elsewhere:?}");
}

#[test]
fn image_that_leads_devices_away_may_run_where_they_are_elsewhere() {
	let image = tempfile::tempdir().unwrap();
	// Every image has it, once it is unpacked.
	fs::create_dir(image.path().join("sys")).unwrap();
	symlink("/sys", image.path().join("lib")).unwrap();
	let check = |path| Layer::new("/runs/1".into(), edits(&[("/etc/hostname", path)], &[])).check(image.path());
	assert!(matches!(check("/lib/libgpu.so"), Err(Error::OtherMachine(why)) if why.contains("/lib/libgpu.so")));
	assert!(check("/usr/lib/libgpu.so").is_ok());
}

#[test]
fn device_can_be_used_as_its_specification_says_and_not_be_made() {
	let layer = Layer::new("/runs/1".into(), edits(&[("/etc", "/opt/etc")], &[]));
	assert_eq!(
		layer.rules().collect::<Vec<_>>(),
		[json!({ "allow": true, "type": "c", "major": 1, "minor": 7, "access": "r" })]
	);
	let mounts: Vec<_> = layer.mounts().collect();
	assert_eq!((&mounts[0]["source"], &mounts[0]["destination"]), (&json!("/etc"), &json!("/opt/etc")));
	assert_eq!(mounts[1]["source"], "/runs/1/0");
	assert!(mounts.iter().all(|mount| mount["options"].as_array().unwrap().contains(&json!("ro"))));
}
