use super::*;

const MARKET: &str = r#"{
	"market": {
		"pair": [
			{"kind": "spot", "base": "RLC", "last": 1.95},
			{"kind": "spot", "base": "ETH", "last": 2512.5},
			{"kind": "future", "base": "RLC", "until": "2027-03-26", "last": 2.05},
			{"kind": "future", "base": "ETH", "until": "2027-06-25", "last": 2599}
		],
		"status": {"open": true, "last": 7}
	}
}"#;

/// Returns all values to which a path leads, as JSON without blanks.
fn all(path: &str, json: &str) -> Vec<String> {
	let root = Json::parse(json.as_bytes()).unwrap();
	let path = Path::parse(path).unwrap_or_else(|error| panic!("{path}: {error}"));
	path.all(&root).unwrap().into_iter().map(written).collect()
}

fn written(json: &Json<'_>) -> String {
	match json {
		Json::Null => "null".into(),
		Json::Boolean(value) => value.to_string(),
		Json::Number(text) => text.to_string(),
		Json::Text(text) => format!("{text:?}"),
		Json::Array(elements) => format!("[{}]", elements.iter().map(written).collect::<Vec<_>>().join(",")),
		Json::Object(members) => {
			let members: Vec<_> = members.iter().map(|(name, value)| format!("{name:?}:{}", written(value))).collect();
			format!("{{{}}}", members.join(","))
		}
	}
}

/// Compares what paths lead to with what RFC 9535 says.
fn check(json: &str, rows: &[(&str, &[&str])]) {
	for (path, expected) in rows {
		assert_eq!(all(path, json), *expected, "{path}");
	}
}

#[test]
fn segments_lead_to_members_and_elements() {
	check(
		MARKET,
		&[
			("$.market.pair[0].last", &["1.95"]),
			("$['market']['status'][\"open\"]", &["true"]),
			("$..last", &["1.95", "2512.5", "2.05", "2599", "7"]),
			("$.market..last", &["1.95", "2512.5", "2.05", "2599", "7"]),
			("$..pair[2].base", &["\"RLC\""]),
			("$..pair[0].until", &[]),
			("$..pair[-1].kind", &["\"future\""]),
			("$..pair[0,1].last", &["1.95", "2512.5"]),
			("$..pair[:2].last", &["1.95", "2512.5"]),
			("$..pair[?@.until].last", &["2.05", "2599"]),
			("$..pair[?@.last<10].last", &["1.95", "2.05"]),
			("$.market.pair[*].last", &["1.95", "2512.5", "2.05", "2599"]),
			("$.market.pair[?@.kind == 'future' && @.last < 10].until", &["\"2027-03-26\""]),
			("$.market.status.*", &["true", "7"]),
		],
	);
}

#[test]
fn slices_go_both_ways() {
	check(
		"[0,1,2,3,4,5,6]",
		&[
			("$[1:3]", &["1", "2"]),
			("$[5:]", &["5", "6"]),
			("$[1:5:2]", &["1", "3"]),
			("$[5:1:-2]", &["5", "3"]),
			("$[::-1]", &["6", "5", "4", "3", "2", "1", "0"]),
			("$[-2:]", &["5", "6"]),
			("$[:-5]", &["0", "1"]),
			("$[::0]", &[]),
			("$[-9007199254740991:9007199254740991:3]", &["0", "3", "6"]),
			("$[ 1 : 2 : 1 ]", &["1"]),
			("$[7]", &[]),
			("$[-8]", &[]),
			("$[-7]", &["0"]),
		],
	);
	check("[]", &[("$[::-1]", &[]), ("$[:]", &[]), ("$[-1]", &[])]);
}

