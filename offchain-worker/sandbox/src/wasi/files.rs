//! Calls about what is open.

use std::os::unix::fs::FileExt;

use super::{
	clock::{Id, START},
	descriptors::{Descriptor, File},
	errno::Errno,
	fail::Result,
	memory::GuestMemory,
	rights::{reduce, ALL, LOOK, READ, WRITE},
	tree::{Kind, NewTimes, Node, Root, Stat, Times, Tree},
	world::World,
};

/// What comes before each name in a listing, in bytes.
const ENTRY: usize = 24;

pub fn fd_advise(_: &mut GuestMemory<'_>, world: &mut World, fd: u32, _: u64, _: u64, _: u32) -> Result<()> {
	world.descriptors.file(fd).map(|_| ())
}

pub fn fd_allocate(_: &mut GuestMemory<'_>, world: &mut World, fd: u32, offset: u64, bytes: u64) -> Result<()> {
	let file = to_write(world.descriptors.file(fd)?)?;
	let (now, end) = (file.file.metadata()?.len(), offset.checked_add(bytes).ok_or(Errno::FBIG)?);
	set_size(&mut world.tree, file, now.max(end))
}

pub fn fd_close(_: &mut GuestMemory<'_>, world: &mut World, fd: u32) -> Result<()> {
	let gone = world.descriptors.close(fd)?;
	give_back(world, gone)
}

/// Gives the space of a file back that is gone.
fn give_back(world: &mut World, gone: Option<u64>) -> Result<()> {
	match gone {
		Some(bytes) => world.tree.give_back(bytes),
		None => Ok(()),
	}
}

/// Does nothing: the result is packed after the run, and need not outlive a power cut before.
pub fn fd_datasync(_: &mut GuestMemory<'_>, world: &mut World, fd: u32) -> Result<()> {
	world.descriptors.get(fd).map(|_| ())
}

pub fn fd_sync(guest: &mut GuestMemory<'_>, world: &mut World, fd: u32) -> Result<()> {
	fd_datasync(guest, world, fd)
}

pub fn fd_fdstat_get(guest: &mut GuestMemory<'_>, world: &mut World, fd: u32, stat: u32) -> Result<()> {
	let (kind, flags, base, inheriting) = match world.descriptors.get(fd)? {
		// Of no kind in particular, as pipes are: a terminal would have its lines flushed one by one.
		Descriptor::Empty => (0, 0, READ | LOOK, ALL),
		Descriptor::Log(_) => (0, 0, WRITE | LOOK, ALL),
		Descriptor::Directory(directory) => (number(Kind::Directory), 0, directory.rights, directory.inheriting),
		Descriptor::File(file) => (number(Kind::File), file.flags, file.rights, ALL),
	};
	let mut bytes = [0; 24];
	bytes[0] = kind;
	bytes[2] = flags;
	bytes[8..16].copy_from_slice(&base.to_le_bytes());
	bytes[16..].copy_from_slice(&inheriting.to_le_bytes());
	guest.put(stat, &bytes)
}

pub fn fd_fdstat_set_flags(_: &mut GuestMemory<'_>, world: &mut World, fd: u32, flags: u32) -> Result<()> {
	if let Descriptor::File(file) = world.descriptors.get_mut(fd)? {
		file.flags = flags as u8 & File::FLAGS;
	}
	Ok(())
}

pub fn fd_fdstat_set_rights(
	_: &mut GuestMemory<'_>,
	world: &mut World,
	fd: u32,
	base: u64,
	inheriting: u64,
) -> Result<()> {
	match world.descriptors.get_mut(fd)? {
		Descriptor::Empty | Descriptor::Log(_) => Ok(()),
		Descriptor::File(file) => reduce(&mut file.rights, base),
		Descriptor::Directory(directory) => {
			reduce(&mut directory.rights, base)?;
			reduce(&mut directory.inheriting, inheriting)
		}
	}
}

pub fn fd_filestat_get(guest: &mut GuestMemory<'_>, world: &mut World, fd: u32, at: u32) -> Result<()> {
	let stat = match world.descriptors.get(fd)? {
		Descriptor::Empty | Descriptor::Log(_) => {
			Stat { kind: Kind::Other, bytes: 0, inode: fd.into(), times: Times::default() }
		}
		Descriptor::Directory(directory) => {
			let (inode, times) = (directory.node.inode(), world.tree.times(&directory.node));
			Stat { kind: Kind::Directory, bytes: 0, inode, times }
		}
		Descriptor::File(file) => {
			let (inode, times) = (file.node.inode(), world.tree.times(&file.node));
			Stat { kind: Kind::File, bytes: file.file.metadata()?.len(), inode, times }
		}
	};
	put_stat(guest, at, stat)
}

/// Writes what is told of a file. It has one name, the device is always the same, and it was last changed when the run began.
pub fn put_stat(guest: &mut GuestMemory<'_>, at: u32, stat: Stat) -> Result<()> {
	let (kind, times) = (number(stat.kind).into(), stat.times);
	let fields = [1, stat.inode, kind, 1, stat.bytes, times.accessed, times.modified, START];
	let bytes: Vec<_> = fields.into_iter().flat_map(u64::to_le_bytes).collect();
	guest.put(at, &bytes)
}

