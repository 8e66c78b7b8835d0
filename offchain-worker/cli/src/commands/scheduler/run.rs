//! `rlc scheduler run`: a workerpool's scheduler.

use std::{collections::BTreeSet, net::SocketAddr, path::PathBuf, pin::pin, time::Duration};

use clap::Args;
use rlc_chain::{Key, ProxyType};
use rlc_primitives::{Balance, GroupId, Tag, WorkerpoolId};
use rlc_scheduler::{Admission, Config, Handle, PoolChoice};
use rlc_store::Url;
use serde_json::json;

use super::{funds, operator::directory, sale::Offer, traffic::Shares};
use crate::{
	amount::{Amount, InvalidAmount},
	answer::Answer,
	context::{now, refuse_development, Context},
	failure::{disk, failure, Result},
	ids, pool, proxy,
	table::when,
};
use rlc_service::{stop_requested, week::Windows, ServiceManager, Tls};

/// Run a workerpool's scheduler and its store until it is stopped
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rlc scheduler run --name mine --public-url https://pool.example.org --account me
  rlc scheduler run --name mine --publish-price 0.5 --category XS --category S --trust 10 --account me
  rlc scheduler run --workerpool 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665 --database postgres://localhost/pool --account me
  rlc scheduler run --name mine --ipfs http://127.0.0.1:5001 --store-quota 1000 --store-cache 20 --account me
  rlc scheduler run --name private --allow //Worker//1 --allow //Worker//2 --account me
  rlc scheduler run --name ours --group 0x9c1f0c9de1a84f7f8f6de0a3d2c1b0a998877123 --account me
  rlc scheduler run --name mine --publish-price 0.5 --vouch-for //Worker//1,//Worker//2 --account me
  rlc scheduler run --name mine --publish-price 0.5 --only-requester //Alice --account me
  rlc scheduler run --name mine --publish-price 0.5 --max-loss 2 --quiet-time 24 --account me
  rlc scheduler run --name mine --publish-price 0.5 --maintenance 'Sat 2-6' --account me
  rlc scheduler run --name mine --publish-price 0.5 --only-app group:0x9c1f0c9de1a84f7f8f6de0a3d2c1b0a998877123 --account me
  rlc scheduler run --workerpool 0x5b2f0c9de1a84f7f8f6de0a3d2c1b0a998877665 --account hot --on-behalf-of 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY

The account owns the workerpool, and stakes RLC for each task that is bought: 30 % of its price, at least what the chain asks \
for the category's time. It also has to have as much for each offer in the book, and a little for deposits and fees; the start \
says how much. One port serves everything: JSON-RPC over WebSocket, \
/store, /metrics and /healthz. You can stop it at any time; the next start resumes.

The account's key need not be on this machine: with --on-behalf-of, the key of --account acts as its proxy, see \
`rlc account proxy add --help`. It signs the delegations, and pays the fees.

By default any worker may join; with --private only the account's own; with --allow those of a list; with --group the members \
of a group that is kept on the chain with registry.createGroup, registry.addMembers and registry.removeMembers. The chain is \
asked each time a worker joins: a worker that leaves the group works on until its connection ends, and is then refused.

If any worker may join, nobody knows how many of them are one person. Workers that nobody vouches for share one vote on each \
task until they have proven themselves, get no tasks of trust 1, on which one worker decides alone, and must own --least-stake \
to join. Name those that you know, or their operators, with --vouch-for; workers with a voucher of the account (`rlc worker \
vouch`) need not be named. With --private, --allow and --group, all workers are vouched for. A pool of strangers alone sells \
nothing.

With --publish-price, the scheduler owns the workerpool's orders: it replaces and withdraws whatever else its account has in \
the book for it. Their volume follows what the connected workers can try before contributions end, and their trust what they can \
reach; --volume fixes both. It withdraws them when it stops, when no worker takes tasks for a minute, when it is paused, and \
before windows of --maintenance. Without --publish-price, orders that you publish by hand stay as they are, but are withdrawn \
while nothing is to be sold, and published again afterwards.

By default anyone may buy from it, and run any app. --only-app, --only-dataset and --only-requester restrict the orders that \
it publishes, each to one or to a group on the chain.

`rlc scheduler pause`, `resume`, `drain` and `ban` steer it while it runs, over a socket in its directory that nobody else can \
use.

What one address may use is limited, so that nobody keeps the others out: --max-connections-each, --max-calls-each. A worker \
that has joined has a share of its own. Behind a reverse proxy, name its address with --behind-proxy: else all who come \
through it share what one address gets.

