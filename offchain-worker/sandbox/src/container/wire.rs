//! What a worker and the service that runs containers for it say to each other, over a Unix socket.
//!
//! ```text
//! worker                               service
//!   ├── Request::Look ──────────────────►│
//!   │◄────────────────────── Reply::Offer┤
//!
//!   ├── Request::Run, the image opened ─►│   one connection for each run: it ends with it
//!   │◄────────────── what the app writes ┤   while it runs, if the worker wants that
//!   │◄───── directories, links and files ┤   of OUT, if the app came to its end
//!   │◄───────────── Reply::Ended, or why ┤
//! ```
//!
//! A frame is its kind, the length of what follows in 32 bits, and that. After the frame of a file follow its bytes. What the
//! app writes may come between any other two frames.

use std::{
	io::{self, Read, Write},
	mem::MaybeUninit,
	os::{
		fd::{AsFd, BorrowedFd, OwnedFd},
		unix::{ffi::OsStrExt, net::UnixStream},
	},
	path::{Path, PathBuf},
	sync::{Arc, Mutex, MutexGuard, PoisonError},
	time::Instant,
};

use rlc_perimeter::IpNet;
use rustix::net::{
	recvmsg, sendmsg, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, ReturnFlags, SendAncillaryBuffer,
	SendAncillaryMessage, SendFlags,
};
use serde::{de::DeserializeOwned, Deserialize, Serialize};

use super::{allowance::Allowance, devices::GpuState, output::Target};
use crate::{Ending, Error, Grants, Limits, Run, Tap, Tapped, Used};

/// The version of what is said here. Another one is refused.
pub const VERSION: u32 = 3;
/// The longest request, and the longest reply, which has what the app wrote, in bytes.
pub const LONGEST_REQUEST: u32 = 1 << 20;
pub const LONGEST_REPLY: u32 = 8 << 20;
/// How many networks a worker may deny: each is a rule of its runs' networks.
const MOST_DENIED: usize = 1_000;
/// The longest name and the longest target of a link, in bytes.
const LONGEST_PATH: u32 = 8 << 10;
/// The most that is told at once of what the app writes, in bytes.
const LONGEST_WRITTEN: u32 = 64 << 10;

const MESSAGE: u8 = b'm';
const DIRECTORY: u8 = b'd';
const LINK: u8 = b'l';
const FILE: u8 = b'f';
const WRITTEN: u8 = b'w';
const HEADER: usize = 5;

/// What a frame of what the app writes begins with, beside the numbers of its streams: then it says how much is left out.
const MISSED: u8 = 2;

/// What a worker asks.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Request {
	/// What the service offers.
	Look {
		/// The worker's [`VERSION`].
		version: u32,
	},
	/// To run an image, which is sent along: its opened file.
	Run {
		/// The worker's [`VERSION`].
		version: u32,
		/// See [`Job`](crate::Job), as the rest.
		args: Vec<String>,
		env: Vec<(String, String)>,
		/// A directory of the worker's user, without links on the way.
		input: PathBuf,
		limits: Limits,
		grants: Grants,
		/// Networks that the run may not reach, beside those that the service closes: `131.1.0.0/16`.
		denied: Vec<String>,
		/// Whether the worker wants to know what the app writes, while it runs.
		live: bool,
	},
}

/// What the service replies.
#[derive(Debug, Serialize, Deserialize)]
pub enum Reply {
	/// To [`Request::Look`].
	Offer(Offer),
	/// How a run ended.
	Ended {
		ending: Ending,
		/// The ends of standard output and of standard error, in hex, and the hashes of all of it.
		written: [String; 2],
		hashes: [[u8; 32]; 2],
		used: Used,
	},
	/// [`Error::App`].
	App(String),
	/// [`Error::OtherMachine`].
	OtherMachine(String),
	/// [`Error::Host`].
	Host(String),
}

