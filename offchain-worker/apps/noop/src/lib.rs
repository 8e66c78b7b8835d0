//! The smallest app that has a result: a file `r` of one line. For benchmarks, where the app itself must cost nothing.
//!
//! Without the standard library, so it is compiled for `wasm32v1-none` and calls WASI (preview 1) by itself.
#![cfg(target_arch = "wasm32")]
#![no_std]
// Functions of another program can only be called this way.
#![allow(unsafe_code)]

/// One piece of what is written.
#[repr(C)]
struct Bytes {
	start: *const u8,
	length: usize,
}

#[link(wasm_import_module = "wasi_snapshot_preview1")]
extern "C" {
	fn fd_prestat_dir_name(directory: u32, name: *mut u8, length: usize) -> u32;
	fn fd_prestat_get(directory: u32, kind_and_length: *mut [u32; 2]) -> u32;
	fn fd_write(file: u32, bytes: *const Bytes, pieces: usize, written: *mut usize) -> u32;
	fn path_open(
		directory: u32,
		link_flags: u32,
		path: *const u8,
		length: usize,
		open_flags: u32,
		rights: u64,
		inherited_rights: u64,
		file_flags: u32,
		file: *mut u32,
	) -> u32;
	fn proc_exit(code: u32) -> !;
}

/// The output directory, as workers call it in a module.
const OUTPUT: &[u8] = b"/iexec_out";
/// Descriptors below are the standard streams.
const FIRST_DIRECTORY: u32 = 3;
/// Create, and truncate.
const NEW_FILE: u32 = 1 | 8;
/// The right to write.
const WRITE: u64 = 1 << 6;

/// What a worker calls.
#[no_mangle]
pub extern "C" fn _start() {
	let done = output().is_some_and(|output| {
		write(output, b"r", b"done\n")
			&& write(output, b"computed.json", b"{\"deterministic-output-path\": \"/iexec_out/r\"}\n")
	});
	if !done {
		// Safety: it takes no pointers.
		unsafe { proc_exit(1) }
	}
}

/// Returns the descriptor of the output directory.
fn output() -> Option<u32> {
	for directory in FIRST_DIRECTORY.. {
		let (mut found, mut name) = ([0; 2], [0; OUTPUT.len()]);
		// Safety: WASI writes a tag and a length, two numbers of 32 bits.
		if unsafe { fd_prestat_get(directory, &mut found) } != 0 {
			break;
		}
		// Safety: the buffer is as long as it is said to be.
		let same_length = found[1] as usize == name.len();
		if same_length
			&& unsafe { fd_prestat_dir_name(directory, name.as_mut_ptr(), name.len()) } == 0
			&& name == OUTPUT
		{
			return Some(directory);
		}
	}
	None
}

/// Writes a file, and returns whether that went well.
fn write(directory: u32, name: &[u8], content: &[u8]) -> bool {
	let (mut file, mut written) = (0, 0);
	let bytes = Bytes { start: content.as_ptr(), length: content.len() };
	// Safety: all pointers are to what lives until the end of this function, with its right length. WASI closes the
	// files of a module that has ended.
	unsafe {
		path_open(directory, 0, name.as_ptr(), name.len(), NEW_FILE, WRITE, 0, 0, &mut file) == 0
			&& fd_write(file, &bytes, 1, &mut written) == 0
	}
	.then_some(written)
		== Some(content.len())
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
	core::arch::wasm32::unreachable()
}
