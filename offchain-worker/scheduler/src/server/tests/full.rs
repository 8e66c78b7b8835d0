//! The disk of the database is full whenever something is to be written down.

use std::{future::Future, pin::pin};

use rlc_testing::SmallDisk;
use sqlx::Connection;

use super::*;

/// What a task costs, in nRLC.
const PRICE: u128 = 7;

/// How long nothing may be done that cannot be written down. It may take longer until something would be: then the test
/// says less.
const WHILE: Duration = Duration::from_millis(300);

impl Yard {
	/// Waits until the scheduler tells whether nothing can be written.
	async fn until_database_away(&self, is_away: bool) {
		let url = format!("http://{}/metrics", self.scheduler.address);
		let expected = format!("rlc_scheduler_database_away {}", u8::from(is_away));
		let wait = async {
			loop {
				let metrics = reqwest::get(&url).await.unwrap().text().await.unwrap();
				if metrics.lines().any(|line| line == expected) {
					return;
				}
				sleep(Duration::from_millis(50)).await;
			}
		};
		timeout(LONG, wait).await.unwrap_or_else(|_| panic!("{expected} is never told"));
	}

	/// Lets something happen for which the scheduler has to write: not before there is room, which comes page by page.
	async fn waits_for_room<T>(&self, disk: &mut SmallDisk, what: &str, happens: impl Future<Output = T>) -> T {
		let mut happens = pin!(happens);
		let told = async {
			self.until_database_away(true).await;
			sleep(WHILE).await;
		};
		tokio::select! {
			_ = &mut happens => panic!("{what}, though nothing can be written down"),
			() = told => {}
		}
		let done = loop {
			tokio::select! {
				done = &mut happens => break done,
				() = sleep(Duration::from_millis(50)) => {
					disk.free(1);
				}
			}
		};
		disk.clear();
		self.until_database_away(false).await;
		done
	}
}

/// Reports, as a worker does, until that is written down.
async fn insist(worker: &Worker, task: TaskId, step: Step) {
	while worker.client.report(worker.joined.session, vec![report(task, step)]).await.is_err() {
		sleep(Duration::from_millis(100)).await;
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn disk_that_is_full_at_every_write_loses_no_paid_result_and_lets_nothing_be_decided_twice() {
	let Some(mut disk) = SmallDisk::mount(8 << 20) else { return };
	let database = format!("sqlite:{}", disk.path().join("scheduler.db").display());
	let yard = Yard::with(|config| config.database.clone_from(&database)).await;
	// Else the scheduler's last connection would tidy up when it is replaced, and so make room.
	let mut keeper = sqlx::AnyConnection::connect(&database).await.unwrap();
	sqlx::query("SELECT 1 FROM meta").fetch_optional(&mut keeper).await.unwrap();
	let mut bob = yard.worker("Bob").await;
	let (account, content) = (bob.key.account(), b"the paid result".to_vec());
	let cid = Cid::of(rlc_store::HashKind::Sha256, &content);
	let digest = ResultDigest(H256(cid.digest()));

	disk.fill();
	let requester = key("Ferdie").account();
	let deal = yard.deal(100, 1, 1, |deal| (deal.requester, deal.workerpool.price) = (requester.clone(), PRICE));
	let id = yard.waits_for_room(&mut disk, "the task is assigned", bob.tasks(1)).await[0].task.id();
	assert_eq!(id, TaskRef { deal, index: 0 }.id());

	disk.fill();
	yard.waits_for_room(&mut disk, "a report is taken", insist(&bob, id, Step::Computed)).await;

	disk.fill();
	yard.chain.change(|world| {
		let mut events = world.contribute_digest(id, &account, digest).unwrap();
		events.extend(world.reveal_digest(id, &account, digest).unwrap());
		events
	});
	let asked = yard.waits_for_room(&mut disk, "the result is asked for", bob.instruction()).await;
	let Instruction::Upload { token, .. } = asked else { panic!("{asked:?}") };

	let url = format!("http://{}/store/{cid}", yard.scheduler.address);
	let put = reqwest::Client::new().put(&url).bearer_auth(token).body(content).send().await.unwrap();
	assert!(put.status().is_success(), "{}", put.status());
	disk.fill();
	yard.waits_for_room(&mut disk, "that it is stored is believed", async {
		insist(&bob, id, Step::Uploaded).await;
		yard.until(id, |info| info.result.is_some()).await
	})
	.await;

	let info = yard.task(id).await.unwrap();
	assert_eq!((info.replicates.len(), bob.taken), (1, 1), "it was assigned once");
	assert_eq!(["finalize", "abandon", "release", "reopen"].map(|name| yard.chain.sent(name)), [0; 4]);
	drop((bob, keeper));
	yard.scheduler.stop().await.unwrap();
	let db = Db::open(&database).await.unwrap();
	let (row, parts) = db.task(id).await.unwrap();
	assert_eq!((row.unwrap().result, parts.len()), (Some(cid.to_string()), 1));
	assert_eq!(db.paid(&requester).await.unwrap(), PRICE, "counted once, however often it was tried");
}

#[tokio::test(flavor = "multi_thread")]
async fn scheduler_that_is_stopped_while_its_disk_is_full_sells_nothing_any_more() {
	let Some(mut disk) = SmallDisk::mount(8 << 20) else { return };
	let database = format!("sqlite:{}", disk.path().join("scheduler.db").display());
	let offer = super::operator::offer(Some(100));
	let yard = Yard::with(|config| {
		config.database.clone_from(&database);
		config.offers = Some(vec![offer]);
	})
	.await;
	let mut keeper = sqlx::AnyConnection::connect(&database).await.unwrap();
	sqlx::query("SELECT 1 FROM meta").fetch_optional(&mut keeper).await.unwrap();
	yard.until_book(|book| book.len() == 1).await;
	disk.fill();
	yard.deal(100, 1, 1, |_| ());
	yard.until_database_away(true).await;
	let Yard { chain, scheduler, .. } = yard;
	assert!(scheduler.stop().await.is_err(), "what is known of the deal is not written down");
	assert_eq!(chain.world().orders, []);
}