A task that is not done in time costs its stake. Once more than --max-loss is lost within a day, the scheduler withdraws all \
orders of the workerpool that its account has in the book, and goes on with the deals that it has. It publishes them again \
after `rlc scheduler resume`, with --resume, or after --quiet-time. Orders cannot exclude single requesters: deals of those \
that fail too often are served last (--max-failures). `rlc scheduler status` shows both.

The scheduler speaks in clear text if --listen is a loopback address. Any other address needs TLS (--tls-certificate and \
--tls-key), a reverse proxy that ends it (--behind-proxy), or --clear-text.

A PostgreSQL server on another machine has to show a certificate of its name (sslmode=verify-full), unless its URL says \
otherwise. A URL may name several servers, such as postgres://me@one,two/pool: when the primary dies, the scheduler goes on \
with the one that took its place.

Several schedulers that share a PostgreSQL database run behind one load balancer, which has to send a client's requests to \
the same one. Give each an --instance-url: a client that asks one of them for what another has in its store is sent there.

With --ipfs, uploads are served from the disk at once, added to that IPFS node afterwards, and may then leave the disk; they \
are read from the node when they are asked for. While the node is away nothing leaves the disk, and /metrics counts what \
waits: rlc_scheduler_store_unmirrored. The node has to be this scheduler's own: what is not needed any more is unpinned \
there. Do not expose its RPC. As with /store, anyone who knows the name of a content can read it. Without --ipfs, a later \
start does not have what is on the node only.")]
pub(crate) struct Run {
	/// The workerpool, which the account has to own
	#[arg(long, value_name = "WORKERPOOL", value_parser = ids::workerpool, required_unless_present = "name")]
	pub workerpool: Option<WorkerpoolId>,

	/// The workerpool's name; a workerpool of this name is registered if the account has none
	#[arg(long, conflicts_with = "workerpool")]
	pub name: Option<String>,

	/// The address to listen at
	#[arg(long, default_value = "127.0.0.1:9955", value_name = "HOST:PORT")]
	pub listen: SocketAddr,

	/// Speak TLS with the certificate in this file, followed by those that it was signed with, in PEM
	#[arg(long, value_name = "FILE", requires = "tls_key")]
	pub tls_certificate: Option<PathBuf>,

	/// The key of --tls-certificate, in PEM
	#[arg(long, value_name = "FILE", requires = "tls_certificate")]
	pub tls_key: Option<PathBuf>,

	/// Speak in clear text even though --listen is not a loopback address: only where nobody else is on the network
	#[arg(long, conflicts_with = "tls_certificate")]
	pub clear_text: bool,

	/// The URL at which others reach it, written to the workerpool's description on the chain [default: the URL in that
	/// description; for a new workerpool, http(s):// and --listen]
	#[arg(long, value_name = "URL")]
	pub public_url: Option<String>,

	/// The URL of this very scheduler, when several share a database behind one --public-url
	#[arg(long, value_name = "URL")]
	pub instance_url: Option<String>,

	/// Run the workerpool of this account, as its proxy: --account pays the fees, and this account stakes
	#[arg(long, value_name = "ACCOUNT")]
	pub on_behalf_of: Option<String>,

	/// The directory of its data [default: $XDG_DATA_HOME/rlc/scheduler-ACCOUNT]
	#[arg(long, value_name = "DIR")]
	pub dir: Option<PathBuf>,

	/// The database: sqlite:FILE, with the path as it is, or postgres://… [default: SQLite in --dir]. A URL with a password is
	/// better given by --database-file, or by the environment: others on this machine see options
	#[arg(long, value_name = "URL", env = "RLC_DATABASE", hide_env_values = true)]
	pub database: Option<String>,

	/// Read the database's URL from this file
	#[arg(long, value_name = "FILE", conflicts_with = "database")]
	pub database_file: Option<PathBuf>,

	/// The directory of results and inputs [default: in --dir]
	#[arg(long, value_name = "DIR")]
	pub store_dir: Option<PathBuf>,

	/// The size of the store, in GiB [default: 64]
	#[arg(long, value_name = "GIB")]
	pub store_quota: Option<u64>,

	/// How much of the store accounts can upload to, in percent; the rest is for results only [default: 25]
	#[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(..=100))]
	pub store_uploads: Option<u8>,

	/// How many MiB an account can upload for each RLC that it paid this pool, beyond a trial of 256 MiB [default: 1024]
	#[arg(long, value_name = "MIB")]
	pub uploads_per_rlc: Option<u64>,

