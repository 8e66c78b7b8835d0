//! What calls answer when they fail.

/// An error code of WASI preview 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Errno(pub u16);

impl Errno {
	/// There is no such descriptor, or it is not open for this.
	pub const BADF: Self = Self(8);
	/// It is always there: it cannot be removed, renamed or replaced.
	pub const BUSY: Self = Self(10);
	/// It exists already.
	pub const EXIST: Self = Self(20);
	/// Not in the module's memory.
	pub const FAULT: Self = Self(21);
	/// The file would be larger than a number can say.
	pub const FBIG: Self = Self(22);
	/// Not text in UTF-8.
	pub const ILSEQ: Self = Self(25);
	/// An argument makes no sense.
	pub const INVAL: Self = Self(28);
	/// It is a directory.
	pub const ISDIR: Self = Self(31);
	/// It is a symbolic link that is not followed, or leads in a circle.
	pub const LOOP: Self = Self(32);
	/// Too many descriptors are open.
	pub const MFILE: Self = Self(33);
	/// The name or path is too long, or too deep.
	pub const NAMETOOLONG: Self = Self(37);
	/// Nothing has that name.
	pub const NOENT: Self = Self(44);
	/// It is not a socket.
	pub const NOTSOCK: Self = Self(57);
	/// Not for this kind of thing.
	pub const NOTSUP: Self = Self(58);
	/// It is not a directory.
	pub const NOTDIR: Self = Self(54);
	/// The directory is not empty.
	pub const NOTEMPTY: Self = Self(55);
	/// IN cannot be written.
	pub const ROFS: Self = Self(69);
	/// It has no position.
	pub const SPIPE: Self = Self(70);
	/// Not out of IN, and no symbolic links into OUT: it can be copied instead.
	pub const XDEV: Self = Self(75);
	/// The path leads out of its directory, or the descriptor is not good for this.
	pub const NOTCAPABLE: Self = Self(76);
}
