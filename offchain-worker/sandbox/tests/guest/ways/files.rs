//! Files of the image and of IN, and disks that are too small.

use std::{
	fs::{self, File, OpenOptions},
	io::{self, Read, Seek, SeekFrom, Write},
	os::unix::fs::{chown, FileExt, PermissionsExt},
	path::{Path, PathBuf},
};

use super::{at, calls::*, processes::effective_user, told};

const PROT_READ: usize = 1;
const PROT_WRITE: usize = 2;
const MAP_SHARED: usize = 1;
const MAP_PRIVATE: usize = 2;

pub fn attempt(name: &str) -> Option<Tried> {
	let image = |name| at("WAYS_IMAGE", name);
	let input = |name| at("WAYS_IN", name);
	let done = |result: io::Result<()>| result.map_err(number);
	Some(match name {
		"image-write" => opens_to_write(image("data")),
		"image-create" => done(fs::write(image("new"), "")),
		"image-remove" => done(fs::remove_file(image("gone"))),
		"image-rename" => done(fs::rename(image("name"), image("other"))),
		"image-mode" => done(fs::set_permissions(image("data"), PermissionsExt::from_mode(0o666))),
		"image-owner" => done(chown(image("data"), Some(effective_user()), None)),
		"image-times" => does(UTIMENSAT, [HERE, path(image("data")), pointer(&[1_u64, 0, 1, 0]), 0]),
		"image-link" => done(fs::hard_link(image("data"), at("WAYS_OUT", "link"))),
		"image-map" => map(&image("data")),
		"image-dirty-cow" => changes(&image("data"), dirty_cow),
		"image-dirty-pipe" => changes(&image("data"), dirty_pipe),
		"in-write" => opens_to_write(input("data")),
		"in-create" => done(fs::write(input("new"), "")),
		"in-remove" => done(fs::remove_file(input("gone"))),
		"in-mode" => done(fs::set_permissions(input("data"), PermissionsExt::from_mode(0o666))),
		"out-bomb" => fill(&at("WAYS_OUT", "bomb"), 64),
		_ => return None,
	})
}

fn map(file: &Path) -> Tried {
	let file = OpenOptions::new().read(true).write(true).open(file).map_err(number)?;
	does(MMAP, [0, 1, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor(&file), 0])
}

/// Returns whether a file is another after something was done to it, however that went.
fn changes(file: &Path, how: fn(&Path) -> io::Result<()>) -> Tried {
	let before = fs::read(file).map_err(number)?;
	let done = how(file).map_err(number);
	match fs::read(file).map_err(number)? == before {
		true => done.and(Err(0)),
		false => Ok(()),
	}
}

fn dirty_cow(file: &Path) -> io::Result<()> {
	let file = File::open(file)?;
	let mapped =
		call(MMAP, [0, 1, PROT_READ, MAP_PRIVATE, descriptor(&file), 0]).map_err(io::Error::from_raw_os_error)?;
	OpenOptions::new().write(true).open("/proc/self/mem")?.write_all_at(b"!", mapped as u64)
}

/// A pipe that was full once lets the next bytes be added to the page of the file that is in it.
fn dirty_pipe(file: &Path) -> io::Result<()> {
	let file = File::open(file)?;
	let (mut reader, mut writer) = io::pipe()?;
	let mut page = [0; 4096];
	for _ in 0..16 {
		writer.write_all(&page)?;
		reader.read_exact(&mut page)?;
	}
	let splice = [descriptor(&file), 0, descriptor(&writer), 0, 1, 0];
	does(SPLICE, splice).map_err(io::Error::from_raw_os_error)?;
	writer.write_all(b"!")
}

/// Writes so many MiB, and removes them.
fn fill(file: &Path, most: u64) -> Tried {
	let written = File::create(file).and_then(|mut file| io::copy(&mut io::repeat(1).take(most << 20), &mut file));
	let _ = fs::remove_file(file);
	written.map(drop).map_err(number)
}

/// Writes what is in the image and in IN: paths, rights, times, and content.
pub fn tree() {
	let mut left: Vec<PathBuf> = ["WAYS_IMAGE", "WAYS_IN"].map(|name| told(name).into()).into();
	while let Some(path) = left.pop() {
		let data = path.symlink_metadata().unwrap();
		let mut content = Vec::new();
		if data.is_dir() {
			let mut below: Vec<_> = fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()).collect();
			below.sort();
			left.extend(below);
		} else {
			let mut file = File::open(&path).unwrap();
			file.seek(SeekFrom::Start(0)).unwrap();
			file.take(64).read_to_end(&mut content).unwrap();
		}
		println!("{} {:o} {:?} {content:?}", path.display(), data.permissions().mode(), data.modified().unwrap());
	}
}
