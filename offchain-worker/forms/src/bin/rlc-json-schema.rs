//! Writes the JSON Schema of all forms, and the OpenRPC document of the node's methods, into a directory.

use std::{error::Error, path::Path};

use rlc_json::{rpc::openrpc, schema::schema};

fn main() -> Result<(), Box<dyn Error>> {
	let Some(dir) = std::env::args().nth(1) else {
		return Err("name the directory to write to: rlc-json-schema docs/rpc".into());
	};
	let dir = Path::new(&dir);
	std::fs::create_dir_all(dir)?;
	for (name, document) in [("schema.json", schema()), ("openrpc.json", openrpc())] {
		std::fs::write(dir.join(name), format!("{document:#}\n"))?;
	}
	Ok(())
}
