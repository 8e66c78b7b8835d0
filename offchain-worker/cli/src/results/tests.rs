//! Results that are kept, and those that never arrive.

use super::*;
use crate::output::Output;
use rlc_primitives::{
	deal::Resource,
	task::{Commitment, Consensus, Stage},
	AccountId, AppId, CategoryId, ResultHash, ResultSeal, Settlement, Tag, Task, WorkerpoolId,
};
use sp_core::H256;
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::TcpListener,
};

#[tokio::test]
async fn files_of_an_archive_are_moved_to_their_directory() {
	let dir = tempfile::tempdir().unwrap();
	let path = |name: &str| dir.path().join(name);
	fs::create_dir_all(path("out/sub")).unwrap();
	fs::write(path("out/a.txt"), "a").unwrap();
	fs::write(path("out/sub/b.txt"), "bb").unwrap();
	archive::pack(&path("out"), File::create(path("archive")).unwrap()).unwrap();
	fs::create_dir(path("into")).unwrap();
	let (files, _) = unpack(path("archive"), path("files"), path("into")).await.unwrap();
	assert_eq!(files, 2);
	assert_eq!(fs::read_to_string(path("into/sub/b.txt")).unwrap(), "bb");
}

#[tokio::test]
async fn what_is_no_archive_is_refused() {
	let dir = tempfile::tempdir().unwrap();
	fs::write(dir.path().join("archive"), "not an archive").unwrap();
	let refused = unpack(dir.path().join("archive"), dir.path().join("files"), dir.path().into()).await;
	assert!(refused.is_err());
}

#[test]
fn what_is_there_already_is_known_by_its_hash() {
	let dir = tempfile::tempdir().unwrap();
	fs::create_dir(dir.path().join("sub")).unwrap();
	fs::write(dir.path().join("sub/b.txt"), "bb").unwrap();
	let packed = archive::pack(dir.path(), std::io::sink()).unwrap();
	let digest = ResultDigest(H256(packed.sha256));
	assert_eq!(there_already(dir.path(), digest), Some((packed.cid(), 1, packed.size)));
	fs::write(dir.path().join("sub/b.txt"), "bc").unwrap();
	assert_eq!(there_already(dir.path(), digest), None);
	fs::write(dir.path().join(CALLBACK_DATA), "data").unwrap();
	let digest = ResultDigest::of_callback(b"data");
	assert_eq!(there_already(dir.path(), digest), Some((Cid::of_keccak(digest.0 .0), 1, 4)));
}

/// Returns a task whose digest this many workers revealed, and one contradicted.
fn revealed(by: u8) -> TaskView {
	let mut task = Task::new(DealId(H256::repeat_byte(2)), 3);
	let contribution = |worker, status| Contribution {
		worker: AccountId::new([worker; 32]),
		commitment: Commitment { result: ResultHash::default(), seal: ResultSeal::default(), enclave: None },
		weight: 1,
		status,
	};
	let contributions = (0..by).map(|worker| contribution(worker, ContributionStatus::Proved));
	let contributions = contributions.chain([contribution(by, ContributionStatus::Rejected)]);
	task.contributions = contributions.collect::<Vec<_>>().try_into().unwrap();
	let (result, digest) = (ResultHash::default(), Some(ResultDigest(H256::repeat_byte(0xAB))));
	let (winners, reveals) = (by.into(), by.into());
	task.stage = Stage::Completed(Consensus { result, reveal_deadline: 0, winners, reveals, digest });
	let (delegates, failures) = (Vec::new(), Vec::new());
	let id = task.id();
	TaskView {
		id,
		task,
		contribution_deadline: 0,
		final_deadline: 0,
		delegates,
		failures,
		delivery: None,
		failure: None,
	}
}

