//! Apps that are deployed: where they are found.

use rlc_primitives::AppId;
use rlc_store::{Cid, HashKind};
use tokio::net::{TcpListener, TcpStream};

use super::{
	play,
	stack::{Seal, DEVELOPER},
};

/// Passes connections on to a host and port, as a tunnel does. Returns its URL.
async fn tunnel(to: String) -> String {
	let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
	let url = format!("http://{}", listener.local_addr().unwrap());
	tokio::spawn(async move {
		while let Ok((mut near, _)) = listener.accept().await {
			let Ok(mut far) = TcpStream::connect(&to).await else { continue };
			tokio::spawn(async move { tokio::io::copy_bidirectional(&mut near, &mut far).await });
		}
	});
	url
}

#[test]
fn app_that_went_through_a_tunnel_is_found_by_everybody() {
	play(Seal::Instant, |stack| {
		Box::pin(async move {
			let stack = &*stack;
			let tunnel = tunnel(stack.scheduler_url.trim_start_matches("http://").to_owned()).await;
			let module = wat::parse_str(r#"(module (memory (export "memory") 1) (func (export "_start")))"#).unwrap();
			let dir = stack.room();
			std::fs::create_dir_all(&dir).unwrap();
			let file = dir.join("through.wasm");
			std::fs::write(&file, &module).unwrap();
			let deploy = ["app", "deploy", file.to_str().unwrap(), "--name", "through", "--store", &tunnel];
			let deployed = stack.rlc(&[&deploy[..], &["--account", DEVELOPER]].concat()).await.unwrap();
			assert!(stack.is_stored_at("scheduler", &Cid::of(HashKind::Sha256, &module)));
			let app = AppId(deployed["app"].as_str().unwrap().parse().unwrap());
			let location = stack.chain.app(app).await.unwrap().expect("it is registered").content.location;
			let location = String::from_utf8(location.into_inner()).unwrap();
			assert!(location.starts_with(&format!("{}/store/", stack.scheduler_url)), "{location}");
		})
	});
}
