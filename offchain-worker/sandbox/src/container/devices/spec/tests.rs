use serde_json::{json, Value};

use super::*;
use crate::container::devices::edits::{Link, DRIVERS};

/// Returns a specification with one device, whose node is `/dev/full`.
pub fn usual() -> Value {
	json!({
		"cdiVersion": "0.6.0",
		"kind": "example.com/gpu",
		"devices": [{
			"name": "0",
			"containerEdits": { "deviceNodes": [{ "path": "/dev/gpu0", "hostPath": "/dev/full", "permissions": "rw" }] },
		}],
		"containerEdits": { "env": ["GPU=1"] },
	})
}

fn with(pointer: &str, value: Value) -> Value {
	let mut spec = usual();
	let (parent, name) = pointer.rsplit_once('/').unwrap();
	spec.pointer_mut(parent).unwrap()[name] = value;
	spec
}

fn device(spec: &Value) -> Result<Gpu, String> {
	let spec = Spec::read(&spec.to_string(), Format::Json)?;
	let mut devices = spec.devices(Path::new("/etc/cdi/x.json"));
	let (name, device) = devices.remove(0);
	assert_eq!(name, "example.com/gpu=0");
	device
}

#[test]
fn device_has_its_own_edits_and_those_of_all() {
	let gpu = device(&usual()).unwrap();
	let node = Node { path: "/dev/gpu0".into(), host: "/dev/full".into(), number: (1, 7), access: Access::Both };
	let edits = Edits { nodes: BTreeSet::from([node]), environment: vec!["GPU=1".into()], ..Edits::default() };
	assert_eq!((gpu.edits, gpu.own), (edits, BTreeSet::from([(1, 7)])));
}

/// As `nvidia-ctk cdi generate` writes it, with harmless files.
#[test]
fn specification_in_nvidias_way_is_followed_without_its_hooks() {
	let text = r#"---
cdiVersion: 0.5.0
kind: nvidia.com/gpu
devices:
    - name: "0"
      containerEdits:
        deviceNodes:
            - path: /dev/nvidia0
              hostPath: /dev/full
    - name: all
      containerEdits:
        deviceNodes:
            - path: /dev/nvidia0
              hostPath: /dev/full
            - path: /dev/nvidia1
              hostPath: /dev/zero
containerEdits:
    env:
        - NVIDIA_VISIBLE_DEVICES=void
    deviceNodes:
        - path: /dev/nvidiactl
          hostPath: /dev/null
    hooks:
        - hookName: createContainer
          path: /usr/bin/nvidia-cdi-hook
          args:
            - nvidia-cdi-hook
            - create-symlinks
            - --link
            - libcuda.so.1::/usr/lib/gpu/libcuda.so
          env:
            - NVIDIA_CTK_DEBUG=false
        - hookName: createContainer
          path: /usr/bin/nvidia-cdi-hook
          args: [nvidia-cdi-hook, update-ldcache, --folder, /usr/lib/gpu]
        - hookName: createContainer
          path: /usr/bin/nvidia-cdi-hook
          args: [nvidia-cdi-hook, disable-device-node-modification]
    mounts:
        - hostPath: /etc/hostname
          containerPath: /usr/lib/gpu/libcuda.so.550
          options: [rw, nosuid, nodev, rbind, rprivate]
"#;
	let devices = Spec::read(text, Format::Yaml).unwrap().devices(Path::new("/etc/cdi/nvidia.yaml"));
	let gpus: Vec<_> = devices.into_iter().map(|(_, gpu)| gpu.unwrap()).collect();
	let [one, all] = gpus.as_slice() else { panic!("{gpus:?}") };
	assert_eq!((&*one.name, &*all.name), ("nvidia.com/gpu=0", "nvidia.com/gpu=all"));
	assert!(one.is_part_of(all) && !all.is_part_of(one), "the node of both does not count");
	assert_eq!(one.edits.nodes.len(), 2);
	let link = Link { path: "/usr/lib/gpu/libcuda.so".into(), target: "libcuda.so.1".into() };
	assert_eq!(one.edits.links, BTreeSet::from([link]), "what is mounted is not a library");
	assert!(one.edits.links.iter().all(|link| !link.path.starts_with(DRIVERS)));
	assert_eq!(one.edits.mounts.len(), 1);
	assert_eq!(one.edits.environment, ["NVIDIA_VISIBLE_DEVICES=void"]);
}

