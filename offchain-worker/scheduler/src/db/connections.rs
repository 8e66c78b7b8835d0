//! Connections to the database: to a file, or to the PostgreSQL server that is the primary now.
//!
//! A URL may name several servers, of which one is the primary and the others follow it:
//! `postgres://user@one,two:5433/pool`. When the primary is gone, connections are opened anew, to whichever server has
//! taken its place. A server that follows another takes no writes, and is passed over.

use std::{
	env, fmt, io,
	net::IpAddr,
	path::Path,
	sync::{PoisonError, RwLock},
	time::Duration,
};

use sqlx::{any::AnyPoolOptions, AnyConnection, AnyPool, Connection};
use tokio::time::{sleep, timeout, Instant};

use super::DbError;

/// The most connections to a shared database.
const CONNECTIONS: u32 = 8;

/// How long a statement waits for a connection.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long a server may take to accept a connection.
const CONNECT_TIME: Duration = Duration::from_secs(2);

/// How long a database is waited for at the start.
const START_TIME: Duration = Duration::from_secs(30);

/// The pause before all servers are tried again.
const PAUSE: Duration = Duration::from_millis(250);

/// What each connection to PostgreSQL is set to. A transaction of an instance that hangs is ended by the server, so that
/// others need not wait for its locks.
const SETTING: &str = "SET idle_in_transaction_session_timeout = 10000";

/// Connections to the database.
pub(super) struct Connections {
	/// One URL for each server; none of a file.
	servers: Vec<String>,
	open: RwLock<AnyPool>,
}

impl fmt::Debug for Connections {
	// URLs may have passwords.
	fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
		out.debug_struct("Connections").field("servers", &self.servers.len()).finish_non_exhaustive()
	}
}

impl Connections {
	/// Opens a file, which is made if it does not exist.
	pub async fn to_file(file: &Path) -> Result<Self, DbError> {
		let url = file_url(file).map_err(|error| DbError::File(file.into(), error))?;
		let options = AnyPoolOptions::new().max_connections(CONNECTIONS).acquire_timeout(START_TIME);
		let pool = with_pragmas(options).connect(&url).await?;
		Ok(Self { servers: Vec::new(), open: RwLock::new(pool) })
	}

	/// Connects to the primary of these servers.
	pub async fn to_servers(url: &str) -> Result<Self, DbError> {
		let servers = servers(url).into_iter().map(|server| encrypted(&server)).collect::<Result<Vec<_>, _>>()?;
		let (begun, mut is_told) = (Instant::now(), false);
		loop {
			let error = match primary(&servers).await {
				Ok(pool) => return Ok(Self { servers, open: RwLock::new(pool) }),
				Err(error) if !error.is_passing() => return Err(error),
				Err(error) => error,
			};
			if begun.elapsed() > START_TIME {
				return Err(DbError::Unreachable(places(&servers), Box::new(error)));
			}
			if !is_told {
				tracing::warn!("waiting for the database at {}: {error}", places(&servers));
				is_told = true;
			}
			sleep(PAUSE).await;
		}
	}

	/// Returns the connections to use now.
	pub fn pool(&self) -> AnyPool {
		self.open.read().unwrap_or_else(PoisonError::into_inner).clone()
	}

	/// Opens new connections, to the server that is the primary now. Those from before may hang. Does nothing for a file.
	pub async fn renew(&self) -> Result<(), DbError> {
		if self.servers.is_empty() {
			return Ok(());
		}
		let pool = primary(&self.servers).await?;
		let before = std::mem::replace(&mut *self.open.write().unwrap_or_else(PoisonError::into_inner), pool);
		// It waits for what is under way, which may take as long as a broken connection is not noticed.
		tokio::spawn(async move { before.close().await });
		Ok(())
	}
}

