//! Fetching through a proxy, and what a machine with public addresses of its own does not fetch from itself.

use std::{
	env,
	path::Path,
	process::{Command, Stdio},
	sync::{Arc, Mutex},
};

use axum::{http::header::LOCATION, response::IntoResponse, routing::get, Router};
use rlc_store::{
	pin, CancellationToken, DownloadLimits, FetchConfig, FetchErrorKind, Fetcher, Perimeter, Proxy, Reach,
	RegistryImage,
};
use rlc_testing::skip;
use tokio::{
	io::{copy_bidirectional, AsyncReadExt, AsyncWriteExt},
	net::{TcpListener, TcpStream},
};

use crate::served::{sha256, Server};

const HELLO: &[u8] = b"hello";
/// A public address that nothing here connects to: the proxy stands for it.
const PUBLIC: &str = "1.2.3.4";
/// Set where there is a network of the test's own.
const ALONE: &str = "RLC_TEST_ALONE";

/// A proxy that leads to one server, whatever it is asked for, and writes down what that was.
struct FakeProxy {
	url: String,
	asked: Arc<Mutex<Vec<String>>>,
}

impl FakeProxy {
	async fn to(server: &Server) -> Self {
		let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
		let url = format!("http://me:secret@{}", listener.local_addr().unwrap());
		let asked = Arc::new(Mutex::new(Vec::<String>::new()));
		let (notes, server) = (Arc::clone(&asked), server.address);
		tokio::spawn(async move {
			while let Ok((mut client, _)) = listener.accept().await {
				let notes = notes.clone();
				tokio::spawn(async move {
					let mut head = Vec::new();
					while !head.ends_with(b"\r\n\r\n") {
						head.push(client.read_u8().await.unwrap());
					}
					notes.lock().unwrap().push(String::from_utf8(head).unwrap());
					client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
					let mut server = TcpStream::connect(server).await.unwrap();
					// Either side may break it off.
					let _ = copy_bidirectional(&mut client, &mut server).await;
				});
			}
		});
		Self { url, asked }
	}

	fn proxy(&self) -> Option<Proxy> {
		Some(self.url.parse().unwrap())
	}

	/// Returns the first line of each request so far.
	fn asked(&self) -> Vec<String> {
		self.asked.lock().unwrap().iter().map(|head| head.lines().next().unwrap().to_owned()).collect()
	}
}

async fn fetched(dir: &Path, reach: Reach, location: &str) -> Result<u64, FetchErrorKind> {
	let fetcher = Fetcher::new(FetchConfig { reach, ..FetchConfig::new(dir) }).unwrap();
	let fetched = fetcher.fetch(location, None, &CancellationToken::new()).await;
	fetched.map(|file| file.size()).map_err(|error| error.kind)
}

fn server() -> Server {
	let inside = get(|| async { ([(LOCATION, "http://127.0.0.1:1/")], axum::http::StatusCode::FOUND).into_response() });
	Server::at(None, Router::new().route("/hello", get(|| async { HELLO })).route("/inside", inside))
}

#[tokio::test]
async fn proxy_is_asked_for_the_address_that_was_checked() {
	let (dir, server) = (tempfile::tempdir().unwrap(), server());
	let way = FakeProxy::to(&server).await;
	let reach = Reach { proxy: way.proxy(), ..Reach::default() };
	assert_eq!(fetched(dir.path(), reach, &format!("http://{PUBLIC}/hello")).await, Ok(5));
	let heads = way.asked.lock().unwrap().clone();
	assert_eq!(heads.len(), 1);
	assert!(heads[0].starts_with(&format!("CONNECT {PUBLIC}:80 HTTP/1.1\r\n")), "{heads:?}");
	// "me:secret".
	assert!(heads[0].to_lowercase().contains("proxy-authorization: basic bwu6c2vjcmv0\r\n"), "{heads:?}");
}

#[tokio::test]
async fn proxy_opens_no_private_network() {
	let (dir, server) = (tempfile::tempdir().unwrap(), server());
	let way = FakeProxy::to(&server).await;
	let denied = Perimeter::new(["1.2.4.0/24".parse().unwrap()]);
	let reach = Reach { proxy: way.proxy(), perimeter: denied, ..Reach::default() };
	for host in
		["127.0.0.1", "localhost", "10.1.2.3", "169.254.169.254", "168.63.129.16", "1.2.4.4", "[::ffff:1.2.4.4]"]
	{
		let refused = fetched(dir.path(), reach.clone(), &format!("http://{host}/hello")).await;
		assert_eq!(refused, Err(FetchErrorKind::NotAllowed), "{host}");
	}
	assert_eq!(way.asked(), [""; 0]);
	let redirected = fetched(dir.path(), reach.clone(), &format!("http://{PUBLIC}/inside")).await;
	assert_eq!(redirected, Err(FetchErrorKind::NotAllowed));
	// What is near is never asked of the proxy, even where it may be fetched.
	let near = fetched(dir.path(), Reach { private: true, ..reach }, &format!("{}hello", server.url())).await;
	assert_eq!((near, way.asked()), (Ok(5), vec![format!("CONNECT {PUBLIC}:80 HTTP/1.1")]));
}

