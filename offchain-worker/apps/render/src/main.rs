//! A picture, cut into strips: each task of a bag renders one, by tracing light through a scene.
//!
//! ```text
//! task 0 ──► strip 0 ─┐
//! task 1 ──► strip 1 ─┼──► render --assemble ──► picture
//! task n ──► strip n ─┘
//! ```
//!
//! Each pixel has random numbers of its own, from its position alone. So the picture does not depend on how it is cut, and
//! only operations are used whose results IEEE 754 fixes, so a strip has the same bytes on every machine.
//!
//! | module | what it does |
//! |---|---|
//! | `options` | understands the arguments |
//! | `vector` | directions and colors |
//! | `scene` | what is seen, and how light goes through it |
//! | `strip` | one strip, as PNG |
//! | `assemble` | joins strips |

mod assemble;
mod options;
mod scene;
mod strip;
mod vector;

use std::{env, fs, process::ExitCode};

use app_contract::{ending, Task};

use crate::{
	options::{Command, Options},
	strip::Strip,
};

fn main() -> ExitCode {
	ending(Command::parse(env::args().skip(1)).and_then(|command| {
		match command {
			Command::Render(options) => Task::from_env().and_then(|task| render(&task, options)),
			Command::Assemble { strips, picture } => assemble::assemble(&strips, &picture)
				.map(|(width, height)| println!("{}: {width} × {height} pixels", picture.display())),
		}
	}))
}

fn render(task: &Task, options: Options) -> Result<(), String> {
	let (number, of) = match options.strips {
		// The request may be served by several deals: what counts is the index in the request.
		Some(strips) => (task.bag.index, strips),
		None => (task.bag.index.saturating_sub(task.bag.first), task.bag.size),
	};
	let strip = Strip::new(options, number, of)?;
	let name = format!("strip-{number:04}.png");
	fs::write(task.output.join(&name), strip.png()?)
		.and_then(|()| task.finish(&name))
		.map_err(|error| format!("the result cannot be written: {error}"))?;
	println!("strip {number} of {of}: rows {} to {}", strip.rows.start, strip.rows.end);
	Ok(())
}

#[cfg(test)]
mod tests {
	use app_contract::Bag;

	use super::*;

	const SMALL: Options = Options { width: 24, height: 18, samples: 2, strips: None };

	/// Returns the picture of a bag of `size` tasks, as bytes of the assembled file.
	fn picture(size: u64) -> Vec<u8> {
		let directory = tempfile::tempdir().unwrap();
		for index in 0..size {
			// As downloaded: each task's result in a directory of its own.
			let output = directory.path().join(index.to_string());
			fs::create_dir(&output).unwrap();
			let bag = Bag { first: 0, index, size };
			render(&Task { dataset: None, inputs: vec![], output, bag }, SMALL).unwrap();
		}
		let joined = directory.path().join("joined.png");
		assert_eq!(assemble::assemble(directory.path(), &joined).unwrap(), (24, 18));
		fs::read(joined).unwrap()
	}

	#[test]
	fn picture_does_not_depend_on_how_it_is_cut() {
		let whole = picture(1);
		assert_eq!(whole, picture(5));
		assert_eq!(whole, picture(18));
	}

	#[test]
	fn request_in_two_deals_makes_one_picture() {
		let options = Options { strips: Some(6), ..SMALL };
		let directory = tempfile::tempdir().unwrap();
		for index in 0..6 {
			let output = directory.path().join(index.to_string());
			fs::create_dir(&output).unwrap();
			let bag = if index < 4 { Bag { first: 0, index, size: 4 } } else { Bag { first: 4, index, size: 2 } };
			render(&Task { dataset: None, inputs: vec![], output, bag }, options).unwrap();
		}
		let joined = directory.path().join("joined.png");
		assemble::assemble(directory.path(), &joined).unwrap();
		assert_eq!(fs::read(joined).unwrap(), picture(1));
	}
}
