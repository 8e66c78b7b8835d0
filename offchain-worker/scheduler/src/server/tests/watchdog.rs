//! What a service manager hears.

use std::os::unix::net::UnixDatagram;

use rlc_service::ServiceManager;

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn service_manager_hears_that_turns_are_taken_and_nothing_after_the_last() {
	let dir = tempfile::tempdir().unwrap();
	let address = dir.path().join("notify");
	let manager = UnixDatagram::bind(&address).unwrap();
	manager.set_read_timeout(Some(LONG)).unwrap();
	let hear = || {
		let mut bytes = [0; 100];
		manager.recv(&mut bytes).map(|count| String::from_utf8(bytes[..count].to_vec()).unwrap())
	};
	let chain = FakeChain::new(system_time());
	let watched = Config { manager: Some(ServiceManager::at(&address, Some(Duration::ZERO))), ..config(&dir) };
	let scheduler = start(watched, &chain).await;
	assert_eq!(hear().unwrap(), "READY=1\nWATCHDOG=1");
	for _ in 0..3 {
		assert_eq!(hear().unwrap(), "WATCHDOG=1");
	}
	scheduler.stop().await.unwrap();
	manager.set_nonblocking(true).unwrap();
	while hear().is_ok() {}
	sleep(Duration::from_secs(1)).await;
	assert!(hear().is_err(), "nobody speaks for a pool that has ended");
}
