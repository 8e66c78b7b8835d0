//! The rights of what an image has, once it is unpacked.
//!
//! Most images are made for root, who may read and write all of them, and no program here is root. So everybody may do what
//! root could: to a layer of each run's own, that is, as nobody writes the image itself.

/// Those of a directory.
pub const DIRECTORY: u32 = 0o777;
/// Those of the directory for temporary files: of another user's, nobody removes one.
pub const TEMPORARY: u32 = 0o1777;

/// Returns those of a file, which the image lets somebody execute or nobody.
pub fn of_file(is_executable: bool) -> u32 {
	if is_executable {
		0o777
	} else {
		0o666
	}
}
