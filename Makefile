# The two commands that matter: `make run` and `make test`. Everything else is here too; `make help` lists it.

CARGO ?= cargo
SHUTTLE_FLAGS = RUSTFLAGS="--cfg shuttle" CARGO_TARGET_DIR=target/shuttle CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_DEBUG=0
# The workspace's target folder: most dependencies are the same there.
RIVALS_FLAGS = CARGO_TARGET_DIR=$(or $(CARGO_TARGET_DIR),$(CURDIR)/target)
# The models take seconds: what takes long is optimising them.
LOOM_FLAGS = RUSTFLAGS="--cfg loom" CARGO_TARGET_DIR=target/loom CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_DEBUG=0 CARGO_PROFILE_RELEASE_OPT_LEVEL=1

.DEFAULT_GOAL := help
.PHONY: help check-deploy module-costs run test check fmt lint doc tidy deny semver test-rust test-loom test-contract examples footprint storm soak simulate fuzz bench test-kotlin test-c test-go test-python linearizability demo test-server crash-points test-shuttle sanitizers conformance bench-border advisories kill-loop linearizability-server bench-smoke instructions instructions-baseline bench-rivals test-rivals test-verifiers border test-openapi schemathesis bench-server

help: ## Say what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | column -t -s "$$(printf '\t')"

run: ## Sell tickets: the server with five events on sale, in ./data; prints what to try in another terminal
	$(CARGO) run --release -p tacos-server -- serve --demo-sale

demo: ## Watch a sale: simulated customers against a server in memory
	$(CARGO) run --release -p tacos-server -- demo

test: ## Run every test there is; says what ran, fails if a suite did not run
	scripts/test-all.sh

check: fmt lint doc tidy ## What must hold before a commit, without the long tests

fmt: ## Formatting
	$(CARGO) fmt --all --check

lint: ## Clippy with the workspace's lint table; warnings are errors
	$(CARGO) clippy --workspace --all-targets -- -D warnings

doc: ## Documentation builds without warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps --quiet

tidy: ## Sizes, headers, import rules, forbidden dependencies
	$(CARGO) test -p tacos-engine --test tidy

deny: ## Licences, sources and double versions (installs cargo-deny once, which takes minutes)
	command -v cargo-deny >/dev/null || $(CARGO) install --locked cargo-deny
	$(CARGO) deny check bans licenses sources

advisories: ## Known weaknesses of dependencies, by the RustSec database; ends with 2 where that cannot be reached
	scripts/advisories.sh

semver: ## What of the engine's public API breaks its users since a revision: BASE=v0.1.0, by default the newest tag
	command -v cargo-semver-checks >/dev/null || $(CARGO) install --locked cargo-semver-checks
	scripts/semver.sh $(BASE)

test-rust: ## All Rust tests
	$(CARGO) test --workspace

test-server: ## The server: every RPC, identity, errors, streams, webhooks, operators, the conformance suite over gRPC
	$(CARGO) test -p tacos-server

test-verifiers: ## What registered endpoints are posted, by the public verifiers of Standard Webhooks for Python and JavaScript
	grpc-server/tests/verifiers/run.sh

check-deploy: ## The deploy files, each by the tool of those who read it; says what could not be checked
	grpc-server/deploy/check.sh

kill-loop: ## kill -9 of the real server at random moments, then every seat, reservation and answer compared (N=300 SEED=1)
	$(CARGO) test -p tacos-server --test kill_loop -- --kills $(or $(N),300) --seed $(or $(SEED),1)

test-loom: ## Every lock-free protocol under loom
	$(LOOM_FLAGS) $(CARGO) test --release -p tacos-engine --lib loom_

test-shuttle: ## Whole operations in random orders under shuttle: ITERATIONS=5000 SEED=1
	$(SHUTTLE_FLAGS) RUST_BACKTRACE=0 $(CARGO) test --release -p tacos-engine --test shuttle_operations -- --nocapture --test-threads 1

sanitizers: ## AddressSanitizer and ThreadSanitizer on the engine's stress tests: SANITIZERS="address thread"
	scripts/sanitizers.sh $(or $(SANITIZERS),address thread)

test-contract: ## The contract: table, lint, breaking changes, Go and Java stubs
	$(MAKE) -C proto test

border: ## Writes the lower layers of Kotlin and Python anew, after a change of bindings/uniffi (CHECK=1 compares)
	bindings/uniffi/write.sh $(if $(CHECK),--check)

test-kotlin: ## The Kotlin and Java binding: artifact, conformance suite, a fresh project, the sample service
	bindings/kotlin/tests/run.sh

