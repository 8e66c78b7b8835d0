//! Answers of a real server, behind TLS.

use std::{
	convert::Infallible,
	future::IntoFuture,
	io, slice,
	sync::atomic::{AtomicUsize, Ordering},
};

use axum::{
	body::Body,
	extract::{Path, State},
	http::{header, HeaderMap, StatusCode},
	response::IntoResponse,
	routing::{any, get},
	serve::Listener,
	Router,
};
use futures::stream;
use rcgen::{date_time_ymd, BasicConstraints, Certificate, CertificateParams, DnType, IsCa};
use rlc_perimeter::Perimeter;
use sha2::{Digest, Sha256};
use tokio::{
	net::{TcpListener, TcpStream},
	time::sleep,
};
use tokio_rustls::{
	rustls::{crypto::ring::default_provider, pki_types::PrivatePkcs8KeyDer, ServerConfig},
	server::TlsStream,
	TlsAcceptor,
};

use super::*;
use crate::guard::Resolve;

/// An authority, and the certificate of a server that it made.
struct Identity {
	root: CertificateDer<'static>,
	certificate: Vec<u8>,
	key: Vec<u8>,
}

impl Identity {
	fn new(valid_until: i32) -> Self {
		let mut authority = CertificateParams::new(Vec::<String>::new());
		authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
		authority.distinguished_name.push(DnType::CommonName, "an authority for tests");
		let authority = Certificate::from_params(authority).unwrap();
		let mut server = CertificateParams::new(["localhost", "127.0.0.1", "moving.test"].map(String::from).to_vec());
		server.not_after = date_time_ymd(valid_until, 1, 1);
		let server = Certificate::from_params(server).unwrap();
		Self {
			root: authority.serialize_der().unwrap().into(),
			certificate: server.serialize_der_with_signer(&authority).unwrap(),
			key: server.serialize_private_key_der(),
		}
	}

	fn acceptor(&self) -> TlsAcceptor {
		let config = ServerConfig::builder_with_provider(Arc::new(default_provider()));
		let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
		let key = PrivatePkcs8KeyDer::from(self.key.clone());
		let config = config.with_single_cert(vec![self.certificate.clone().into()], key.into()).unwrap();
		TlsAcceptor::from(Arc::new(config))
	}
}

struct Secure {
	tcp: TcpListener,
	tls: TlsAcceptor,
}

impl Listener for Secure {
	type Io = TlsStream<TcpStream>;
	type Addr = SocketAddr;

	async fn accept(&mut self) -> (Self::Io, SocketAddr) {
		loop {
			let (stream, address) = self.tcp.accept().await.unwrap();
			if let Ok(stream) = self.tls.accept(stream).await {
				return (stream, address);
			}
		}
	}

	fn local_addr(&self) -> io::Result<SocketAddr> {
		self.tcp.local_addr()
	}
}

/// A server on all loopback addresses.
struct Server {
	identity: Identity,
	address: SocketAddr,
	asked: Arc<AtomicUsize>,
}

impl Server {
	async fn start() -> Self {
		Self::of(Identity::new(4000)).await
	}

	async fn of(identity: Identity) -> Self {
		let tcp = TcpListener::bind("0.0.0.0:0").await.unwrap();
		let address = SocketAddr::from(([127, 0, 0, 1], tcp.local_addr().unwrap().port()));
		let asked = Arc::new(AtomicUsize::new(0));
		let listener = Secure { tcp, tls: identity.acceptor() };
		tokio::spawn(axum::serve(listener, routes(asked.clone())).into_future());
		Self { identity, address, asked }
	}

	fn url(&self, path: &str) -> Url {
		format!("https://localhost:{}{path}", self.address.port()).parse().unwrap()
	}

	fn asked(&self) -> usize {
		self.asked.load(Ordering::SeqCst)
	}

	/// Returns what trusts this server's authority, and goes to loopback addresses.
	fn web(&self, limits: Limits) -> Web {
		let reach = Reach { loopback: true, ..Reach::default() };
		Web::new(&reach, limits, slice::from_ref(&self.identity.root)).unwrap()
	}
}

