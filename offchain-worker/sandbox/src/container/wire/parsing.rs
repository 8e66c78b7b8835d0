//! Whatever a stranger sends is refused, and takes no longer or more than is allowed.

use super::*;
use crate::container::output::Below;
use proptest::prelude::*;
use std::time::Duration;

/// Returns what is made of bytes, however they are cut.
fn received(bytes: &[u8]) -> io::Result<(Request, Option<OwnedFd>)> {
	let (mut there, here) = UnixStream::pair().unwrap();
	let bytes = bytes.to_owned();
	let writer = std::thread::spawn(move || {
		// It may not be read to its end.
		let _ = there.write_all(&bytes);
	});
	let received = receive(&here, Instant::now() + Duration::from_secs(10));
	drop(here);
	writer.join().unwrap();
	received
}

fn framed(kind: u8, payload: &[u8]) -> Vec<u8> {
	[&header(kind, payload.len()).unwrap()[..], payload].concat()
}

fn request() -> Request {
	Request::Run {
		version: VERSION,
		args: vec!["a".into()],
		env: vec![("B".into(), "c".into())],
		input: "/in".into(),
		limits: Limits::default(),
		grants: Grants::default(),
		denied: vec!["131.1.0.0/16".into(), "2a00:2::/32".into()],
		live: true,
	}
}

#[test]
fn request_comes_with_its_file() {
	let (here, there) = UnixStream::pair().unwrap();
	let file = std::fs::File::open("/dev/null").unwrap();
	send(&here, &request(), Some(file.as_fd())).unwrap();
	let (received, file) = receive(&there, Instant::now() + Duration::from_secs(10)).unwrap();
	assert_eq!(format!("{received:?}"), format!("{:?}", request()));
	let flags = rustix::io::fcntl_getfd(file.unwrap()).unwrap();
	assert!(flags.contains(rustix::io::FdFlags::CLOEXEC), "no container inherits it");
}

/// Returns how many files this process has open that are pipes of this number.
fn open_pipes(inode: u64) -> usize {
	let name = format!("pipe:[{inode}]");
	let files = std::fs::read_dir("/proc/self/fd").unwrap().flatten();
	files.filter(|file| std::fs::read_link(file.path()).is_ok_and(|to| to.as_os_str() == &*name)).count()
}

#[test]
fn more_files_are_refused_and_closed() {
	let (here, there) = UnixStream::pair().unwrap();
	let (pipe, _) = std::io::pipe().unwrap();
	let inode = rustix::fs::fstat(&pipe).unwrap().st_ino;
	let files = [pipe.as_fd(); 9];
	let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(9))];
	let mut along = SendAncillaryBuffer::new(&mut space);
	assert!(along.push(SendAncillaryMessage::ScmRights(&files)));
	let bytes = framed(MESSAGE, &serde_json::to_vec(&request()).unwrap());
	sendmsg(&here, &[io::IoSlice::new(&bytes)], &mut along, SendFlags::empty()).unwrap();
	assert!(receive(&there, Instant::now() + Duration::from_secs(10)).is_err());
	assert_eq!(open_pipes(inode), 1);
	drop(pipe);
}

