//! The environment of a container's program.

/// What programs expect, if the image does not set it.
const USUAL: [&str; 2] = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/tmp"];

/// Returns the image's variables, then ours. Of two with one name, programs take either, so only ours stays.
pub fn environment(of_image: &[String], ours: Vec<String>) -> Vec<String> {
	let usual = USUAL.map(str::to_owned);
	let mut all = Vec::new();
	for more in [&usual[..], of_image, &ours] {
		all.retain(|old: &String| more.iter().all(|new| name(new) != name(old)));
		all.extend_from_slice(more);
	}
	all
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
		let all = environment(&of_image, vec!["B=3".to_owned(), "C=4".to_owned()]);
		assert_eq!(all, ["HOME=/tmp", "PATH=/opt", "A=1", "B=3", "C=4"]);
	}
}
