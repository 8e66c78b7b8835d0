//! The namespaces of a container's network, and a process that keeps them.
//!
//! ```text
//! this machine's user namespace
//!   └── user namespace, with root alone    keeper: no capabilities; gateway: capabilities here only
//!         └── network namespace            keeper, container
//! ```
//!
//! Neither the gateway nor the container has a right over the machine's own network: the gateway is root in a user
//! namespace that owns nothing but this network, and the container is in another one, or has no capabilities. On this
//! machine that root is the run's, to whom no file belongs: what takes the gateway over is nobody outside, too.

use std::{
	fs,
	path::{Path, PathBuf},
	process::Stdio,
	time::Duration,
};

use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	process::{Child, Command},
	time,
};

use super::{
	super::{ids::Ids, programs},
	gateway::INTERFACE,
	tun, NoNetwork,
};
use crate::Error;

/// How long a program may take.
pub const PATIENCE: Duration = Duration::from_secs(20);
/// Says that it is there, and stays until its standard input ends, as it does if this process is gone.
const KEEPER: &str = "echo && read -r _";
/// Runs a program until it ends, or standard input does, with the node of its device that it is given, if it is. It is the
/// first process of a PID namespace, so nothing of it is left then. Each connection takes a file and a quarter of a megabyte
/// of the program at most, so what a container can make it take is bounded, by 1 GiB in all.
const GATEWAY: &str = r#"ulimit -n 1024 && ulimit -v 1048576 || exit
[ -z "$TUN_NODE" ] || mount --bind "$TUN_NODE" "$TUN_DEVICE" || exit
exec 3<&0
"$@" </dev/null 3<&- &
program=$!
{ read -r _ <&3; kill -KILL $program; } &
wait $program"#;

/// The programs that make namespaces.
#[derive(Clone, Debug)]
pub struct Tools {
	nft: PathBuf,
	nsenter: PathBuf,
	setpriv: PathBuf,
	unshare: PathBuf,
}

/// A network namespace. It is gone when this is dropped, and nothing else is in it.
#[derive(Debug)]
pub struct Namespace {
	keeper: Child,
	process: u32,
}

/// Returns what the processes that make the network of a run are known by: an argument that no other process has.
pub fn mark(run: &str) -> String {
	format!("network-of-{run}")
}

impl Tools {
	/// Finds them in PATH.
	///
	/// # Errors
	///
	/// [`NoNetwork::NoProgram`].
	pub fn find() -> Result<Self, NoNetwork> {
		let find = |name| programs::find(name).ok_or(NoNetwork::NoProgram(name));
		Ok(Self { nft: find("nft")?, nsenter: find("nsenter")?, setpriv: find("setpriv")?, unshare: find("unshare")? })
	}

	/// Makes the namespaces of a run's network, whose root is that of the run.
	///
	/// # Errors
	///
	/// [`Error::Host`], if that fails.
	pub async fn namespace(&self, run: &str, ids: &Ids) -> Result<Namespace, Error> {
		let mut command = programs::command(&self.unshare);
		command.args(["--user", "--net", "--", "/bin/sh", "-c", KEEPER]).arg(mark(run));
		// It is root of this machine, and of nothing in there: only until the one that keeps the namespaces is.
		let (mut maker, process) = ready(command, &self.unshare).await?;
		let (uid, gid) = ids.root();
		for (map, id) in [("uid_map", uid), ("gid_map", gid)] {
			let file = PathBuf::from(format!("/proc/{process}/{map}"));
			fs::write(&file, format!("0 {id} 1\n")).map_err(Error::io("write", &file))?;
		}
		let mut command = programs::command(&self.nsenter);
		command.args(["user", "net"].map(|kind| format!("--{kind}=/proc/{process}/ns/{kind}"))).arg("--");
		// The gateway may only look at processes that can do no more than itself.
		command.arg(&self.setpriv).args(["--bounding-set=-all", "--inh-caps=-all", "--"]);
		command.args(["/bin/sh", "-c", KEEPER]).arg(mark(run));
		let (keeper, process) = ready(command, &self.nsenter).await?;
		maker.kill().await.map_err(Error::io("end", &self.unshare))?;
		Ok(Namespace { keeper, process })
	}