/// Returns the URL by which the driver finds this very file, and makes it if it is missing. The folder that it is to be in is
/// there.
///
/// Names may have characters that mean something in URLs, and `..` may lead elsewhere by way of a link than a URL says.
pub(super) fn file_url(file: &Path) -> io::Result<String> {
	let (Some(folder), Some(name)) = (file.parent(), file.file_name()) else {
		return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a file"));
	};
	let here = Path::new(".");
	let path = if folder.as_os_str().is_empty() { here } else { folder }.canonicalize()?.join(name);
	// The driver reads no others.
	let path = path.to_str().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the path is not UTF-8"))?;
	let escaped = path.bytes().fold(String::new(), |mut url, byte| {
		if byte.is_ascii_alphanumeric() || b"/-_.".contains(&byte) {
			url.push(byte.into());
		} else {
			url.extend(["%", &hex::encode([byte])]);
		}
		url
	});
	Ok(format!("sqlite:{escaped}?mode=rwc"))
}

/// Sets up each connection to a file. What a killed process wrote is there. What a machine wrote before it lost power may
/// not be: the chain has it, or workers report it again.
///
/// A connection is used once more only if its last transaction is over. When the disk is full, SQLite ends a transaction by
/// itself, the driver believes that it goes on, and what it calls the next one is a savepoint: once that failed to be
/// released, writes seem to succeed, and nothing of them is ever committed.
fn with_pragmas(options: AnyPoolOptions) -> AnyPoolOptions {
	let options = options.before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }));
	options.after_connect(|connection, _| {
		Box::pin(async move {
			for pragma in ["PRAGMA journal_mode = WAL", "PRAGMA synchronous = NORMAL"] {
				sqlx::query(pragma).execute(&mut *connection).await?;
			}
			Ok(())
		})
	})
}

/// Returns connections to the first of these servers that is a primary.
///
/// # Errors
///
/// If there is none: an error that may pass, if one of them had one.
async fn primary(servers: &[String]) -> Result<AnyPool, DbError> {
	let mut failed: Option<DbError> = None;
	for server in servers {
		let error = match timeout(CONNECT_TIME, ensure_primary(server)).await {
			Ok(Ok(())) => return pool(server),
			Ok(Err(error)) => error,
			Err(_) => DbError::Silent,
		};
		if failed.as_ref().is_none_or(|known| !known.is_passing()) {
			failed = Some(error);
		}
	}
	Err(failed.unwrap_or(DbError::Silent))
}

/// Checks that a server answers, and takes writes.
async fn ensure_primary(server: &str) -> Result<(), DbError> {
	let mut connection = AnyConnection::connect(server).await?;
	let query = sqlx::query_as::<_, (bool,)>("SELECT pg_is_in_recovery()");
	let (is_standby,) = query.fetch_one(&mut connection).await?;
	// What it says to the end does not matter.
	let _ = connection.close().await;
	if is_standby {
		return Err(DbError::Standby);
	}
	Ok(())
}

/// Returns connections to a server, which are opened when they are needed.
fn pool(server: &str) -> Result<AnyPool, DbError> {
	let options = AnyPoolOptions::new().max_connections(CONNECTIONS).acquire_timeout(PATIENCE);
	let options = options.after_connect(|connection, _| {
		Box::pin(async move {
			sqlx::query(SETTING).execute(&mut *connection).await?;
			Ok(())
		})
	});
	Ok(options.connect_lazy(server)?)
}

/// Returns the URL of each server that a URL names.
fn servers(url: &str) -> Vec<String> {
	let Some((scheme, rest)) = url.split_once("://") else { return vec![url.into()] };
	let end = rest.find(['/', '?']).unwrap_or(rest.len());
	let (authority, path) = rest.split_at(end);
	let (user, hosts) = match authority.rsplit_once('@') {
		Some((user, hosts)) => (format!("{user}@"), hosts),
		None => (String::new(), authority),
	};
	hosts.split(',').map(|host| format!("{scheme}://{user}{host}{path}")).collect()
}

/// Returns a server's URL with which nothing goes over a network in clear text, unless the URL says so itself by
/// `sslmode=disable`: without an `sslmode`, the server has to show a certificate of its name.
fn encrypted(url: &str) -> Result<String, DbError> {
	let mode = parameter(url, "sslmode").or_else(|| parameter(url, "ssl-mode"));
	match mode {
		_ if is_local(url) => Ok(url.into()),
		None => Ok(format!("{url}{}sslmode=verify-full", if url.contains('?') { '&' } else { '?' })),
		Some("allow" | "prefer") => Err(DbError::ClearText(host(url))),
		Some(_) => Ok(url.into()),
	}
}

