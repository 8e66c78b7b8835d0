//! Archives in all forms that programs write.

use super::*;

/// Returns a header as GNU's programs write it, with a name as it is given.
fn header(kind: u8, name: &str, size: usize) -> Header {
	let mut header = Header::new_gnu();
	header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
	header.as_old_mut().linkflag = [kind];
	header.set_size(size as u64);
	header.set_mode(0o755);
	header.set_mtime(1_000_000);
	header
}

/// Returns an entry in whole blocks.
fn blocks(mut header: Header, content: &[u8]) -> Vec<u8> {
	header.set_cksum();
	let mut bytes = [header.as_bytes(), content].concat();
	bytes.resize(bytes.len().next_multiple_of(BLOCK), 0);
	bytes
}

fn entry(kind: u8, name: &str, content: &[u8]) -> Vec<u8> {
	blocks(header(kind, name, content.len()), content)
}

/// Returns attributes of the next entry, or of all.
fn attributes(kind: u8, all: &[(&str, &[u8])]) -> Vec<u8> {
	let mut bytes = Vec::new();
	for (name, value) in all {
		let rest = [&b" "[..], name.as_bytes(), b"=", value, b"\n"].concat();
		let is_length = |length: &usize| length.to_string().len() + rest.len() == *length;
		let length = (rest.len()..).find(is_length).unwrap();
		bytes.extend(length.to_string().into_bytes());
		bytes.extend(rest);
	}
	entry(kind, "attributes", &bytes)
}

/// What was read of an entry.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
	path: String,
	kind: Kind,
	target: String,
	content: Vec<u8>,
}

fn read(bytes: &[u8]) -> io::Result<Vec<Seen>> {
	let (mut entries, mut seen) = (Entries::new(bytes), Vec::new());
	while let Some(mut entry) = entries.next_entry()? {
		let mut content = Vec::new();
		entry.read_to_end(&mut content)?;
		let [path, target] = [&entry.path, &entry.target].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
		seen.push(Seen { path, kind: entry.kind, target, content });
	}
	Ok(seen)
}

fn file(path: &str, content: &[u8]) -> Seen {
	Seen { path: path.into(), kind: Kind::File, target: String::new(), content: content.to_vec() }
}

/// Returns a file with holes, as GNU's programs write it beside POSIX.
fn sparse(described: &[(&str, &[u8])], content: &[u8]) -> Vec<u8> {
	[attributes(b'x', described), entry(b'0', "GNUSparseFile.0/file", content)].concat()
}

/// Writes where the pieces of such a file are, as GNU's programs do without POSIX.
fn put_map(to: &mut [GnuSparseHeader]) {
	for (piece, (offset, length)) in to.iter_mut().zip([(1_000, 3), (2_000, 2), (3_000, 0)]) {
		piece.set_offset(offset);
		piece.set_length(length);
	}
}

fn refusal(bytes: &[u8]) -> String {
	read(bytes).unwrap_err().to_string()
}

#[test]
fn long_names_are_read_in_every_form() {
	let long = "directory/".repeat(15) + "file";
	let next = entry(b'0', "cut", b"content");
	let gnu = [entry(b'L', "././@LongLink", &[long.as_bytes(), b"\0"].concat()), next.clone()].concat();
	let posix = [attributes(b'x', &[("path", long.as_bytes())]), next].concat();
	let mut ustar = Header::new_ustar();
	ustar.set_path(&long).unwrap();
	ustar.set_size(7);
	for bytes in [gnu, posix, blocks(ustar, b"content")] {
		assert_eq!(read(&bytes).unwrap(), [file(&long, b"content")]);
	}
	let target = [entry(b'K', "././@LongLink", long.as_bytes()), entry(b'2', "link", b"")].concat();
	let other = [attributes(b'x', &[("linkpath", long.as_bytes())]), entry(b'2', "link", b"")].concat();
	for bytes in [target, other] {
		assert_eq!(read(&bytes).unwrap()[0].target, long);
	}
}

