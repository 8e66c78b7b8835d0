//! Why a node has no answer.
//!
//! A question about something that does not exist is answered with `null`, not with an error.

/// An error of a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RpcError {
	/// The name that the document gives it.
	pub name: &'static str,
	/// JSON-RPC's code.
	pub code: i32,
	/// What is wrong.
	pub message: &'static str,
}

/// A parameter is missing or malformed: `data` says which, and what was expected.
pub const INVALID_PARAMS: RpcError = RpcError {
	name: "InvalidParams",
	code: -32_602,
	message: "A parameter is missing or malformed: data says which, and what was expected.",
};

/// The node does not know the block that was asked about.
pub const UNKNOWN_BLOCK: RpcError =
	RpcError { name: "UnknownBlock", code: 12_001, message: "The node does not know the block that was asked about." };

/// The runtime gave no answer.
pub const NO_ANSWER: RpcError = RpcError {
	name: "NoAnswer",
	code: 12_002,
	message: "The runtime gave no answer: the block's state is pruned, or its runtime is too old for the question.",
};

/// The first block's state does not know its own hash, which every signature is over.
pub const NO_DOMAIN_YET: RpcError = RpcError {
	name: "NoDomainYet",
	code: 12_003,
	message: "Signatures were asked about on the first block, whose state does not know its own hash.",
};

/// Too many questions wait that cost the node time.
pub const BUSY: RpcError = RpcError {
	name: "Busy",
	code: 12_004,
	message: "Too many questions wait that cost the node time: ask again later, or ask a node of your own.",
};

/// There are too many subscriptions, of one connection or of all.
pub const TOO_MANY_SUBSCRIPTIONS: RpcError = RpcError {
	name: "TooManySubscriptions",
	code: 12_005,
	message: "There are too many subscriptions, of this connection or in all: end some, or ask a node of your own.",
};

/// What any question may meet.
pub(super) const OF_QUESTIONS: &[RpcError] = &[UNKNOWN_BLOCK, NO_ANSWER];
/// What a question that costs the node time may meet.
pub(super) const OF_ESTIMATES: &[RpcError] = &[UNKNOWN_BLOCK, NO_ANSWER, BUSY];
/// What a question about signatures may meet.
pub(super) const OF_SIGNATURES: &[RpcError] = &[UNKNOWN_BLOCK, NO_ANSWER, NO_DOMAIN_YET];
/// What a subscription may meet when it begins.
pub(super) const OF_SUBSCRIPTIONS: &[RpcError] = &[NO_ANSWER, TOO_MANY_SUBSCRIPTIONS];
/// All of them.
pub(super) const ALL: [RpcError; 6] =
	[INVALID_PARAMS, UNKNOWN_BLOCK, NO_ANSWER, NO_DOMAIN_YET, BUSY, TOO_MANY_SUBSCRIPTIONS];
