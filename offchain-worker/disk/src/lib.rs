#![doc = include_str!("../README.md")]

mod ballast;
mod budget;
mod private;
mod space;

pub use self::{
	ballast::Ballast,
	budget::{Budget, GiveWay, NoRoom, Part, Taken},
	private::{private_database, private_dir, private_file},
	space::{available, is_full, on_disk, per_file, usage},
};