/// Returns whether a server is on this machine: reached by a socket's file, or at a loopback address.
fn is_local(url: &str) -> bool {
	let host = host(url);
	let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
	let is_socket = host.is_empty() || host.starts_with('/') || host.to_ascii_lowercase().starts_with("%2f");
	is_socket || host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// Returns the host of a server's URL.
fn host(url: &str) -> String {
	if let Some(host) = parameter(url, "hostaddr").or_else(|| parameter(url, "host")) {
		return host.into();
	}
	let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
	let authority = rest.split(['/', '?']).next().unwrap_or_default();
	let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
	let host = match place.rsplit_once(':') {
		Some((host, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => host,
		_ => place,
	};
	// As the client's library does.
	if host.is_empty() {
		env::var("PGHOST").unwrap_or_default()
	} else {
		host.into()
	}
}

/// Returns the hosts of servers, for people to read: without passwords.
fn places(servers: &[String]) -> String {
	let hosts: Vec<_> = servers.iter().map(|server| host(server)).collect();
	hosts.join(" and ")
}

/// Returns a parameter of a URL.
fn parameter<'a>(url: &'a str, name: &str) -> Option<&'a str> {
	let (_, query) = url.split_once('?')?;
	query.split('&').filter_map(|pair| pair.split_once('=')).find_map(|(key, value)| (key == name).then_some(value))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn url_names_one_server_or_several() {
		let one = "postgres://me:a%40b@one:5433/pool?sslmode=require";
		assert_eq!(servers(one), [one]);
		let both = ["postgres://me@one:5433/pool?x=1", "postgres://me@two/pool?x=1"];
		assert_eq!(servers("postgres://me@one:5433,two/pool?x=1"), both);
		assert_eq!(servers("postgres://%2Ftmp%2Fa,%2Ftmp%2Fb"), ["postgres://%2Ftmp%2Fa", "postgres://%2Ftmp%2Fb"]);
	}

	#[test]
	fn nothing_goes_over_a_network_in_clear_text_unless_the_url_says_so() {
		for local in [
			"postgres://localhost/pool",
			"postgres://me@127.0.0.3:5433/pool?sslmode=prefer",
			"postgres://me@[::1]:5433/pool",
			"postgres://me@localhost/pool?host=/run/postgresql",
			"postgres://me@%2Frun%2Fpostgresql/pool",
		] {
			assert_eq!(encrypted(local).unwrap(), local);
		}
		let remote = "postgres://me:secret@db.example.org:5433/pool";
		assert_eq!(encrypted(remote).unwrap(), format!("{remote}?sslmode=verify-full"));
		let named = format!("{remote}?application_name=x");
		assert_eq!(encrypted(&named).unwrap(), format!("{named}&sslmode=verify-full"));
		for said in ["require", "verify-ca", "verify-full", "disable"] {
			let said = format!("{remote}?sslmode={said}");
			assert_eq!(encrypted(&said).unwrap(), said);
		}
		for weak in ["allow", "prefer"] {
			let error = encrypted(&format!("{remote}?sslmode={weak}")).unwrap_err();
			assert!(matches!(&error, DbError::ClearText(host) if host == "db.example.org"), "{error}");
			assert!(!error.to_string().contains("secret"), "{error}");
		}
		let elsewhere = "postgres://localhost/pool?host=10.0.0.5";
		assert_eq!(encrypted(elsewhere).unwrap(), format!("{elsewhere}&sslmode=verify-full"));
	}

	#[test]
	fn servers_are_told_by_their_hosts() {
		assert_eq!(places(&servers("postgres://me:secret@one:5433,two/pool?x=1")), "one and two");
	}

	#[test]
	fn passwords_are_not_logged() {
		let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
		let _inside = runtime.enter();
		sqlx::any::install_default_drivers();
		let server = "postgres://me:secret@localhost/pool".to_owned();
		let open = RwLock::new(pool(&server).unwrap());
		let said = format!("{:?}", Connections { servers: vec![server], open });
		assert!(!said.contains("secret"), "{said}");
	}
}
