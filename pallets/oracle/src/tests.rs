//! What the pallet promises, one promise a test.

mod agenda;
mod feeds;
mod history;
mod publish;
mod queries;
mod reading;
mod rounds;
mod sealing;
mod seats;
mod values;
