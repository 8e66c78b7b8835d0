//! Modules as a stranger writes them to keep a compiler busy.

/// Bytes of the code section: an instruction each, or a part of one.
const LOCAL_GET: u8 = 0x20;
const LOCAL_SET: u8 = 0x21;
const LOCAL_TEE: u8 = 0x22;
const I32: u8 = 0x7f;

/// Returns a module that exports a memory, and the first of these functions as its main function.
pub fn module(functions: &[Vec<u8>]) -> Vec<u8> {
	let count = number(functions.len());
	let types = [&count[..], &vec![0; functions.len()]].concat();
	let code: Vec<u8> = functions.iter().flat_map(|body| [number(body.len()), body.clone()].concat()).collect();
	let sections = [
		section(1, b"\x01\x60\x00\x00"),
		section(3, &types),
		section(5, b"\x01\x00\x01"),
		section(7, b"\x02\x06memory\x02\x00\x06_start\x00\x00"),
		section(10, &[&count[..], &code].concat()),
	];
	[b"\0asm\x01\0\0\0".to_vec(), sections.concat()].concat()
}

/// Returns the body of a function that returns at once.
pub fn nothing() -> Vec<u8> {
	function(0, &[])
}

/// Returns the body of a function that adds up what it loads, of about so many bytes.
pub fn sums(bytes: usize) -> Vec<u8> {
	let step = [LOCAL_GET, 0, 0x28, 2, 0, LOCAL_GET, 1, 0x6a, LOCAL_SET, 0];
	function(2, &step.repeat(bytes / step.len()))
}

/// Returns the body of a function that calls the second one again and again: so many bytes, of which a compiler makes a
/// thousand times as many before it is done.
pub fn calls(bytes: usize) -> Vec<u8> {
	function(0, &[0x10, 1].repeat(bytes / 2))
}

/// Returns the body of a function of so many loops, each within the one before it, with so many variables. The time that
/// compilers take for it grows with the square.
pub fn loops(depth: usize, variables: usize) -> Vec<u8> {
	let mut code = [0x03, 0x40].repeat(depth);
	for level in 0..depth {
		let variable = number(level % variables);
		code.push(LOCAL_GET);
		code.extend(&variable);
		code.extend([0x41, 1, 0x6a, LOCAL_TEE]);
		code.extend(&variable);
		code.extend([0x0d, 0, 0x0b]);
	}
	function(variables, &code)
}

fn function(variables: usize, code: &[u8]) -> Vec<u8> {
	let locals = [&[1][..], &number(variables), &[I32]].concat();
	[&locals, code, &[0x0b]].concat()
}

fn section(id: u8, content: &[u8]) -> Vec<u8> {
	[&[id][..], &number(content.len()), content].concat()
}

/// Returns a number as modules have it: LEB128.
fn number(mut number: usize) -> Vec<u8> {
	let mut bytes = Vec::new();
	loop {
		let low = number as u8 & 0x7f;
		number >>= 7;
		if number == 0 {
			bytes.push(low);
			return bytes;
		}
		bytes.push(low | 0x80);
	}
}
