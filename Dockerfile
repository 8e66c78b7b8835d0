# syntax=docker/dockerfile:1
# The node in a small image: compiled from this tree in the first stage, copied alone into the second.
#
#   docker build --tag rlc-node .
#   docker run --volume rlc:/data --volume "$PWD/spec.json:/spec.json:ro" --publish 30333:30333 \
#       rlc-node --chain /spec.json --name "my node"

FROM rust:1.95-bookworm AS build
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
WORKDIR /rlc
# Before the rest, so that a change of the sources does not install the toolchain again.
COPY scripts/env.sh scripts/setup.sh scripts/
RUN scripts/setup.sh
COPY . .
# .git stays out of the build: this is what `rlc-node --version` shows of the commit.
ARG COMMIT=unknown
ENV SUBSTRATE_CLI_GIT_COMMIT_HASH=$COMMIT
# The cache keeps compiled dependencies between builds. It is no layer, so the program is copied out of it.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
	--mount=type=cache,target=/rlc/target \
	. scripts/env.sh && \
	cargo build --release --locked --package rlc-node && \
	install -D target/release/rlc-node /out/rlc-node

FROM debian:bookworm-slim
# OpenSSL is linked dynamically (see .cargo/config.toml); curl asks for the node's health.
RUN apt-get update && \
	apt-get install --yes --no-install-recommends ca-certificates curl libssl3 && \
	rm -rf /var/lib/apt/lists/* && \
	groupadd --gid 10001 rlc && \
	useradd --uid 10001 --gid rlc --home-dir /data --no-create-home --shell /usr/sbin/nologin rlc && \
	install --directory --owner rlc --group rlc --mode 700 /data
COPY --from=build /out/rlc-node /usr/local/bin/rlc-node

USER rlc
# Database, keystore and the node's network key: without this volume a validator loses its keys with the container.
# The variable is where the node and its subcommands look for them when no --base-path is given.
ENV XDG_DATA_HOME=/data
VOLUME /data
# Peers, RPC, Prometheus. The last two answer inside the container only, until the node is told --rpc-external and
# --prometheus-external.
EXPOSE 30333 9944 9615
# Healthy is: the RPC answers. Whether the node is in sync as well is at /health/readiness.
HEALTHCHECK --interval=30s --timeout=5s --start-period=2m --retries=3 \
	CMD ["curl", "--fail", "--silent", "--show-error", "--output", "/dev/null", "http://127.0.0.1:9944/health"]

ENTRYPOINT ["rlc-node"]
CMD ["--help"]