/// What a service offers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Offer {
	/// What all runs may take at a time.
	pub allowance: Allowance,
	/// Whether runs can be granted a network.
	pub network: bool,
	/// What is done with each of the devices that runs can be granted, if they can.
	pub gpus: Option<Vec<GpuState>>,
	/// The names of these devices. Older services do not say.
	#[serde(default)]
	pub gpu_names: Vec<String>,
}

impl From<Result<Run, Error>> for Reply {
	fn from(run: Result<Run, Error>) -> Self {
		match run {
			Err(Error::App(why)) => Self::App(why),
			Err(Error::OtherMachine(why)) => Self::OtherMachine(why),
			Err(Error::Host(why)) => Self::Host(why),
			Ok(Run { ending, stdout, stderr, hashes, used, .. }) => {
				Self::Ended { ending, written: [stdout, stderr].map(hex::encode), hashes, used }
			}
		}
	}
}

impl Reply {
	/// Returns what became of a run, of whose streams this much may be kept.
	///
	/// # Errors
	///
	/// What the service says, or [`Error::Host`], if it says something else.
	pub fn run(self, log: usize) -> Result<Run, Error> {
		match self {
			Self::Ended { ending, written, hashes, used } => {
				let mut written = written.map(|text| hex::decode(text).unwrap_or_default());
				written.iter_mut().for_each(|bytes| bytes.truncate(log));
				let [stdout, stderr] = written;
				Ok(Run { ending, stdout, stderr, hashes, memory: None, used })
			}
			Self::App(why) => Err(Error::App(why)),
			Self::OtherMachine(why) => Err(Error::OtherMachine(why)),
			Self::Host(why) => Err(Error::Host(why)),
			Self::Offer(_) => Err(Error::Host("the container service said something unexpected".into())),
		}
	}
}

/// Reads the networks that a worker denies.
///
/// # Errors
///
/// What is wrong with them.
pub fn networks(denied: &[String]) -> Result<Vec<IpNet>, String> {
	if denied.len() > MOST_DENIED {
		return Err(format!("it denies more than {MOST_DENIED} networks"));
	}
	denied.iter().map(|text| text.parse().map_err(|_| format!("{text:?} is not a network"))).collect()
}

/// Sends a message, with an opened file if there is one.
///
/// # Errors
///
/// If the other side is gone, or does not read.
pub fn send(mut to: &UnixStream, message: &impl Serialize, file: Option<BorrowedFd<'_>>) -> io::Result<()> {
	let message = serde_json::to_vec(message)?;
	let header = header(MESSAGE, message.len())?;
	let files: Vec<_> = file.into_iter().collect();
	let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
	let mut along = SendAncillaryBuffer::new(&mut space);
	if !files.is_empty() && !along.push(SendAncillaryMessage::ScmRights(&files)) {
		return Err(io::ErrorKind::OutOfMemory.into());
	}
	let sent = sendmsg(to, &[io::IoSlice::new(&header)], &mut along, SendFlags::NOSIGNAL)?;
	to.write_all(&header[sent..])?;
	to.write_all(&message)
}

/// Receives a request, with the opened file that came along, until a moment.
///
/// # Errors
///
/// If it is none, is too long, brings more files, or does not come in time.
pub fn receive(from: &UnixStream, until: Instant) -> io::Result<(Request, Option<OwnedFd>)> {
	let mut header = [0; HEADER];
	let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
	let mut along = RecvAncillaryBuffer::new(&mut space);
	from.set_read_timeout(Some(left(until)?))?;
	let received = recvmsg(from, &mut [io::IoSliceMut::new(&mut header)], &mut along, RecvFlags::CMSG_CLOEXEC)?;
	let rights = along.drain().filter_map(|message| match message {
		RecvAncillaryMessage::ScmRights(files) => Some(files),
		_ => None,
	});
	let mut files: Vec<OwnedFd> = rights.flatten().collect();
	// What has no room is closed by the kernel.
	if received.flags.contains(ReturnFlags::CTRUNC) || files.len() > 1 {
		return Err(bad("it brings too many files"));
	}
	let mut from = Until { from, until };
	from.read_exact(&mut header[received.bytes..])?;
	let request = message(&mut from, header, LONGEST_REQUEST)?;
	Ok((request, files.pop()))
}

