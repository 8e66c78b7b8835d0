//! `rlc explain`: what the code of an error means.

use clap::Args;

use crate::{
	answer::Answer,
	context::Context,
	failure::{failure, Failure, Result},
	pages::{self, Page},
	table::table,
};

/// From which likeness on, of 0 to 1, a code may have been meant.
const ALIKE: f64 = 0.8;

/// Explain the code of an error: what it means, and what to do
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rlc explain account.unknown
  rlc explain poco.NotDelegated                  an error of the chain
  rlc explain                                    all codes")]
pub(crate) struct Explain {
	/// The code, as it stands at the end of an error, or an error of the chain as PALLET.ERROR [default: all]
	pub code: Option<String>,

	/// Print the reference in Markdown, with the errors of the node's chain
	#[arg(long, hide = true, conflicts_with = "code")]
	pub markdown: bool,
}

/// Explains a code, or lists all.
pub(crate) async fn run(explain: Explain, context: &Context) -> Result<Answer> {
	if explain.markdown {
		let text = pages::markdown(&context.chain().await?.errors().await?);
		return Ok(Answer::new(text.trim_end(), &text));
	}
	let known = pages::all();
	let Some(code) = explain.code else { return Ok(listed(&known)) };
	if let Some(page) = known.iter().find(|page| page.is(&code)) {
		return Ok(Answer::new(page.text(), page));
	}
	let page = ask(context, &code).await.ok().flatten();
	let page = page.ok_or_else(|| unknown(&code, &known))?;
	Ok(Answer::new(page.text(), page))
}

/// Asks the node: its chain has errors of other pallets too, and perhaps some that are newer than this program.
async fn ask(context: &Context, code: &str) -> Result<Option<Page>> {
	let errors = context.chain().await?.errors().await?;
	Ok(errors.iter().map(Page::refusal).find(|page| page.is(code)))
}

/// Returns the failure of a code that nobody knows, with the one that it resembles most.
fn unknown(code: &str, known: &[Page]) -> Failure {
	let alike = known.iter().map(|page| (strsim::jaro_winkler(&page.code, code), &page.code));
	let best = alike.max_by(|one, other| one.0.total_cmp(&other.0)).filter(|(likeness, _)| *likeness > ALIKE);
	let failure = failure!(ErrorCodeUnknown, "there is no code {code}");
	match best {
		Some((_, best)) => failure.advise(format_args!("did you mean {best}? `rlc explain` lists all")),
		None => failure.advise("`rlc explain` lists all"),
	}
}

fn listed(pages: &[Page]) -> Answer {
	let rows = pages.iter().map(|page| [page.code.clone(), page.meaning.clone()]);
	Answer::new(table(["CODE", "MEANING"], rows), pages)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn misspelled_code_is_recognized() {
		let said = |code: &str| unknown(code, &pages::all()).to_string();
		assert!(said("account-unknown").contains("did you mean account.unknown?"));
		assert!(said("stack-slow").contains("did you mean stack.slow?"));
		assert!(!said("xyz").contains("did you mean"));
	}
}