#[test]
fn binary_attributes_do_not_hide_others() {
	let long = "n".repeat(120);
	let signature: &[u8] = b"\x03\n\n9 path=x\n\0";
	let bytes = [
		attributes(b'x', &[("SCHILY.xattr.security.ima", signature), ("path", long.as_bytes()), ("mtime", b"1.5")]),
		entry(b'0', "cut", b""),
	];
	assert_eq!(read(&bytes.concat()).unwrap(), [file(&long, b"")]);
	for wrong in ["5 a=b\n", "99 a=b\n", "6 a=b", "x a=b\n", "6 ab=\n\n", "4 a\n", " ", "2 "] {
		let bytes = [entry(b'x', "attributes", wrong.as_bytes()), entry(b'0', "file", b"")].concat();
		assert!(refusal(&bytes).contains("attributes of a file are not understood"), "{wrong:?}");
	}
}

#[test]
fn files_with_holes_are_whole_in_every_form() {
	let mut whole = vec![0; 3_000];
	whole[1_000..1_003].copy_from_slice(b"abc");
	whole[2_000..2_002].copy_from_slice(b"de");
	let gnu = |pairs: bool| {
		let mut header = header(b'S', "file", 5);
		let gnu = header.as_gnu_mut().unwrap();
		gnu.set_real_size(3_000);
		gnu.set_is_extended(!pairs);
		if pairs {
			put_map(&mut gnu.sparse);
			return blocks(header, b"abcde");
		}
		let mut more = GnuExtSparseHeader::new();
		put_map(more.sparse_mut());
		[blocks(header, b""), more.as_bytes().to_vec(), entry(b'0', "", b"abcde")[BLOCK..].to_vec()].concat()
	};
	let (offset, length) = ("GNU.sparse.offset", "GNU.sparse.numbytes");
	let (major, name) = ("GNU.sparse.major", ("GNU.sparse.name", b"file".as_slice()));
	let mut mapped = b"3\n1000\n3\n2000\n2\n3000\n0\n".to_vec();
	mapped.resize(BLOCK, 0);
	mapped.extend(b"abcde");
	let forms = [
		gnu(true),
		gnu(false),
		sparse(
			&[
				("GNU.sparse.size", b"3000"),
				("GNU.sparse.numblocks", b"2"),
				(offset, b"1000"),
				(length, b"3"),
				(offset, b"2000"),
				(length, b"2"),
				("path", b"file"),
			],
			b"abcde",
		),
		sparse(&[("GNU.sparse.size", b"3000"), ("GNU.sparse.map", b"1000,3,2000,2"), name], b"abcde"),
		sparse(&[(major, b"1"), ("GNU.sparse.minor", b"0"), name, ("GNU.sparse.realsize", b"3000")], &mapped),
	];
	for bytes in forms {
		let bytes = [bytes, entry(b'0', "next", b"next")].concat();
		assert_eq!(read(&bytes).unwrap(), [file("file", &whole), file("next", b"next")]);
	}
	for (map, size) in [("5,3", "7"), ("5,3,4,2", "9"), ("0,5,9", "9"), ("0,4", "9"), ("18446744073709551615,5", "9")] {
		let described = [("GNU.sparse.size", size.as_bytes()), ("GNU.sparse.map", map.as_bytes())];
		assert!(refusal(&sparse(&described, b"abcde")).contains("the map of a file with holes is not"), "{map}");
	}
	let gap: &[(&str, &[u8])] = &[("GNU.sparse.size", b"9"), (offset, b"1"), (offset, b"2")];
	assert!(refusal(&sparse(gap, b"abcde")).contains("has gaps"));
	assert!(refusal(&sparse(&[(major, b"1")], b"2\n1\n")).contains("shorter than its description"));
}

#[test]
fn numbers_that_say_nothing_are_nothing() {
	for fill in [0, b' '] {
		let mut header = header(b'5', "directory", 0);
		let old = header.as_old_mut();
		(old.size, old.mode, old.mtime) = ([fill; 12], [fill; 8], [fill; 12]);
		let bytes = blocks(header, b"");
		let mut entries = Entries::new(&bytes[..]);
		let entry = entries.next_entry().unwrap().unwrap();
		assert_eq!((entry.kind, entry.is_executable, entry.modified), (Kind::Directory, false, 0));
	}
	// Before 1970, and after what disks know, as GNU writes it.
	for time in [[0xff; 12], [0x80, 0, 0, 0, 0x7f, 0, 0, 0, 0, 0, 0, 0]] {
		let mut header = header(b'0', "file", 0);
		header.as_old_mut().mtime = time;
		let bytes = blocks(header, b"");
		assert_eq!(Entries::new(&bytes[..]).next_entry().unwrap().unwrap().modified, 0);
	}
}

