# From nothing to a result with one command: report, test, lab, check.
# The environment in .venv comes from the lock, with uv where it is installed and with pip where not.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
UV := $(shell command -v uv 2>/dev/null)
KEYS := metadata.papermill cell.metadata.papermill
export UV_PROJECT_ENVIRONMENT := .venv
export JUPYTER_PREFER_ENV_PATH := 1

.PHONY: report test lab check screenshots lock clean

report: $(READY) ## Build build/report.html and build/report.pdf
	@$(BIN)/python build_report.py

test: $(READY) ## Run the test suite
	@$(BIN)/python -m pytest -n 2 --dist loadfile

lab: $(READY) ## Open the notebooks in JupyterLab
	@$(BIN)/python -m jupyterlab --notebook-dir notebooks

check: $(READY) ## Lint, format, types, stripped notebooks
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/pyright --pythonpath $(BIN)/python src
	@find notebooks -maxdepth 1 -name "*.ipynb" -exec \
		$(BIN)/nbstripout --verify --keep-id --extra-keys "$(KEYS)" {} +

screenshots: $(READY) ## Pictures of the built report, for review and for the README
	@$(BIN)/python build_report.py --summary
	@$(BIN)/python docs/screenshots.py

lock: ## Renew uv.lock and requirements.lock from pyproject.toml (needs uv)
	uv lock
	uv export --locked --quiet --all-groups --no-emit-project --format requirements-txt \
		--output-file requirements.lock

clean: ## Remove what the build made; keeps .venv
	@rm -rf build .doit.db* && find figures -mindepth 1 ! -name .gitignore -delete

$(READY): uv.lock requirements.lock
ifneq ($(UV),)
	uv sync --locked --compile-bytecode
else
	@command -v $(PYTHON) >/dev/null || \
		{ echo "There is no $(PYTHON) here. Install Python 3.11 to 3.14, or uv." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' || \
		{ echo "$$($(PYTHON) --version) arrived; expected Python 3.11 to 3.14." \
		"Name another: make PYTHON=python3.12 $(MAKECMDGOALS), or install uv." >&2; exit 1; }
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes \
		-r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps \
		--no-build-isolation -e .
endif
	@touch $@