#[test]
fn filters_compare_as_the_standard_says() {
	let json = r#"{"a":[3,5,1,2,4,6,{"b":"j"},{"b":"k"},{"b":{}},{"b":"kilo"}],"o":{"p":1,"q":2,"r":3,"s":5,"t":{"u":6}},"e":"f"}"#;
	check(
		json,
		&[
			("$.a[?@.b == 'kilo']", &[r#"{"b":"kilo"}"#]),
			("$.a[?(@.b == 'kilo')]", &[r#"{"b":"kilo"}"#]),
			("$.a[?@>3.5]", &["5", "4", "6"]),
			("$.a[?@.b]", &[r#"{"b":"j"}"#, r#"{"b":"k"}"#, r#"{"b":{}}"#, r#"{"b":"kilo"}"#]),
			(
				"$[?@.*]",
				&[
					"[3,5,1,2,4,6,{\"b\":\"j\"},{\"b\":\"k\"},{\"b\":{}},{\"b\":\"kilo\"}]",
					r#"{"p":1,"q":2,"r":3,"s":5,"t":{"u":6}}"#,
				],
			),
			("$.o[?@<3, ?@<3]", &["1", "2", "1", "2"]),
			("$.a[?@<2 || @.b == \"k\"]", &["1", r#"{"b":"k"}"#]),
			("$.o[?@>1 && @<4]", &["2", "3"]),
			("$.o[?@.u || @.x]", &[r#"{"u":6}"#]),
			("$.a[?@.b == $.x]", &["3", "5", "1", "2", "4", "6"]),
			(
				"$.a[?@ == @]",
				&["3", "5", "1", "2", "4", "6", r#"{"b":"j"}"#, r#"{"b":"k"}"#, r#"{"b":{}}"#, r#"{"b":"kilo"}"#],
			),
			("$.a[?!@.b && @ >= 5]", &["5", "6"]),
			("$.a[?!(@ < 5 || @.b)]", &["5", "6"]),
			("$.a[?@ == 5.0]", &["5"]),
			("$.a[?@ == 50e-1]", &["5"]),
			("$.a[?length(@.b) == 4].b", &["\"kilo\""]),
			("$.a[?count(@.*) == 1][?@ == 'j']", &["\"j\""]),
			("$.a[?value(@..b) == 'j'].b", &["\"j\""]),
			("$[?length(@) == 5].p", &["1"]),
			("$.a[?@.b <= 'k'].b", &["\"j\"", "\"k\""]),
			("$.a[?'a' < 'b' && @ == 1]", &["1"]),
			("$.a[?true == null]", &[]),
			("$.a[?@.b < 1]", &[]),
		],
	);
	check(r#"[{"a":{"x":1,"y":[2]},"b":{"y":[2.0],"x":1}},{"a":[1],"b":[1,2]}]"#, &[("$[?@.a == @.b].a.x", &["1"])]);
}

#[test]
fn names_are_read_with_their_escapes() {
	let json = r#"{"a b":1,"'":2,"\"":3,"é":4,"😀":5,"\\":6,"tab\t":7,"_9":8}"#;
	check(
		json,
		&[
			("$['a b']", &["1"]),
			("$['\\'']", &["2"]),
			("$[\"'\"]", &["2"]),
			("$[\"\\\"\"]", &["3"]),
			("$.é", &["4"]),
			("$['\\u00E9']", &["4"]),
			("$['\\uD83D\\uDE00']", &["5"]),
			("$.😀", &["5"]),
			("$['\\\\']", &["6"]),
			("$['tab\\t']", &["7"]),
			("$._9", &["8"]),
		],
	);
}

#[test]
fn what_is_not_a_path_is_refused() {
	for text in [
		"",
		"a",
		"$.",
		"$..",
		"$[",
		"$[]",
		"$ ",
		" $",
		"$.a ",
		"$.1",
		"$.-",
		"$['a]",
		"$[a]",
		"$[01]",
		"$[-0]",
		"$[1.0]",
		"$[9007199254740992]",
		"$[1:2:3:4]",
		"$[?]",
		"$[?@.a ==]",
		"$[?@.* == 1]",
		"$[?@..a == 1]",
		"$[?1]",
		"$[?'a']",
		"$[?@.a = 1]",
		"$[?(@.a]",
		"$[?!!@.a]",
		"$[?!@.a == 1]",
		"$[?count(1) == 1]",
		"$[?length(@.*) == 1]",
		"$[?count(@.*)]",
		"$[?@.a == 01]",
		"$[?@.a == +1]",
		"$[?@.a == 1.]",
		"$['\\x']",
		"$['\\'\"]",
		"$[\"\\'\"]",
		"$['\\uD800']",
		"$['\\uDE00']",
		"$['\\u12']",
		"$['\n']",
		"$[1,]",
		"$[,1]",
		"$.a.*.",
		"$. a",
		"$.. a",
		"@.a",
		"$$",
		"$[?true]",
	] {
		assert!(matches!(Path::parse(text), Err(InvalidPath::Syntax { .. })), "{text:?}: {:?}", Path::parse(text));
	}
	for text in ["$[?match(@.a, 'b')]", "$[?search(@.a, 'b')]", "$[?unknown(@.a) == 1]"] {
		assert_eq!(Path::parse(text), Err(InvalidPath::Function), "{text}");
	}
	assert_eq!(Path::parse(&format!("${}", ".a".repeat(MAX_PATH))), Err(InvalidPath::TooLong));
	for nested in [["[?(", "@"], ["[?@", ""], ["[?", "length("]] {
		let text = format!("${}{}", nested[0], nested.concat().repeat(60));
		assert!(Path::parse(&text).is_err(), "{text}");
	}
	assert_eq!(Path::parse(&format!("$[?{}@.a", "(".repeat(100))), Err(InvalidPath::TooDeep));
	assert_eq!(Path::parse(&format!("$[?length({}", "length(".repeat(100))), Err(InvalidPath::TooDeep));
}

#[test]
fn only_one_value_will_do() {
	let root = Json::parse(br#"{"a":[1,2],"b":3,"b":4,"c":5}"#).unwrap();
	let only = |path: &str| Path::parse(path).unwrap().only(&root).map(written);
	assert_eq!(only("$.c"), Ok("5".into()));
	assert_eq!(only("$.d"), Err(NotOne::Nothing));
	assert_eq!(only("$.a[*]"), Err(NotOne::Several(2)));
	assert_eq!(only("$.b"), Err(NotOne::Several(2)), "which of them counts?");
	assert_eq!(only("$['c','c']"), Err(NotOne::Several(2)));
}

#[test]
fn path_that_takes_too_long_is_given_up() {
	let many = format!("[{}]", vec!["1"; 100_000].join(","));
	let many = Json::parse(many.as_bytes()).unwrap();
	let long = format!("[\"{}\",{}]", "x".repeat(100_000), vec!["1"; 50_000].join(","));
	let long = Json::parse(long.as_bytes()).unwrap();
	for (path, root) in [
		("$[?count($[*]) > 1]", &many),
		("$[*,*,*,*,*,*,*,*,*,*,*,*]", &many),
		("$[?$[?@ == 2]]", &many),
		("$[?length($[0]) > 1]", &long),
		("$[?$[0] < 'y']", &long),
	] {
		assert_eq!(Path::parse(path).unwrap().only(root), Err(NotOne::TooManySteps), "{path}");
	}
}

mod parsing {
	use super::*;
	use proptest::{collection::vec, prelude::*, sample::select};
	use rlc_testing::{spoiled, spoiled_text};

	fn paths() -> impl Strategy<Value = String> {
		let parts = select(vec![
			".a",
			"..b",
			".*",
			"[0]",
			"[-1]",
			"[1:2]",
			"[::-2]",
			"['a','b']",
			"..[*]",
			"[?@.a]",
			"[?@.a == 'x' && !@.b]",
			"[?(@.a < 1.5e1 || $.b >= null)]",
			"[?count(@.*) > 1]",
			"[?length(@.a) != value($..b)]",
			"[\"\\u00e9\"]",
		]);
		vec(parts, 0..5).prop_map(|parts| format!("${}", parts.concat()))
	}

	proptest! {
		#[test]
		fn paths_of_strangers_are_read_or_refused(text in spoiled_text(paths())) {
			if let Ok(path) = Path::parse(&text) {
				prop_assert_eq!(Path::parse(&text), Ok(path));
				prop_assert!(text.starts_with('$') && !text.ends_with(' '));
			}
		}

		#[test]
		fn what_is_found_is_in_the_document(path in paths(), json in spoiled(Just(MARKET.as_bytes().to_vec()))) {
			let Ok(root) = Json::parse(&json) else { return Ok(()) };
			let everything = written(&root);
			for found in Path::parse(&path).unwrap().all(&root).unwrap() {
				prop_assert!(everything.contains(&written(found)));
			}
		}
	}
}
