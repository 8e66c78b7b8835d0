//! Where the worker reaches its node: a port of this machine that serves whoever knows a secret, and nobody else.
//!
//! Every user of this machine can find the port and connect to it. So a connection has to begin with the secret, as the
//! path of what it asks for. Until it does, nothing of it is read, it counts as none, and it does not last: it is closed
//! after a while, or when too many wait as it does. The secret is told to the worker alone, on its standard input: anybody
//! can see its arguments.
//!
//! The server is one of its own, since that of `sc-service` counts a connection before anything of ours could look at it.

use std::{
	collections::VecDeque,
	io,
	net::{Ipv4Addr, SocketAddr},
	sync::Arc,
	time::Duration,
};

use jsonrpsee::{
	server::{
		middleware::rpc::{RpcService, RpcServiceBuilder, RpcServiceT},
		serve_with_graceful_shutdown, stop_channel, PingConfig, RandomStringIdProvider, Server, ServerHandle,
		StopHandle,
	},
	types::Request,
	Methods,
};
use rlc_primitives::Hash;
use sc_rpc::DenyUnsafe;
use tokio::{
	net::{TcpListener, TcpStream},
	task::AbortHandle,
	time::{sleep, timeout},
};

/// How many connections the worker has: one, and the ones before it that are not closed yet.
const CONNECTIONS: u32 = 8;
/// How many more may wait to name the secret: each takes one of the files that the node may have open.
const STRANGERS: usize = 128;
/// The largest message, in bytes: what the worker's side takes.
const MAX_MESSAGE: u32 = 64 * 1024 * 1024;
/// How often it is looked whether the worker is still there.
const PING: Duration = Duration::from_secs(30);
/// How long the names of subscriptions are, as everywhere else in the node.
const NAME_LENGTH: usize = 16;
/// How long a connection has to name the secret. The worker's first bytes do, but it may have to wait for a core.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long is waited before a look at what has not changed yet.
const PAUSE: Duration = Duration::from_millis(50);

/// The worker's way to the node. It closes when this is dropped.
pub struct Endpoint {
	address: SocketAddr,
	secret: String,
	_open: ServerHandle,
}

impl Endpoint {
	/// Opens it, for calls of the methods that strangers may call too. Must be called on a thread of tokio's.
	///
	/// # Errors
	///
	/// The system's, if it does not give a port.
	pub fn open(methods: Methods) -> io::Result<Self> {
		Self::open_with(methods, PATIENCE)
	}

	/// Opens it. A connection has so long to name the secret.
	fn open_with(methods: Methods, patience: Duration) -> io::Result<Self> {
		let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
		listener.set_nonblocking(true)?;
		let address = listener.local_addr()?;
		let listener = TcpListener::from_std(listener)?;
		let secret = format!("{:x}", Hash::from(rand::random::<[u8; 32]>()));
		let (stop, open) = stop_channel();
		tokio::spawn(serve(listener, methods, greeting(&secret), patience, stop));
		Ok(Self { address, secret, _open: open })
	}

	/// Returns where it is.
	pub fn address(&self) -> SocketAddr {
		self.address
	}

	/// Returns the secret, which is the path there.
	pub fn secret(&self) -> &str {
		&self.secret
	}
}

/// Returns what a connection of somebody who knows the secret begins with.
fn greeting(secret: &str) -> Arc<[u8]> {
	format!("GET /{secret} ").into_bytes().into()
}

