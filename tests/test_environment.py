"""The ways into the environment agree: pyproject.toml, both locks, the conda file, the Makefile."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ENTRY = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[^\s;\\]+)(?P<marker>[^\\\n]*)", re.M)
REGISTRY = re.compile(
    r"index-url|find-links|https?://\S*/simple\b|pypi\.org|pythonhosted\.org", re.I
)
NEEDS_MAKE = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
NEEDS_GIT = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


@pytest.fixture(scope="module")
def project(root: Path) -> dict:
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def uv_lock(root: Path) -> dict:
    return tomllib.loads((root / "uv.lock").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def pip_lock(root: Path) -> str:
    return (root / "requirements.lock").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def conda(root: Path) -> dict:
    return yaml.safe_load((root / "environment.yml").read_text(encoding="utf-8"))


def list_locked(pip_lock: str) -> set[tuple[str, str]]:
    return {(canonicalize_name(m["name"]), m["version"]) for m in ENTRY.finditer(pip_lock)}


def list_tracked(root: Path) -> list[Path]:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if run.returncode:
        pytest.skip("this is no git checkout")
    return [root / name for name in run.stdout.split("\0") if name and (root / name).is_file()]


def test_every_dependency_is_locked_within_its_range(project: dict, pip_lock: str) -> None:
    wanted = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    wanted += project["build-system"]["requires"]
    locked = list_locked(pip_lock)
    for requirement in map(Requirement, wanted):
        versions = [v for name, v in locked if name == canonicalize_name(requirement.name)]
        assert versions, f"{requirement.name} is not in requirements.lock"
        assert all(requirement.specifier.contains(v) for v in versions), (requirement, versions)


def test_both_locks_hold_the_same_versions(uv_lock: dict, pip_lock: str) -> None:
    packages = [p for p in uv_lock["package"] if "editable" not in p["source"]]
    assert {(p["name"], p["version"]) for p in packages} == list_locked(pip_lock)


def test_uv_lock_knows_the_dependencies_of_the_project(project: dict, uv_lock: dict) -> None:
    (own,) = [p for p in uv_lock["package"] if "editable" in p["source"]]
    assert own["version"] == project["project"]["version"]
    named = {Requirement(d).name for d in project["project"]["dependencies"]}
    assert {d["name"] for d in own["metadata"]["requires-dist"]} == named
    named = {Requirement(d).name for d in project["dependency-groups"]["dev"]}
    assert {d["name"] for d in own["metadata"]["requires-dev"]["dev"]} == named


def test_every_entry_has_hashes_that_uv_lock_has_too(uv_lock: dict, pip_lock: str) -> None:
    known = {
        artefact["hash"]
        for package in uv_lock["package"]
        for artefact in [package.get("sdist"), *package.get("wheels", [])]
        if artefact
    }
    entries = re.split(r"^(?=[\w.-]+==)", pip_lock, flags=re.M)[1:]
    assert len(entries) == len(list(ENTRY.finditer(pip_lock)))
    for entry in entries:
        hashes = re.findall(r"--hash=(\S+)", entry)
        assert hashes, entry.splitlines()[0]
        assert set(hashes) <= known, entry.splitlines()[0]
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", h) for h in hashes)


def test_the_project_itself_is_not_in_the_pip_lock(project: dict, pip_lock: str) -> None:
    assert project["project"]["name"] not in {name for name, _ in list_locked(pip_lock)}


def test_python_ranges_agree(root: Path, project: dict, uv_lock: dict, conda: dict) -> None:
    wanted = SpecifierSet(project["project"]["requires-python"])
    assert SpecifierSet(uv_lock["requires-python"]) == wanted
    (python,) = [d for d in conda["dependencies"] if str(d).startswith("python ")]
    assert SpecifierSet(python.removeprefix("python ")) == wanted
    makefile = (root / "Makefile").read_text(encoding="utf-8")
    found = re.search(r"\((\d+), (\d+)\) <= sys\.version_info < \((\d+), (\d+)\)", makefile)
    assert found is not None
    low_major, low, high_major, high = found.groups()
    assert SpecifierSet(f">={low_major}.{low},<{high_major}.{high}") == wanted


def test_conda_brings_python_and_pip_and_the_lock_brings_the_rest(conda: dict) -> None:
    assert conda["channels"] == ["conda-forge", "nodefaults"]
    plain = [d for d in conda["dependencies"] if isinstance(d, str)]
    assert [d.split()[0] for d in plain] == ["python", "pip"]
    (pip,) = [d["pip"] for d in conda["dependencies"] if isinstance(d, dict)]
    assert pip == ["--require-hashes", "-r requirements.lock"]


def test_an_editable_install_needs_nothing_beyond_the_lock(project: dict) -> None:
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["dev-mode-dirs"] == ["src"]


@NEEDS_GIT
def test_no_file_names_a_package_registry(root: Path) -> None:
    exempt = {root / "uv.lock", Path(__file__)}
    for path in list_tracked(root):
        raw = path.read_bytes()
        if path in exempt or b"\0" in raw[:8000]:
            continue
        found = REGISTRY.search(raw.decode("utf-8", errors="replace"))
        assert found is None, f"{path.relative_to(root)}: {found.group() if found else ''}"


def test_uv_lock_names_the_public_registry_only(root: Path) -> None:
    lock = (root / "uv.lock").read_text(encoding="utf-8")
    assert set(re.findall(r'registry = "([^"]*)"', lock)) == {"https://pypi.org/simple"}
    assert set(re.findall(r'url = "(https?://[^/"]+)', lock)) == {"https://files.pythonhosted.org"}
    assert "path = " not in lock and "file:" not in lock


@NEEDS_GIT
def test_git_leaves_the_texts_alone(root: Path) -> None:
    texts = [p for p in list_tracked(root) if p.parent.name == "articles" and p.suffix == ".txt"]
    assert len(texts) >= 8
    command = ["git", "check-attr", "text", "--", *map(str, texts)]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    assert [line.endswith("text: unset") for line in run.stdout.splitlines()] == [True] * len(texts)


def run_make(
    root: Path, folder: Path, *arguments: str, tools: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run make in a folder where only the given tools and the plainest commands are on the PATH."""
    for name in ("Makefile", "uv.lock", "requirements.lock"):
        shutil.copy(root / name, folder / name)
    commands = folder / "commands"
    commands.mkdir()
    for name in ("sh", "touch", "mkdir"):
        (commands / name).symlink_to(str(shutil.which(name)))
    for name, script in tools.items():
        (commands / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        (commands / name).chmod(0o755)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MAKE")}
    environment["PATH"] = str(commands)
    command = [str(shutil.which("make")), *arguments]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, env=environment
    )