/// Receives the reply to a run, puts what comes of OUT into a target, and tells a tap what the app writes.
///
/// # Errors
///
/// If it is none, or the target fails; if there is no tap, and it is told something.
pub fn receive_run(mut from: impl Read, to: &mut dyn Target, tap: Option<&Tap>) -> io::Result<Reply> {
	loop {
		let mut header = [0; HEADER];
		from.read_exact(&mut header)?;
		if header[0] == MESSAGE {
			return message(&mut from, header, LONGEST_REPLY);
		}
		if header[0] == WRITTEN {
			let tap = tap.ok_or_else(|| bad("nobody asked what the app writes"))?;
			tell(tap, &payload(&mut from, header, LONGEST_WRITTEN)?)?;
			continue;
		}
		let text = payload(&mut from, header, LONGEST_PATH)?;
		match header[0] {
			DIRECTORY => to.directory(relative(&text)?)?,
			LINK => {
				let end = text.iter().position(|byte| *byte == 0).ok_or_else(|| bad("a link has no target"))?;
				to.link(relative(&text[..end])?, Path::new(std::ffi::OsStr::from_bytes(&text[end + 1..])))?;
			}
			FILE => {
				let (size, path) = text.split_first_chunk().ok_or_else(|| bad("a file has no size"))?;
				let size = u64::from_le_bytes(*size);
				let mut content = (&mut from).take(size);
				to.file(relative(path)?, &mut content, size)?;
				if content.limit() != 0 {
					return Err(io::ErrorKind::UnexpectedEof.into());
				}
			}
			_ => return Err(bad("it is of an unknown kind")),
		}
	}
}

/// Receives a reply without anything of OUT.
///
/// # Errors
///
/// If it is none.
pub fn receive_reply(mut from: impl Read) -> io::Result<Reply> {
	let mut header = [0; HEADER];
	from.read_exact(&mut header)?;
	if header[0] != MESSAGE {
		return Err(bad("it is of an unknown kind"));
	}
	message(&mut from, header, LONGEST_REPLY)
}

/// Tells a tap what a frame says that the app wrote.
fn tell(tap: &Tap, frame: &[u8]) -> io::Result<()> {
	match frame.split_first() {
		Some((&MISSED, bytes)) => {
			let bytes: [u8; 8] = bytes.try_into().map_err(|_| bad("it does not say how much is left out"))?;
			tap.skip(u64::from_le_bytes(bytes));
		}
		Some((&stream, bytes)) if stream < MISSED => tap.push(stream.into(), bytes),
		_ => return Err(bad("it is of an unknown stream")),
	}
	Ok(())
}

/// The other side of a socket as the target of OUT. Several of one socket take turns.
pub struct Sent {
	/// The socket.
	pub to: UnixStream,
	/// Held while a frame is sent, with all that belongs to it.
	turn: Arc<Mutex<()>>,
}

impl Sent {
	/// Returns the other side of a socket.
	pub fn new(to: UnixStream) -> Self {
		Self { to, turn: Arc::default() }
	}

	/// Returns the same once more.
	///
	/// # Errors
	///
	/// If the system has no more files.
	pub fn beside(&self) -> io::Result<Self> {
		Ok(Self { to: self.to.try_clone()?, turn: self.turn.clone() })
	}

	/// Tells what the app wrote: of each stream, [`LONGEST_WRITTEN`] bytes less one at most.
	///
	/// # Errors
	///
	/// If the other side is gone, or does not read.
	pub fn written(&self, Tapped { streams, missed }: &Tapped) -> io::Result<()> {
		if *missed > 0 {
			self.frame(WRITTEN, &[&[MISSED], &missed.to_le_bytes()])?;
		}
		let mut streams = (0..MISSED).zip(streams).filter(|(_, bytes)| !bytes.is_empty());
		streams.try_for_each(|(stream, bytes)| self.frame(WRITTEN, &[&[stream], bytes]))
	}

