//! The module's memory.

use super::{errno::Errno, fail::Result};

/// Most buffers that a call may name at once, as in POSIX.
const MOST_BUFFERS: u32 = 1024;

/// The module's memory, during a call. Each access is checked.
pub struct GuestMemory<'a>(&'a mut [u8]);

impl<'a> GuestMemory<'a> {
	/// Wraps its bytes.
	pub fn new(bytes: &'a mut [u8]) -> Self {
		Self(bytes)
	}

	/// Returns a part of it.
	pub fn bytes(&self, at: u32, bytes: u32) -> Result<&[u8]> {
		let at = at as usize;
		Ok(self.0.get(at..at + bytes as usize).ok_or(Errno::FAULT)?)
	}

	/// Returns a part of it, to write.
	pub fn bytes_mut(&mut self, at: u32, bytes: u32) -> Result<&mut [u8]> {
		let at = at as usize;
		Ok(self.0.get_mut(at..at + bytes as usize).ok_or(Errno::FAULT)?)
	}

	/// Returns text.
	pub fn text(&self, at: u32, bytes: u32) -> Result<&str> {
		Ok(std::str::from_utf8(self.bytes(at, bytes)?).map_err(|_| Errno::ILSEQ)?)
	}

	/// Writes bytes.
	pub fn put(&mut self, at: u32, bytes: &[u8]) -> Result<()> {
		let length = u32::try_from(bytes.len()).map_err(|_| Errno::FAULT)?;
		self.bytes_mut(at, length)?.copy_from_slice(bytes);
		Ok(())
	}

	/// Writes a number, little-endian.
	pub fn put_u32(&mut self, at: u32, number: u32) -> Result<()> {
		self.put(at, &number.to_le_bytes())
	}

	/// Writes a number, little-endian.
	pub fn put_u64(&mut self, at: u32, number: u64) -> Result<()> {
		self.put(at, &number.to_le_bytes())
	}

	/// Returns a copy of bytes.
	pub fn array<const N: usize>(&self, at: u32) -> Result<[u8; N]> {
		let mut array = [0; N];
		array.copy_from_slice(self.bytes(at, N as u32)?);
		Ok(array)
	}

	/// Returns the buffers of a list: the address and the size of each. Together they have less than 4 GiB.
	pub fn buffers(&self, list: u32, count: u32) -> Result<Vec<(u32, u32)>> {
		if count > MOST_BUFFERS {
			return Err(Errno::INVAL.into());
		}
		let mut total = 0u32;
		let entries = self.bytes(list, count * 8)?.chunks_exact(8);
		entries
			.map(|entry| {
				let half = |at: usize| u32::from_le_bytes([entry[at], entry[at + 1], entry[at + 2], entry[at + 3]]);
				let (at, bytes) = (half(0), half(4));
				self.bytes(at, bytes)?;
				total = total.checked_add(bytes).ok_or(Errno::INVAL)?;
				Ok((at, bytes))
			})
			.collect()
	}
}

#[cfg(test)]
mod tests {
	use super::{super::fail::Fail, *};

	#[test]
	fn nothing_outside_of_the_memory_is_reached() {
		let mut bytes = [0; 16];
		let mut guest = GuestMemory::new(&mut bytes);
		assert!(guest.put_u64(8, u64::MAX).is_ok());
		for at in [9, 16, 17, u32::MAX] {
			assert!(matches!(guest.put_u64(at, 1), Err(Fail::Errno(Errno::FAULT))), "{at}");
		}
		assert!(guest.bytes(16, 0).is_ok());
		assert!(guest.bytes(1, u32::MAX).is_err());
	}

	#[test]
	fn lists_of_buffers_are_checked() {
		let mut bytes = [0; 32];
		let mut guest = GuestMemory::new(&mut bytes);
		guest.put_u32(0, 16).unwrap();
		guest.put_u32(4, 16).unwrap();
		assert_eq!(guest.buffers(0, 1).unwrap(), [(16, 16)]);
		assert!(guest.buffers(0, 5).is_err());
		assert!(guest.buffers(0, u32::MAX).is_err());
		guest.put_u32(4, 17).unwrap();
		assert!(guest.buffers(0, 1).is_err());
	}
}
