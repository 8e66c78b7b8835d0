//! Orders that an Ethereum key signs.

use std::{fs, path::Path};

use rlc_json::hex;
use serde_json::Value;

use super::{
	play,
	stack::{Seal, Stack},
};

/// Says whose signature is in the file of a request.
async fn whose(stack: &Stack, file: &str) -> String {
	let shown = stack.rlc(&["order", "show", file]).await.unwrap();
	shown["signature"].as_str().unwrap().to_owned()
}

/// Returns what is in the file of an order, and its signature's bytes.
fn read(file: &str) -> (Value, Vec<u8>) {
	let order: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
	let signature = hex::read(order["signature"].as_str().unwrap()).unwrap();
	(order, signature)
}

/// Imports an Ethereum key as `wallet`, and returns the file with its password.
async fn import(stack: &Stack, dir: &Path) -> String {
	let secret = dir.join("secret");
	fs::write(&secret, format!("0x{}", "5a".repeat(32))).unwrap();
	let password = stack.password_file();
	let import = ["account", "import", "wallet", "--kind", "ethereum", "--secret-file", secret.to_str().unwrap()];
	stack.rlc(&[&import[..], &["--password-file", &password]].concat()).await.unwrap();
	password
}

#[test]
fn request_of_an_ethereum_key_is_typed_data_in_each_form_that_wallets_write() {
	play(Seal::Instant, |stack| {
		Box::pin(async move {
			let stack = &*stack;
			let dir = stack.room();
			fs::create_dir_all(&dir).unwrap();
			let password = import(stack, &dir).await;
			let file = dir.join("request.json");
			let (app, file) = (format!("0x{}", "11".repeat(20)), file.to_str().unwrap());
			let sign = ["order", "sign", "request", &app, "--max-price", "1", "--output", file];
			let sign = [&sign[..], &["--account", "wallet", "--password-file", &password]].concat();

			stack.rlc(&sign).await.unwrap();
			let (mut order, mut signature) = read(file);
			// By typed data, in full: r, s, v.
			assert_eq!((&signature[..2], signature.len()), (&[1, 0][..], 2 + 65));
			assert_eq!(order["order"]["expiry"], Value::Null);
			let v = signature[66];
			for (v, expected) in [
				(v, "the requester's"),
				(v - 27, "the requester's"),
				(55 - v, "not the requester's"),
				(v + 8, "not the requester's"),
			] {
				signature[66] = v;
				order["signature"] = hex::write(&signature).into();
				fs::write(file, order.to_string()).unwrap();
				assert_eq!(whose(stack, file).await, expected, "{v}");
			}

			stack.rlc(&[&sign[..], &["--valid-for", "2"]].concat()).await.unwrap();
			let (order, signature) = read(file);
			assert_eq!(signature[0], 0, "natively");
			assert_ne!(order["order"]["expiry"], Value::Null);
			assert_eq!(whose(stack, file).await, "the requester's");
		})
	});
}