#[test]
fn versions_from_0_3_to_1_1_are_read() {
	for good in ["0.3.0", "0.5.0", "0.8.0", "1.0.0", "1.1.0"] {
		assert!(device(&with("/cdiVersion", good.into())).is_ok(), "{good}");
	}
	for bad in ["0.2.0", "0.9.0", "1.2.0", "2.0.0", "1", "1.0", "", "v1.0.0", "1.0.0.0"] {
		assert!(device(&with("/cdiVersion", bad.into())).unwrap_err().contains("is not understood"), "{bad}");
	}
}

#[test]
fn what_cannot_be_understood_is_said() {
	let mount = |host: &str, path: &str| json!([{ "hostPath": host, "containerPath": path }]);
	let edits = "/devices/0/containerEdits";
	for (spec, said) in [
		(with("/kind", "gpu".into()), "is not VENDOR/CLASS"),
		(with("/kind", "example.com/".into()), "is not VENDOR/CLASS"),
		(with("/kind", "1.com/gpu".into()), "is not VENDOR/CLASS"),
		(with("/devices/0/name", "a b".into()), "not a device's name"),
		(with("/devices/0/name", "-".into()), "not a device's name"),
		(with("/devices", json!([{}])), "missing field"),
		(with("/device", json!([])), "unknown field"),
		(with(&format!("{edits}/env"), json!(["A"])), "NAME=value"),
		(with(&format!("{edits}/env"), json!(["=1"])), "NAME=value"),
		(
			with(&format!("{edits}/netDevices"), json!([{ "hostInterfaceName": "eth0", "name": "e" }])),
			"network interfaces",
		),
		(with(&format!("{edits}/intelRdt"), json!({ "closID": "x" })), "Intel RDT"),
		(with(&format!("{edits}/deviceNodes/0/path"), "/etc/x".into()), "below /dev"),
		(with(&format!("{edits}/deviceNodes/0/hostPath"), "/dev/none".into()), "No such file"),
		(with(&format!("{edits}/deviceNodes/0/hostPath"), "/etc".into()), "not a character device"),
		(with(&format!("{edits}/deviceNodes/0/type"), "b".into()), "only character devices"),
		(with(&format!("{edits}/deviceNodes/0/permissions"), "x".into()), "letters rwm"),
		(with(&format!("{edits}/deviceNodes/0/permissions"), "m".into()), "neither read nor written"),
		(with(&format!("{edits}/deviceNodes/0/major"), 9.into()), "generate it again"),
		(with(&format!("{edits}/mounts"), mount("/no/such", "/opt/x")), "/no/such is to be mounted"),
		(with(&format!("{edits}/mounts"), mount("etc", "/opt/x")), "not an absolute path"),
		(with(&format!("{edits}/mounts"), mount("/etc", "/opt/../x")), "not an absolute path"),
		(with(&format!("{edits}/mounts"), mount("/dev/null", "/opt/x")), "neither a file nor a directory"),
		(with(&format!("{edits}/hooks"), json!([{ "hookName": "x", "path": "/bin/x" }])), "hooks are not run"),
	] {
		let why = device(&spec).expect_err(&spec.to_string());
		assert!(why.contains(said), "{said}: {why}");
	}
}

#[test]
fn what_containers_rely_on_is_not_mounted_over() {
	for path in [
		"/",
		"",
		"opt",
		"//opt",
		"/opt/",
		"/opt/./x",
		"/proc/driver",
		"/sys",
		"/dev/dri",
		"/tmp/x",
		"/iexec_in",
		"/iexec_out/a",
	] {
		assert!(check_path(path).is_err(), "{path}");
	}
	for path in ["/usr/lib/x", "/etc/OpenCL", "/process", "/usr"] {
		assert!(check_path(path).is_ok(), "{path}");
	}
}

#[test]
fn services_of_the_machine_are_left_out() {
	let directory = tempfile::tempdir().unwrap();
	let socket = directory.path().join("socket");
	let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
	let mount = |host: &Path, path: &str| json!({ "hostPath": host, "containerPath": path });
	let mounts = [mount(&socket, "/run/socket"), mount(Path::new("/tmp/nvidia-mps"), "/tmp/nvidia-mps")];
	let gpu = device(&with("/containerEdits/mounts", json!(mounts))).unwrap();
	assert!(gpu.edits.mounts.is_empty());
	assert_eq!(gpu.left_out, [format!("{} (a service)", socket.display()), "/tmp/nvidia-mps (a service)".into()]);
}

#[test]
fn permissions_are_kept_and_making_nodes_is_not() {
	for (letters, access) in [("r", "r"), ("w", "w"), ("rm", "r"), ("rwm", "rw"), ("", "rw")] {
		let gpu = device(&with("/devices/0/containerEdits/deviceNodes/0/permissions", letters.into())).unwrap();
		assert_eq!(gpu.edits.nodes.first().unwrap().access.letters(), access);
	}
}
