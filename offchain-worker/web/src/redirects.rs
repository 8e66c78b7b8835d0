//! Which redirections are followed: one rule for all requests.
//!
//! What is asked for by HTTPS never comes by HTTP, where others could read the request and make up the answer.

use reqwest::{header::LOCATION, redirect::Policy, Response, Url};

/// How many redirections are followed, at most.
pub const MAX_REDIRECTS: usize = 5;

/// A redirection leads from HTTPS to something else.
#[derive(Debug, thiserror::Error)]
#[error("it redirects from https to {0}, which others could read and change")]
pub struct ClearText(String);

/// Why a redirection is not followed.
#[derive(Debug, thiserror::Error)]
pub enum NotFollowed {
	/// It must not be.
	#[error(transparent)]
	ClearText(#[from] ClearText),
	/// It cannot be.
	#[error("it redirects without a usable target")]
	NoTarget,
}

/// Returns the rule for clients that follow redirections by themselves.
pub fn policy() -> Policy {
	let limited = Policy::limited(MAX_REDIRECTS);
	Policy::custom(move |attempt| {
		let checked = attempt.previous().last().map_or(Ok(()), |from| check(from, attempt.url()));
		match checked {
			Ok(()) => limited.redirect(attempt),
			Err(refused) => attempt.error(refused),
		}
	})
}

/// Returns where an answer redirects to, for clients that follow by hand.
///
/// # Errors
///
/// [`NotFollowed`], if it names no usable target, or one that must not be followed.
pub fn target(from: &Url, answer: &Response) -> Result<Url, NotFollowed> {
	let target = answer.headers().get(LOCATION).and_then(|target| target.to_str().ok());
	let target = target.and_then(|target| from.join(target).ok()).ok_or(NotFollowed::NoTarget)?;
	check(from, &target)?;
	Ok(target)
}

fn check(from: &Url, to: &Url) -> Result<(), ClearText> {
	if from.scheme() == "https" && to.scheme() != "https" {
		// The rest of the target may be a secret.
		return Err(ClearText(to.scheme().to_owned()));
	}
	Ok(())
}

#[cfg(test)]
mod tests {
	use std::sync::{
		atomic::{AtomicUsize, Ordering},
		Arc,
	};

	use reqwest::{Certificate, Client};
	use tokio::{
		io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
		net::TcpListener,
	};
	use tokio_rustls::{
		rustls::{
			crypto::ring::default_provider,
			pki_types::{CertificateDer, PrivatePkcs8KeyDer},
			ServerConfig,
		},
		TlsAcceptor,
	};

	use super::*;
	use crate::client::{causes, client};

	/// Paths, and where they redirect to.
	type Redirections = Vec<(&'static str, String)>;

	/// Returns what encrypts, and a client that trusts its certificate.
	fn encryption() -> (TlsAcceptor, Client) {
		let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
		let certificate = made.serialize_der().unwrap();
		let root = Certificate::from_der(&certificate).unwrap();
		let key = PrivatePkcs8KeyDer::from(made.serialize_private_key_der());
		let config = ServerConfig::builder_with_provider(Arc::new(default_provider()));
		let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
		let config = config.with_single_cert(vec![CertificateDer::from(certificate)], key.into()).unwrap();
		(TlsAcceptor::from(Arc::new(config)), client().redirect(policy()).add_root_certificate(root).build().unwrap())
	}

	/// Serves these redirections, and something at all other paths. Returns the port, and how often somebody connected.
	async fn serve(redirections: Redirections, encryption: Option<TlsAcceptor>) -> (u16, Arc<AtomicUsize>) {
		let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
		let port = listener.local_addr().unwrap().port();
		let asked = Arc::new(AtomicUsize::new(0));
		let count = asked.clone();
		tokio::spawn(async move {
			while let Ok((stream, _)) = listener.accept().await {
				count.fetch_add(1, Ordering::SeqCst);
				match &encryption {
					None => answer(stream, &redirections).await,
					Some(encryption) => {
						if let Ok(stream) = encryption.accept(stream).await {
							answer(stream, &redirections).await;
						}
					}
				}
			}
		});
		(port, asked)
	}

	/// Answers the one request of a connection.
	async fn answer(mut stream: impl AsyncRead + AsyncWrite + Unpin, redirections: &Redirections) {
		let mut request = Vec::new();
		while !request.ends_with(b"\r\n\r\n") {
			let Ok(byte) = stream.read_u8().await else { return };
			request.push(byte);
		}
		let request = String::from_utf8(request).unwrap();
		let path = request.split(' ').nth(1).unwrap();
		let answer = match redirections.iter().find(|(from, _)| *from == path) {
			Some((_, to)) => {
				format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
			}
			None => "HTTP/1.1 200 OK\r\ncontent-length: 4\r\nconnection: close\r\n\r\nhere".to_owned(),
		};
		// Whoever asked may be gone.
		let _ = stream.write_all(answer.as_bytes()).await;
		let _ = stream.shutdown().await;
	}

	#[tokio::test]
	async fn nothing_that_is_asked_for_by_https_comes_by_http() {
		let (clear, asked) = serve(Vec::new(), None).await;
		let clear = format!("http://localhost:{clear}/");
		let redirections = vec![("/down", clear.clone()), ("/here", "/".to_owned()), ("/again", "/again".to_owned())];
		let (encryption, client) = encryption();
		let (secure, _) = serve(redirections, Some(encryption)).await;
		let at = |path: &str| format!("https://localhost:{secure}{path}").parse::<Url>().unwrap();
		let here = client.get(at("/here")).send().await.unwrap();
		assert_eq!((here.url(), here.status().as_u16()), (&at("/"), 200));
		let refused = client.get(at("/down")).send().await.unwrap_err();
		let why = causes(&refused).find_map(|cause| cause.downcast_ref::<ClearText>()).map(ToString::to_string);
		assert_eq!(why, Some("it redirects from https to http, which others could read and change".into()));
		assert_eq!(asked.load(Ordering::SeqCst), 0, "it is not even asked");
		assert!(client.get(at("/again")).send().await.unwrap_err().is_redirect(), "it would never end");
		assert_eq!(client.get(clear).send().await.unwrap().text().await.unwrap(), "here");
	}

	#[test]
	fn those_that_follow_by_hand_go_by_the_same_rule() {
		let led = |from: &str, to: &str| {
			let answer = hyper::Response::builder().status(302).header("location", to).body("").unwrap();
			match target(&from.parse().unwrap(), &answer.into()) {
				Ok(target) => target.to_string(),
				Err(refused) => refused.to_string(),
			}
		};
		let (secure, clear) = ("https://a.example/x/y", "http://a.example/x/y");
		assert_eq!(led(secure, "z"), "https://a.example/x/z");
		assert_eq!(led(secure, "https://b.example/"), "https://b.example/");
		assert_eq!(led(clear, "https://b.example/"), "https://b.example/");
		assert_eq!(led(clear, "http://b.example/"), "http://b.example/");
		for to in ["http://a.example/x/y", "http://b.example/", "file:///etc/passwd"] {
			assert!(led(secure, to).starts_with("it redirects from https to "), "{to}");
		}
		assert_eq!(led(secure, "https://["), "it redirects without a usable target");
	}
}
