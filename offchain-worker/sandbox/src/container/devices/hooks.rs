//! Hooks of specifications: programs that would run as root, on the files of an image. None is run.
//!
//! | NVIDIA's hook | what is done instead |
//! |---|---|
//! | `create-symlinks` | the same links, in the run's own layer |
//! | `update-ldcache`, `create-soname-symlinks` | links to the libraries in a directory that is searched first: [`DRIVERS`](super::edits::DRIVERS) |
//! | `chmod` | nothing: directories of devices can be read as they are |
//! | `disable-device-node-modification` | nothing: nobody in a container can make or change a node |
//! | `enable-cuda-compat`, `update-application-profile` | nothing: apps run with the machine's own driver, and see their devices only |

use std::path::Path;

use super::{edits::Link, spec};

/// The programs whose hooks are known.
const KNOWN: [&str; 2] = ["nvidia-cdi-hook", "nvidia-ctk"];

/// What is done in place of a device's hooks.
#[derive(Debug, Default)]
pub struct Instead {
	/// Links.
	pub links: Vec<Link>,
	/// The directories whose libraries have to be found.
	pub folders: Vec<String>,
}

impl Instead {
	/// Adds what is done in place of one.
	///
	/// # Errors
	///
	/// Why that cannot be done.
	pub fn add(&mut self, hook: &spec::Hook) -> Result<(), String> {
		let program = Path::new(&hook.path).file_name().and_then(|name| name.to_str()).unwrap_or_default();
		// The first argument is the program's name; `nvidia-ctk` has hooks below a command of that name.
		let arguments: Vec<_> =
			hook.args.iter().skip(1).map(String::as_str).skip_while(|argument| *argument == "hook").collect();
		let Some((command, options)) = arguments.split_first().filter(|_| KNOWN.contains(&program)) else {
			return Err(refusal(hook));
		};
		match *command {
			"create-symlinks" => {
				for link in values(options, "--link") {
					let (target, path) =
						link.split_once("::").ok_or_else(|| format!("{link:?} is not a link as TARGET::PATH"))?;
					spec::check_path(path)?;
					self.links.push(Link { path: path.into(), target: target.into() });
				}
			}
			"update-ldcache" | "create-soname-symlinks" => {
				self.folders.extend(values(options, "--folder").map(str::to_owned))
			}
			"chmod" | "disable-device-node-modification" | "enable-cuda-compat" | "update-application-profile" => {}
			_ => return Err(refusal(hook)),
		}
		Ok(())
	}
}

fn refusal(hook: &spec::Hook) -> String {
	let called = [&hook.path].into_iter().chain(hook.args.iter().skip(1)).map(String::as_str).collect::<Vec<_>>();
	format!(
		"it needs the hook `{}`, and hooks are not run, since they would work with root's rights on the files of strangers; \
		 remove the hook from a copy of the specification if the device works without",
		called.join(" ")
	)
}

/// Returns the values of an option that may be repeated: `--link VALUE` or `--link=VALUE`.
fn values<'a>(options: &'a [&str], name: &'a str) -> impl Iterator<Item = &'a str> {
	let mut options = options.iter();
	std::iter::from_fn(move || loop {
		let option = options.next()?;
		if *option == name {
			return options.next().copied();
		}
		if let Some(value) = option.strip_prefix(name).and_then(|rest| rest.strip_prefix('=')) {
			return Some(value);
		}
	})
}

#[cfg(test)]
mod tests {
	use super::*;

	fn hook(path: &str, args: &[&str]) -> spec::Hook {
		let args = args.iter().map(|argument| argument.to_string()).collect();
		spec::Hook { hook_name: "createContainer".into(), path: path.into(), args, env: Vec::new(), timeout: None }
	}

	#[test]
	fn hooks_of_nvidia_are_replaced_under_both_names() {
		let mut instead = Instead::default();
		let links = ["x", "hook", "create-symlinks", "--link", "a.1::/lib/a", "--link=../b::/lib/c/b"];
		instead.add(&hook("/usr/bin/nvidia-ctk", &links)).unwrap();
		let folders = ["x", "update-ldcache", "--folder", "/lib/a", "--folder=/lib/b"];
		instead.add(&hook("/usr/bin/nvidia-cdi-hook", &folders)).unwrap();
		instead
			.add(&hook("/usr/bin/nvidia-cdi-hook", &["x", "enable-cuda-compat", "--host-driver-version=1"]))
			.unwrap();
		let link = |path: &str, target: &str| Link { path: path.into(), target: target.into() };
		assert_eq!(instead.links, [link("/lib/a", "a.1"), link("/lib/c/b", "../b")]);
		assert_eq!(instead.folders, ["/lib/a", "/lib/b"]);
	}

	#[test]
	fn other_hooks_make_a_device_unusable() {
		for (path, args) in [
			("/usr/bin/touch", &["touch", "/tmp/x"][..]),
			("/usr/bin/nvidia-cdi-hook", &["nvidia-cdi-hook", "explode"]),
			("/usr/bin/nvidia-cdi-hook", &[]),
			("/opt/create-symlinks", &["x", "create-symlinks"]),
		] {
			let why = Instead::default().add(&hook(path, args)).unwrap_err();
			assert!(why.contains(path) && why.contains("hooks are not run"), "{why}");
		}
		for link in ["/lib/a", "a::lib/b", "a::/proc/x", "a::/lib/../b"] {
			let links = ["x", "create-symlinks", "--link", link];
			assert!(Instead::default().add(&hook("/usr/bin/nvidia-cdi-hook", &links)).is_err(), "{link}");
		}
	}
}