fn deal(trust: u64) -> Deal {
	let owner = AccountId::new([1; 32]);
	Deal {
		app: Resource { id: AppId::default(), owner: owner.clone(), price: 0 },
		dataset: None,
		workerpool: Resource { id: WorkerpoolId::default(), owner: owner.clone(), price: 0 },
		payer: owner.clone(),
		requester: owner,
		beneficiary: None,
		callback: None,
		category: CategoryId(0),
		reference_time: 0,
		trust,
		tag: Tag::NONE,
		start: 0,
		opened: 0,
		first: 0,
		size: 4,
		worker_stake: 0,
		charge: 0,
		pool_stake: 0,
		scheduler_ratio: 0,
		settlement: Settlement::Automatic,
	}
}

/// Returns what is said if a store that has nothing is asked for a task's result, and the time is over.
async fn said_of_what_never_came(task: &TaskView, trust: u64) -> String {
	let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
	let store = pool::store(format!("http://{}", listener.local_addr().unwrap())).unwrap();
	let empty = tokio::spawn(async move {
		while let Ok((mut connection, _)) = listener.accept().await {
			let _ = connection.read(&mut [0; 4096]).await;
			let answer = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
			let _ = connection.write_all(answer).await;
		}
	});
	let (dir, progress) = (tempfile::tempdir().unwrap(), Output::new(false).wait("downloading"));
	let promised = Promised::of(task).unwrap();
	let tried = one(&store, &deal(trust), &promised, dir.path().join("out"), Instant::now(), &progress).await;
	empty.abort();
	tried.unwrap_err().to_string()
}

#[tokio::test]
async fn requester_that_trusted_one_worker_is_told_so_when_its_result_never_comes() {
	let words = said_of_what_never_came(&revealed(1), 1).await;
	let digest = format!("task 3 has arrived with the digest 0x{} that the chain holds", "ab".repeat(32));
	assert!(words.starts_with(&format!("no result of {digest}")), "{words}");
	assert!(words.contains("though 1 worker revealed it; at trust 1 it rests on one worker's word"), "{words}");
	assert!(words.contains("ask for a higher --trust"), "{words}");
}

#[tokio::test]
async fn several_workers_that_deliver_nothing_are_counted() {
	let words = said_of_what_never_came(&revealed(2), 3).await;
	assert!(words.contains("though 2 workers revealed it; they keep it until"), "{words}");
}

#[test]
fn names_are_recalled_for_their_deal_alone_and_lead_nowhere_else() {
	let (dir, id, deal) = (tempfile::tempdir().unwrap(), DealId(H256::repeat_byte(1)), deal(1));
	let output = dir.path().join("out");
	assert_eq!(Names::recall(&output, id, &deal), Names::default());
	let names = ["a", "b.csv", "c", "d"].map(String::from);
	remember(&output, id, &names).unwrap();
	let deal = Deal { first: 10, ..deal };
	let recalled = Names::recall(&output, id, &deal);
	assert_eq!((recalled.of(&deal, 11), recalled.of(&deal, 14), recalled.of(&deal, 9)), (Some("b.csv"), None, None));
	assert_eq!(Names::recall(&output, DealId(H256::repeat_byte(2)), &deal), Names::default());
	for wrong in [&["a", "b", "c"][..], &["a", "b", "c", "../d"], &["a", "b", "c", "C"]] {
		remember(&output, id, &wrong.iter().map(ToString::to_string).collect::<Vec<_>>()).unwrap();
		assert_eq!(Names::recall(&output, id, &deal), Names::default(), "{wrong:?}");
	}
}

#[test]
fn directories_are_named_after_the_deal() {
	assert_eq!(default_dir(DealId(H256::repeat_byte(0xAB))), PathBuf::from("result-abababab"));
	let dir = tempfile::tempdir().unwrap();
	assert!(!is_filled(dir.path()) && !is_filled(&dir.path().join("none")));
	fs::create_dir(dir.path().join(PART)).unwrap();
	assert!(!is_filled(dir.path()));
	fs::write(dir.path().join("a"), "").unwrap();
	assert!(is_filled(dir.path()));
}
