#![doc = include_str!("../README.md")]

mod answer;
mod archive;
mod decimal;
mod definition;
mod extract;
mod json;
mod path;
mod secret;

pub use self::{
	answer::{Answer, Received, MAX_BODY},
	archive::{agree, recompute, Archive, Disagreement, InvalidArchive, Wrong, MAX_ARCHIVE},
	definition::{Definition, Header, InvalidDefinition, Kind, Method, Source, Value, MAX_TEXT},
	extract::{extract, SourceError},
	json::{InvalidJson, Json, MAX_DEPTH},
	path::{InvalidPath, NotOne, Path, MAX_PATH, MAX_STEPS},
	secret::{Filled, InvalidSecret, Secret, SecretError},
};