	/// Keep the store on the IPFS node with this RPC, such as http://127.0.0.1:5001; the disk is then a cache of it
	#[arg(long, value_name = "URL")]
	pub ipfs: Option<Url>,

	/// How much of the IPFS node's content stays on the disk too, in GiB [default: 4]
	#[arg(long, value_name = "GIB", requires = "ipfs")]
	pub store_cache: Option<u64>,

	/// How long results are kept after their deal, in hours [default: 30 days]
	#[arg(long, value_name = "HOURS")]
	pub retention: Option<u64>,

	/// Let only this worker join, or workers of this operator; may be repeated [default: any]
	#[arg(long, value_name = "ACCOUNT", conflicts_with = "private")]
	pub allow: Vec<String>,

	/// Let only workers join that the account vouches for, see `rlc worker vouch`
	#[arg(long)]
	pub private: bool,

	/// Let only members of this group on the chain join, or workers whose operator is one
	#[arg(long, value_name = "GROUP", value_parser = ids::group, conflicts_with_all = ["allow", "private"])]
	pub group: Option<GroupId>,

	/// Vouch for these workers, or for all workers of these operators: each operator has a vote of its own, and its workers get
	/// tasks of trust 1; may be repeated
	#[arg(long, value_name = "ACCOUNT", value_delimiter = ',', conflicts_with_all = ["allow", "private", "group"])]
	pub vouch_for: Vec<String>,

	/// What a worker that nobody vouches for must own to join; the stake of a task of the dearest offer, if that is more
	/// [default: 10 RLC]
	#[arg(long, value_name = "AMOUNT")]
	pub least_stake: Option<Amount>,

	#[command(flatten)]
	pub offer: Offer,

	#[command(flatten)]
	pub shares: Shares,

	/// When the workers rest, by this machine's time zone: what would not be over before is not sold
	#[arg(long, value_name = "WINDOWS", requires = "publish_price")]
	pub maintenance: Option<Windows>,

	/// The socket for `rlc scheduler pause` and the like [default: admin.sock in --dir]
	#[arg(long, value_name = "FILE")]
	pub admin: Option<PathBuf>,

	/// Serve deals last of which the requester or the app has failed this often, in percent; 100: never. A task that cost its
	/// stake weighs as much as four that did not
	#[arg(long, value_name = "PERCENT", default_value_t = 50, value_parser = clap::value_parser!(u8).range(1..=100))]
	pub max_failures: u8,

	/// Withdraw the workerpool's orders once tasks that were not done in time have cost more stake than this in a day; `off`:
	/// never
	#[arg(long, value_name = "AMOUNT|off", default_value = "5 RLC", value_parser = limit)]
	pub max_loss: Limit,

	/// Publish withdrawn orders again after so many hours without a loss [default: only with --resume]
	#[arg(long, value_name = "HOURS", value_parser = clap::value_parser!(u64).range(1..))]
	pub quiet_time: Option<u64>,

	/// Sell again, though the pool was paused, or stake was lost: what was lost before no longer counts. For one start:
	/// left in a service's options, it sells again whenever that restarts. A scheduler that runs needs `rlc scheduler resume`
	#[arg(long)]
	pub resume: bool,
}

/// Runs until it is stopped, or ends by itself.
pub(crate) async fn run(run: Run, context: &Context) -> Result<Answer> {
	let key = context.key_for(run.on_behalf_of.as_deref())?;
	let config = configuration(context, &run, &key)?;
	config.check_urls()?;
	let knows_nobody = config.admission == Admission::Open && config.vouched.is_empty();
	// Once, so that none is missed between two looks. It stops the scheduler however far the start has come.
	let mut stop = pin!(stop_requested());
	let (handle, sells) = tokio::select! {
		started = start(&run, config, &key, context) => started?,
		() = stop.as_mut() => return Ok(stopped(run.workerpool)),
	};
	let id = handle.workerpool;
	let told = async {
		if sells && knows_nobody {
			context.out.say(
				"warning: this workerpool sells nothing until a worker joins that it vouches for; name the workers that \
				 you know with --vouch-for, or give them vouchers of this account (`rlc worker vouch`)",
			);
		}
		if let Some(since) = handle.withdrawn {
			context.out.say(format_args!(
				"warning: this workerpool's orders were withdrawn {}, since it lost too much stake, and are not published \
				 now; find out why, then run `rlc scheduler resume`",
				when(since, now())
			));
		} else if let Some(since) = handle.paused {
			context.out.say(format_args!(
				"warning: this workerpool was paused {}, and sells nothing; `rlc scheduler resume` lets it sell",
				when(since, now())
			));
		} else if sells {
			handle.has_sold().await;
			let here = match &run.public_url {
				// It shows a certificate of that name.
				Some(url) if run.tls_certificate.is_some() => url.clone(),
				_ => format!("http://{}", handle.address),
			};
			if let Some(warning) = pool::warning(Ok(here.into()), run.offer.tag.unwrap_or(Tag::NONE)).await {
				context.out.say(warning);
			}
		}
		context.out.say(format_args!("serving workerpool {:?} at {}; Ctrl-C stops it", id.0, handle.address));
		handle.exited().await;
		Ok(())
	};
	let ended = tokio::select! {
		ended = told => ended,
		() = stop => Ok(()),
	};
	// If the scheduler ended by itself, this says why.
	handle.stop().await?;
	ended.map(|()| stopped(Some(id)))
}