test-c: ## The C ABI: header, sanitizers, valgrind, an installation as a consumer sees it
	bindings/c/tests/run.sh

test-go: ## The Go module: vet, race detector, forced collection, a module outside the repository
	bindings/go/tests/run.sh

test-python: ## The Python package: lints and types, tests, conformance suite, a wheel in an empty environment
	bindings/python/tests/run.sh

linearizability: ## Real runs, crashes included, against Porcupine; planted violations must be found (HISTORIES=100)
	tests/linearizability/run.sh $(or $(HISTORIES),100)

linearizability-server: ## The same of the real server, killed again and again (HISTORIES=5 KILLS=6)
	tests/linearizability/server.sh $(or $(HISTORIES),5)

conformance: ## Scenario × language, of every language whose suite has run
	bindings/tests/table.sh

examples: ## Run the three examples to read
	$(CARGO) run --release --quiet -p tacos-engine --example quick_start
	$(CARGO) run --release --quiet -p tacos-engine --example on_sale
	$(CARGO) run --release --quiet -p tacos-engine --example time_by_hand

footprint: ## Bytes per seat, hold, waiting person and idempotency key
	$(CARGO) run --release --quiet -p tacos-engine --example footprint

storm: ## 100,000 holds that end within one second, and what callers notice of it
	$(CARGO) run --release --quiet -p tacos-engine --example storm

soak: ## Ten minutes of everything, with memory over time (MINUTES=10)
	$(CARGO) run --release --quiet -p tacos-engine --example soak -- $(or $(MINUTES),10)

simulate: ## The whole engine against its model, with faults: SEED=1 RUNS=100 KIND=memory|disk|faults ARGS=--trace
	$(CARGO) run --release --quiet -p tacos-engine-testing --example simulate -- \
		--seed $(or $(SEED),1) --runs $(or $(RUNS),100) --kind $(or $(KIND),faults) $(ARGS)

crash-points: ## Recovery from every disk image that a crash may leave: STATES=100000 SEED=1 ARGS="--plant early|syncs|folder"
	$(CARGO) run --release --quiet -p tacos-engine-testing --example crash_points -- \
		--states $(or $(STATES),100000) --seed $(or $(SEED),1) $(ARGS)

test-openapi: ## The server's OpenAPI document before a public linter, a generator and a compiler
	grpc-server/tests/openapi/run.sh

schemathesis: ## Requests made of the OpenAPI document, against a server with a sale: SEED=1 EXAMPLES=12
	grpc-server/tests/openapi/schemathesis.sh

fuzz: ## Coverage-guided fuzzing; each target for SECONDS_EACH seconds (a short smoke if not given)
	fuzz/run.sh

bench-border: ## What a call costs from Rust, C, Go and Kotlin, side by side
	bindings/tests/bench.sh

bench: ## All benchmarks and docs/benchmarks out of them; about twenty minutes and 4 GB (QUICK=1: five minutes)
	benches/run.sh

bench-smoke: ## Every benchmark once, to see that it runs
	benches/smoke.sh

instructions: ## Instructions of the hot operations against the committed baseline (needs valgrind)
	benches/instructions/check.sh

instructions-baseline: ## Writes that baseline anew
	benches/instructions/check.sh --renew

bench-rivals: ## Beside Redis, PostgreSQL, SQLite, a mutex, one owner, known timers and the bare machine (ARGS="--quick memory")
	benches/rivals/run.sh $(ARGS)

bench-server: ## Orders through sockets beside Redis and PostgreSQL, calls beside a bare echo, one thread beside two; writes docs/benchmarks/server.md (ARGS=--quick)
	benches/rivals/run.sh $(ARGS) --page docs/benchmarks/server.md server calls second

test-rivals: ## The rivals of the comparison answer as our engine does, and sell no seat twice
	$(CARGO) fmt --check --manifest-path benches/rivals/Cargo.toml
	$(RIVALS_FLAGS) $(CARGO) clippy --quiet --locked --manifest-path benches/rivals/Cargo.toml --lib --bins --tests --examples -- -D warnings
	$(RIVALS_FLAGS) $(CARGO) test --quiet --locked --manifest-path benches/rivals/Cargo.toml

module-costs: ## What the modules cost, one by one
	$(CARGO) run --release --quiet -p tacos-engine --example hold_confirm
	$(CARGO) run --release --quiet -p tacos-engine --example seats_cost
	$(CARGO) run --release --quiet -p tacos-engine --example line_cost
	$(CARGO) run --release --quiet -p tacos-engine --example wheel_cost
