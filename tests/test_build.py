"""The build from the front door: another study, killed and run again, failing, nothing changed."""

import contextlib
import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from pypdf import PdfReader

from encuadre.build import graph
from encuadre.build.checks import check_place
from encuadre.build.graph import STEPS
from encuadre.build.notebooks import run_notebook
from encuadre.build.report import make_report_task
from encuadre.errors import EncuadreError

ROOT = Path(__file__).parents[1]
HARBOUR = ROOT / "tests" / "studies" / "harbour"
FAST = ["-p", "draws", "200"]


def build(*arguments, study=HARBOUR):
    """Run the front door and return the finished process."""
    return subprocess.run(
        [sys.executable, "build_report.py", "--study", str(study), *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=540,
    )


@pytest.fixture(scope="module")
def harbour(tmp_path_factory):
    """The invented study, built once with its PDFs."""
    out = tmp_path_factory.mktemp("harbour")
    done = build("--out", out, "--summary", *FAST)
    assert done.returncode == 0, done.stderr
    assert "08_report" in done.stdout
    return out


def test_own_models_are_found_from_where_the_command_was_given(tmp_path, monkeypatch):
    (tmp_path / "mine").mkdir()
    monkeypatch.chdir(tmp_path)
    values = {"stance_model": "mine", "attribution_model": "rules", "topic_model": "mine"}
    assert graph._find_models(values) == {"stance_model": tmp_path / "mine"}
    assert graph._find_models({"stance_model": "small", "attribution_model": "base"}) == {}
    assert graph._find_models({"stance_model": "nowhere"}) == {}
    assert graph._find_models({}) == {}


def test_a_report_without_pdf_does_not_count_as_one_with(tmp_path):
    run = graph.Run(study=HARBOUR, out=tmp_path)
    states = [make_report_task(run, pdf=pdf)["uptodate"][0].config for pdf in (True, False)]
    assert states[0] != states[1]


def test_another_study_builds_without_a_change_of_code(harbour):
    page = (harbour / "report.html").read_text(encoding="utf-8")
    outlets = pd.read_csv(HARBOUR / "sources.csv")["outlet"].unique()
    assert all(outlet in page for outlet in outlets)
    assert "López Obrador" not in page
    text = "".join(p.extract_text() for p in PdfReader(harbour / "report.pdf").pages)
    assert all(outlet in text for outlet in outlets)
    assert (harbour / "figures" / "voices.svg").stat().st_size > 1000


def test_the_page_to_forward_is_one_page(harbour):
    pdf = PdfReader(harbour / "summary.pdf")
    text = pdf.pages[0].extract_text()
    assert len(pdf.pages) == 1
    assert all(o in text for o in pd.read_csv(HARBOUR / "sources.csv")["outlet"].unique())
    assert "At a glance" in text and "How to read this" in text


def test_without_coding_nothing_estimated_is_called_firm(harbour):
    estimates = pd.read_parquet(harbour / "tables" / "estimates.parquet")
    assert set(estimates["method"]) == {"raw"}
    assert "firm" not in set(estimates["strength"])


def test_an_outlet_with_two_articles_has_estimates_of_both_and_of_itself(harbour):
    estimates = pd.read_parquet(harbour / "tables" / "estimates.parquet")
    sources = pd.read_csv(HARBOUR / "sources.csv")
    outlet = sources["outlet"].value_counts().idxmax()
    rows = estimates[(estimates["outlet"] == outlet) & (estimates["measure"] == "voice")]
    ids = set(sources.loc[sources["outlet"] == outlet, "article_id"])
    assert set(rows["article_id"]) == ids | {""}
    whole = rows[rows["article_id"] == ""].set_index("category")["n"]
    parts = rows[rows["article_id"] != ""].groupby("category")["n"].sum()
    assert whole.to_dict() == parts.to_dict()


def test_a_second_build_says_that_nothing_changed(harbour):
    before = (harbour / "report.html").stat().st_mtime_ns
    done = build("--out", harbour, *FAST)
    assert done.returncode == 0
    assert "Nothing changed" in done.stdout
    assert (harbour / "report.html").stat().st_mtime_ns == before


def test_a_failing_notebook_is_named_and_the_earlier_report_stays(harbour):
    before = (harbour / "report.html").read_bytes()
    done = build("--out", harbour, *FAST, "-p", "stance_model", "no-such-model")
    assert done.returncode == 2
    assert "Notebook 04_stance failed in cell" in done.stderr
    assert "EncuadreError" in done.stderr and "no-such-model" in done.stderr
    assert (harbour / "notebooks" / "04_stance.failed.ipynb").exists()
    assert (harbour / "report.html").read_bytes() == before


def test_killed_and_run_again_gives_the_same_bytes(harbour, tmp_path):
    with subprocess.Popen(
        [sys.executable, "build_report.py", "--study", str(HARBOUR), "--out", str(tmp_path), *FAST],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as running:
        assert running.stdout is not None
        for line in running.stdout:
            if "05_frames" in line or "04_stance" in line:
                running.send_signal(signal.SIGKILL)
                break
    done = build("--out", tmp_path, *FAST)
    assert done.returncode == 0, done.stderr
    names = ["report.html", "report.pdf"]
    names += [f"tables/{p.name}" for p in (harbour / "tables").iterdir()]
    names += [f"figures/{p.name}" for p in (harbour / "figures").iterdir()]
    different = [n for n in names if (tmp_path / n).read_bytes() != (harbour / n).read_bytes()]
    assert different == []
    assert [p.name for p in tmp_path.rglob(".render-*")] == []


def test_the_manifest_tells_parameters_inputs_and_outputs(harbour):
    manifest = json.loads((harbour / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["parameters"]["draws"] == 200
    assert "study.yml" in manifest["inputs"]
    assert {"report.html", "report.pdf", "tables/estimates.parquet"} <= set(manifest["outputs"])
    assert manifest["versions"]["python"].startswith("3.")
    assert str(ROOT) not in json.dumps(manifest)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-p", "sed", "1"], "Did you mean 'seed'"),
        (["-p", "seed", "soon"], "seed is 'soon'; expected int"),
        (["-f", "missing.yml"], "missing.yml: cannot be read"),
        (["-f", "README.md"], "README.md"),
        (["--only", "09_none"], "There is no notebook '09_none'"),
        (["--jobs", "0"], "--jobs is 0"),
        (["--study", "nowhere"], "There is no study folder 'nowhere'"),
    ],
)
def test_a_wrong_argument_gives_one_clear_line_and_status_2(tmp_path, arguments, message):
    done = build("--out", tmp_path / "out", *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.startswith("encuadre: ") and "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_faults_of_articles_and_events_stop_the_build_before_any_notebook(tmp_path):
    study = shutil.copytree(HARBOUR, tmp_path / "study")
    (study / "articles" / "courier_vote.txt").write_bytes("café".encode("latin-1"))
    events = (study / "events.yml").read_text(encoding="utf-8")
    (study / "events.yml").write_text(events.replace("unit: crowns", "unit: ''"), encoding="utf-8")
    done = build("--out", tmp_path / "out", study=study)
    assert done.returncode == 2 and done.stdout == ""
    assert "encuadre: The study has 2 faults:" in done.stderr
    assert "sources.csv, row 2: articles/courier_vote.txt is not UTF-8 (byte 3)" in done.stderr
    assert "events.yml, quantities, entry 2 (price): unit" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("below", ["", "articles", "articles/report", "build"])
def test_a_report_is_never_written_into_its_study(tmp_path, below):
    study = shutil.copytree(HARBOUR, tmp_path / "study")
    before = {p: p.read_bytes() for p in study.rglob("*") if p.is_file()}
    done = build("--out", study / below, study=study)
    assert done.returncode == 2 and "lies in the study's folder" in done.stderr
    assert {p: p.read_bytes() for p in study.rglob("*") if p.is_file()} == before


def test_the_notebooks_are_never_written_over():
    with pytest.raises(EncuadreError, match="its notebooks would be written over"):
        check_place(ROOT, study=HARBOUR)
    check_place(ROOT / "build", study=ROOT / "data")


def test_a_new_study_with_an_article_is_built_as_it_stands(tmp_path):
    folder = tmp_path / "mine"
    new = [sys.executable, "build_report.py", "new", str(folder)]
    made = subprocess.run(new, cwd=ROOT, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    shutil.copy(HARBOUR / "articles" / "courier_vote.txt", folder / "articles" / "a.txt")
    with (folder / "sources.csv").open("a", encoding="utf-8") as file:
        file.write("a,a.txt,Paper,Title,,2024,news,,intact,en,\n")
    done = build("--out", tmp_path / "out", "--only", "05_frames", *FAST, study=folder)
    assert done.returncode == 0, done.stderr
    frames = pd.read_parquet(tmp_path / "out" / "tables" / "frames.parquet")
    assert set(frames["frame"]) == {"economy", "fairness", "safety", "none"}


def test_a_notebook_alone_runs_those_before_it(tmp_path):
    notebooks = ROOT / "notebooks"
    parameters = {"study": str(HARBOUR), "tables": str(tmp_path / "tables"), "draws": 200}
    with contextlib.chdir(notebooks):
        run_notebook(notebooks / "02_voices.ipynb", tmp_path / "alone.ipynb", parameters=parameters)
    assert (tmp_path / "tables" / "articles.parquet").exists()
    assert (tmp_path / "alone.ipynb").exists()


def test_every_table_that_a_step_reads_is_written_before():
    written = set()
    for name, step in STEPS.items():
        assert set(step.reads) <= written, name
        written |= set(step.writes)