/// Serves the connections that begin with `greeting` within `patience`, until it is stopped.
async fn serve(listener: TcpListener, methods: Methods, greeting: Arc<[u8]>, patience: Duration, stop: StopHandle) {
	let ping = PingConfig::new().ping_interval(PING).inactive_limit(2 * PING).max_failures(3);
	let services = Server::builder()
		.ws_only()
		.max_connections(CONNECTIONS)
		.max_request_body_size(MAX_MESSAGE)
		.max_response_body_size(MAX_MESSAGE)
		.enable_ws_ping(ping)
		.set_id_provider(RandomStringIdProvider::new(NAME_LENGTH))
		.set_rpc_middleware(RpcServiceBuilder::new().layer_fn(|service: RpcService| Safe { service }))
		.to_service_builder();
	let mut strangers = Strangers::default();
	loop {
		let accepted = tokio::select! {
			accepted = listener.accept() => accepted,
			() = stop.clone().shutdown() => return,
		};
		let Ok((socket, _)) = accepted else {
			// The client is gone already, or the process has too many files open, which may pass.
			sleep(PAUSE).await;
			continue;
		};
		let service = services.clone().build(methods.clone(), stop.clone());
		let (greeting, stopped) = (greeting.clone(), stop.clone().shutdown());
		let stranger = tokio::spawn(async move {
			if begins_with(&socket, &greeting, patience).await {
				// A task of its own: this one ends, so that no stranger makes the node close what it serves.
				tokio::spawn(async move {
					// The worker sees for itself when a connection is lost, and makes another one.
					let _ = serve_with_graceful_shutdown(socket, service, stopped).await;
				});
			}
		});
		strangers.add(stranger.abort_handle());
	}
}

/// The tasks of the connections that have not named the secret, those first that wait longest.
#[derive(Default)]
struct Strangers(VecDeque<AbortHandle>);

impl Strangers {
	/// Adds one, and closes the one that waits longest if there are too many. The worker's first bytes name the secret, so
	/// that is hardly ever the worker's.
	fn add(&mut self, stranger: AbortHandle) {
		self.0.retain(|stranger| !stranger.is_finished());
		self.0.push_back(stranger);
		if self.0.len() > STRANGERS {
			if let Some(oldest) = self.0.pop_front() {
				oldest.abort();
			}
		}
	}
}

/// Returns whether a connection begins with this, and soon enough. What it says stays there to be read.
async fn begins_with(socket: &TcpStream, expected: &[u8], patience: Duration) -> bool {
	let mut begin = vec![0; expected.len()];
	let comes = async {
		loop {
			match socket.peek(&mut begin).await {
				Ok(length) if length == expected.len() => return true,
				Ok(0) | Err(_) => return false,
				// The rest is on its way, or never comes.
				Ok(_) => sleep(PAUSE).await,
			}
		}
	};
	let has_come = timeout(patience, comes).await.unwrap_or(false);
	has_come && is_same(&begin, expected)
}

/// Returns whether two texts of one length are the same, in a time that does not tell where they differ.
fn is_same(one: &[u8], other: &[u8]) -> bool {
	one.iter().zip(other).fold(0_u8, |difference, (one, other)| difference | (one ^ other)) == 0
}

/// Refuses the methods that could do the node harm.
struct Safe {
	service: RpcService,
}

impl<'a> RpcServiceT<'a> for Safe {
	type Future = <RpcService as RpcServiceT<'a>>::Future;

