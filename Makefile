# Targets for the module and the modules and packages that ./... does not enter; layout_test.go holds both lists.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# `./...` enters neither testdata nor nested modules.
PACKAGES := ./... ./testdata/fixtures ./testdata/stranger/blocking ./testdata/stranger/future
MODULES := interop

GOLANGCI_VERSION := v2.15.0
GOLANGCI := $(CURDIR)/bin/golangci-lint-$(GOLANGCI_VERSION)
FUZZTIME ?= 10s

# npm writes this file last.
NPM := interop/node_modules/.package-lock.json

.PHONY: help run test integration race generate check lint fuzz bench demo clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## regenerate the SDK and replay the conformance suite against both flavors
	@echo "building sdkgen"
	@go run ./cmd/sdkgen generate
	@echo "building conformance"
	@go run ./cmd/conformance run

test: ## run every test that needs Go alone
	@go vet $(PACKAGES)
	@go test $(PACKAGES)

integration: $(NPM) ## run the tests against foreign clients, providers and languages; fetches their modules, needs python3, node and npm
	@for module in $(MODULES); do (cd $$module && go vet ./... && go test ./...); done

race: $(NPM) ## run every test under the race detector; needs what integration needs
	@go test -race $(PACKAGES)
	@for module in $(MODULES); do (cd $$module && go test -race ./...); done

$(NPM): interop/package.json interop/package-lock.json
	@command -v node > /dev/null && command -v npm > /dev/null || { echo "install Node.js 20 or newer, with npm: apt-get install nodejs npm"; exit 1; }
	@echo "installing the packages of interop/package.json"
	@cd interop && npm ci --no-audit --no-fund
	@touch $@

# Both commands: go build lists more errors of a package than go vet, which also compiles the tests.
generate: ## write the code, documents and fixtures that INTERFACE.yaml gives, then list what is left to do by hand
	@go run ./cmd/sdkgen generate
	@errors=$$({ go build $(PACKAGES) && go vet $(PACKAGES); } 2>&1) || { \
	  echo "The hand-written Go does not fit INTERFACE.yaml yet. Change these places, or undo the change of INTERFACE.yaml:"; \
	  echo "$$errors"; exit 1; }

check: ## say whether the generated files are those that INTERFACE.yaml gives
	@go run ./cmd/sdkgen check

lint: $(GOLANGCI) ## run the linters, generated code included
	@files=$$(gofmt -l .); test -z "$$files" || { echo "run gofmt on: $$files"; exit 1; }
	@$(GOLANGCI) run $(PACKAGES)
	@for module in $(MODULES); do (cd $$module && $(GOLANGCI) run --config $(CURDIR)/.golangci.yml ./...); done

$(GOLANGCI):
	@echo "building golangci-lint $(GOLANGCI_VERSION)"
	@GOBIN=$(CURDIR)/bin/install go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)
	@mv $(CURDIR)/bin/install/golangci-lint $@

# Before Go 1.27 the end of a fuzzer's time can be taken for a failure, without an input that fails: go.dev/issue/75804.
ENDED_BADLY = grep -q 'context deadline exceeded' "$$log" && ! grep -q 'Failing input' "$$log" && echo "its end was no clean one: again"

fuzz: ## fuzz each parser for FUZZTIME
	@log=$$(mktemp); trap 'rm -f "$$log"' EXIT; \
	grep -rl --include='*_test.go' '^func Fuzz' . | sort | while read -r file; do \
	  grep -o '^func Fuzz[A-Za-z0-9_]*' $$file | cut -c6- | while read -r name; do \
	    echo "fuzzing $$name in $$(dirname $$file)"; \
	    run() { (cd $$(dirname $$file) && go test -run '^$$' -fuzz "^$$name$$" -fuzztime $(FUZZTIME) . > "$$log" 2>&1); }; \
	    run || { $(ENDED_BADLY) && run; } || { cat "$$log"; exit 1; }; tail -n 1 "$$log"; \
	  done; done

bench: ## repeat the figures of docs/performance.md
	@go test -run '^$$' -bench . -benchmem ./...

demo: ## start an issuer and a web application on it, to log in by hand
	@go run ./cmd/demo

clean: ## remove what the other targets built and installed
	@rm -rf bin interop/node_modules
