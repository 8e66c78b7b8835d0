//! Calls about what has a name.

// As WASI has them.
#![allow(clippy::too_many_arguments)]

use super::{
	descriptors::{Descriptor, Directory, File, Listing},
	errno::Errno,
	fail::Result,
	files::{put_stat, set_size, wanted},
	memory::GuestMemory,
	tree::{Kind, Node, Root},
	world::World,
};

/// How to open: make it; it must be a directory; it must not be there; empty it.
const CREATE: u32 = 1;
const DIRECTORY: u32 = 2;
const EXCLUSIVE: u32 = 4;
const TRUNCATE: u32 = 8;
/// The flag of a descriptor that writes at the end.
const APPEND: u32 = 1;

/// Returns the node that a call's arguments mean.
fn resolve(guest: &GuestMemory<'_>, world: &mut World, fd: u32, path: u32, bytes: u32) -> Result<Node> {
	let from = world.descriptors.directory(fd)?.node.clone();
	world.tree.resolve(&from, guest.text(path, bytes)?)
}

pub fn path_create_directory(
	guest: &mut GuestMemory<'_>,
	world: &mut World,
	fd: u32,
	path: u32,
	bytes: u32,
) -> Result<()> {
	let node = resolve(guest, world, fd, path, bytes)?;
	world.tree.create_directory(&node)
}

pub fn path_filestat_get(
	guest: &mut GuestMemory<'_>,
	world: &mut World,
	fd: u32,
	follow: u32,
	path: u32,
	bytes: u32,
	at: u32,
) -> Result<()> {
	let node = resolve(guest, world, fd, path, bytes)?;
	let stat = world.tree.stat(&node)?;
	if stat.kind == Kind::Link && follow & 1 == 1 {
		return Err(Errno::LOOP.into());
	}
	put_stat(guest, at, stat)
}

/// Changes nothing: file times are fixed, and modules are not told.
pub fn path_filestat_set_times(
	guest: &mut GuestMemory<'_>,
	world: &mut World,
	fd: u32,
	_follow: u32,
	path: u32,
	bytes: u32,
	_accessed: u64,
	_modified: u64,
	_flags: u32,
) -> Result<()> {
	let node = resolve(guest, world, fd, path, bytes)?;
	world.tree.stat(&node).map(|_| ())
}

pub fn path_link(
	_: &mut GuestMemory<'_>,
	_: &mut World,
	_from_fd: u32,
	_follow: u32,
	_from: u32,
	_from_bytes: u32,
	_to_fd: u32,
	_to: u32,
	_to_bytes: u32,
) -> Result<()> {
	Err(Errno::NOTSUP.into())
}

pub fn path_open(
	guest: &mut GuestMemory<'_>,
	world: &mut World,
	fd: u32,
	_follow: u32,
	path: u32,
	bytes: u32,
	how: u32,
	base: u64,
	_inheriting: u64,
	flags: u32,
	new: u32,
) -> Result<()> {
	let node = resolve(guest, world, fd, path, bytes)?;
	// Before anything is made that could not be told.
	let fd = world.descriptors.free()?;
	guest.put_u32(new, fd)?;
	let descriptor = open(world, node, how, wanted(base), flags & APPEND != 0)?;
	world.descriptors.put(fd, descriptor);
	Ok(())
}

fn open(
	world: &mut World,
	node: Node,
	how: u32,
	(readable, writable): (bool, bool),
	append: bool,
) -> Result<Descriptor> {
	let found = world.tree.find(&node)?.map(|stat| stat.kind);
	let file = match found {
		Some(_) if how & CREATE != 0 && how & EXCLUSIVE != 0 => return Err(Errno::EXIST.into()),
		Some(Kind::Directory) if writable || how & (CREATE | TRUNCATE) != 0 => return Err(Errno::ISDIR.into()),
		Some(Kind::Directory) => {
			return Ok(Descriptor::Directory(Directory { node, name: None, listing: Listing::new() }));
		}
		Some(_) if how & DIRECTORY != 0 => return Err(Errno::NOTDIR.into()),
		Some(Kind::File) if node.root == Root::Input && (writable || how & TRUNCATE != 0) => {
			return Err(Errno::ROFS.into());
		}
		Some(Kind::File) => world.tree.open(&node)?,
		Some(Kind::Link) => return Err(Errno::LOOP.into()),
		Some(Kind::Other) => return Err(Errno::NOTSUP.into()),
		None if how & DIRECTORY != 0 || how & CREATE == 0 => return Err(Errno::NOENT.into()),
		None => world.tree.create(&node)?,
	};
	let file = File { file, node, position: 0, readable, writable, append };
	// A new one is empty.
	if how & TRUNCATE != 0 && found.is_some() {
		set_size(&mut world.tree, &file, 0)?;
	}
	Ok(Descriptor::File(file))
}

/// Fails: there are no links that could be read.
pub fn path_readlink(
	guest: &mut GuestMemory<'_>,
	world: &mut World,
	fd: u32,
	path: u32,
	bytes: u32,
	_buffer: u32,
	_size: u32,
	_used: u32,
) -> Result<()> {
	let node = resolve(guest, world, fd, path, bytes)?;
	world.tree.stat(&node)?;
	Err(Errno::INVAL.into())
}

pub fn path_remove_directory(
	guest: &mut GuestMemory<'_>,
	world: &mut World,
	fd: u32,
	path: u32,
	bytes: u32,
) -> Result<()> {
	let node = resolve(guest, world, fd, path, bytes)?;
	world.tree.remove_directory(&node)
}

pub fn path_rename(
	guest: &mut GuestMemory<'_>,
	world: &mut World,
	from_fd: u32,
	from: u32,
	from_bytes: u32,
	to_fd: u32,
	to: u32,
	to_bytes: u32,
) -> Result<()> {
	let from = resolve(guest, world, from_fd, from, from_bytes)?;
	let to = resolve(guest, world, to_fd, to, to_bytes)?;
	world.tree.rename(&from, &to, world.descriptors.has(&to))?;
	world.descriptors.rename(&from, &to);
	Ok(())
}

pub fn path_symlink(_: &mut GuestMemory<'_>, _: &mut World, _: u32, _: u32, _: u32, _: u32, _: u32) -> Result<()> {
	Err(Errno::NOTSUP.into())
}

pub fn path_unlink_file(guest: &mut GuestMemory<'_>, world: &mut World, fd: u32, path: u32, bytes: u32) -> Result<()> {
	let node = resolve(guest, world, fd, path, bytes)?;
	world.tree.remove_file(&node, world.descriptors.has(&node))
}