@NEEDS_MAKE
def test_make_names_the_versions_where_python_is_too_old(root: Path, tmp_path: Path) -> None:
    old = {"python3": 'test "$1" = -c && exit 1; echo Python 3.9.2'}
    run = run_make(root, tmp_path, "report", tools=old)
    assert run.returncode != 0
    assert "Python 3.9.2 arrived; expected Python 3.11 to 3.14" in run.stderr
    assert not (tmp_path / ".venv").exists()


@NEEDS_MAKE
def test_make_says_so_where_there_is_no_python(root: Path, tmp_path: Path) -> None:
    run = run_make(root, tmp_path, "report", tools={})
    assert run.returncode != 0
    assert "There is no python3 here. Install Python 3.11 to 3.14, or uv." in run.stderr


@NEEDS_MAKE
def test_make_takes_uv_where_it_is_installed(root: Path, tmp_path: Path) -> None:
    fake = 'echo "uv $*"; mkdir -p .venv/bin'
    run = run_make(root, tmp_path, ".venv/.ready", tools={"uv": fake})
    assert run.returncode == 0, run.stderr
    assert "uv sync --locked" in run.stdout and "pip" not in run.stdout
    again = subprocess.run(
        [str(shutil.which("make")), ".venv/.ready"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "up to date" in again.stdout


@NEEDS_MAKE
def test_make_checks_hashes_where_there_is_no_uv(root: Path, tmp_path: Path) -> None:
    run = run_make(root, tmp_path, "-n", "report", tools={"python3": "exit 0"})
    assert run.returncode == 0, run.stderr
    assert "--require-hashes" in run.stdout and "--no-deps" in run.stdout
    assert run.stdout.index("-m venv") < run.stdout.index("--require-hashes")
    assert run.stdout.index("--no-build-isolation -e .") < run.stdout.index("build_report.py")
