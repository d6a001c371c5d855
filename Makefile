# `make run` and `make test` do all their own set-up. They need Python 3.13, Node 20 or newer, and nothing else.
#
# What is set up is remembered by files: an interpreter with .venv/.ready, npm's folders with a stamp inside, the
# built web app and GraphiQL with their own index.html. Each is made again when what it is made from has changed.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules --no-print-directory

PY := .venv/bin/python
NPM_INSTALL := npm install --no-audit --no-fund --include=dev --loglevel=error
export NEXT_TELEMETRY_DISABLED := 1

# Where the suites leave their JUnit reports.
REPORTS ?= $(CURDIR)/.reports
# Tests mostly wait, for processes that they start and kill: a file of them for each core at once. Each worker has its own
# PostgreSQL, Kafka, Redis and browser; tests/plugins/turns.py says what runs beside what. (PARALLEL= runs one after another.)
PARALLEL ?= -n auto --maxprocesses=4 --dist=loadfile --no-loadscope-reorder

# The sources of a web package: every file of its folder but what is installed, generated or built there.
web_sources = $(shell find $(1) -type d \( -name node_modules -o -name .next -o -name out -o -name dist \
	-o -name generated -o -name test-results $(2) \) -prune -o -type f -not -name '*.tsbuildinfo' -not -name 'next-env.d.ts' \
	-not -name '*.test.ts*' -print 2>/dev/null)

##@ Use

.PHONY: help
help: ## Say what can be made
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z0-9-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

# The server takes the shell's place, so that it gets the terminal's signals itself. Where make alone is killed,
# and outright, the kernel tells the server to go as well.
.PHONY: run
run: ## Install, build, migrate and serve on PORT (8000), in the foreground
	@$(call locked,setup-run)
	@$(if $(shell command -v setpriv),exec setpriv --pdeathsig TERM,exec) $(PY) -m graphql_api serve --migrate

.PHONY: migrate
migrate: ## Bring the database of DATABASE_URL or DATA_DIR up to date
	@$(call locked,.venv/.ready)
	@$(PY) -m graphql_api migrate

##@ Test

.PHONY: test
test: ## Python suite (SQLite, in memory), then the web app's
	@$(call locked,setup-test)
	@rm -rf "$(REPORTS)/test"; code=0; \
	$(PY) -m pytest $(PARALLEL) --junitxml="$(REPORTS)/test/python.xml" || code=$$?; \
	( cd frontend && npm test -- --reporter=default --reporter=junit \
		--outputFile.junit="$(REPORTS)/test/web.xml" ) || code=$$?; \
	$(PY) -m tests.totals "$(REPORTS)" test=$$code

.PHONY: check
check: ## Format, lint, types, layers, fresh documents of what others rely on, and the web app's own checks
	@$(call locked,setup-test frontend/graphiql/node_modules/.ready)
	@status=0; \
	try() { printf '%-18s' "$$1"; shift; if out=$$("$$@" 2>&1); then echo ok; else echo FAILED; echo "$$out"; status=1; fi; }; \
	fresh() { diff -u $$1 <($(PY) -m graphql_api "$${@:2}") || { echo 'run: make schema'; false; }; }; \
	try format $(PY) -m ruff format --check .; \
	try lint $(PY) -m ruff check .; \
	try types $(PY) -m mypy; \
	try layers .venv/bin/lint-imports; \
	try schema.graphql fresh schema/schema.graphql export-schema; \
	try asyncapi.json fresh docs/asyncapi.json export-events; \
	try configuration.md fresh docs/configuration.md config describe; \
	try 'web app' npm --prefix frontend run --silent check; \
	try GraphiQL npm --prefix frontend/graphiql run --silent check; \
	exit $$status

.PHONY: test-services
test-services: ## What needs a real PostgreSQL, Kafka, Redis or Dapr sidecar, which the suite starts itself
	@$(call locked,.venv/.ready-dev)
	@$(PY) -m pytest $(PARALLEL) -m services --junitxml="$(REPORTS)/test-services/python.xml"

