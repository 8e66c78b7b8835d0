//! The commands, one file for each group. Each says its arguments, its help, and what it does.

pub mod account;
pub mod app;
pub mod completions;
pub mod dataset;
pub mod deal;
pub mod demo;
pub mod doctor;
pub mod estimate;
pub mod man;
pub mod order;
pub mod orderbook;
pub mod scheduler;
pub mod supervise;
pub mod task;
pub mod up;
pub mod worker;
pub mod workerpool;

use std::process::ExitCode;

use crate::{
	cli::Command,
	context::Context,
	failure::{failure, Result},
	output::Answer,
};

/// Does what was asked for, prints the answer, and tells the exit code.
///
/// # Errors
///
/// In one line.
pub async fn run(command: Command, context: &Context) -> Result<ExitCode> {
	match command {
		Command::Up(up) => up::run(up, context).await.map(|()| ExitCode::SUCCESS),
		Command::Demo(demo) => demo::run(demo, context).await.map(|()| ExitCode::SUCCESS),
		Command::Supervise(program) => supervise::run(program).await,
		Command::Completions(shell) => completions::run(shell).map(|()| ExitCode::SUCCESS),
		other => {
			let answer = answer(other, context).await?;
			context.out.print(&answer);
			Ok(if answer.failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
		}
	}
}

/// Does what was asked for, and tells what came of it.
///
/// # Errors
///
/// In one line.
pub(crate) async fn answer(command: Command, context: &Context) -> Result<Answer> {
	let answer = match command {
		Command::Up(_) | Command::Demo(_) | Command::Supervise(_) | Command::Completions(_) => {
			return Err(failure!("this command has no answer"));
		}
		Command::Account(command) => account::run(command, context).await?,
		Command::App(command) => app::run(*command, context).await?,
		Command::Dataset(command) => dataset::run(command, context).await?,
		Command::Workerpool(command) => workerpool::run(command, context).await?,
		Command::Order(command) => order::run(*command, context).await?,
		Command::Orderbook(command) => orderbook::run(command, context).await?,
		Command::Estimate(command) => estimate::run(*command, context).await?,
		Command::Deal(command) => deal::run(command, context).await?,
		Command::Task(command) => task::run(command, context).await?,
		Command::Scheduler(command) => scheduler::run(*command, context).await?,
		Command::Worker(command) => worker::run(*command, context).await?,
		Command::Doctor(command) => doctor::run(command, context).await?,
		Command::Man(command) => man::run(command)?,
	};
	Ok(answer)
}