fn routes(asked: Arc<AtomicUsize>) -> Router {
	let price = |State(asked): State<Arc<AtomicUsize>>| async move {
		asked.fetch_add(1, Ordering::SeqCst);
		([(header::CONTENT_TYPE, "application/json"), (header::CONNECTION, "close")], r#"{"price":1.5}"#)
	};
	let echo = |headers: HeaderMap, body: String| async move {
		format!("{:?} {:?} {body}", headers.get("x-key"), headers.get("accept-encoding"))
	};
	let endless = || async {
		Body::from_stream(stream::repeat_with(|| Ok::<_, Infallible>(Bytes::from_static(&[b'1'; 65_536]))))
	};
	let slow = || async {
		Body::from_stream(stream::unfold((), |()| async {
			sleep(Duration::from_secs(1)).await;
			Some((Ok::<_, Infallible>(Bytes::from_static(b"1")), ()))
		}))
	};
	let to = |Path(to): Path<String>| async move { (StatusCode::FOUND, [(header::LOCATION, to)]).into_response() };
	Router::new()
		.route("/price", get(price))
		.route("/price/{any}", get(price))
		.route("/echo", any(echo))
		.route("/endless", get(endless))
		.route("/slow", get(slow))
		.route("/to/{*to}", any(to))
		.with_state(asked)
}

/// Limits under which nobody waits for a turn.
fn fast() -> Limits {
	Limits { rate: 1_000, ..Limits::default() }
}

fn request(url: Url) -> Request {
	Request::new(Method::GET, url, [], "", false).unwrap()
}

async fn kind(web: &Web, request: Request) -> WebErrorKind {
	web.fetch(request).await.unwrap_err().kind
}

#[tokio::test]
async fn answer_comes_with_what_evidence_needs() {
	let server = Server::start().await;
	let exchange = server.web(fast()).fetch(request(server.url("/price"))).await.unwrap();
	assert_eq!((exchange.status, &exchange.body[..]), (200, &br#"{"price":1.5}"#[..]));
	assert_eq!((exchange.address, exchange.url.clone()), (server.address, server.url("/price")));
	let certificate: [u8; 32] = Sha256::digest(&server.identity.certificate).into();
	assert_eq!(&exchange.certificates[..], [certificate]);
	assert!(exchange.headers.contains(&("content-type", "application/json".into())), "{:?}", exchange.headers);
	assert!(exchange.began <= exchange.ended);
}

#[tokio::test]
async fn request_is_sent_as_it_was_given() {
	let server = Server::start().await;
	let web = server.web(fast());
	for method in [Method::POST, Method::PUT, Method::DELETE] {
		let sent = Request::new(method, server.url("/echo"), [("X-Key", "7")], "a body", false).unwrap();
		let exchange = web.fetch(sent).await.unwrap();
		assert_eq!(exchange.body, r#"Some("7") Some("identity") a body"#);
	}
}

#[tokio::test]
async fn body_of_a_gigabyte_is_refused() {
	let server = Server::start().await;
	let refused = kind(&server.web(fast()), request(server.url("/endless"))).await;
	assert_eq!(refused, WebErrorKind::TooLarge);
}

#[tokio::test]
async fn one_byte_a_second_takes_too_long() {
	let server = Server::start().await;
	let web = server.web(Limits { total: Duration::from_millis(1_500), ..fast() });
	assert_eq!(kind(&web, request(server.url("/slow"))).await, WebErrorKind::TimedOut);
}

#[tokio::test]
async fn redirection_to_what_is_closed_is_refused() {
	let server = Server::start().await;
	let web = server.web(fast());
	for to in [
		"https://10.0.0.1/",
		"https://169.254.169.254/",
		"https://[::ffff:10.0.0.1]/",
		"http://1.1.1.1/",
		"https://me:x@1.1.1.1/",
	] {
		let refused = kind(&web, request(server.url(&format!("/to/{to}")))).await;
		assert_eq!(refused, WebErrorKind::NotAllowed, "{to}");
	}
	assert_eq!(kind(&web, request(server.url("/to/again"))).await, WebErrorKind::Unreachable, "it would never end");
}

#[tokio::test]
async fn only_get_is_sent_again() {
	let server = Server::start().await;
	let to = format!("/to/{}", server.url("/price"));
	let web = server.web(fast());
	assert_eq!(web.fetch(request(server.url(&to))).await.unwrap().status, 200);
	let sent = Request::new(Method::POST, server.url(&to), [], "", false).unwrap();
	assert_eq!(web.fetch(sent).await.unwrap().status, 302);
	assert_eq!(server.asked(), 1);
}

#[tokio::test]
async fn loopback_is_closed_unless_it_is_allowed() {
	let server = Server::start().await;
	let reaches = [
		Reach::default(),
		Reach { loopback: true, perimeter: Perimeter::new(["127.0.0.0/8".parse().unwrap()]), ..Reach::default() },
	];
	for reach in reaches {
		let web = Web::new(&reach, fast(), slice::from_ref(&server.identity.root)).unwrap();
		assert_eq!(kind(&web, request(server.url("/price"))).await, WebErrorKind::NotAllowed, "{reach:?}");
	}
	assert_eq!(server.asked(), 0);
}

/// Says one address the first time it is asked, and another one from then on.
struct Moving {
	first: SocketAddr,
	then: SocketAddr,
	asked: AtomicUsize,
}

impl Resolve for Moving {
	fn resolve<'a>(&'a self, _: &'a str, _: u16) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>> {
		let is_first = self.asked.fetch_add(1, Ordering::SeqCst) == 0;
		let address = if is_first { self.first } else { self.then };
		Box::pin(async move { Ok(vec![address]) })
	}
}

#[tokio::test]
async fn name_that_moves_leads_to_the_address_that_was_checked() {
	let server = Server::start().await;
	let then = "10.0.0.1:443".parse().unwrap();
	let names = Arc::new(Moving { first: server.address, then, asked: AtomicUsize::new(0) });
	let reach = Reach { loopback: true, ..Reach::default() };
	let guarded = Guarded::resolving(&reach, slice::from_ref(&server.identity.root), names.clone()).unwrap();
	let web = Web::of(guarded, fast()).unwrap();
	let at = |path: &str| request(format!("https://moving.test{path}").parse().unwrap());
	let exchange = web.fetch(at("/price")).await.unwrap();
	assert_eq!((exchange.address, names.asked.load(Ordering::SeqCst)), (server.address, 1));
	// The connection was closed, so the name is looked up again, and its new address is checked.
	assert_eq!(kind(&web, at("/price/again")).await, WebErrorKind::NotAllowed);
	assert_eq!((server.asked(), names.asked.load(Ordering::SeqCst)), (1, 2));
}

#[tokio::test]
async fn server_that_does_not_show_who_it_is_gets_no_request() {
	let expired = Server::of(Identity::new(2001)).await;
	assert_eq!(kind(&expired.web(fast()), request(expired.url("/price"))).await, WebErrorKind::Untrusted);
	let (one, other) = (Server::start().await, Server::start().await);
	assert_eq!(kind(&one.web(fast()), request(other.url("/price"))).await, WebErrorKind::Untrusted);
	let elsewhere = format!("https://127.0.0.2:{}/price", one.address.port());
	let elsewhere = request(elsewhere.parse().unwrap());
	assert_eq!(kind(&one.web(fast()), elsewhere).await, WebErrorKind::Untrusted, "the certificate is for another name");
	assert_eq!((expired.asked(), one.asked(), other.asked()), (0, 0, 0));
}

#[tokio::test]
async fn secret_is_not_led_to_another_host() {
	let server = Server::start().await;
	let web = server.web(fast());
	let elsewhere = format!("/to/https://127.0.0.1:{}/price", server.address.port());
	let with_secret = |path: &str| Request::new(Method::GET, server.url(path), [("x-key", "7")], "", true).unwrap();
	assert_eq!(kind(&web, with_secret(&elsewhere)).await, WebErrorKind::NotAllowed);
	assert_eq!(server.asked(), 0);
	let here = format!("/to/{}", server.url("/price"));
	assert_eq!(web.fetch(with_secret(&here)).await.unwrap().status, 200);
	assert_eq!(web.fetch(request(server.url(&elsewhere))).await.unwrap().status, 200, "without a secret it may");
}

#[tokio::test]
async fn errors_name_no_secret() {
	let server = Server::start().await;
	let web = server.web(fast());
	for path in ["/endless?key=hunter2", "/to/https://10.0.0.1/hunter2", "/to/http://a.example/hunter2"] {
		let error = web.fetch(request(server.url(path))).await.unwrap_err();
		assert!(!error.words.contains("hunter2"), "{error}");
	}
	let closed = request("https://localhost:1/hunter2".parse().unwrap());
	let error = web.fetch(closed).await.unwrap_err();
	assert!(error.kind == WebErrorKind::Unreachable && !error.words.contains("hunter2"), "{error}");
}

#[tokio::test]
async fn equal_requests_are_made_once() {
	let server = Server::start().await;
	let web = server.web(Limits { fresh: Duration::from_secs(3_600), ..fast() });
	let all = futures::future::join_all((0..20).map(|_| web.fetch(request(server.url("/price"))))).await;
	let first = all[0].clone().unwrap();
	assert!(all.iter().all(|one| Arc::ptr_eq(one.as_ref().unwrap(), &first)));
	assert!(Arc::ptr_eq(&web.fetch(request(server.url("/price"))).await.unwrap(), &first));
	assert_eq!(server.asked(), 1);
	web.fetch(request(server.url("/price/other"))).await.unwrap();
	assert_eq!(server.asked(), 2);
	let web = server.web(Limits { fresh: Duration::ZERO, ..fast() });
	for _ in 0..2 {
		web.fetch(request(server.url("/price"))).await.unwrap();
	}
	assert_eq!(server.asked(), 4, "what is over is not used again");
}

#[tokio::test]
async fn line_of_a_host_is_bounded() {
	let server = Server::start().await;
	// The second waits for its turn; the third would have to wait for the second.
	let web = server.web(Limits { rate: 1, patience: Duration::ZERO, ..Limits::default() });
	let paths = ["/price/1", "/price/2", "/price/3"];
	let all = futures::future::join_all(paths.map(|path| web.fetch(request(server.url(path))))).await;
	let busy = all.iter().filter(|one| one.as_ref().is_err_and(|error| error.kind == WebErrorKind::Busy)).count();
	assert_eq!((busy, server.asked()), (1, 2), "{all:?}");
}
