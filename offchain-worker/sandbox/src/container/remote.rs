//! Containers that another process runs for this one, which needs no rights for it: the client of the container service.

use std::{
	fs::File,
	io,
	net::Shutdown,
	os::{fd::AsFd, unix::net::UnixStream},
	path::Path,
	sync::Arc,
	time::Duration,
};

use tokio::{sync::watch, task::spawn_blocking, time};

use super::{
	blocking,
	devices::{GpuState, NoDevice},
	files::absolute,
	local::check_grants,
	network::{NetworkConfig, NoNetwork},
	output::Below,
	readable::check_readable,
	unavailable::Unavailable,
	wire::{self, Offer, Reply, Request, VERSION},
};
use crate::{Error, Job, Run, Stop};

/// The user that the service runs as. Whoever else listens is not it.
const ROOT: u32 = 0;
/// How long the service may take to say what it offers.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long it may take beside unpacking and running, which have a limit each: to find room, to pass on what was written.
const OVERHEAD: Duration = Duration::from_secs(600);

/// A container service, as a worker sees it.
#[derive(Clone, Debug)]
pub struct Remote {
	socket: Arc<Path>,
	offer: Arc<Offer>,
	/// Whether runs may be granted a network: what the service offers, and the worker's owner wants.
	network: bool,
	/// What such a network does not reach, beside what the service closes.
	denied: Vec<String>,
	/// The same of devices: what was done with each when it was looked last.
	gpus: Option<watch::Sender<Vec<GpuState>>>,
}

impl Remote {
	/// See [`ContainerTier::connect`](super::ContainerTier::connect).
	pub async fn connect(socket: &Path) -> Result<Self, Unavailable> {
		let path = socket.to_owned();
		let looked = spawn_blocking(move || look(&path)).await.map_err(io::Error::from).flatten();
		let failed = |why: String| Unavailable::NoService { socket: socket.into(), why };
		match looked.map_err(|error| failed(error.to_string()))? {
			Reply::Offer(offer) => {
				let denied = Vec::new();
				Ok(Self { socket: socket.into(), offer: Arc::new(offer), network: false, denied, gpus: None })
			}
			Reply::Host(why) | Reply::App(why) => Err(failed(why)),
			Reply::Ended { .. } | Reply::OtherMachine(_) => Err(failed("it said something unexpected".into())),
		}
	}

	/// Returns what the service offers.
	pub fn offer(&self) -> &Offer {
		&self.offer
	}

	/// See [`ContainerTier::with_network`](super::ContainerTier::with_network).
	pub fn with_network(self, config: &NetworkConfig) -> Result<Self, NoNetwork> {
		if !self.offer.network {
			return Err(NoNetwork::NotServed);
		}
		let denied = config.perimeter.denied().iter().map(ToString::to_string).collect();
		Ok(Self { network: true, denied, ..self })
	}

	/// See [`ContainerTier::with_gpus`](super::ContainerTier::with_gpus).
	pub fn with_gpus(self) -> Result<Self, NoDevice> {
		let states = self.offer.gpus.clone().ok_or(NoDevice::NotServed)?;
		Ok(Self { gpus: Some(watch::Sender::new(states)), ..self })
	}

	/// See [`ContainerTier::gpus`](super::ContainerTier::gpus).
	pub fn gpus(&self) -> Option<watch::Receiver<Vec<GpuState>>> {
		self.gpus.as_ref().map(watch::Sender::subscribe)
	}

	/// Looks what became of the devices.
	async fn look_at_gpus(&self) {
		let Some(states) = &self.gpus else { return };
		let socket = self.socket.clone();
		// Without an answer, the next run finds out.
		if let Ok(Ok(Reply::Offer(offer))) = spawn_blocking(move || look(&socket)).await {
			let now = offer.gpus.unwrap_or_default();
			states.send_if_modified(|known| std::mem::replace(known, now.clone()) != now);
		}
	}

	/// See [`ContainerTier::run`](super::ContainerTier::run).
	pub async fn run(&self, job: &Job<'_>, stop: &Stop) -> Result<Run, Error> {
		let run = self.run_there(job, stop).await;
		if job.grants.gpus > 0 {
			self.look_at_gpus().await;
		}
		run
	}

	async fn run_there(&self, job: &Job<'_>, stop: &Stop) -> Result<Run, Error> {
		check_grants(job.grants, self.network, self.gpus.is_some())?;
		job.environment()?;
		let (app, input, output) = (job.app.to_owned(), absolute(job.input)?, Below(absolute(job.output)?));
		let request = Request::Run {
			version: VERSION,
			args: job.args.into(),
			env: job.env.into(),
			input: input.clone(),
			limits: job.limits.clone(),
			grants: job.grants,
			denied: self.denied.clone(),
			live: job.tap.is_some(),
		};
		let socket = self.socket.clone();
		let connected = blocking(move || {
			check_readable(&input)?;
			let app = open(&app)?;
			let stream = connect(&socket).map_err(|error| gone(&error))?;
			wire::send(&stream, &request, Some(app.as_fd())).map_err(|error| gone(&error))?;
			Ok(Connection(stream))
		});
		let connection = connected.await?;
		let stream = connection.0.try_clone().map_err(|error| gone(&error))?;
		let tap = job.tap.cloned();
		let reply = spawn_blocking(move || {
			let mut output = output;
			wire::receive_run(&stream, &mut output, tap.as_ref())
		});
		tokio::pin!(reply);
		let limit = time::sleep(job.limits.time.saturating_mul(2).saturating_add(OVERHEAD));
		tokio::pin!(limit);
		let mut is_stopped = false;
		let reply = loop {
			tokio::select! {
				reply = &mut reply => break reply,
				() = stop.stopped(), if !is_stopped => {
					is_stopped = true;
					// The service ends the run, and says so.
					let _ = connection.0.shutdown(Shutdown::Write);
				}
				() = &mut limit => return Err(Error::Host("the container service does not answer".into())),
			}
		};
		match reply {
			Ok(Ok(reply)) => reply.run(job.limits.log),
			Ok(Err(error)) => Err(gone(&error)),
			Err(error) => Err(Error::Host(format!("receiving a result broke off: {error}"))),
		}
	}
}

/// A connection that ends when this is dropped, and the run with it.
struct Connection(UnixStream);

impl Drop for Connection {
	fn drop(&mut self) {
		// Its other end may be gone already.
		let _ = self.0.shutdown(Shutdown::Both);
	}
}

fn look(socket: &Path) -> io::Result<Reply> {
	let stream = connect(socket)?;
	stream.set_read_timeout(Some(PATIENCE))?;
	wire::send(&stream, &Request::Look { version: VERSION }, None)?;
	wire::receive_reply(&stream)
}

fn connect(socket: &Path) -> io::Result<UnixStream> {
	let stream = UnixStream::connect(socket)?;
	if wire::peer(&stream)? != ROOT {
		return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it is not root's"));
	}
	Ok(stream)
}

fn open(app: &Path) -> Result<File, Error> {
	let file = File::open(app).map_err(Error::io("open", app))?;
	if !file.metadata().is_ok_and(|data| data.is_file()) {
		let why = "is a directory; pack the image into one file for the container service";
		return Err(Error::Host(format!("{} {why}", app.display())));
	}
	Ok(file)
}

fn gone(error: &io::Error) -> Error {
	Error::Host(format!("the container service is gone, or refuses this process: {error}"))
}