#[test]
fn request_that_does_not_come_is_not_waited_for() {
	let (mut here, there) = UnixStream::pair().unwrap();
	here.write_all(&framed(MESSAGE, b"{}")[..3]).unwrap();
	let start = Instant::now();
	assert!(receive(&there, start + Duration::from_millis(50)).is_err());
	assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn huge_frame_is_refused_before_it_is_read() {
	let huge = header(MESSAGE, LONGEST_REQUEST as usize + 1).unwrap();
	assert_eq!(received(&huge).unwrap_err().to_string(), "it is too long");
}

fn out(bytes: &[u8]) -> (tempfile::TempDir, io::Result<Reply>) {
	let to = tempfile::tempdir().unwrap();
	let reply = receive_run(bytes, &mut Below(to.path().into()), Some(&Tap::new(100)));
	(to, reply)
}

#[test]
fn out_is_received_as_it_was_sent() {
	let (here, there) = UnixStream::pair().unwrap();
	let sender = std::thread::spawn(move || {
		let mut sent = Sent::new(here);
		sent.beside().unwrap().written(&Tapped { streams: [b"out".to_vec(), b"err".to_vec()], missed: 7 }).unwrap();
		sent.directory(Path::new("sub")).unwrap();
		sent.file(Path::new("sub/file"), &mut &b"words"[..], 5).unwrap();
		sent.link(Path::new("link"), Path::new("/a\nb")).unwrap();
		send(&sent.to, &Reply::App("why".into()), None).unwrap();
	});
	let (to, tap) = (tempfile::tempdir().unwrap(), Tap::new(100));
	let reply = receive_run(&there, &mut Below(to.path().into()), Some(&tap)).unwrap();
	sender.join().unwrap();
	assert!(matches!(reply, Reply::App(why) if why == "why"));
	assert_eq!(tap.take(100), Tapped { streams: [b"out".to_vec(), b"err".to_vec()], missed: 7 });
	assert_eq!(std::fs::read(to.path().join("sub/file")).unwrap(), b"words");
	assert_eq!(std::fs::read_link(to.path().join("link")).unwrap(), Path::new("/a\nb"));
}

#[test]
fn what_the_app_writes_is_told_in_order_and_only_if_it_was_asked_for() {
	for wrong in [&b""[..], &[MISSED], &[MISSED, 0, 0], &[MISSED + 1, b'a']] {
		assert!(out(&framed(WRITTEN, wrong)).1.is_err(), "{wrong:?}");
	}
	let to = tempfile::tempdir().unwrap();
	let unasked = receive_run(&framed(WRITTEN, &[0, b'a'])[..], &mut Below(to.path().into()), None);
	assert_eq!(unasked.unwrap_err().kind(), io::ErrorKind::InvalidData);
	let huge = header(WRITTEN, LONGEST_WRITTEN as usize + 1).unwrap();
	assert_eq!(out(&huge).1.unwrap_err().to_string(), "it is too long");
}

#[test]
fn path_of_out_stays_in_out() {
	for path in ["", "/etc/x", "../x", "a/../../x", ".", "./x"] {
		for kind in [DIRECTORY, LINK, FILE] {
			let payload = match kind {
				LINK => [path.as_bytes(), &[0], b"to"].concat(),
				FILE => [&0u64.to_le_bytes(), path.as_bytes()].concat(),
				_ => path.into(),
			};
			let (_, reply) = out(&framed(kind, &payload));
			assert!(reply.is_err(), "{kind} {path}");
		}
	}
}

#[test]
fn denied_networks_are_read_as_they_are_written_and_few() {
	let texts = ["131.1.0.0/16", "2a00:2::/32"].map(str::to_owned);
	let written: Vec<_> = networks(&texts).unwrap().iter().map(ToString::to_string).collect();
	assert_eq!(written, texts);
	assert!(networks(&[]).unwrap().is_empty());
	for wrong in ["", "131.1.0.0", "131.1.0.0/33", "131.1.0/16", "2a00:2::/129", "any", "131.1.0.0/16, 10.0.0.0/8"] {
		assert!(networks(&[wrong.to_owned()]).unwrap_err().contains("is not a network"), "{wrong}");
	}
	assert!(networks(&vec![texts[0].clone(); MOST_DENIED]).is_ok());
	assert!(networks(&vec![texts[0].clone(); MOST_DENIED + 1]).is_err());
}

proptest! {
	#[test]
	fn anything_at_all_is_no_network_or_is_read_back(text in "[0-9a-f.:/]{0,20}") {
		if let Ok(read) = networks(&[text]) {
			let [network] = read[..] else { panic!("{read:?}") };
			prop_assert_eq!(networks(&[network.to_string()]), Ok(vec![network]));
		}
	}

	#[test]
	fn anything_at_all_is_no_request(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
		prop_assert!(received(&bytes).is_err());
	}

	#[test]
	fn spoiled_request_is_read_without_a_panic(cut in 0usize..600, byte in any::<u8>()) {
		let mut bytes = framed(MESSAGE, &serde_json::to_vec(&request()).unwrap());
		let at = cut % bytes.len();
		bytes[at] = byte;
		// Whatever it means now, it is read without a panic.
		let _ = received(&bytes);
		let (_, reply) = out(&bytes[..at]);
		prop_assert!(reply.is_err());
	}
}