.PHONY: test-e2e
test-e2e: ## The built web app in a real browser (Chromium)
	@$(call locked,setup-run .venv/.ready-dev)
	@$(PY) -m pytest $(PARALLEL) -m e2e --junitxml="$(REPORTS)/test-e2e/python.xml"

# Of the browser's suite, what is run against the processes that Compose would start: most of it straight over Kafka, and
# over the other ways what shows that events get through.
kafka_FILES := tests/e2e/test_web_app.py tests/e2e/test_reminders.py tests/e2e/test_recurrence.py
dapr_FILES := tests/e2e/test_web_app.py tests/e2e/test_reminders.py
sasl_FILES := tests/e2e/test_web_app.py

.PHONY: test-deploy
test-deploy: ## The chart in a real API server, both images, and Compose's processes in a browser (FILES=tests/e2e: all of it)
	@$(call locked,setup-run .venv/.ready-dev)
	@code=0; $(PY) -m pytest -m deploy --junitxml="$(REPORTS)/test-deploy/python.xml" || code=$$?; \
	$(foreach topology,kafka dapr sasl,$(PY) -m pytest -m e2e --topology=$(topology) $(or $(FILES),$($(topology)_FILES)) \
		--junitxml="$(REPORTS)/test-deploy/$(topology).xml" || code=$$?; ) \
	exit $$code

.PHONY: soak
soak: ## Made-up requests (FUZZ_MINUTES=10), faults under load (MINUTES=20), and what load alone leaves behind (LEVEL_MINUTES=30)
	@$(call locked,.venv/.ready-dev)
	@$(PY) -m tests.fuzz --minutes $(or $(FUZZ_MINUTES),10)
	@$(PY) -m tests.faults.soak --minutes $(or $(MINUTES),20)
	@$(PY) -m tests.faults.level --minutes $(or $(LEVEL_MINUTES),30)

.PHONY: bench
bench: ## Measure changes per second, the same beside Node and PocketBase, their way over each bus, how late reminders ring, the web app, and what attacks do to a user (ARGS=peers: only that)
	@$(call locked,.venv/.ready-dev)
	@$(PY) -m tests.bench $(ARGS)

.PHONY: demo
demo: ## Record the product on two devices into docs/images/demo.webp
	@$(call locked,setup-run .venv/.ready-dev)
	@mkdir -p docs/images
	@$(PY) -m tests.e2e.demo docs/images/demo.webp

##@ Make

.PHONY: schema
schema: ## Write schema.graphql, and the documents of events and settings, from the code
	@$(call locked,.venv/.ready)
	@write() { $(PY) -m graphql_api "$${@:2}" >$$1.new && mv $$1.new $$1; }; \
	write schema/schema.graphql export-schema; \
	write docs/asyncapi.json export-events; \
	write docs/configuration.md config describe

.PHONY: released
released: ## Keep what is committed as the last release: its schema, its events' form, and its server, to run beside later ones
	@cp schema/schema.graphql docs/asyncapi.json tests/released/
	@git archive HEAD graphql_api schema resolvers jobs migrations alembic.ini | xz -9e >tests/released/server.tar.xz

