//! Joins strips to a picture.

use std::{
	collections::BTreeMap,
	fs::{self, File},
	io::BufReader,
	path::{Path, PathBuf},
};

use crate::strip::{encode, KEYWORD};

/// A strip that was read.
struct Part {
	file: PathBuf,
	of: u64,
	width: u32,
	height: u32,
	pixels: Vec<u8>,
}

/// Writes the picture whose strips are the PNG files in `directory` and below. Other files there are left alone. Returns
/// the picture's width and height.
pub fn assemble(directory: &Path, picture: &Path) -> Result<(u32, u32), String> {
	let mut parts = BTreeMap::<u64, Part>::new();
	for file in files(directory)? {
		let Some((number, part)) = read(&file)? else { continue };
		if let Some(other) = parts.insert(number, part) {
			return Err(format!("{} and {} are the same strip", other.file.display(), file.display()));
		}
	}
	let first = parts.values().next().ok_or_else(|| format!("there are no strips below {}", directory.display()))?;
	let (of, width) = (first.of, first.width);
	if let Some(other) = parts.values().find(|part| (part.of, part.width) != (of, width)) {
		return Err(format!("{} and {} are of different pictures", first.file.display(), other.file.display()));
	}
	let missing: Vec<String> = (0..of).filter(|number| !parts.contains_key(number)).map(|n| n.to_string()).collect();
	if !missing.is_empty() {
		return Err(format!("of {of} strips these are missing: {}", missing.join(", ")));
	}
	let height = parts.values().map(|part| part.height).sum();
	let pixels: Vec<u8> = parts.values().flat_map(|part| part.pixels.iter().copied()).collect();
	fs::write(picture, encode(width, height, &pixels, None)?)
		.map_err(|error| format!("{} cannot be written: {error}", picture.display()))?;
	Ok((width, height))
}

/// Returns the PNG files in a directory and below. Links are not followed.
fn files(directory: &Path) -> Result<Vec<PathBuf>, String> {
	let unreadable = |error| format!("{} cannot be read: {error}", directory.display());
	let mut found = Vec::new();
	for entry in fs::read_dir(directory).map_err(unreadable)? {
		let entry = entry.map_err(unreadable)?;
		let kind = entry.file_type().map_err(unreadable)?;
		if kind.is_dir() {
			found.extend(files(&entry.path())?);
		} else if kind.is_file() && entry.path().extension().is_some_and(|extension| extension == "png") {
			found.push(entry.path());
		}
	}
	found.sort();
	Ok(found)
}

/// Reads a strip and its number; `None` if the file is a PNG but not a strip.
fn read(file: &Path) -> Result<Option<(u64, Part)>, String> {
	let broken = |what: &str| format!("{} is broken: {what}", file.display());
	let opened = File::open(file).map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
	let mut reader =
		png::Decoder::new(BufReader::new(opened)).read_info().map_err(|error| broken(&error.to_string()))?;
	let info = reader.info();
	let Some(chunk) = info.uncompressed_latin1_text.iter().find(|chunk| chunk.keyword == KEYWORD) else {
		return Ok(None);
	};
	let stated = chunk.text.split_once(" of ").and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
	let (number, of) = stated.ok_or_else(|| broken("it does not say which strip it is"))?;
	if (info.color_type, info.bit_depth) != (png::ColorType::Rgb, png::BitDepth::Eight) || number >= of {
		return Err(broken("it is not as this program writes strips"));
	}
	let (width, height) = (info.width, info.height);
	let mut pixels = vec![0; reader.output_buffer_size().ok_or_else(|| broken("it is too large"))?];
	reader.next_frame(&mut pixels).map_err(|error| broken(&error.to_string()))?;
	Ok(Some((number, Part { file: file.to_path_buf(), of, width, height, pixels })))
}

#[cfg(test)]
mod tests {
	use super::*;

	fn with_strips(strips: &[(&str, u32, &str)]) -> Result<(u32, u32), String> {
		let directory = tempfile::tempdir().unwrap();
		for (name, width, text) in strips {
			let pixels = vec![7; *width as usize * 3];
			fs::write(directory.path().join(name), encode(*width, 1, &pixels, Some((*text).into())).unwrap()).unwrap();
		}
		fs::write(directory.path().join("notes.txt"), "left alone").unwrap();
		fs::write(directory.path().join("other.png"), encode(1, 1, &[0; 3], None).unwrap()).unwrap();
		assemble(directory.path(), &directory.path().join("picture.png"))
	}

	#[test]
	fn strips_are_joined_whatever_their_names() {
		assert_eq!(with_strips(&[("x.png", 4, "1 of 2"), ("y.png", 4, "0 of 2")]), Ok((4, 2)));
	}

	#[test]
	fn errors_say_what_does_not_make_a_picture() {
		assert!(with_strips(&[]).unwrap_err().contains("no strips"));
		assert!(with_strips(&[("a.png", 4, "1 of 3")]).unwrap_err().ends_with("missing: 0, 2"));
		let twice = [("a.png", 4, "0 of 1"), ("b.png", 4, "0 of 1")];
		assert!(with_strips(&twice).unwrap_err().contains("same strip"));
		let mixed = [("a.png", 4, "0 of 2"), ("b.png", 5, "1 of 2")];
		assert!(with_strips(&mixed).unwrap_err().contains("different pictures"));
		assert!(with_strips(&[("a.png", 4, "2 of 2")]).unwrap_err().contains("broken"));
	}
}
