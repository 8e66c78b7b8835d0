//! The names by which a driver's libraries are loaded.

use std::{collections::BTreeSet, fs::File, path::Path};

use object::{
	elf::{FileHeader64, DT_SONAME},
	read::elf::{Dyn, FileHeader},
	Endianness, ReadCache, ReadRef,
};

use super::edits::{Link, Mount, DRIVERS};

/// Returns links to the libraries among these mounts that are in these directories: by the name of the file, and by the name
/// that programs ask for, which is in it.
pub fn links(mounts: &BTreeSet<Mount>, folders: &[String]) -> Vec<Link> {
	let is_found = |mount: &&Mount| {
		let parent = Path::new(&mount.path).parent();
		folders.iter().any(|folder| parent == Some(Path::new(folder)))
	};
	let mut links = Vec::new();
	for mount in mounts.iter().filter(is_found) {
		let Some(soname) = soname(&mount.host) else { continue };
		let file = Path::new(&mount.path).file_name().and_then(|name| name.to_str()).map(str::to_owned);
		let names = BTreeSet::from_iter(file.into_iter().chain([soname]));
		let link = |name: String| Link { path: format!("{DRIVERS}/{name}"), target: mount.path.clone() };
		links.extend(names.into_iter().map(link));
	}
	links
}

/// Returns the name that a library of 64 bits has in itself, if the file is one.
fn soname(path: &Path) -> Option<String> {
	let cache = ReadCache::new(File::open(path).ok()?);
	name_in(&cache).filter(|name| !name.is_empty() && !name.contains(['/', '\0']))
}

fn name_in<'data>(data: impl ReadRef<'data>) -> Option<String> {
	let header = FileHeader64::<Endianness>::parse(data).ok()?;
	let endian = header.endian().ok()?;
	let sections = header.sections(endian, data).ok()?;
	let (entries, strings) = sections.dynamic(endian, data).ok()??;
	let strings = sections.strings(endian, data, strings).ok()?;
	let entry = entries.iter().find(|entry| entry.d_tag(endian) == u64::from(DT_SONAME))?;
	let name = strings.get(entry.d_val(endian).try_into().ok()?).ok()?;
	String::from_utf8(name.to_vec()).ok()
}

#[cfg(test)]
mod tests {
	use std::fs;

	use super::*;

	/// Returns a library of this machine: the one that every program here has.
	fn libc() -> String {
		let maps = fs::read_to_string("/proc/self/maps").unwrap();
		let line = maps.lines().find(|line| line.ends_with("libc.so.6")).unwrap();
		line.split_whitespace().last().unwrap().into()
	}

	#[test]
	fn library_is_found_by_the_name_in_it() {
		let mount = |host: &str, path: &str| Mount { host: host.into(), path: path.into() };
		let mounts = BTreeSet::from([
			mount(&libc(), "/lib/gpu/libgpu.so.550.1"),
			mount(&libc(), "/lib/elsewhere/libother.so.1"),
			mount("/etc/passwd", "/lib/gpu/config"),
			mount("/no/such/file", "/lib/gpu/none.so"),
		]);
		let link = |name: &str| Link { path: format!("{DRIVERS}/{name}"), target: "/lib/gpu/libgpu.so.550.1".into() };
		assert_eq!(links(&mounts, &["/lib/gpu".into()]), [link("libc.so.6"), link("libgpu.so.550.1")]);
		assert_eq!(links(&mounts, &[]), []);
	}
}