	fn call(&self, mut request: Request<'a>) -> Self::Future {
		request.extensions_mut().insert(DenyUnsafe::Yes);
		self.service.call(request)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use futures::{SinkExt, StreamExt};
	use jsonrpsee::RpcModule;
	use std::{io::Write, net::TcpStream as Client};
	use tokio_tungstenite::{connect_async, tungstenite::Message, MaybeTlsStream, WebSocketStream};

	type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

	/// A question to the endpoint of these tests.
	const QUESTION: &str = r#"{"jsonrpc":"2.0","id":1,"method":"isSafe","params":[]}"#;
	/// Longer than anything here takes, on any machine.
	const LONG: Duration = Duration::from_secs(60);

	/// Opens an endpoint that tells whether it refuses unsafe methods.
	fn open() -> Endpoint {
		let mut module = RpcModule::new(());
		module
			.register_method("isSafe", |_, _, extensions| {
				matches!(extensions.get::<DenyUnsafe>(), Some(DenyUnsafe::Yes))
			})
			.expect("a new name");
		// What is closed in a test is so never closed for its silence alone.
		Endpoint::open_with(module.into(), 2 * LONG).expect("a port")
	}

	/// Connects with this path, if that is let in.
	async fn connect(endpoint: &Endpoint, path: &str) -> Option<Socket> {
		let connected = timeout(LONG, connect_async(format!("ws://{}/{path}", endpoint.address()))).await;
		connected.expect("an answer").ok().map(|(socket, _)| socket)
	}

	async fn ask(socket: &mut Socket) -> String {
		socket.send(Message::text(QUESTION)).await.expect("it is open");
		loop {
			let said = timeout(LONG, socket.next()).await.expect("an answer").expect("it is open");
			// Pings come as well.
			if let Message::Text(answer) = said.expect("a message") {
				return answer.to_string();
			}
		}
	}

	#[tokio::test]
	async fn who_knows_the_secret_is_served_however_many_others_there_are() {
		let endpoint = open();
		let silent: Vec<_> =
			(0..10 * CONNECTIONS).map(|_| Client::connect(endpoint.address()).expect("a port")).collect();
		let wrong = "0".repeat(endpoint.secret().len());
		for _ in 0..=CONNECTIONS {
			for path in ["", "rpc", wrong.as_str()] {
				assert!(connect(&endpoint, path).await.is_none(), "/{path} is let in");
			}
		}
		let mut sockets = Vec::new();
		for _ in 0..CONNECTIONS {
			sockets.push(connect(&endpoint, endpoint.secret()).await.expect("it knows the secret"));
		}
		for socket in &mut sockets {
			let answer = ask(socket).await;
			assert!(answer.contains("true"), "{answer}");
		}
		drop(silent);
	}

	#[tokio::test]
	async fn who_waits_longest_makes_room_for_others_but_not_who_is_served() {
		let endpoint = open();
		let mut served = connect(&endpoint, endpoint.secret()).await.expect("it knows the secret");
		let oldest = TcpStream::connect(endpoint.address()).await.expect("a port");
		let mut others = Vec::new();
		for _ in 0..STRANGERS {
			others.push(TcpStream::connect(endpoint.address()).await.expect("a port"));
		}
		let rest = timeout(LONG, oldest.peek(&mut [0])).await.expect("it is closed");
		assert_eq!(rest.expect("it is closed in order"), 0);
		assert!(timeout(PAUSE, others[0].peek(&mut [0])).await.is_err(), "there is room for it");
		let answer = ask(&mut served).await;
		assert!(answer.contains("true"), "{answer}");
	}

	#[tokio::test]
	async fn secrets_differ() {
		assert_ne!(open().secret(), open().secret());
	}

	#[tokio::test]
	async fn connection_says_soon_who_it_is_from() {
		let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
		let address = listener.local_addr().expect("a port");
		let expected = greeting("secret");
		for (said, patience, is_known) in [
			("", PAUSE, false),
			("GET /sec", 2 * PAUSE, false),
			("GET /sesame HTTP/1.1", LONG, false),
			("GET /secret HTTP/1.1", LONG, true),
		] {
			let mut client = Client::connect(address).expect("a port");
			client.write_all(said.as_bytes()).expect("it is open");
			let (socket, _) = listener.accept().await.expect("a client");
			assert_eq!(begins_with(&socket, &expected, patience).await, is_known, "{said}");
		}

		let mut client = Client::connect(address).expect("a port");
		client.write_all(b"GET /sec").expect("it is open");
		let (socket, _) = listener.accept().await.expect("a client");
		let rest = async {
			sleep(2 * PAUSE).await;
			client.write_all(b"ret HTTP/1.1").expect("it is open");
		};
		let (is_known, ()) = tokio::join!(begins_with(&socket, &expected, LONG), rest);
		assert!(is_known, "it may come in parts");
	}
}
