# The commands of this project. `make` lists them.
.PHONY: help demo demo-terminal test bench fuzz fmt
.DEFAULT_GOAL := help

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## a living city in your browser: be a neighbor, a dispatcher, a responder (ARGS="--help" for options)
	@scripts/setup --for demo
	@scripts/demo $(ARGS)

demo-terminal: ## watch a report desk work on real geography, faster than real time, without a browser
	@scripts/setup --for program
	@scripts/demo --terminal $(ARGS)

test: ## everything that must hold before a change goes in
	@scripts/setup --for test
	@scripts/test

bench: ## speed and memory against their limits (ARGS="intake" for one)
	@scripts/setup --for program
	@scripts/bench $(ARGS)

fuzz: ## a minute of fuzzing for each decoder that strangers reach (ARGS="600 frame" for more)
	@scripts/setup --for fuzz
	@scripts/fuzz $(ARGS)

fmt: ## format the source
	@cargo fmt --all
