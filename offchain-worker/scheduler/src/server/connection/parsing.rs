//! Frames as strangers write them.

use std::cell::Cell;

use proptest::{collection::vec, prelude::*};
use rlc_testing::spoiled;
use tokio::{
	io::{join, sink},
	runtime::Builder,
};

use super::*;

/// The kinds of frames: a part that continues, text, bytes, an end, a ping, and its answer.
const KINDS: [u8; 6] = [0, 1, 2, 8, 9, 10];
const TEXT: u8 = 1;
/// Says of a frame that it is a message's last one, and that its bytes are masked.
const LAST: u8 = 0x80;
const MASKED: u8 = 0x80;

/// Returns a frame of a client.
fn frame(first: u8, mask: [u8; 4], bytes: &[u8]) -> Vec<u8> {
	let mut frame = vec![first];
	match u8::try_from(bytes.len()) {
		Ok(length @ 0..126) => frame.push(MASKED | length),
		_ => {
			frame.push(MASKED | 126);
			frame.extend(u16::try_from(bytes.len()).unwrap().to_be_bytes());
		}
	}
	frame.extend(mask);
	frame.extend(bytes.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
	frame
}

fn sent() -> impl Strategy<Value = Vec<u8>> {
	let bytes = prop_oneof![4 => "[a-z\u{e9}]{0,8}", 1 => "[a]{126,140}"];
	let one = (prop::sample::select(KINDS.to_vec()), any::<bool>(), any::<[u8; 4]>(), bytes);
	vec(one, 0..4).prop_map(|frames| {
		let all = frames.into_iter().map(|(kind, is_last, mask, bytes)| {
			frame(if is_last { kind | LAST } else { kind }, mask, bytes.as_bytes())
		});
		all.flatten().collect()
	})
}

/// Returns the messages of a connection until it ends, and how often something was heard.
async fn messages(bytes: &[u8]) -> (Vec<String>, usize) {
	let socket = join(bytes, sink());
	let mut stream = WebSocketStream::from_raw_socket(socket, Role::Server, Some(frames())).await;
	let (mut messages, heard) = (Vec::new(), Cell::new(0));
	while let Some(text) = next(&mut stream, || heard.set(heard.get() + 1)).await {
		messages.push(text.to_string());
	}
	(messages, heard.get())
}

#[test]
fn frames_say_no_more_than_they_have() {
	let runtime = Builder::new_current_thread().enable_all().build().unwrap();
	proptest!(|(bytes in prop_oneof![3 => spoiled(sent()), 1 => vec(any::<u8>(), 0..60)])| {
		let (messages, heard) = runtime.block_on(messages(&bytes));
		prop_assert!(messages.iter().map(String::len).sum::<usize>() <= bytes.len());
		prop_assert!(messages.len() * 2 <= bytes.len(), "each message has a frame of its own");
		let texts = messages.iter().filter(|message| !message.is_empty()).count();
		prop_assert!(texts <= heard && heard <= texts + 1, "the last one may be bytes that are no text");
	});
}

#[test]
fn text_comes_as_it_was_sent() {
	let runtime = Builder::new_current_thread().enable_all().build().unwrap();
	proptest!(|(text in "[a-z\u{e9}]{2,8}", mask in any::<[u8; 4]>(), at in any::<prop::sample::Index>())| {
		let (first, last) = text.as_bytes().split_at(at.index(text.len()));
		let sent = [frame(TEXT, mask, first), frame(9 | LAST, mask, b"?"), frame(LAST, mask, last)].concat();
		let (messages, heard) = runtime.block_on(messages(&sent));
		prop_assert_eq!((messages, heard), (vec![String::new(), text], 1), "a ping may come between its frames");
	});
}

#[test]
fn request_for_a_websocket_is_read_without_harm() {
	let asked = ["Upgrade", "websocket", "13", "dGhlIHNhbXBsZSBub25jZQ=="]
		.map(|value| spoiled(Just(value.as_bytes().to_vec())));
	proptest!(|(values in asked)| {
		let mut headers = HeaderMap::new();
		let names =
			[header::CONNECTION, header::UPGRADE, header::SEC_WEBSOCKET_VERSION, header::SEC_WEBSOCKET_KEY];
		for (name, value) in names.into_iter().zip(values) {
			if let Ok(value) = HeaderValue::from_bytes(&value) {
				headers.append(name, value);
			}
		}
		if let Some(key) = websocket_key(&headers) {
			prop_assert!(HeaderValue::try_from(derive_accept_key(key.as_bytes())).is_ok());
		}
	});
}
