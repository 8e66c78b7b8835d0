//! Feeds: what they are made of, what seats report, and what readers get.
//!
//! | part | for |
//! |---|---|
//! | [`definition`], [`check`] | what a feed is, and what is wrong with it |
//! | [`names`] | what a feed is called, here and in iExec's oracle factory |
//! | [`value`] | values, observations, and what seats sign |
//! | [`reading`] | a value with its quality, and what a reader demands of it |
//! | [`aggregate`] | from many reports to one value |
//! | [`composite`] | from values of feeds to the value of another |
//! | [`view`] | what a node answers about feeds |

pub mod aggregate;
pub mod check;
pub mod composite;
pub mod definition;
pub mod names;
pub mod reading;
pub mod value;
pub mod view;

pub use check::DefinitionError;
pub use composite::Composite;
pub use definition::{
	Body, Definition, Header, HeaderName, HeaderValue, Headers, JsonPath, Method, Panel, Policy, Seating, SecretName,
	Source, Sources, Url, ValueKind,
};
pub use reading::{Demand, Quality, ReadError, Reading, RoundFailure, Status};
pub use value::{Observation, Text, Value, ONE};
