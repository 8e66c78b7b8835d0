"""Trains the classifier of breast tumors, and writes the model and the records that it is tried on.

    python3 -m venv venv && venv/bin/pip install -r requirements.txt
    venv/bin/python train.py            # writes model.onnx, test.csv, labels.csv here
    venv/bin/python train.py --check    # fails if they would not come out as they are here, byte by byte

The data comes with scikit-learn; nothing is downloaded. See LICENSE-DATA.md.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

HERE = Path(__file__).resolve().parent
SEED = 1993  # The year in which the data was described first.
LABELS = ("benign", "malignant")
ENOUGH = 0.95


def records():
    """Features, whether the tumor is malignant, and the features' names; each split into train and test."""
    data = load_breast_cancer()
    # scikit-learn says 1 for benign; a score here is the chance of malignant.
    malignant = 1 - data.target
    split = train_test_split(data.data, malignant, test_size=0.25, random_state=SEED, stratify=malignant)
    return split, [name.replace(" ", "_") for name in data.feature_names]


def rounded(values):
    """Six significant digits: the fit agrees on more than that whatever machine computes it, so the bytes agree too."""
    return np.array([float(f"{value:.6g}") for value in np.ravel(values)], dtype=np.float32)


def train(features, malignant):
    """Means, deviations, weights and bias of a logistic regression on standardized features."""
    means, deviations = rounded(features.mean(axis=0)), rounded(features.std(axis=0))
    standard = (features - means.astype(np.float64)) / deviations.astype(np.float64)
    fit = LogisticRegression(C=0.5, solver="newton-cholesky", tol=1e-12, max_iter=1000).fit(standard, malignant)
    return means, deviations, rounded(fit.coef_), rounded(fit.intercept_)


def model(means, deviations, weights, bias):
    """The ONNX model, in plain operators: sigmoid((features - means) / deviations · weights + bias)."""
    features = len(means)
    graph = helper.make_graph(
        [
            helper.make_node("Sub", ["features", "means"], ["centred"]),
            helper.make_node("Div", ["centred", "deviations"], ["standard"]),
            helper.make_node("Gemm", ["standard", "weights", "bias"], ["odds"]),
            helper.make_node("Sigmoid", ["odds"], ["malignant"]),
        ],
        "breast-cancer",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["records", features])],
        [helper.make_tensor_value_info("malignant", TensorProto.FLOAT, ["records", 1])],
        [
            numpy_helper.from_array(means, "means"),
            numpy_helper.from_array(deviations, "deviations"),
            numpy_helper.from_array(weights.reshape(features, 1), "weights"),
            numpy_helper.from_array(bias, "bias"),
        ],
    )
    made = helper.make_model(graph, producer_name="breast-cancer", opset_imports=[helper.make_opsetid("", 13)])
    made.ir_version = 8
    onnx.checker.check_model(made)
    return made.SerializeToString(deterministic=True)


def accuracy(model_bytes, features, malignant):
    """The share of records that the model, as it is shipped, labels rightly."""
    session = onnxruntime.InferenceSession(model_bytes, providers=["CPUExecutionProvider"])
    (scores,) = session.run(None, {"features": features.astype(np.float32)})
    return float(((scores[:, 0] >= 0.5) == malignant).mean())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    check = parser.parse_args().check

    (train_features, test_features, train_malignant, test_malignant), names = records()
    made = model(*train(train_features, train_malignant))
    lines = [",".join(names)] + [",".join(str(float(value)) for value in row) for row in test_features]
    files = {
        "model.onnx": made,
        "test.csv": ("\n".join(lines) + "\n").encode(),
        "labels.csv": ("\n".join(["label"] + [LABELS[value] for value in test_malignant]) + "\n").encode(),
    }
    test_accuracy = accuracy(made, test_features, test_malignant)
    print(f"trained on {len(train_malignant)} records, accuracy {accuracy(made, train_features, train_malignant):.4f}")
    print(f"tested on {len(test_malignant)} others, accuracy {test_accuracy:.4f}")
    if test_accuracy < ENOUGH:
        sys.exit(f"error: less than {ENOUGH}; nothing was written")

    for name, content in files.items():
        path = HERE / name
        if check and (not path.exists() or path.read_bytes() != content):
            sys.exit(f"error: {name} would come out otherwise")
        if not check:
            path.write_bytes(content)
        print(f"{name}: {len(content)} bytes")


if __name__ == "__main__":
    main()
