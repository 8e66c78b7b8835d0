//! What goes to a server over a network is encrypted, and the server shows who it is.

use std::{fs, net::TcpListener};

use super::*;
use crate::testing::postgres::{binaries, data, directory, make, own};

/// A server with a certificate for `localhost`, and its port.
struct Server {
	postgres: Postgres,
	port: u16,
}

impl Server {
	/// Starts one. `None` where PostgreSQL is not installed.
	fn start() -> Option<Self> {
		let Some(bin) = binaries() else { rlc_testing::skip!("needs postgres" => None) };
		// Another program may take the port first.
		for _ in 0..5 {
			let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
			let dir = directory();
			make(&bin, &dir);
			let certificate = certificate();
			for (name, text) in [
				("server.crt", certificate.serialize_pem().unwrap()),
				("server.key", certificate.serialize_private_key_pem()),
			] {
				let path = data(&dir).join(name);
				fs::write(&path, text).unwrap();
				own(&path);
			}
			let options = ["-c", "listen_addresses=localhost", "-c", "ssl=on"];
			if let Ok(postgres) = Postgres::serve(&bin, dir, &port.to_string(), &options) {
				return Some(Self { postgres, port });
			}
		}
		panic!("there is no free port");
	}

	fn url(&self, host: &str, options: &str) -> String {
		format!("postgres://postgres@{host}:{}/postgres?{options}", self.port)
	}

	/// Returns the file of its certificate.
	fn certificate(&self) -> String {
		data(&self.postgres.dir).join("server.crt").display().to_string()
	}
}

fn certificate() -> rcgen::Certificate {
	rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap()
}

/// Returns whether the connection that this is asked over is encrypted.
async fn is_encrypted(db: &Db) -> bool {
	let sql = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
	let (encrypted,) = sqlx::query_as::<_, (bool,)>(sql).fetch_one(&db.pool()).await.unwrap();
	encrypted
}

#[tokio::test]
async fn server_shows_a_certificate_of_its_name() {
	let Some(server) = Server::start() else { return };
	let trusted = server.certificate();
	let strict = |root: &str| format!("sslmode=verify-full&sslrootcert={root}");
	let db = Db::open(&server.url("localhost", &strict(&trusted))).await.unwrap();
	assert!(is_encrypted(&db).await);
	db.enlist().await.unwrap();
	rows_are_read_as_written(&db).await;

	let dir = tempfile::tempdir().unwrap();
	let other = dir.path().join("other.crt");
	fs::write(&other, certificate().serialize_pem().unwrap()).unwrap();
	for (host, root) in [("127.0.0.1", trusted), ("localhost", other.display().to_string())] {
		let refused = Db::open(&server.url(host, &strict(&root))).await.unwrap_err();
		assert!(matches!(refused, DbError::Sql(sqlx::Error::Tls(_) | sqlx::Error::Io(_))), "{host}: {refused:?}");
	}
	let any = Db::open(&server.url("localhost", "sslmode=require")).await.unwrap();
	assert!(is_encrypted(&any).await, "whoever it is");
}

#[tokio::test]
async fn server_without_tls_is_not_spoken_to_if_that_is_asked_for() {
	let Some(postgres) = Postgres::start() else { return };
	let refused = Db::open(&format!("{}&sslmode=require", postgres.url)).await.unwrap_err();
	assert!(matches!(refused, DbError::Sql(sqlx::Error::Tls(_))), "{refused:?}");
}