	fn frame(&self, kind: u8, parts: &[&[u8]]) -> io::Result<()> {
		let _turn = self.turn();
		self.write(kind, parts)
	}

	/// Sends a frame in a turn that is held.
	fn write(&self, kind: u8, parts: &[&[u8]]) -> io::Result<()> {
		let payload = parts.concat();
		(&self.to).write_all(&[&header(kind, payload.len())?[..], &payload].concat())
	}

	fn turn(&self) -> MutexGuard<'_, ()> {
		self.turn.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

impl Target for Sent {
	fn directory(&mut self, path: &Path) -> io::Result<()> {
		self.frame(DIRECTORY, &[path.as_os_str().as_bytes()])
	}

	fn link(&mut self, path: &Path, target: &Path) -> io::Result<()> {
		self.frame(LINK, &[path.as_os_str().as_bytes(), &[0], target.as_os_str().as_bytes()])
	}

	fn file(&mut self, path: &Path, content: &mut dyn Read, bytes: u64) -> io::Result<()> {
		let _turn = self.turn();
		self.write(FILE, &[&bytes.to_le_bytes(), path.as_os_str().as_bytes()])?;
		if io::copy(&mut content.take(bytes), &mut &self.to)? != bytes {
			return Err(io::ErrorKind::UnexpectedEof.into());
		}
		Ok(())
	}
}

/// A socket that is read until a moment.
struct Until<'a> {
	from: &'a UnixStream,
	until: Instant,
}

impl Read for Until<'_> {
	fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
		self.from.set_read_timeout(Some(left(self.until)?))?;
		self.from.read(buffer)
	}
}

fn left(until: Instant) -> io::Result<std::time::Duration> {
	let left = until.saturating_duration_since(Instant::now());
	if left.is_zero() {
		return Err(io::ErrorKind::TimedOut.into());
	}
	Ok(left)
}

fn header(kind: u8, length: usize) -> io::Result<[u8; HEADER]> {
	let [a, b, c, d] = u32::try_from(length).map_err(|_| bad("it is too long"))?.to_le_bytes();
	Ok([kind, a, b, c, d])
}

fn payload(from: &mut impl Read, [_, length @ ..]: [u8; HEADER], longest: u32) -> io::Result<Vec<u8>> {
	let length = u32::from_le_bytes(length);
	if length > longest {
		return Err(bad("it is too long"));
	}
	let mut payload = vec![0; length as usize];
	from.read_exact(&mut payload)?;
	Ok(payload)
}

fn message<T: DeserializeOwned>(from: &mut impl Read, header: [u8; HEADER], longest: u32) -> io::Result<T> {
	if header[0] != MESSAGE {
		return Err(bad("it is of an unknown kind"));
	}
	Ok(serde_json::from_slice(&payload(from, header, longest)?)?)
}

/// Returns a path that stays below a directory.
fn relative(path: &[u8]) -> io::Result<&Path> {
	let path = Path::new(std::ffi::OsStr::from_bytes(path));
	let is_plain = path.components().all(|part| matches!(part, std::path::Component::Normal(_)));
	if !is_plain || path.as_os_str().is_empty() {
		return Err(bad("a path leads elsewhere"));
	}
	Ok(path)
}

fn bad(why: &str) -> io::Error {
	io::Error::new(io::ErrorKind::InvalidData, why)
}

/// Returns the user at the other side of a socket.
///
/// # Errors
///
/// If the kernel does not say.
pub fn peer(of: impl AsFd) -> io::Result<u32> {
	Ok(rustix::net::sockopt::socket_peercred(of)?.uid.as_raw())
}

#[cfg(test)]
mod parsing;
