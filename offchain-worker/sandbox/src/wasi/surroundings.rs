//! Calls about arguments, environment, time, chance, and the network that is not there.

use super::{
	clock::{Id, STEP},
	errno::Errno,
	fail::Result,
	memory::GuestMemory,
	world::World,
};

/// How many random bytes are made between two looks at the time left.
const RANDOM_AT_ONCE: usize = 1 << 20;
/// Most things that can be waited for at once.
const MOST_SUBSCRIPTIONS: u32 = 1024;
/// Sizes of a subscription and of an event, in bytes.
const SUBSCRIPTION: u32 = 48;
const EVENT: u32 = 32;

pub fn args_get(guest: &mut GuestMemory<'_>, world: &mut World, list: u32, text: u32) -> Result<()> {
	put_texts(guest, &world.args, list, text)
}

pub fn args_sizes_get(guest: &mut GuestMemory<'_>, world: &mut World, count: u32, bytes: u32) -> Result<()> {
	put_sizes(guest, &world.args, count, bytes)
}

pub fn environ_get(guest: &mut GuestMemory<'_>, world: &mut World, list: u32, text: u32) -> Result<()> {
	put_texts(guest, &world.environment, list, text)
}

pub fn environ_sizes_get(guest: &mut GuestMemory<'_>, world: &mut World, count: u32, bytes: u32) -> Result<()> {
	put_sizes(guest, &world.environment, count, bytes)
}

/// Writes texts one after the other, a zero byte after each, and where each begins.
fn put_texts(guest: &mut GuestMemory<'_>, texts: &[String], mut list: u32, mut at: u32) -> Result<()> {
	for text in texts {
		guest.put_u32(list, at)?;
		guest.put(at, text.as_bytes())?;
		let end = at.checked_add(text.len() as u32).ok_or(Errno::FAULT)?;
		guest.put(end, &[0])?;
		at = end + 1;
		list = list.checked_add(4).ok_or(Errno::FAULT)?;
	}
	Ok(())
}

fn put_sizes(guest: &mut GuestMemory<'_>, texts: &[String], count: u32, bytes: u32) -> Result<()> {
	guest.put_u32(count, texts.len() as u32)?;
	guest.put_u32(bytes, texts.iter().map(|text| text.len() as u32 + 1).sum())
}

pub fn clock_res_get(guest: &mut GuestMemory<'_>, _: &mut World, id: u32, resolution: u32) -> Result<()> {
	Id::of(id).ok_or(Errno::INVAL)?;
	guest.put_u64(resolution, STEP)
}

pub fn clock_time_get(
	guest: &mut GuestMemory<'_>,
	world: &mut World,
	id: u32,
	_precision: u64,
	time: u32,
) -> Result<()> {
	let id = Id::of(id).ok_or(Errno::INVAL)?;
	guest.put_u64(time, world.clock.look(id))
}

/// Waits for clocks or files. Files are always ready; if none is asked for, the earliest clock is waited for by moving
/// time on.
pub fn poll_oneoff(
	guest: &mut GuestMemory<'_>,
	world: &mut World,
	subscriptions: u32,
	events: u32,
	count: u32,
	ready: u32,
) -> Result<()> {
	if count == 0 || count > MOST_SUBSCRIPTIONS {
		return Err(Errno::INVAL.into());
	}
	// What is waited for, its tag, its kind, and for clocks how long.
	let mut waits = Vec::new();
	for number in 0..count {
		let at = subscriptions.checked_add(number * SUBSCRIPTION).ok_or(Errno::FAULT)?;
		let bytes: [u8; SUBSCRIPTION as usize] = guest.array(at)?;
		let number = |at: usize| u64::from_le_bytes(std::array::from_fn(|index| bytes[at + index]));
		let wait = match bytes[8] {
			0 => {
				let id = Id::of(number(16) as u32).ok_or(Errno::INVAL)?;
				let absolute = number(40) & 1 == 1;
				Some(if absolute { world.clock.until(id, number(24)) } else { number(24) })
			}
			1 | 2 => None,
			_ => return Err(Errno::INVAL.into()),
		};
		waits.push((number(0), bytes[8], wait));
	}
	let files = waits.iter().any(|(_, _, wait)| wait.is_none());
	let slept = if files { 0 } else { waits.iter().filter_map(|(_, _, wait)| *wait).min().unwrap_or(0) };
	world.clock.sleep(slept);
	let mut number = 0;
	for (tag, kind, _) in waits.into_iter().filter(|(_, _, wait)| wait.is_none_or(|wait| wait <= slept)) {
		let mut event = [0; EVENT as usize];
		event[..8].copy_from_slice(&tag.to_le_bytes());
		event[10] = kind;
		guest.put(events.checked_add(number * EVENT).ok_or(Errno::FAULT)?, &event)?;
		number += 1;
	}
	guest.put_u32(ready, number)
}

pub fn random_get(guest: &mut GuestMemory<'_>, world: &mut World, at: u32, bytes: u32) -> Result<()> {
	for part in guest.bytes_mut(at, bytes)?.chunks_mut(RANDOM_AT_ONCE) {
		world.check_time()?;
		world.random.fill(part);
	}
	Ok(())
}

pub fn sched_yield(_: &mut GuestMemory<'_>, _: &mut World) -> Result<()> {
	Ok(())
}

pub fn proc_raise(_: &mut GuestMemory<'_>, _: &mut World, _signal: u32) -> Result<()> {
	Err(Errno::NOTSUP.into())
}

pub fn sock_accept(_: &mut GuestMemory<'_>, world: &mut World, fd: u32, _flags: u32, _new: u32) -> Result<()> {
	no_socket(world, fd)
}

#[allow(clippy::too_many_arguments)] // As WASI has it.
pub fn sock_recv(
	_: &mut GuestMemory<'_>,
	world: &mut World,
	fd: u32,
	_: u32,
	_: u32,
	_: u32,
	_: u32,
	_: u32,
) -> Result<()> {
	no_socket(world, fd)
}

pub fn sock_send(_: &mut GuestMemory<'_>, world: &mut World, fd: u32, _: u32, _: u32, _: u32, _: u32) -> Result<()> {
	no_socket(world, fd)
}

pub fn sock_shutdown(_: &mut GuestMemory<'_>, world: &mut World, fd: u32, _how: u32) -> Result<()> {
	no_socket(world, fd)
}

/// Fails: nothing that is open is a socket.
fn no_socket(world: &World, fd: u32) -> Result<()> {
	world.descriptors.get(fd)?;
	Err(Errno::NOTSOCK.into())
}