#[tokio::test]
async fn what_is_pinned_is_read_through_the_proxy() {
	let server = server();
	let way = FakeProxy::to(&server).await;
	let at = format!("http://{PUBLIC}/hello");
	let pinned = pin(&at, DownloadLimits::default(), way.proxy(), |_, _| ()).await.unwrap();
	assert_eq!(pinned, format!("{at}#sha256={}", hex::encode(sha256(HELLO).digest())));
	assert_eq!(way.asked(), [format!("CONNECT {PUBLIC}:80 HTTP/1.1")]);
	let inside = pin(&format!("http://{PUBLIC}/inside"), DownloadLimits::default(), way.proxy(), |_, _| ()).await;
	assert_eq!(inside.unwrap_err().kind, FetchErrorKind::NotAllowed);
	let near = pin(&format!("{}hello", server.url()), DownloadLimits::default(), way.proxy(), |_, _| ()).await;
	assert!(near.is_ok() && way.asked().len() == 2, "{near:?}");
}

/// Runs another test of this program in a network namespace of its own, with these variables.
fn alone(test: &str, variables: &[(&str, &str)]) {
	let mut there = Command::new("unshare");
	there.args([
		"--net",
		"--",
		"sh",
		"-c",
		"ip link set lo up && ip address add 1.2.3.4/32 dev lo && exec \"$@\"",
		"sh",
	]);
	there.arg(env::current_exe().unwrap()).args(["--exact", test, "--ignored", "--nocapture"]);
	// What it skips, it says on standard error.
	there.env(ALONE, "1").envs(variables.iter().copied()).stderr(Stdio::inherit());
	match there.output() {
		Ok(output) if output.status.success() => {
			let said = String::from_utf8_lossy(&output.stdout);
			assert!(said.contains("1 passed"), "{test}: {said}");
		}
		failed if !rustix::process::geteuid().is_root() => skip!("needs netns: {failed:?}"),
		failed => panic!("{failed:?}"),
	}
}

#[test]
fn machine_fetches_nothing_from_its_own_public_address() {
	alone("proxy::on_a_machine_with_a_public_address", &[]);
}

#[tokio::test]
#[ignore = "another test starts it"]
async fn on_a_machine_with_a_public_address() {
	if env::var_os(ALONE).is_none() {
		return;
	}
	let dir = tempfile::tempdir().unwrap();
	let server = Server::at(Some("0.0.0.0:0".parse().unwrap()), Router::new().route("/hello", get(|| async { HELLO })));
	let at = format!("http://{PUBLIC}:{}/hello", server.address.port());
	assert_eq!(fetched(dir.path(), Reach::default(), &at).await, Err(FetchErrorKind::NotAllowed));
	assert_eq!(fetched(dir.path(), Reach { private: true, ..Reach::default() }, &at).await, Ok(5));
}

#[test]
fn no_proxy_is_taken_from_the_environment() {
	let proxy = "http://127.0.0.1:3128";
	let names = ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];
	alone("proxy::with_a_proxy_in_the_environment", &names.map(|name| (name, proxy)));
}

#[tokio::test]
#[ignore = "another test starts it"]
async fn with_a_proxy_in_the_environment() {
	if env::var_os(ALONE).is_none() {
		return;
	}
	let dir = tempfile::tempdir().unwrap();
	let proxy = TcpListener::bind("127.0.0.1:3128").await.unwrap();
	let image = "9.9.9.9/team/app:1".parse::<RegistryImage>().unwrap();
	let everything = async {
		assert!(image.pull(&dir.path().join("image"), None).await.is_err(), "there is no way to it");
		assert!(fetched(dir.path(), Reach::default(), "http://9.9.9.9/").await.is_err());
	};
	tokio::select! {
		() = everything => (),
		_ = proxy.accept() => panic!("a proxy that nobody named was used"),
	}
	let named = Some("http://127.0.0.1:3128".parse::<Proxy>().unwrap());
	let pull = image.pull(dir.path(), named.as_ref());
	tokio::select! {
		_ = pull => panic!("the proxy that was named was not used"),
		accepted = proxy.accept() => assert!(accepted.is_ok()),
	}
}
