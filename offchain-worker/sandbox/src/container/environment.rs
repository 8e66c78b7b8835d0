//! The environment of a container's program.

use std::collections::HashSet;

use super::hosts;

/// Where programs are, if the image does not say so.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Returns what programs expect, if neither image nor job sets it: what Docker sets, and how many threads a program has that
/// would otherwise count this machine's processors. With their number, the last digits of sums change.
pub fn usual(home: &str, cpus: f32) -> [String; 4] {
	[
		format!("PATH={PATH}"),
		format!("HOME={home}"),
		format!("HOSTNAME={}", hosts::NAME),
		format!("OMP_NUM_THREADS={}", cpus.max(1.0) as u32),
	]
}

/// Returns the usual variables, the image's, and then ours. Of several with one name, programs take either, so only the last one
/// stays, as `runc` has it.
pub fn environment(usual: &[String], of_image: &[String], ours: &[String]) -> Vec<String> {
	let mut named = HashSet::new();
	let from_the_last = [usual, of_image, ours].into_iter().flatten().rev();
	let mut left: Vec<_> = from_the_last.filter(|variable| named.insert(name(variable))).cloned().collect();
	left.reverse();
	left
}

fn name(variable: &str) -> &str {
	variable.split('=').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn variables_of_the_job_win_over_those_of_the_image_and_those_over_the_usual() {
		let of_image = ["PATH=/opt".to_owned(), "A=1".to_owned(), "B=2".to_owned()];
		let ours = ["B=3".to_owned(), "C=4".to_owned()];
		let all = environment(&usual("/root", 2.5), &of_image, &ours);
		assert_eq!(all, ["HOME=/root", "HOSTNAME=task", "OMP_NUM_THREADS=2", "PATH=/opt", "A=1", "B=3", "C=4"]);
	}

	#[test]
	fn last_of_several_variables_with_one_name_counts() {
		let of_image = ["PATH=/none", "A=1", "PATH=/bin", "A=2", "AB=3"].map(str::to_owned);
		assert_eq!(environment(&[], &of_image, &[]), ["PATH=/bin", "A=2", "AB=3"]);
	}

	#[test]
	fn part_of_a_processor_is_good_for_one_thread() {
		assert_eq!(usual("/", 0.25)[3], "OMP_NUM_THREADS=1");
	}
}
