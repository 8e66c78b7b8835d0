//! Results on their way to the pool's store, and to the scheduler.

use std::path::PathBuf;

use async_trait::async_trait;
use rlc_primitives::TaskId;
use rlc_store::{Cid, Client, UploadError};
use tokio::sync::{mpsc, oneshot};

use crate::{
	messages::Outgoing,
	ports::{Delivery, Undelivered},
	record::{Output, OutputKind},
};

/// The pool's store and scheduler.
pub(crate) struct Pool {
	pub store: Client,
	pub link: mpsc::UnboundedSender<Outgoing>,
}

impl Output {
	/// Returns its name in the store. A failure is not kept there.
	pub fn cid(&self) -> Cid {
		match self.kind {
			OutputKind::Archive | OutputKind::Failure(_) => Cid::of_sha256(self.digest.0 .0),
			OutputKind::Callback => Cid::of_keccak(self.digest.0 .0),
		}
	}
}

#[async_trait]
impl Delivery for Pool {
	async fn upload(&self, token: &str, output: &Output, file: PathBuf) -> Result<(), Undelivered> {
		let uploaded = self.store.upload_file(&output.cid(), token, &file, |_, _| ()).await;
		uploaded.map_err(|error| match error {
			UploadError::Later { after, words, .. } => Undelivered::Later { after, words },
			error => Undelivered::Failed(error.to_string()),
		})
	}

	async fn callback(&self, task: TaskId, data: Vec<u8>) -> Result<(), Undelivered> {
		let (answer, taken) = oneshot::channel();
		let ended = || Undelivered::Failed("the worker ends".into());
		self.link.send(Outgoing::Callback(task, data, answer)).map_err(|_| ended())?;
		taken.await.map_err(|_| ended())?
	}
}
