//! Apps that are deployed: where they are found, and what they cost.

use std::process::Stdio;

use rlc_primitives::AppId;
use rlc_store::{Cid, HashKind};
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};

use super::{
	play,
	stack::{app_file, rlc, Seal, DEVELOPER},
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

#[test]
fn app_without_a_price_is_sold_for_nothing_on_a_development_chain_alone() {
	play(Seal::Instant, |stack| {
		Box::pin(async move {
			let stack = &*stack;
			let file = app_file("noop.wasm");
			let deploy = ["app", "deploy", file.to_str().unwrap(), "--name", "unpriced", "--publish"];
			let deploy = [&deploy[..], &["--account", DEVELOPER]].concat();
			let mut command = tokio::process::Command::new(rlc());
			command.args(&deploy).args(["--yes", "--json"]).env("RLC_NODE", &stack.node_url).stdin(Stdio::null());
			let ended = command.output().await.unwrap();
			let said = String::from_utf8(ended.stderr).unwrap();
			assert!(said.contains("sold for nothing"), "{said}");
			let deployed: Value = serde_json::from_slice(&ended.stdout).unwrap();
			let book = stack.rlc(&["orderbook", "--app", deployed["app"].as_str().unwrap()]).await.unwrap();
			assert_eq!((&book[0]["hash"], &book[0]["price"]), (&deployed["hash"], &"0".into()));

			let (_local, url) = stack.start_node_of("Local").await;
			let refused = stack.rlc(&[&deploy[..], &["--node", &url]].concat()).await.unwrap_err();
			assert!(refused.contains("price.missing") && refused.contains("0 for nothing"), "{refused}");
		})
	});
}