/// Starts the scheduler as soon as its node is in sync. Returns it, and whether it has offers of its own.
async fn start(run: &Run, config: Config, key: &Key, context: &Context) -> Result<(Handle, bool)> {
	let chain = context.early_chain().await?;
	refuse_development(&chain, key).await?;
	context.when_in_sync(&chain).await?;
	proxy::check(&chain, key, ProxyType::Scheduler).await?;
	let config = Config { offers: run.offer.read(context, &chain).await?, ..config };
	if let Some(offers) = &config.offers {
		funds::check(context, &chain, &key.account(), offers).await?;
	}
	let sells = config.offers.is_some();
	Ok((rlc_scheduler::start(config, chain, key.clone()).await?, sells))
}

/// Says that the scheduler of this workerpool has ended, if that is known already.
fn stopped(workerpool: Option<WorkerpoolId>) -> Answer {
	Answer::new("the scheduler has stopped", json!({ "workerpool": workerpool }))
}

/// Reads the certificate to show, if one is given.
fn certificate(run: &Run) -> Result<Option<Tls>> {
	let Some((certificate, key)) = run.tls_certificate.as_ref().zip(run.tls_key.as_ref()) else { return Ok(None) };
	let read = Tls::read(certificate, key).map_err(|error| failure!(FileUnusable, "{error}"))?;
	Ok(Some(read))
}

/// Returns the URL of the database, if one is given.
fn database(run: &Run) -> Result<Option<String>> {
	let Some(file) = &run.database_file else { return Ok(run.database.clone()) };
	let text = std::fs::read_to_string(file).map_err(disk(file))?;
	Ok(Some(text.trim().to_owned()))
}

/// Returns the configuration that the options ask for, with defaults for the rest.
fn configuration(context: &Context, run: &Run, key: &Key) -> Result<Config> {
	let dir = directory(run.dir.as_ref(), || Ok(key.account()))?;
	if dir.to_str().is_none() {
		return Err(failure!(Usage, "--dir {} is not UTF-8, in which databases have their names", dir.display();
			"give another one"));
	}
	rlc_disk::private_dir(&dir).map_err(disk(&dir))?;
	let pool = match (run.workerpool, &run.name) {
		(Some(id), _) => PoolChoice::Registered(id),
		(None, Some(name)) => PoolChoice::Named(name.clone()),
		(None, None) => return Err(failure!(Usage, "--workerpool or --name is missing"; "give one of them")),
	};
	let listed = run.allow.iter().map(|name| context.account(name)).collect::<Result<BTreeSet<_>>>()?;
	let admission = match run.group {
		Some(group) => Admission::Group(group),
		None if run.private => Admission::Private,
		None if listed.is_empty() => Admission::Open,
		None => Admission::Listed(listed),
	};
	let vouched = run.vouch_for.iter().map(|name| context.account(name)).collect::<Result<BTreeSet<_>>>()?;
	let usual = Config::new(pool, dir);
	let database = database(run)?;
	if run.instance_url.is_some() && database.is_none() {
		return Err(failure!(Usage, "--instance-url is for schedulers that share a database"; "give --database"));
	}
	Ok(Config {
		listen: run.listen,
		tls: certificate(run)?,
		clear_text: run.clear_text,
		public_url: run.public_url.clone(),
		instance_url: run.instance_url.clone(),
		database: database.unwrap_or(usual.database),
		store_dir: run.store_dir.clone().unwrap_or(usual.store_dir),
		store_quota: run.store_quota.map_or(usual.store_quota, |quota| quota.saturating_mul(1 << 30)),
		store_uploads: run.store_uploads.unwrap_or(usual.store_uploads),
		uploads_per_rlc: run.uploads_per_rlc.map_or(usual.uploads_per_rlc, |size| size.saturating_mul(1 << 20)),
		ipfs: run.ipfs.clone(),
		store_cache: run.store_cache.map_or(usual.store_cache, |size| size.saturating_mul(1 << 30)),
		retention: run.retention.map_or(usual.retention, |hours| Duration::from_secs(hours.saturating_mul(3_600))),
		admission,
		vouched,
		least_stake: run.least_stake.map_or(usual.least_stake, |Amount(least)| least),
		traffic: run.shares.traffic(),
		max_failures: run.max_failures,
		max_loss: run.max_loss.0,
		quiet: run.quiet_time.map(|hours| Duration::from_secs(hours.saturating_mul(3_600))),
		resume: run.resume,
		maintenance: run.maintenance.clone(),
		admin: run.admin.clone().unwrap_or(usual.admin),
		manager: ServiceManager::of_process(),
		..usual
	})
}

