//! The container service: runs images for a process that has no rights to, and believes nothing it says.
//!
//! Its worker chooses images that it can read, arguments, variables, limits within the allowance, and what is granted of
//! what the owner of the machine gives. All else is the service's: user, rights, system calls, mounts, names. A directory
//! of the worker's is only ever read, and nothing is written for the worker but to its connection.

use std::{
	future::Future,
	io,
	net::Shutdown,
	os::{fd::OwnedFd, unix::net::UnixStream},
	path::Path,
	sync::Arc,
	thread,
	time::{Duration, Instant},
};

use rustix::fs::{fcntl_getfl, fstat, FileType, OFlags};
use tokio::{
	net::UnixListener,
	runtime::Handle,
	sync::{OwnedSemaphorePermit, Semaphore},
	time,
};
use tracing::{info, warn};

use super::{
	allowance::{Allowance, Room},
	files::{Files, Source},
	local::Local,
	socket,
	tier::{ContainerTier, Where},
	unavailable::Unavailable,
	wire::{self, Offer, Reply, Request, Sent, VERSION},
};
use crate::{Ending, Error, Job, Run, Stop, Tap};

/// How long a request may take to arrive, and each piece of a reply to leave.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long the runs in hand may take to end when the service does.
const FAREWELL: Duration = Duration::from_secs(10);
/// How many connections there may be beside those of runs: of runs that wait, and of those that look.
const SPARE_CONNECTIONS: usize = 16;
/// How often a worker that wants to know is told what an app writes, and how much at once, in bytes of each stream.
const TOLD_EVERY: Duration = Duration::from_secs(1);
const TOLD: usize = 16 << 10;
/// How long no connection is accepted after one could not be.
const PAUSE: Duration = Duration::from_millis(100);

/// A container service.
pub struct ContainerService {
	tier: Local,
	room: Room,
	/// Who may ask.
	user: u32,
	stop: Stop,
}

impl ContainerService {
	/// Offers a tier of this process to a user, within an allowance.
	///
	/// # Errors
	///
	/// [`Unavailable::Failed`], if the tier is another process's.
	pub fn new(tier: ContainerTier, allowance: Allowance, user: u32) -> Result<Self, Unavailable> {
		match tier.0 {
			Where::Here(tier) => Ok(Self { tier, room: Room::new(allowance), user, stop: Stop::new() }),
			Where::There(_) => Err(Unavailable::Failed("they are another process's already".into())),
		}
	}

	/// Makes the socket at a path, for its user alone. One that nobody listens at any longer is replaced.
	///
	/// # Errors
	///
	/// If it cannot be made, or others than this process's user and root can write to a directory that it is in.
	pub fn bind(&self, path: &Path) -> io::Result<UnixListener> {
		UnixListener::from_std(socket::make(path, self.user)?)
	}

	/// Serves until it is told to stop; runs in hand are ended then.
	pub async fn serve(self, listener: UnixListener, stopped: impl Future<Output = ()>) {
		let this = Arc::new(self);
		let most = this.room.allowance().runs as usize + SPARE_CONNECTIONS;
		let connections = Arc::new(Semaphore::new(most));
		tokio::pin!(stopped);
		loop {
			let accepted = tokio::select! {
				() = &mut stopped => break,
				accepted = listener.accept() => accepted.and_then(|(stream, _)| stream.into_std()),
			};
			let begun = match accepted {
				Ok(stream) => this.clone().begin(stream, &connections),
				Err(error) => Err(error),
			};
			if let Err(error) = begun {
				warn!("a connection is refused: {error}");
				time::sleep(PAUSE).await;
			}
		}
		this.stop.stop();
		let all = connections.acquire_many(most.try_into().unwrap_or(u32::MAX));
		if time::timeout(FAREWELL, all).await.is_err() {
			warn!("some runs do not end; they are ended with this process");
		}
	}

	/// Answers a connection, on a thread of its own.
	fn begin(self: Arc<Self>, stream: UnixStream, connections: &Arc<Semaphore>) -> io::Result<()> {
		let denied = |why: String| io::Error::new(io::ErrorKind::PermissionDenied, why);
		let peer = wire::peer(&stream)?;
		if peer != self.user {
			return Err(denied(format!("it is of user {peer}; the service is for user {}", self.user)));
		}
		let full = |_| denied("there are too many".into());
		let connection = connections.clone().try_acquire_owned().map_err(full)?;
		let runtime = Handle::current();
		thread::Builder::new().name("rlc-containers".into()).spawn(move || {
			self.answer(&stream, &runtime, connection);
		})?;
		Ok(())
	}

	fn answer(&self, stream: &UnixStream, runtime: &Handle, _connection: OwnedSemaphorePermit) {
		let answered = stream.set_nonblocking(false).and_then(|()| {
			stream.set_write_timeout(Some(PATIENCE))?;
			let (request, file) = wire::receive(stream, Instant::now() + PATIENCE)?;
			let reply = self.reply(request, file, stream, runtime);
			wire::send(stream, &reply, None)
		});
		if let Err(error) = answered {
			warn!("a connection broke down: {error}");
		}
		// Also for the thread that waits for its end.
		let _ = stream.shutdown(Shutdown::Both);
	}

