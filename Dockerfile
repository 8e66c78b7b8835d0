# syntax=docker/dockerfile:1
# The programs in a small image: compiled from this tree in the first stage, copied alone into the second.
#
#   docker build --tag rlc-node .
#   docker run --stop-timeout 60 --volume rlc:/data --volume "$PWD/spec.json:/spec.json:ro" --publish 30333:30333 \
#       rlc-node --chain /spec.json --name "my node"
#
# `docker stop` kills what has not ended after 10 s, unless --stop-timeout says otherwise: a node needs up to 60 s to close
# its database, a scheduler and a worker 30 s for their last words.
#
# `rlc` is in it too: a scheduler, a worker (of apps that are modules; container images need root and runc, and
# passt and nftables to reach the internet), and every other command. Each role has a volume of its own, with its
# key in it, made once with the second of these. The password comes in a file that only the container's user can read: anyone
# who may ask Docker (`docker inspect`) sees what `--env` gives.
#
#   install -m 400 -o 10001 /dev/stdin pool.password            # type the password, end with Ctrl-D
#   docker run --rm --volume pool:/data --volume "$PWD/pool.password:/run/secrets/password:ro" --entrypoint rlc \
#       rlc-node account create me --password-file /run/secrets/password
#   docker run --stop-timeout 30 --memory 4g --pids-limit 512 --volume pool:/data \
#       --volume "$PWD/pool.password:/run/secrets/password:ro" --publish 9955:9955 \
#       --env RLC_NODE=ws://NODE:9944 --health-cmd 'curl -fsS http://127.0.0.1:9955/healthz' --entrypoint rlc \
#       rlc-node scheduler run --account me --password-file /run/secrets/password --name my-pool --listen 0.0.0.0:9955 \
#       --behind-proxy 172.17.0.1 --public-url https://pool.example.org
#
# There, a reverse proxy on the machine ends TLS, which has that address as containers see it.
#
#   docker run --stop-timeout 30 --memory 4g --cpus 2 --pids-limit 512 --volume worker:/data \
#       --volume "$PWD/worker.password:/run/secrets/password:ro" --env RLC_NODE=ws://NODE:9944 --no-healthcheck \
#       --entrypoint rlc rlc-node worker run --account me --password-file /run/secrets/password \
#       --scheduler https://pool.example.org
#
# The worker shares out among tasks what --memory and --cpus leave it.
#
# Tags move. To build from images that cannot, name them by the digests that `docker images --digests` shows:
#
#   docker build --build-arg BUILD_IMAGE=rust@sha256:… --build-arg RUN_IMAGE=debian@sha256:… --tag rlc-node .

ARG BUILD_IMAGE=docker.io/library/rust:1.95-bookworm
ARG RUN_IMAGE=docker.io/library/debian:bookworm-slim

FROM $BUILD_IMAGE AS build
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
	cargo build --release --locked --package rlc-node --package rlc-cli --features rlc-node/metadata-hash && \
	install -D --target-directory /out target/release/rlc-node target/release/rlc

FROM $RUN_IMAGE
# The node links OpenSSL dynamically (see .cargo/config.toml); curl asks for health.
RUN apt-get update && \
	apt-get install --yes --no-install-recommends ca-certificates curl libssl3 && \
	rm -rf /var/lib/apt/lists/* && \
	groupadd --gid 10001 rlc && \
	useradd --uid 10001 --gid rlc --home-dir /data --no-create-home --shell /usr/sbin/nologin rlc && \
	install --directory --owner rlc --group rlc --mode 700 /data
COPY --from=build /out/ /usr/local/bin/

USER rlc
# Databases, keys and the node's network key: without this volume a validator loses its keys with the container. The
# variable is where both programs look for them when nothing else is said.
ENV XDG_DATA_HOME=/data
VOLUME /data
# Peers, RPC, Prometheus; a scheduler. RPC and Prometheus answer inside the container only, until the node is told
# --rpc-external and --prometheus-external.
EXPOSE 30333 9944 9615 9955
# Healthy is: the node's RPC answers. Whether it is in sync as well is at /health/readiness.
HEALTHCHECK --interval=30s --timeout=5s --start-period=2m --retries=3 \
	CMD ["curl", "--fail", "--silent", "--show-error", "--output", "/dev/null", "http://127.0.0.1:9944/health"]

ENTRYPOINT ["rlc-node"]
CMD ["--help"]
