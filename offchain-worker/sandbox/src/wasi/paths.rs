//! Calls about what has a name.

// As WASI has them.
#![allow(clippy::too_many_arguments)]

use super::{
	descriptors::{Descriptor, Directory, File},
	errno::Errno,
	fail::Result,
	files::{put_stat, set_size, set_times},
	memory::GuestMemory,
	rights::{of_file, TRUNCATE as MAY_TRUNCATE, WRITE},
	tree::{Kind, NewTimes, Node, Root},
	world::World,
};

/// How to open: make it; it must be a directory; it must not be there; empty it.
const CREATE: u32 = 1;
const DIRECTORY: u32 = 2;
const EXCLUSIVE: u32 = 4;
const TRUNCATE: u32 = 8;
/// How to look up: follow a symbolic link, if it is the last name of the path.
const FOLLOW: u32 = 1;

/// Returns the node that a call's arguments mean: the symbolic link itself, if it is one.
fn resolve(guest: &GuestMemory<'_>, world: &mut World, fd: u32, path: u32, bytes: u32) -> Result<Node> {
	follow(guest, world, (fd, 0), path, bytes)
}

/// The same for calls that say how to look up.
fn follow(guest: &GuestMemory<'_>, world: &mut World, (fd, how): (u32, u32), path: u32, bytes: u32) -> Result<Node> {
	let from = &world.descriptors.directory(fd)?.node;
	world.tree.resolve(from, guest.text(path, bytes)?, how & FOLLOW != 0)
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
	how: u32,
	path: u32,
	bytes: u32,
	at: u32,
) -> Result<()> {
	let node = follow(guest, world, (fd, how), path, bytes)?;
	let stat = world.tree.stat(&node)?;
	// One of IN, which is not followed.
	if stat.kind == Kind::Link && how & FOLLOW != 0 {
		return Err(Errno::LOOP.into());
	}
	put_stat(guest, at, stat)
}

pub fn path_filestat_set_times(
	guest: &mut GuestMemory<'_>,
	world: &mut World,
	fd: u32,
	how: u32,
	path: u32,
	bytes: u32,
	accessed: u64,
	modified: u64,
	flags: u32,
) -> Result<()> {
	let times = NewTimes::new(accessed, modified, flags)?;
	let node = follow(guest, world, (fd, how), path, bytes)?;
	set_times(world, &node, times)
}

/// Fails: a file has one name.
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
	lookup: u32,
	path: u32,
	bytes: u32,
	how: u32,
	base: u64,
	_inheriting: u64,
	flags: u32,
	new: u32,
) -> Result<()> {
	let node = follow(guest, world, (fd, lookup), path, bytes)?;
	let directory = world.descriptors.directory(fd)?;
	if how & TRUNCATE != 0 && directory.rights & MAY_TRUNCATE == 0 {
		return Err(Errno::NOTCAPABLE.into());
	}
	let rights = of_file(base & directory.inheriting);
	// What ends with a slash is a directory.
	let how = if guest.text(path, bytes)?.ends_with('/') { how | DIRECTORY } else { how };
	// Before anything is made that could not be told.
	let fd = world.descriptors.free()?;
	guest.put_u32(new, fd)?;
	let descriptor = open(world, node, how, rights, flags as u8 & File::FLAGS)?;
	world.descriptors.put(fd, descriptor);
	Ok(())
}

fn open(world: &mut World, node: Node, how: u32, rights: u64, flags: u8) -> Result<Descriptor> {
	let (writable, share) = (rights & WRITE != 0, world.take_file()?);
	let found = world.tree.find(&node)?.map(|stat| stat.kind);
	let file = match found {
		Some(_) if how & CREATE != 0 && how & EXCLUSIVE != 0 => return Err(Errno::EXIST.into()),
		Some(Kind::Directory) if writable || how & (CREATE | TRUNCATE) != 0 => return Err(Errno::ISDIR.into()),
		Some(Kind::Directory) => return Ok(Descriptor::Directory(Directory::new(node, None))),
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
	let file = File { file, node, removed: None, position: 0, rights, flags, share };
	// A new one is empty.
	if how & TRUNCATE != 0 && found.is_some() {
		set_size(&mut world.tree, &file, 0)?;
	}
	Ok(Descriptor::File(file))
}

/// Writes where a symbolic link leads, as far as the buffer goes.
pub fn path_readlink(
	guest: &mut GuestMemory<'_>,
	world: &mut World,
	fd: u32,
	path: u32,
	bytes: u32,
	buffer: u32,
	size: u32,
	used: u32,
) -> Result<()> {
	let node = resolve(guest, world, fd, path, bytes)?;
	world.tree.stat(&node)?;
	let target = world.tree.target(&node)?.ok_or(Errno::INVAL)?;
	let count = target.len().min(size as usize);
	guest.put(buffer, &target.as_bytes()[..count])?;
	guest.put_u32(used, count as u32)
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
	if from != to {
		world.descriptors.remove(&to);
		world.descriptors.rename(&from, &to);
	}
	Ok(())
}

pub fn path_symlink(
	guest: &mut GuestMemory<'_>,
	world: &mut World,
	target: u32,
	target_bytes: u32,
	fd: u32,
	path: u32,
	bytes: u32,
) -> Result<()> {
	let node = resolve(guest, world, fd, path, bytes)?;
	// What ends with a slash is a directory, and there is none.
	if guest.text(path, bytes)?.ends_with('/') && world.tree.find(&node)?.is_none() {
		return Err(Errno::NOENT.into());
	}
	world.tree.create_link(&node, guest.text(target, target_bytes)?)
}

pub fn path_unlink_file(guest: &mut GuestMemory<'_>, world: &mut World, fd: u32, path: u32, bytes: u32) -> Result<()> {
	let node = resolve(guest, world, fd, path, bytes)?;
	world.tree.remove_file(&node, world.descriptors.has(&node))?;
	world.descriptors.remove(&node);
	Ok(())
}