	fn reply(&self, request: Request, file: Option<OwnedFd>, stream: &UnixStream, runtime: &Handle) -> Reply {
		let (Request::Look { version } | Request::Run { version, .. }) = &request;
		if *version != VERSION {
			return Reply::Host(format!(
				"the container service speaks version {VERSION}, this worker {version}; run both by the same program"
			));
		}
		match request {
			Request::Look { .. } => {
				let gpus = self.tier.gpus().map(|states| states.borrow().clone());
				let (allowance, network) = (self.room.allowance(), self.tier.has_network());
				Reply::Offer(Offer { allowance, network, gpus, gpu_names: self.tier.gpu_names() })
			}
			Request::Run { args, env, input, limits, grants, denied, live, .. } => {
				let (nowhere, tap) = (Path::new(""), live.then(|| Tap::new(TOLD)));
				let job = Job {
					app: nowhere,
					args: &args,
					env: &env,
					input: nowhere,
					output: nowhere,
					limits: &limits,
					grants,
					seed: [0; 32],
					hash_memory: false,
					tap: tap.as_ref(),
				};
				self.run(&job, file, (&input, &denied), stream, runtime).into()
			}
		}
	}

	fn run(
		&self,
		job: &Job<'_>,
		file: Option<OwnedFd>,
		(input, denied): (&Path, &[String]),
		stream: &UnixStream,
		runtime: &Handle,
	) -> Result<Run, Error> {
		let wrong = |why: String| Error::Host(format!("the container service refuses this run: {why}"));
		let image = image_of(file).map_err(wrong)?;
		let tier = self.tier.denying(wire::networks(denied).map_err(wrong)?);
		let opened = Source::open_of(input, self.user);
		let input = opened.map_err(|error| {
			wrong(format!("its input {}: {error}; is it where the service sees it too?", input.display()))
		})?;
		let duplicate = || stream.try_clone().map_err(|error| Error::Host(format!("no socket: {error}")));
		let output = Sent::new(duplicate()?);
		let teller = output.beside().map_err(|error| Error::Host(format!("no socket: {error}")))?;
		let mut files = Files { image, input, output: Box::new(output), room: None };
		let (stop, watched) = (Arc::new(self.stop.child()), duplicate()?);
		// Its end after that of the run stops nothing.
		let running = Arc::downgrade(&stop);
		// The worker says nothing more: what comes is its end, or that the run is to end.
		let watcher = thread::Builder::new().name("rlc-containers-end".into()).spawn(move || {
			// The time limit of the request goes on to hold otherwise.
			if watched.set_read_timeout(None).is_ok() {
				let _ = io::Read::read(&mut &watched, &mut [0]);
			}
			if let Some(stop) = running.upgrade() {
				stop.stop();
			}
		});
		watcher.map_err(|error| Error::Host(format!("no thread: {error}")))?;
		let run = runtime.block_on(async {
			let taken = tokio::select! {
				taken = self.room.take(job.limits, job.grants.network) => taken?,
				() = stop.stopped() => return Ok(Run::unbegun(Ending::Stopped)),
			};
			files.room = Some(taken);
			let run = telling(tier.run(job, files, &stop), job.tap, &teller).await;
			info!(ending = ?run.as_ref().map(|run| &run.ending), "a run ended");
			run
		})?;
		// A run that nobody wanted to end says nothing about its app.
		if run.ending == Ending::Stopped && self.stop.is_stopped() {
			return Err(Error::Host("the container service ends".into()));
		}
		Ok(run)
	}
}

/// Waits for a run, and tells the worker meanwhile what the app writes, if it wants to know.
async fn telling(run: impl Future<Output = Result<Run, Error>>, tap: Option<&Tap>, to: &Sent) -> Result<Run, Error> {
	let Some(tap) = tap else { return run.await };
	tokio::pin!(run);
	let mut tick = time::interval(TOLD_EVERY);
	let mut listens = true;
	loop {
		let ended = tokio::select! {
			run = &mut run => Some(run),
			_ = tick.tick() => None,
		};
		// To one that does not read, nothing more is told: it will not learn of the run's end either.
		listens = listens && to.written(&tap.take(TOLD)).is_ok();
		if let Some(run) = ended {
			return run;
		}
	}
}

/// Returns the image that came along: a file that its sender could read, not one of which it knows the name alone.
fn image_of(file: Option<OwnedFd>) -> Result<Source, String> {
	let file = file.ok_or("there is no image")?;
	let flags = fcntl_getfl(&file).map_err(|error| error.to_string())?;
	let data = fstat(&file).map_err(|error| error.to_string())?;
	let is_readable = !flags.contains(OFlags::PATH) && !flags.contains(OFlags::WRONLY);
	if FileType::from_raw_mode(data.st_mode) != FileType::RegularFile || !is_readable {
		return Err("its image is not a file that is open to be read".into());
	}
	Ok(Source::Open(Arc::new(file.into())))
}