#[test]
fn sum_of_a_header_may_count_bytes_as_signed() {
	let mut header = header(b'0', "", 0);
	header.as_old_mut().name[..2].copy_from_slice("ü".as_bytes());
	header.set_cksum();
	// Each of its two bytes counts 256 less.
	let sum = header.cksum().unwrap() - 512;
	header.as_old_mut().cksum.copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
	assert_eq!(read(header.as_bytes()).unwrap(), [file("ü", b"")]);
	header.as_old_mut().cksum.copy_from_slice(format!("{:06o}\0 ", sum + 1).as_bytes());
	assert!(refusal(header.as_bytes()).contains("not an archive, or a damaged one"));
}

#[test]
fn kinds_are_told_apart() {
	let bytes = [
		attributes(b'g', &[("comment", b"of all")]),
		entry(b'0', "old/", b""),
		entry(b'\0', "file", b"1"),
		entry(b'7', "reserved", b"2"),
		entry(b'3', "dev/null", b""),
		entry(b'4', "dev/sda", b""),
		entry(b'6', "pipe", b""),
		// Some programs write the size of what a link leads to.
		blocks(header(b'1', "again", 5_000), b""),
		entry(b'0', "last", b"3"),
	];
	let kinds: Vec<_> = read(&bytes.concat()).unwrap().into_iter().map(|seen| (seen.path, seen.kind)).collect();
	let expected = [
		("old/", Kind::Directory),
		("file", Kind::File),
		("reserved", Kind::File),
		("dev/null", Kind::Special),
		("dev/sda", Kind::Special),
		("pipe", Kind::Special),
		("again", Kind::Link),
		("last", Kind::File),
	];
	assert_eq!(kinds, expected.map(|(path, kind)| (path.to_owned(), kind)));
	assert!(refusal(&entry(b'M', "continued", b"")).contains("of the unknown kind 'M'"));
}

#[test]
fn directory_of_an_overlay_may_be_opaque() {
	for name in ["SCHILY.xattr.trusted.overlay.opaque", "SCHILY.xattr.user.overlay.opaque"] {
		for (value, expected) in [("y", true), ("n", false)] {
			let bytes = [attributes(b'x', &[(name, value.as_bytes())]), entry(b'5', "directory/", b"")].concat();
			assert_eq!(Entries::new(&bytes[..]).next_entry().unwrap().unwrap().is_opaque, expected);
		}
	}
}

#[test]
fn archive_ends_where_it_should() {
	let whole = entry(b'0', "file", b"content");
	assert!(read(b"").unwrap().is_empty() && read(&[0; 2 * BLOCK]).unwrap().is_empty());
	assert_eq!(read(&whole[..BLOCK + 7]).unwrap(), [file("file", b"content")], "nothing fills its last block");
	assert_eq!(
		read(&[&whole[..], &[0; BLOCK], &whole[..]].concat()).unwrap().len(),
		1,
		"nothing is read after its end"
	);
	assert!(refusal(&whole[..BLOCK + 6]).contains("ends within a file"));
	assert!(refusal(&whole[..9]).contains("ends within a header"));
	assert!(refusal(&attributes(b'x', &[])).contains("where a file should follow"));
}

#[test]
fn description_is_bounded_however_it_comes() {
	let many = attributes(b'g', &[("comment", b"x")]).repeat(2_100);
	assert!(refusal(&many).contains("description of a file is too long"));
	let mut skipped = Entries::new(io::repeat(0));
	(skipped.left, skipped.padding) = (MOST_DESCRIPTION + 1, 0);
	let refused = skipped.next_entry().map(|_| ()).unwrap_err().to_string();
	assert!(refused.contains("description of a file is too long"), "what needs no content has much");
}
