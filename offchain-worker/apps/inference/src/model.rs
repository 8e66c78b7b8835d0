//! The model: from records to scores.

use rten::{op_types, Dimension, Model as Graph, ModelOptions, OpRegistry, RegisterOp, Value};

use crate::table::Table;

/// What a model may be made of: the operators of regressions, of neural networks with fully connected and convolutional
/// layers, and of transformers' encoders. The linker leaves out the code of all others, so that the module stays small;
/// a model that needs one of them is refused with its name.
const OPERATORS: &[&dyn RegisterOp] = &[
	&op_types::Abs,
	&op_types::Add,
	&op_types::ArgMax,
	&op_types::AveragePool,
	&op_types::BatchNormalization,
	&op_types::Cast,
	&op_types::Clip,
	&op_types::Concat,
	&op_types::Conv,
	&op_types::Div,
	&op_types::Elu,
	&op_types::Equal,
	&op_types::Erf,
	&op_types::Exp,
	&op_types::Expand,
	&op_types::Flatten,
	&op_types::Gather,
	&op_types::Gelu,
	&op_types::Gemm,
	&op_types::GlobalAveragePool,
	&op_types::Greater,
	&op_types::HardSigmoid,
	&op_types::HardSwish,
	&op_types::Identity,
	&op_types::LayerNormalization,
	&op_types::LeakyRelu,
	&op_types::Less,
	&op_types::Log,
	&op_types::LogSoftmax,
	&op_types::MatMul,
	&op_types::Max,
	&op_types::MaxPool,
	&op_types::Min,
	&op_types::Mul,
	&op_types::Neg,
	&op_types::Pow,
	&op_types::Reciprocal,
	&op_types::ReduceMax,
	&op_types::ReduceMean,
	&op_types::ReduceSum,
	&op_types::Relu,
	&op_types::Reshape,
	&op_types::Shape,
	&op_types::Sigmoid,
	&op_types::Slice,
	&op_types::Softmax,
	&op_types::Softplus,
	&op_types::Split,
	&op_types::Sqrt,
	&op_types::Squeeze,
	&op_types::Sub,
	&op_types::Sum,
	&op_types::Tanh,
	&op_types::Transpose,
	&op_types::Unsqueeze,
	&op_types::Where,
];

/// How many records go through a model at once that takes any number of them. Always the same, since the order of
/// floating-point sums, and so the last bits of a score, may depend on it.
const BATCH: usize = 32;

/// A model that is ready to compute.
pub struct Model {
	graph: Graph,
	/// How many records go through it at once.
	batch: usize,
}

impl Model {
	/// Prepares an ONNX model.
	pub fn load(bytes: Vec<u8>) -> Result<Self, String> {
		let graph = ModelOptions::with_ops(OpRegistry::with_ops(OPERATORS))
			.load(bytes)
			.map_err(|error| format!("the dataset is not an ONNX model that this app can run: {error}"))?;
		if graph.input_ids().len() != 1 {
			return Err(format!("the model has {} inputs; this app runs those with one", graph.input_ids().len()));
		}
		let batch = match graph.input_shape(0).unwrap_or_default().first() {
			Some(Dimension::Fixed(0)) => return Err("the model takes no records".into()),
			Some(Dimension::Fixed(batch)) => *batch,
			_ => BATCH,
		};
		Ok(Self { graph, batch })
	}

	/// Returns the scores of each record: the first of the model's outputs that is a row of 32-bit numbers per record.
	pub fn scores(&self, records: &Table) -> Result<Table, String> {
		let mut scores = Table::default();
		for batch in records.values.chunks(self.batch * records.columns.max(1)) {
			// The batch is filled up with zeros, whose scores are dropped.
			let mut padded = batch.to_vec();
			padded.resize(self.batch * records.columns, 0.0);
			let (columns, mut values) = self.run(padded, records.columns)?;
			values.truncate(batch.len() / records.columns * columns);
			if let Some(bad) = values.iter().find(|score| !score.is_finite()) {
				return Err(format!("the model gives {bad} as a score"));
			}
			scores.columns = columns;
			scores.values.append(&mut values);
		}
		Ok(scores)
	}

	/// Returns the number of scores per record, and the scores, of one batch of records.
	fn run(&self, records: Vec<f32>, columns: usize) -> Result<(usize, Vec<f32>), String> {
		let input = Value::from_shape([self.batch, columns], records).map_err(|error| error.to_string())?;
		let inputs = self.graph.input_ids().iter().map(|id| (*id, (&input).into())).collect();
		let outputs = self
			.graph
			.run(inputs, self.graph.output_ids(), None)
			.map_err(|error| format!("the model does not take records of {columns} numbers: {error}"))?;
		outputs
			.into_iter()
			.find_map(|output| match output.into_shape_vec::<f32, 2>() {
				Ok(([rows, columns], values)) if rows == self.batch && columns > 0 => Some((columns, values)),
				_ => None,
			})
			.ok_or_else(|| "none of the model's outputs is a row of 32-bit numbers per record".into())
	}
}