fn number(kind: Kind) -> u8 {
	match kind {
		Kind::Other => 0,
		Kind::Directory => 3,
		Kind::File => 4,
		Kind::Link => 7,
	}
}

pub fn fd_filestat_set_size(_: &mut GuestMemory<'_>, world: &mut World, fd: u32, bytes: u64) -> Result<()> {
	set_size(&mut world.tree, to_write(world.descriptors.file(fd)?)?, bytes)
}

pub fn fd_filestat_set_times(
	_: &mut GuestMemory<'_>,
	world: &mut World,
	fd: u32,
	accessed: u64,
	modified: u64,
	flags: u32,
) -> Result<()> {
	let times = NewTimes::new(accessed, modified, flags)?;
	let node = match world.descriptors.get(fd)? {
		Descriptor::Directory(directory) => directory.node.clone(),
		Descriptor::File(file) if file.removed.is_none() => file.node.clone(),
		// Nobody will ask.
		_ => return Ok(()),
	};
	set_times(world, &node, times)
}

/// Sets the times of a file or directory. To ask for the time takes some.
pub fn set_times(world: &mut World, node: &Node, times: NewTimes) -> Result<()> {
	let now = if times.needs_clock() { world.clock.look(Id::Wall) } else { 0 };
	world.tree.set_times(node, times, now)
}

pub fn fd_prestat_get(guest: &mut GuestMemory<'_>, world: &mut World, fd: u32, stat: u32) -> Result<()> {
	let name = name_of(world, fd)?;
	guest.put_u64(stat, (name.len() as u64) << 32)
}

pub fn fd_prestat_dir_name(guest: &mut GuestMemory<'_>, world: &mut World, fd: u32, at: u32, bytes: u32) -> Result<()> {
	let name = name_of(world, fd)?;
	if (bytes as usize) < name.len() {
		return Err(Errno::NAMETOOLONG.into());
	}
	guest.put(at, name.as_bytes())
}

fn name_of(world: &World, fd: u32) -> Result<&'static str> {
	match world.descriptors.get(fd)? {
		Descriptor::Directory(directory) => Ok(directory.name.ok_or(Errno::BADF)?),
		_ => Err(Errno::BADF.into()),
	}
}

pub fn fd_read(
	guest: &mut GuestMemory<'_>,
	world: &mut World,
	fd: u32,
	list: u32,
	count: u32,
	read: u32,
) -> Result<()> {
	if let Descriptor::Empty = world.descriptors.get(fd)? {
		return guest.put_u32(read, 0);
	}
	let file = to_read(world.descriptors.file(fd)?)?;
	let total = read_at(guest, file, list, count, file.position)?;
	file.position += u64::from(total);
	guest.put_u32(read, total)
}

pub fn fd_pread(
	guest: &mut GuestMemory<'_>,
	world: &mut World,
	fd: u32,
	list: u32,
	count: u32,
	offset: u64,
	read: u32,
) -> Result<()> {
	let total = read_at(guest, to_read(world.descriptors.file(fd)?)?, list, count, offset)?;
	guest.put_u32(read, total)
}

/// Fills the buffers as far as the file goes, whatever the machine reads at once.
fn read_at(guest: &mut GuestMemory<'_>, file: &File, list: u32, count: u32, offset: u64) -> Result<u32> {
	let mut total = 0;
	for (at, bytes) in guest.buffers(list, count)? {
		let mut rest = guest.bytes_mut(at, bytes)?;
		while !rest.is_empty() {
			let position = offset.checked_add(total).filter(|end| i64::try_from(*end).is_ok()).ok_or(Errno::INVAL)?;
			// No file goes further. The machine refuses to be asked for more, even of an empty one.
			let most = usize::try_from(i64::MAX as u64 - position).unwrap_or(usize::MAX).min(rest.len());
			let read = file.file.read_at(&mut rest[..most], position)?;
			if read == 0 {
				return Ok(total as u32);
			}
			total += read as u64;
			rest = &mut rest[read..];
		}
	}
	Ok(total as u32)
}

pub fn fd_write(
	guest: &mut GuestMemory<'_>,
	world: &mut World,
	fd: u32,
	list: u32,
	count: u32,
	written: u32,
) -> Result<()> {
	let total = match world.descriptors.get(fd)? {
		Descriptor::Log(stream) => {
			let (stream, mut total) = (*stream, 0);
			for (at, bytes) in guest.buffers(list, count)? {
				world.log(stream, guest.bytes(at, bytes)?);
				total += bytes;
			}
			total
		}
		_ => {
			let file = to_write(world.descriptors.file(fd)?)?;
			if file.flags & File::APPEND != 0 {
				file.position = file.file.metadata()?.len();
			}
			let total = write_at(guest, &mut world.tree, file, list, count, file.position)?;
			file.position += u64::from(total);
			total
		}
	};
	guest.put_u32(written, total)
}

