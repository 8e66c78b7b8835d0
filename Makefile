# What you can do here. Each target sets up what it needs by itself and says so.

.DEFAULT_GOAL := help
.PHONY: help setup run node test e2e bench bench-crowd crowd kills fuzz attacks replay docs fmt lint advisories ci chain-specs weights weigh

help: ## list the targets
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## install what building and testing need
	@scripts/setup.sh --test

run: ## build, and run the demo on its own stack (HEADLESS=1: stop at the end; ARGS="--rpc-port 9945")
	@HEADLESS="$(HEADLESS)" scripts/run.sh $(ARGS)

node: ## build, and start a development chain alone (ARGS="--instant-seal" passes options on)
	@scripts/node.sh $(ARGS)

test: ## every test: pallets, runtime, node, whole stacks, a network of validators, the demo (ARGS="build cargo": parts)
	@scripts/test.sh $(ARGS)

e2e: ## of the tests, those of whole stacks, with parts that are killed, lie and break (some minutes)
	@scripts/e2e.sh

bench: ## task lifecycles and transfers per second of one node, runs of a module, and what the whole stack does in time
	@scripts/bench.sh

bench-crowd: ## 10,000 workers that do nothing at one scheduler: its memory and its processor time, beside the goals
	@scripts/bench-crowd.sh

crowd: ## 200 hostile peers beside the honest workers of a scheduler, for a minute
	@scripts/crowd.sh

kills: ## a scheduler and its database, each killed 50 times (KILLS=N) while they work
	@RLC_KILLS="$(or $(KILLS),50)" scripts/kills.sh

fuzz: ## random histories on the runtime (ARGS="--seed 7 --extrinsics 100000")
	@scripts/checks.sh fuzz $(ARGS)

attacks: ## known attacks on the economy: what each costs and brings (ARGS="--only kitty-pump")
	@scripts/checks.sh attacks $(ARGS)

replay: ## what iExec's contracts did, step by step (ARGS="FILE...", else all recorded files)
	@scripts/checks.sh replay $(or $(ARGS),vectors/poco/*.json)

docs: ## the crates' documentation; a warning is an error
	@scripts/docs.sh

fmt: ## format the code
	@cargo fmt --all

lint: ## formatting, spelling, links, rules between crates, licenses, clippy (ARGS="quick", or parts by name)
	@scripts/lint.sh $(ARGS)

advisories: ## known vulnerabilities of the dependencies (fetches RustSec's database)
	@scripts/lint.sh advisories

ci: ## what has to hold for a change to land, each step with its time
	@.ci/run

chain-specs: ## regenerate chain-specs/ from the runtime's presets
	@scripts/chain-specs.sh write

weights: ## measure every call and regenerate runtime/src/weights/
	@scripts/weights.sh

weigh: ## the heaviest calls: what they are booked at, what they take (ARGS="--only reveal_batch"; on a quiet machine)
	@scripts/weigh.sh $(ARGS)
