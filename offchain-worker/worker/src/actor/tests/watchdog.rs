//! What a service manager hears.

use std::os::unix::net::UnixDatagram;

use rlc_service::ServiceManager;

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn service_manager_hears_that_the_loop_goes_on_and_nothing_after_its_end() {
	let (world, dir) = (World::new(1), tempfile::tempdir().unwrap());
	let address = dir.path().join("notify");
	let manager = UnixDatagram::bind(&address).unwrap();
	manager.set_read_timeout(Some(PATIENCE)).unwrap();
	let hear = || {
		let mut bytes = [0; 100];
		manager.recv(&mut bytes).map(|count| String::from_utf8(bytes[..count].to_vec()).unwrap())
	};
	let watchdog = Watchdog::new(Some(&ServiceManager::at(&address, Some(Duration::ZERO))));
	let disk = Disk::unlimited(&Dirs::make(dir.path()).unwrap(), 1);
	let worker = Worker::watched(&world, disk, dir.path(), bounds(), watchdog).await;
	assert_eq!(hear().unwrap(), "READY=1\nWATCHDOG=1");
	for _ in 0..2 {
		assert_eq!(hear().unwrap(), "WATCHDOG=1", "a worker with nothing to do has its ticks");
	}
	worker.stop().await;
	manager.set_nonblocking(true).unwrap();
	while hear().is_ok() {}
	tokio::time::sleep(Duration::from_millis(1_500)).await;
	assert!(hear().is_err(), "nobody speaks for a loop that has ended");
}
