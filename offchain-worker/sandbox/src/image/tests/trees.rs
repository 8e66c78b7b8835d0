//! What layers make of each other's files.

use super::{
	build::{
		layer, sha, Layout,
		What::{self, Device, Directory, File, Hard, Link},
	},
	cause, tree,
};
use crate::image::{layers, quota::Quota};

/// Returns the files of an image of these layers.
fn files(layers: &[&[(&str, What)]]) -> Vec<String> {
	let layers: Vec<_> = layers.iter().map(|entries| layer(entries)).collect();
	tree(&Layout::of(&layers).unpack().unwrap().root)
}

/// Returns why a layer cannot be unpacked.
fn refusal(entries: &[(&str, What)]) -> String {
	let root = tempfile::tempdir().unwrap();
	let (layer, mut quota) = (layer(entries), Quota::of(1 << 20, 1_000));
	cause(layers::apply(&layer[..], &format!("sha256:{}", sha(&layer)), root.path(), &mut quota))
}

#[test]
fn opaque_directory_hides_what_lower_layers_have_at_any_depth() {
	let lower: &[_] =
		&[("dir/a", File("")), ("dir/sub/b", File("")), ("dir/sub/deep/c", File("")), ("other", File(""))];
	let upper: &[_] = &[("dir/sub/new", File("")), ("dir/.wh..wh..opq", File("")), ("dir/sub/late", File(""))];
	assert_eq!(files(&[lower, upper]), ["dir/", "dir/sub/", "dir/sub/late=", "dir/sub/new=", "other="]);
	assert_eq!(files(&[lower, &[(".wh..wh..opq", File("")), ("new", File(""))]]), ["new="], "all of it");
}

#[test]
fn whiteout_hides_what_is_below_it_and_not_beside_it() {
	let lower: &[_] = &[("a", File("old")), ("dir/low", File("")), ("gone/x", File("")), ("kept", File(""))];
	let hide = [("a", File("new")), (".wh.a", File("")), ("dir/high", File("")), (".wh.dir", File(""))];
	let more = [(".wh.gone", File("")), (".wh.none", File("")), ("none/.wh.x", File(""))];
	let upper: Vec<_> = hide.into_iter().chain(more).collect();
	let expected = ["a=new", "dir/", "dir/high=", "kept=", "none/"];
	assert_eq!(files(&[lower, &upper]), expected);
	assert_eq!(
		files(&[lower, &[("kept", File("")), ("kept", Device), (".wh.kept", File(""))], &[("a", File("1"))]]).len(),
		5
	);
}

#[test]
fn device_takes_the_place_of_what_is_below_it() {
	let lower: &[_] = &[("file", File("")), ("dir/a", File("")), ("kept", File(""))];
	// As an overlay's own layer has whiteouts.
	assert_eq!(files(&[lower, &[("file", Device), ("dir", Device), ("none", Device)]]), ["kept="]);
}

#[test]
fn what_aufs_keeps_for_itself_is_not_of_the_image() {
	let layer: &[_] = &[
		(".wh..wh.aufs", File("")),
		(".wh..wh.orph/", Directory),
		(".wh..wh.plnk/", Directory),
		(".wh..wh.plnk/7.8", File("shared")),
		("one", Hard(".wh..wh.plnk/7.8")),
		("two", Hard(".wh..wh.plnk/7.8")),
	];
	assert_eq!(files(&[layer]), ["one=shared", "two=shared"]);
}

#[test]
fn hard_links_lead_to_what_comes_before_in_any_layer() {
	let lower: &[_] = &[("file", File("low")), ("sym", Link("/none"))];
	let upper: &[_] = &[
		("again", Hard("file")),
		("more", Hard("/again")),
		("to-link", Hard("./sym")),
		("own", File("own")),
		("file", File("high")),
		("new", Hard("file")),
	];
	let expected = ["again=low", "file=high", "more=low", "new=high", "own=own", "sym -> /none", "to-link -> /none"];
	assert_eq!(files(&[lower, upper]), expected);
	for (target, entries) in [
		("not/there", &[("link", Hard("not/there"))][..]),
		("file", &[("link", Hard("file")), ("file", File("late"))]),
		("dir", &[("dir/", Directory), ("link", Hard("dir"))]),
	] {
		let said = format!("\"link\": it is a hard link to \"{target}\", which is not a file that comes before it");
		let refusal = refusal(entries);
		assert!(refusal.contains(&said), "{refusal}");
	}
}

#[test]
fn names_that_differ_by_case_are_two() {
	let entries: &[_] = &[("README", File("1")), ("readme", File("2")), ("Dir/a", File("")), ("dir/A", File(""))];
	assert_eq!(files(&[entries]), ["Dir/", "Dir/a=", "README=1", "dir/", "dir/A=", "readme=2"]);
}

#[test]
fn last_of_several_with_one_name_counts() {
	let entries: &[_] = &[
		("file", File("1")),
		("./file", File("2")),
		("/file", File("3")),
		("dir/", Directory),
		("dir/a", File("")),
		("dir/", Directory),
		("kind", File("")),
		("kind/", Directory),
		("kind/b", File("")),
		("link", Link("dir")),
		("link", File("")),
	];
	assert_eq!(files(&[entries]), ["dir/", "dir/a=", "file=3", "kind/", "kind/b=", "link="]);
}

#[test]
fn layer_may_hold_nothing() {
	let nothing: &[(&str, What)] = &[];
	assert_eq!(files(&[nothing, &[("a", File(""))], nothing, nothing]), ["a="]);
	assert!(files(&[]).is_empty());
	// Not even an archive's end, as of a file without a byte.
	assert!(tree(&Layout::of(&[Vec::new()]).unpack().unwrap().root).is_empty());
}
