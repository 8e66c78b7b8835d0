//! A node's RPC for clients of its chain, without a connection.

use std::sync::{Arc, Weak};

use futures::{stream, StreamExt};
use jsonrpsee::{Methods, MethodsError, RpcModule};
use serde_json::value::RawValue;
use subxt_rpcs::{
	client::{RawRpcFuture, RawRpcSubscription, RpcClientT},
	Error, UserError,
};

use crate::defaults::SUBSCRIPTION_BUFFER;

/// Calls the RPC of a node in this process. Does not keep the node alive: when it stops, calls fail.
#[derive(Clone)]
pub struct InMemory {
	methods: Weak<RpcModule<()>>,
	threads: tokio::runtime::Handle,
}

impl InMemory {
	/// Makes a client of the RPC of a node whose tasks run on these threads.
	pub(crate) fn of(rpc: &sc_service::RpcHandlers, threads: tokio::runtime::Handle) -> Self {
		Self { methods: Arc::downgrade(&rpc.handle()), threads }
	}

	fn methods(&self) -> Result<Methods, Error> {
		match self.methods.upgrade() {
			Some(module) => Ok((*module).clone().into()),
			None => Err(Error::Client("the node has stopped".into())),
		}
	}

	/// Runs a request on the node's own threads, since some methods need tokio.
	async fn run<T: Send + 'static, Request>(&self, request: Request) -> Result<T, Error>
	where
		Request: std::future::Future<Output = Result<T, MethodsError>> + Send + 'static,
	{
		let answer = self.threads.spawn(request).await;
		answer.map_err(|error| Error::Client(error.into()))?.map_err(refusal)
	}
}

impl RpcClientT for InMemory {
	fn request_raw<'a>(&'a self, method: &'a str, params: Option<Box<RawValue>>) -> RawRpcFuture<'a, Box<RawValue>> {
		Box::pin(async move {
			let (methods, method) = (self.methods()?, method.to_string());
			self.run(async move { methods.call(&method, Params(params)).await }).await
		})
	}

	fn subscribe_raw<'a>(
		&'a self,
		sub: &'a str,
		params: Option<Box<RawValue>>,
		_unsub: &'a str,
	) -> RawRpcFuture<'a, RawRpcSubscription> {
		Box::pin(async move {
			let (methods, method) = (self.methods()?, sub.to_string());
			let messages =
				self.run(async move { methods.subscribe(&method, Params(params), SUBSCRIPTION_BUFFER).await }).await?;
			let id = serde_json::to_string(messages.subscription_id()).ok();
			// The node ends it when it is dropped.
			let stream = stream::unfold(messages, |mut messages| async move {
				let message = messages.next::<Box<RawValue>>().await?;
				Some((message.map(|(message, _id)| message).map_err(refusal), messages))
			});
			Ok(RawRpcSubscription { stream: stream.boxed(), id })
		})
	}
}

/// Parameters that are JSON already.
struct Params(Option<Box<RawValue>>);

impl jsonrpsee::core::traits::ToRpcParams for Params {
	fn to_rpc_params(self) -> Result<Option<Box<RawValue>>, serde_json::Error> {
		Ok(self.0)
	}
}

/// Translates an error. A method's own error keeps its code; any other arose on the way to the method.
fn refusal(error: MethodsError) -> Error {
	match error {
		MethodsError::JsonRpc(error) => Error::User(UserError {
			code: error.code(),
			message: error.message().into(),
			data: error.data().map(ToOwned::to_owned),
		}),
		other => Error::Client(Box::new(other)),
	}
}