# VALUES: yours, in the place of values-prod.yaml. HELM: where it is, if not on PATH.
HELM ?= helm
MANIFESTS ?= build/manifests
VALUES ?= helm/taskflow/values-prod.yaml
.PHONY: manifests
manifests: ## Write Kubernetes manifests into build/manifests, for those without Helm (VALUES=…)
	@command -v $(HELM) >/dev/null || { echo 'make manifests needs helm on PATH' >&2; exit 1; }
	@rm -rf "$(MANIFESTS).new" && mkdir -p "$(MANIFESTS).new"
	@$(HELM) template taskflow helm/taskflow --namespace taskflow --values "$(VALUES)" --set secret.sample=true \
		--skip-tests --output-dir "$(MANIFESTS).new" >/dev/null || { rm -r "$(MANIFESTS).new"; exit 1; }
	@mv "$(MANIFESTS).new"/taskflow/templates/*.yaml "$(MANIFESTS).new" && rm -r "$(MANIFESTS).new/taskflow"
	@mv "$(MANIFESTS).new/secret.yaml" "$(MANIFESTS).new/10-secret.yaml"
	@cp helm/namespace.yaml "$(MANIFESTS).new/00-namespace.yaml"
	@rm -rf "$(MANIFESTS)" && mv "$(MANIFESTS).new" "$(MANIFESTS)"
	@! grep -q REPLACE "$(MANIFESTS)/10-secret.yaml" || echo 'write your secrets into $(MANIFESTS)/10-secret.yaml'
	@echo 'kubectl apply --namespace taskflow -f $(MANIFESTS)'

.PHONY: format
format: ## Format the Python code, and mend what the linter can
	@$(call locked,.venv/.ready-dev)
	@$(PY) -m ruff check --fix-only --quiet . && $(PY) -m ruff format .

.PHONY: lock
lock: ## Pin the Python packages anew, with hashes (needs uv; UPGRADE=1 takes newer ones)
	@command -v uv >/dev/null || { echo 'make lock needs uv on PATH' >&2; exit 1; }
	@for name in requirements requirements-dev requirements-sbom; do \
		uv pip compile --quiet --universal --python-version 3.13 --generate-hashes \
			--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' \
			$(if $(UPGRADE),--upgrade) $$name.in -o $$name.txt; \
	done

.PHONY: clean
clean: ## Remove what was installed and built; data stays
	rm -rf .venv .reports build .setup.lock .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	rm -rf frontend/node_modules frontend/.next frontend/out frontend/graphiql/node_modules frontend/graphiql/dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# ---- Set-up ------------------------------------------------------------------------------------------------

# Several makes in one checkout take turns here. The lock is not inherited by what set-up starts (-o), and it is
# let go before anything is served or tested.
define locked
$(if $(shell command -v flock),{ flock -n -o -E 99 .setup.lock $(MAKE) -j3 $(1) || { code=$$?; \
	[ $$code = 99 ] || exit $$code; echo 'waiting for another set-up of this checkout'; \
	flock -o .setup.lock $(MAKE) -j3 $(1); }; },$(MAKE) -j3 $(1))
endef

.PHONY: setup-run setup-test
setup-run: .venv/.ready frontend/out/index.html frontend/graphiql/dist/index.html
	@:
setup-test: .venv/.ready-dev frontend/node_modules/.ready
	@:

# PYTHON, where it is given, is tried before what is found.
.venv/bin/python:
	@for candidate in "$${PYTHON:-}" python3.13 python3 python \
		"$${PYENV_ROOT:-$$HOME/.pyenv}"/versions/3.13*/bin/python3.13 "$$(uv python find 3.13 2>/dev/null)"; do \
		[ -n "$$candidate" ] || continue; \
		"$$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null || continue; \
		echo "making .venv with $$("$$candidate" --version)"; \
		exec "$$candidate" -m venv --clear .venv; \
	done; \
	echo 'TaskFlow needs Python 3.13: not found on PATH, under pyenv or through uv. Install it, or name it: make PYTHON=/path/to/python3.13' >&2; \
	exit 1

.venv/.ready: requirements.txt | .venv/bin/python
	@echo 'installing the Python packages'
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/.ready-dev: requirements-dev.txt .venv/.ready
	@echo 'installing the Python packages for tests and checks'
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

.PHONY: node
node:
	@node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null && command -v npm >/dev/null || \
		{ echo 'TaskFlow needs Node 20 or newer, with npm, on PATH' >&2; exit 1; }

%/node_modules/.ready: %/package.json %/package-lock.json | node
	@echo 'installing the npm packages of $*'
	@cd $* && $(NPM_INSTALL) >/dev/null
	@touch $@

frontend/out/index.html: schema/schema.graphql frontend/node_modules/.ready \
		$(call web_sources,frontend,-o -path frontend/graphiql)
	@echo 'building the web app'
	@cd frontend && npm run --silent build
	@touch $@

frontend/graphiql/dist/index.html: frontend/graphiql/node_modules/.ready $(call web_sources,frontend/graphiql)
	@echo 'building GraphiQL'
	@cd frontend/graphiql && npm run --silent build
	@touch $@
