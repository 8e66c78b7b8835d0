//! Params as strangers write them.

use proptest::{
	collection::{btree_map, vec},
	option,
	prelude::*,
};
use rlc_testing::spoiled;

use super::*;

fn needs() -> impl Strategy<Value = Needs> {
	let (small, large) = (prop_oneof![Just(0), any::<u32>()], prop_oneof![Just(0), any::<u64>()]);
	(small.clone(), large.clone(), large, small).prop_map(|(cores, memory, disk, gpus)| Needs {
		cores,
		memory,
		disk,
		gpus,
	})
}

prop_compose! {
	fn params()(
		iexec_args in "[ a-c\"'\\\\\u{e9}\n\0-]{0,12}",
		iexec_input_files in vec("[a-c:/.#=]{0,8}", 0..3),
		iexec_result_encryption in prop::bool::weighted(0.1),
		iexec_result_storage_provider in option::weighted(0.2, "ipfs|dropbox"),
		iexec_secrets in btree_map("[1-3]", "[a-c]{0,3}", 0..2),
		rlc_each in option::weighted(0.1, "[a-c#]{0,3}"),
		rlc_needs in needs(),
	) -> RequestParams {
		RequestParams {
			iexec_args,
			iexec_input_files,
			iexec_result_encryption,
			iexec_result_storage_provider,
			iexec_secrets,
			rlc_each,
			rlc_needs,
		}
	}
}

/// Returns what stands on chain: JSON, or arguments.
fn written() -> impl Strategy<Value = Vec<u8>> {
	params().prop_map(|params| {
		if params.iexec_input_files.is_empty() {
			params.iexec_args.into_bytes()
		} else {
			serde_json::to_vec(&params).unwrap()
		}
	})
}

/// Returns an argument as one writes it for a shell.
fn quoted(arg: &str) -> String {
	format!("'{}'", arg.replace('\'', r"'\''"))
}

proptest! {
	#[test]
	fn params_are_read_as_written(params in params()) {
		prop_assert_eq!(RequestParams::parse(&serde_json::to_vec(&params).unwrap()), Ok(params));
	}

	#[test]
	fn whatever_is_read_has_one_form(bytes in prop_oneof![4 => spoiled(written()), 1 => vec(any::<u8>(), 0..40)]) {
		if let Ok(params) = RequestParams::parse(&bytes) {
			prop_assert_eq!(RequestParams::parse(&serde_json::to_vec(&params).unwrap()), Ok(params));
		}
	}

	#[test]
	fn servable_params_ask_for_what_workers_do(bytes in spoiled(written()), trust in 0..4_u64) {
		let is_pinned = |location: &str| location.contains('#');
		let Ok((params, args)) = RequestParams::parse_servable(&bytes, trust, Tag::NONE, is_pinned) else { return Ok(()) };
		prop_assert_eq!(RequestParams::parse(&bytes), Ok(params.clone()));
		prop_assert!(!params.iexec_result_encryption && params.iexec_secrets.is_empty());
		prop_assert!(trust <= 1 || params.rlc_each.as_deref().is_none_or(is_pinned));
		prop_assert!(trust <= 1 || params.iexec_input_files.iter().all(|location| is_pinned(location)));
		prop_assert!(args.iter().all(|arg| !arg.contains('\0')), "a program can be given them");
		prop_assert!(args.iter().map(String::len).sum::<usize>() <= params.iexec_args.len(), "they do not grow");
	}

	#[test]
	fn quoted_arguments_come_back_as_they_were(args in vec("[ a-c\"'\\\\\u{e9}\n]{0,6}", 0..5)) {
		let iexec_args = args.iter().map(|arg| quoted(arg)).collect::<Vec<_>>().join(" ");
		prop_assert_eq!(RequestParams { iexec_args, ..RequestParams::default() }.args(), Ok(args));
	}
}