	/// Starts a program that gives a network to a namespace. It is root in the namespace's user namespace alone, sees no
	/// process of this machine but itself, and ends when its standard input does. `tun` is a node of its device, if it cannot
	/// open this machine's own.
	///
	/// # Errors
	///
	/// [`Error::Host`], if it cannot be started.
	pub fn gateway(
		&self,
		run: &str,
		namespace: &Namespace,
		program: &[String],
		tun: Option<&Path>,
	) -> Result<Child, Error> {
		let mut command = programs::command(&self.nsenter);
		command.envs(tun.map(|node| ("TUN_NODE", node))).env("TUN_DEVICE", tun::DEVICE);
		command.arg(format!("--user=/proc/{}/ns/user", namespace.process)).arg("--");
		command.arg(&self.unshare).args(["--mount", "--pid", "--fork", "--kill-child", "--"]);
		command.args(["/bin/sh", "-c", GATEWAY]).arg(mark(run)).args(program);
		command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
		command.spawn().map_err(Error::io("start", &self.nsenter))
	}

	/// Sets rules in a namespace.
	///
	/// # Errors
	///
	/// [`Error::Host`], if they are not set. Then none of them is.
	pub async fn set_rules(&self, namespace: &Path, rules: &str) -> Result<(), Error> {
		let failed = |why: &str| Error::Host(format!("nft failed: {why}"));
		let mut command = programs::command(&self.nsenter);
		command.arg(format!("--net={}", namespace.display())).arg("--").arg(&self.nft).args(["-f", "-"]);
		let output = time::timeout(PATIENCE, output(command, rules)).await.map_err(|_| failed("it does not end"))?;
		let output = output.map_err(Error::io("start", &self.nsenter))?;
		if !output.status.success() {
			return Err(failed(String::from_utf8_lossy(&output.stderr).trim()));
		}
		Ok(())
	}
}

/// Starts a command that says when it is there, and stays. Returns it, and the number of its process.
async fn ready(mut command: Command, program: &Path) -> Result<(Child, u32), Error> {
	command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
	let mut child = command.spawn().map_err(Error::io("start", program))?;
	let there = async { child.stdout.as_mut()?.read_u8().await.ok() };
	if let (Ok(Some(_)), Some(process)) = (time::timeout(PATIENCE, there).await, child.id()) {
		return Ok((child, process));
	}
	drop(child.stdin.take());
	let mut said = String::new();
	if let Some(stderr) = &mut child.stderr {
		// What there is of it says enough.
		let _ = time::timeout(PATIENCE, stderr.read_to_string(&mut said)).await;
	}
	Err(Error::Host(format!("no namespaces for a network: {}", said.trim())))
}

/// Runs a command with this input.
async fn output(mut command: Command, input: &str) -> std::io::Result<std::process::Output> {
	command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
	let mut child = command.spawn()?;
	if let Some(mut stdin) = child.stdin.take() {
		// If it was not read, the exit status shows it.
		let _ = stdin.write_all(input.as_bytes()).await;
	}
	child.wait_with_output().await
}

impl Namespace {
	/// Returns the network namespace's file.
	pub fn file(&self) -> PathBuf {
		format!("/proc/{}/ns/net", self.process).into()
	}

	/// Returns whether it has a way out.
	pub fn has_way_out(&self) -> bool {
		let routes = fs::read_to_string(format!("/proc/{}/net/route", self.process)).unwrap_or_default();
		routes.lines().any(|route| {
			let mut fields = route.split_whitespace();
			fields.next() == Some(INTERFACE) && fields.next() == Some("00000000")
		})
	}

	/// Ends the process that keeps it.
	pub async fn end(mut self) {
		// It may have ended by itself.
		let _ = self.keeper.kill().await;
	}
}
