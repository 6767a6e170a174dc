# The commands of this project. `make` lists them.
.PHONY: help demo test bench fuzz fmt
.DEFAULT_GOAL := help

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-6s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## watch a report desk work on real geography (ARGS="--help" for options)
	@scripts/setup --for demo
	@scripts/demo $(ARGS)

test: ## everything that must hold before a change goes in (under 25 minutes on 2 cores)
	@scripts/setup --for test
	@scripts/test

bench: ## speed and memory against their limits (ARGS="intake" for one)
	@scripts/setup --for demo
	@scripts/bench $(ARGS)

fuzz: ## a minute of fuzzing for each decoder that strangers reach (ARGS="600 frame" for more)
	@scripts/setup --for fuzz
	@scripts/fuzz $(ARGS)

fmt: ## format the source
	@cargo fmt --all