pub fn fd_pwrite(
	guest: &mut GuestMemory<'_>,
	world: &mut World,
	fd: u32,
	list: u32,
	count: u32,
	offset: u64,
	written: u32,
) -> Result<()> {
	let file = to_write(world.descriptors.file(fd)?)?;
	let total = write_at(guest, &mut world.tree, file, list, count, offset)?;
	guest.put_u32(written, total)
}

fn write_at(guest: &GuestMemory<'_>, tree: &mut Tree, file: &File, list: u32, count: u32, offset: u64) -> Result<u32> {
	let buffers = guest.buffers(list, count)?;
	let total: u32 = buffers.iter().map(|(_, bytes)| bytes).sum();
	let end = offset.checked_add(total.into()).filter(|end| i64::try_from(*end).is_ok()).ok_or(Errno::FBIG)?;
	let size = file.file.metadata()?.len();
	if total > 0 && end > size {
		tree.resize(size, end)?;
	}
	let mut position = offset;
	for (at, bytes) in buffers {
		file.file.write_all_at(guest.bytes(at, bytes)?, position)?;
		position += u64::from(bytes);
	}
	Ok(total)
}

/// Lists a directory from an entry on. A listing that has begun does not change.
pub fn fd_readdir(
	guest: &mut GuestMemory<'_>,
	world: &mut World,
	fd: u32,
	buffer: u32,
	bytes: u32,
	cookie: u64,
	used: u32,
) -> Result<()> {
	if cookie == 0 {
		let own = [".", ".."].map(|name| (name.to_owned(), Kind::Directory));
		let inside = world.tree.list(&world.descriptors.directory(fd)?.node)?;
		world.descriptors.list(fd, own.into_iter().chain(inside).collect())?;
	}
	let directory = world.descriptors.directory(fd)?;
	let out = guest.bytes_mut(buffer, bytes)?;
	let mut filled = 0;
	let first = usize::try_from(cookie).unwrap_or(usize::MAX);
	for (number, (name, kind)) in directory.listing.iter().enumerate().skip(first) {
		if filled == out.len() {
			break;
		}
		let inode = match name.as_str() {
			"." | ".." => directory.node.inode(),
			name => directory.node.child(name).inode(),
		};
		let entry = entry(number as u64 + 1, inode, name, *kind);
		// What does not fit is cut off: a full buffer says that there is more.
		let count = entry.len().min(out.len() - filled);
		out[filled..filled + count].copy_from_slice(&entry[..count]);
		filled += count;
	}
	guest.put_u32(used, filled as u32)
}

fn entry(next: u64, inode: u64, name: &str, kind: Kind) -> Vec<u8> {
	let mut entry = Vec::with_capacity(ENTRY + name.len());
	entry.extend(next.to_le_bytes());
	entry.extend(inode.to_le_bytes());
	entry.extend((name.len() as u32).to_le_bytes());
	entry.extend([number(kind), 0, 0, 0]);
	entry.extend(name.as_bytes());
	entry
}

pub fn fd_renumber(_: &mut GuestMemory<'_>, world: &mut World, from: u32, to: u32) -> Result<()> {
	let gone = world.descriptors.renumber(from, to)?;
	give_back(world, gone)
}

pub fn fd_seek(
	guest: &mut GuestMemory<'_>,
	world: &mut World,
	fd: u32,
	offset: i64,
	whence: u32,
	position: u32,
) -> Result<()> {
	if let Descriptor::Empty | Descriptor::Log(_) = world.descriptors.get(fd)? {
		return Err(Errno::SPIPE.into());
	}
	let file = world.descriptors.file(fd)?;
	let from = match whence {
		0 => 0,
		1 => file.position,
		2 => file.file.metadata()?.len(),
		_ => return Err(Errno::INVAL.into()),
	};
	let to = from.checked_add_signed(offset).filter(|to| i64::try_from(*to).is_ok()).ok_or(Errno::INVAL)?;
	file.position = to;
	guest.put_u64(position, to)
}

pub fn fd_tell(guest: &mut GuestMemory<'_>, world: &mut World, fd: u32, position: u32) -> Result<()> {
	fd_seek(guest, world, fd, 0, 1, position)
}

fn to_read(file: &mut File) -> Result<&mut File> {
	if file.is_readable() {
		Ok(file)
	} else {
		Err(Errno::BADF.into())
	}
}

fn to_write(file: &mut File) -> Result<&mut File> {
	if file.is_writable() && file.node.root != Root::Input {
		Ok(file)
	} else {
		Err(Errno::BADF.into())
	}
}

/// Sets a file's size, within what may be written.
pub fn set_size(tree: &mut Tree, file: &File, bytes: u64) -> Result<()> {
	if i64::try_from(bytes).is_err() {
		return Err(Errno::FBIG.into());
	}
	tree.resize(file.file.metadata()?.len(), bytes)?;
	Ok(file.file.set_len(bytes)?)
}
