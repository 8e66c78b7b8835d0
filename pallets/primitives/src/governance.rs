//! Which track decides on a call.

/// What the origin of each track may call, as the track, a pallet, and calls of it. Root may call anything; what is not here
/// is root's alone.
///
/// The runtime tells nobody: an origin that may not make a call fails when it is enacted, after weeks. So clients read it
/// here, and the runtime's tests try every call with every origin.
pub const TRACK_CALLS: &[(&str, &str, &[&str])] = &[
	("marketplace_admin", "Parameters", &["set_parameter"]),
	("marketplace_admin", "Marketplace", &["add_category"]),
	("treasury_spender", "Treasury", &["spend_local", "spend", "remove_approval", "void_spend"]),
	("treasury_spender", "Rlc", &["set_treasury_share"]),
	("staking_admin", "Staking", &["set_min_commission", "cancel_deferred_slash", "deprecate_controller_batch"]),
	("whitelisted_caller", "Whitelist", &["dispatch_whitelisted_call", "dispatch_whitelisted_call_with_preimage"]),
	("emergency_admin", "SafeMode", &["force_exit", "force_extend"]),
	("emergency_admin", "TxPause", &["unpause"]),
	("emergency_admin", "Referenda", &["cancel", "kill"]),
];