/// How much may be lost, in nRLC, if there is a limit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit(Option<Balance>);

fn limit(text: &str) -> std::result::Result<Limit, InvalidAmount> {
	match text {
		"off" => Ok(Limit(None)),
		amount => amount.parse::<Amount>().map(|Amount(most)| Limit(Some(most))),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::Parser;
	use rlc_primitives::RLC;

	#[derive(Parser)]
	struct Line {
		#[command(flatten)]
		run: Run,
	}

	fn parsed(arguments: &[&str]) -> std::result::Result<Run, clap::Error> {
		Line::try_parse_from([&["test", "--name", "mine"], arguments].concat()).map(|line| line.run)
	}

	#[test]
	fn certificate_has_a_key_and_is_not_given_with_clear_text() {
		assert!(parsed(&["--tls-certificate", "a", "--tls-key", "b"]).is_ok());
		for wrong in [
			&["--tls-certificate", "a"][..],
			&["--tls-key", "b"],
			&["--tls-certificate", "a", "--tls-key", "b", "--clear-text"],
		] {
			assert!(parsed(wrong).is_err(), "{wrong:?}");
		}
		let missing = parsed(&["--tls-certificate", "/nowhere/a", "--tls-key", "/nowhere/b"]).unwrap();
		let refused = certificate(&missing).unwrap_err().to_string();
		assert!(refused.contains("/nowhere/a"), "{refused}");
	}

	#[test]
	fn database_s_url_is_read_from_a_file() {
		let dir = tempfile::tempdir().unwrap();
		let file = dir.path().join("url");
		std::fs::write(&file, "postgres://me:secret@db.example.org/pool\n").unwrap();
		let run = parsed(&["--database-file", file.to_str().unwrap()]).unwrap();
		assert_eq!(database(&run).unwrap().as_deref(), Some("postgres://me:secret@db.example.org/pool"));
		assert!(parsed(&["--database-file", "x", "--database", "y"]).is_err());
		let missing = parsed(&["--database-file", "/nowhere/url"]).unwrap();
		assert!(database(&missing).is_err());
	}

	#[test]
	fn open_pool_vouches_for_those_that_are_named() {
		let named = |arguments: &[&str]| parsed(arguments).map(|run| run.vouch_for).unwrap();
		assert_eq!(named(&["--vouch-for", "//A,//B", "--vouch-for", "me"]), ["//A", "//B", "me"]);
		assert!(named(&[]).is_empty());
		for admitted in [&["--allow", "//A"][..], &["--private"], &["--group", &format!("0x{}", "ab".repeat(20))]] {
			assert!(
				parsed(&[admitted, &["--vouch-for", "//B"]].concat()).is_err(),
				"they are vouched for: {admitted:?}"
			);
		}
		let least = |arguments: &[&str]| parsed(arguments).unwrap().least_stake.map(|Amount(least)| least);
		assert_eq!((least(&[]), least(&["--least-stake", "2.5"])), (None, Some(5 * RLC / 2)));
	}

	#[test]
	fn limits_of_losses_are_amounts_or_off() {
		assert_eq!(parsed(&[]).unwrap().max_loss.0, Some(5 * RLC));
		assert_eq!(parsed(&["--max-loss", "0.5"]).unwrap().max_loss.0, Some(RLC / 2));
		assert_eq!(parsed(&["--max-loss", "off"]).unwrap().max_loss.0, None);
		for wrong in [["--max-loss", "much"], ["--max-failures", "0"], ["--max-failures", "101"], ["--quiet-time", "0"]]
		{
			assert!(parsed(&wrong).is_err(), "{wrong:?}");
		}
	}
}
