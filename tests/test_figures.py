"""Figures by their contents: titles true, type legible, bytes the same, hostile names harmless."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from encuadre import figures
from encuadre.errors import EncuadreError
from encuadre.figures import TOKENS, Drawing, lint, write_svg
from encuadre.figures.choose import drop_few, pick_estimates, say_method
from encuadre.figures.comparison import pair_methods
from encuadre.figures.page import spread, wrap
from encuadre.figures.reliability import judge_alpha
from encuadre.figures.shares import judge_balance
from encuadre.figures.sources import read_span, say_date
from encuadre.figures.style import INK, choose_type_colour, measure_contrast
from encuadre.figures.words import find_contrast

OUTLETS = [
    ("TPPF", "TPPF"),
    ("USA TODAY", "USAT"),
    ("Mexico Today", "MXT"),
    ("LatinNews", "LN"),
    ("NPR", "NPR"),
]
EIGHT = [
    *OUTLETS,
    ("The Guardian Weekly International Edition of Manchester", "GuardianWk"),
    ("Frankfurter Allgemeine Zeitung", "FAZ"),
    ("El Universal", "EU"),
]
VOICES = [
    ("outlet", "Outlet’s own voice"),
    ("mexican_government", "Mexican government"),
    ("us_official", "US officials"),
    ("analyst", "Analysts and other media"),
    ("other_government", "Other governments"),
]
FRAMES = [
    ("withdrawal", "Withdrawal from cooperation"),
    ("complicity", "Complicity and corruption"),
    ("denial", "Denial of facts"),
    ("failed_strategy", "Failed strategy"),
    ("sovereignty", "Sovereignty"),
    ("bargaining", "Bargaining"),
    ("toll", "Toll of drugs and violence"),
    ("shared_responsibility", "Shared responsibility"),
    ("us_pressure", "US pressure"),
    ("china_supply", "China’s part in the supply"),
    ("enforcement", "Enforcement"),
    ("none", "No frame"),
]
FUNCTIONS = [
    ("problem", "Problem"),
    ("cause", "Cause"),
    ("judgement", "Judgement"),
    ("remedy", "Remedy"),
    ("none", "None of these"),
]
TOPICS = [
    (0, "fentanyl, overdose, deaths"),
    (1, "DEA, agents, immunity"),
    (2, "Cienfuegos, arrest, general"),
    (3, "China, precursors"),
    (4, "summit, Biden, talks"),
    (5, "cartels, labs, seizures"),
]
EVENTS = [
    ("ovidio_2019", "Ovidio Guzmán freed in Culiacán", "2019-10-17"),
    ("cienfuegos_2020", "Arrest and return of Cienfuegos", "2020-10-15"),
    ("security_law", "Law that limits foreign agents", "2020-12"),
    ("merida_end", "End of the Mérida Initiative declared", "2021"),
    ("ovidio_2023", "Ovidio Guzmán arrested", "2023-01-05"),
    ("matamoros_2023", "Four Americans kidnapped in Matamoros", "2023-03-03"),
    ("xi_letter", "Letter to Xi Jinping on precursors", "2023-04-04"),
    ("zambada_2024", "Arrest of Ismael Zambada in El Paso", "2024-07-25"),
]
TARGET = ("mexico", "Mexico’s government")
Make = Callable[..., Drawing]


def make_shares(
    measure: str, labels, outlets=OUTLETS, *, seed: int = 1, articles: int = 1, **fixed
):
    """Shares of categories, that sum to 1 an article, with intervals and strengths."""
    rng = np.random.default_rng(seed)
    rows = []
    for name, short in outlets:
        for k in range(articles):
            shares = rng.dirichlet(np.full(len(labels), 0.9))
            n = int(rng.integers(28, 95))
            for (category, _), share in zip(labels, shares, strict=True):
                reach = 1.6 * np.sqrt(share * (1 - share) / n)
                rows.append(
                    {
                        "measure": measure,
                        "article_id": f"{short.lower()}-{k}",
                        "outlet": name,
                        "voice": "all",
                        "target": "",
                        "category": str(category),
                        "estimate": share,
                        "low": max(share - reach, 0),
                        "high": share + reach,
                        "n": n,
                        "method": "coded",
                        "strength": "tentative" if share < 0.1 else "firm",
                    }
                    | fixed
                )
    return pd.DataFrame(rows)


def make_stance(values: dict, outlets=OUTLETS, *, reach: float = 0.12, n: int = 30, method="coded"):
    """Mean stance by outlet: (own, quoted), both with intervals of the same reach."""
    rows = []
    for name, short in outlets:
        for voice, mean in zip(("own", "quoted"), values[name], strict=True):
            rows.append(
                {
                    "measure": "stance",
                    "article_id": short.lower(),
                    "outlet": name,
                    "voice": voice,
                    "target": "mexico",
                    "category": "mean",
                    "estimate": mean,
                    "low": mean - reach,
                    "high": mean + reach,
                    "n": n,
                    "method": method,
                    "strength": "firm",
                }
            )
    return pd.DataFrame(rows)


MEANS = {
    "TPPF": (-0.62, -0.8),
    "USA TODAY": (-0.05, -0.02),
    "Mexico Today": (-0.41, -0.1),
    "LatinNews": (-0.27, 0.08),
    "NPR": (-0.11, -0.52),
}


def make_stance_shares(outlets=OUTLETS):
    split = [(0.71, 0.22, 0.07), (0.31, 0.46, 0.23), (0.08, 0.39, 0.53), (0.34, 0.48, 0.18)]
    split += [(0.3, 0.41, 0.29)] * 4
    tables = []
    for (name, short), shares in zip(outlets, split, strict=False):
        for label, share in zip(("-1", "0", "1"), shares, strict=True):
            tables.append(
                {
                    "measure": "stance",
                    "article_id": short.lower(),
                    "outlet": name,
                    "voice": "all",
                    "target": "mexico",
                    "category": label,
                    "estimate": share,
                    "low": share - 0.06,
                    "high": share + 0.06,
                    "n": 48,
                    "method": "coded",
                    "strength": "tentative",
                }
            )
    return pd.DataFrame(tables)


def make_articles(outlets=OUTLETS, *, many: bool = False):
    days = ["2024-08", "2023-01-08", "2023-03", "2023", "2021-05-03", "2022-11-30", "", "2020-02"]
    genres = ["advocacy op-ed", "news", "opinion column", "newsletter special report", "news"] * 2
    states = [
        "intact",
        "machine_translated",
        "intact",
        "intact",
        "spun",
        "intact",
        "intact",
        "spun",
    ]
    rows = []
    for k, (name, short) in enumerate(outlets):
        rows.append((f"{short}-0", name, days[k], genres[k], states[k]))
        for j in range(40 if many else 0):
            day = f"2022-{(j * 7 + k) % 12 + 1:02d}-{(j * 5) % 28 + 1:02d}"
            rows.append((f"{short}-{j + 1}", name, day, genres[(j + k) % 5], "intact"))
    columns = ["article_id", "outlet", "published_on", "genre", "integrity"]
    return pd.DataFrame(rows, columns=columns)


def make_wording(outlets=OUTLETS):
    rng = np.random.default_rng(3)
    words = [
        "hugs",
        "bullets",
        "Cienfuegos",
        "fentanyl",
        "precursors",
        "immunity",
        "sovereignty",
        "laredo",
        "cocaine",
    ]
    rows = []
    for k, (name, short) in enumerate(outlets):
        for j, word in enumerate(words):
            z = 4.2 - 0.55 * j + rng.normal(0, 0.2)
            odds, reach = z * 0.5, 0.98
            rows.append(
                (f"{short}", name, f"{word}{k}" if j else words[k], z, odds, odds - reach)
                + (odds + reach, int(20 - 2 * j), int(rng.integers(0, 9)), j == 3 and k == 1)
            )
    columns = ["article_id", "outlet", "word", "z", "log_odds", "low", "high", "count"]
    return pd.DataFrame(rows, columns=[*columns, "count_rest", "flagged"])


def make_course(outlets=OUTLETS):
    rng = np.random.default_rng(9)
    rows = [
        (name, third, mean, mean - 0.2, mean + 0.2, int(rng.integers(4, 30)))
        for name, _ in outlets
        for third, mean in zip(("Start", "Middle", "End"), rng.uniform(-0.8, 0.8, 3), strict=True)
    ]
    return pd.DataFrame(rows, columns=["outlet", "third", "estimate", "low", "high", "n"])


def make_events(outlets=OUTLETS, events=EVENTS):
    rng = np.random.default_rng(5)
    rows = []
    for event, _, _ in events:
        for name, short in outlets:
            count = int(rng.integers(0, 9)) if rng.random() > 0.35 else 0
            if count:
                rows.append((event, short, name, count, count / 60))
    return pd.DataFrame(rows, columns=["event", "article_id", "outlet", "sentences", "share"])


def make_quantities():
    rows = [
        ("Overdose deaths in the US, a year", "deaths", "TPPF", 107477, "107,477", False),
        ("Overdose deaths in the US, a year", "deaths", "USA TODAY", 70000, "70,000", True),
        ("Overdose deaths in the US, a year", "deaths", "Mexico Today", 106699, "106,699", False),
        ("Overdose deaths in the US, a year", "deaths", "LatinNews", 106699, "106,699", False),
        ("Overdose deaths in the US, a year", "deaths", "NPR", 90000, "90,000", True),
        ("Homicides in Mexico, a year", "thousands", "Mexico Today", 30, "30,000", False),
        ("Homicides in Mexico, a year", "thousands", "LatinNews", 35, "over 35,000", False),
        ("Bank transfers", "dollars", "NPR", 5, "5", False),
    ]
    columns = ["what", "unit", "outlet", "value", "label", "altered"]
    return pd.DataFrame(rows, columns=columns)


def make_agreement():
    rows = [
        ("segment", "all", 0.95, 0.9, 0.98, 261),
        ("voice", "all", 0.86, 0.8, 0.91, 261),
        ("attribution", "all", 0.79, 0.7, 0.86, 261),
        ("stance_mexico", "all", 0.71, 0.62, 0.79, 158),
        ("stance_us", "all", 0.63, 0.45, 0.78, 90),
        ("frame", "all", 0.68, 0.61, 0.74, 261),
        ("function", "all", 0.52, 0.44, 0.6, 261),
        ("outlet_tone", "all", np.nan, np.nan, np.nan, 0),
    ]
    table = pd.DataFrame(rows, columns=["field", "category", "alpha", "low", "high", "n"])
    return table.assign(coder_a="a", coder_b="b", agreement=0.8)


def make_raw_and_coded():
    coded = make_stance(MEANS)
    raw = make_stance({k: (a + 0.3, q - 0.05) for k, (a, q) in MEANS.items()}, method="raw")
    return pd.concat([coded, raw], ignore_index=True)


def make_spread(findings: int = 1):
    rng = np.random.default_rng(7)
    rows = []
    for f in range(findings):
        for option in ("Reference coding", "Coder a", "Small"):
            for k in range(12):
                mean = -0.3 + 0.15 * (option == "Small") + rng.normal(0, 0.1) + 0.1 * f
                row = (f"finding_{f}", f % 2 == 1, "Whose labels", option, mean)
                rows.append((*row, not k and option != "Small", mean < 0 or f == 1, mean < -0.2))
    columns = "finding points choice option estimate report holds clear"
    return pd.DataFrame(rows, columns=columns.split())


SCORES = pd.DataFrame(
    {
        "k": [4, 6, 8, 10, 12, 14],
        "stability": [0.52, 0.71, 0.66, 0.58, 0.51, 0.49],
        "coherence": [0.31, 0.35, 0.38, 0.36, 0.33, 0.3],
        "chosen": [False, True, False, False, False, False],
    }
)
STURDY = [
    ("finding_0", "TPPF is less favourable to Mexico’s government than NPR"),
    ("finding_1", "US officials get more room in NPR than in Mexico Today, in every copy"),
    ("finding_2", "The law of 2020 is told in four articles"),
]


def list_cases() -> dict[str, tuple[Make, tuple, dict]]:
    """Every figure with realistic data, few and many outlets."""
    f = figures
    cases: dict[str, tuple[Make, tuple, dict]] = {
        "topic-choice": (f.draw_topic_choice, (SCORES,), {}),
        "quantities": (f.draw_quantities, (make_quantities(),), {"outlets": OUTLETS}),
        "reliability": (f.draw_reliability, (make_agreement(),), {}),
        "comparison": (f.draw_comparison, (make_raw_and_coded(),), {"outlets": OUTLETS}),
        "multiverse": (f.draw_multiverse, (make_spread(),), {"findings": STURDY}),
        "sturdy": (f.draw_multiverse, (make_spread(3),), {"findings": STURDY}),
        "many-articles": (f.draw_timeline, (make_articles(many=True),), {"outlets": OUTLETS}),
    }
    for tag, outlets in (("", OUTLETS), ("-eight", EIGHT), ("-one", OUTLETS[:1])):
        extra = dict.fromkeys((name for name, _ in EIGHT[5:]), (0.3, 0.25))
        o = {"outlets": outlets}
        cases |= {
            f"timeline{tag}": (f.draw_timeline, (make_articles(outlets),), o),
            f"voices{tag}": (
                f.draw_voices,
                (make_shares("voice", VOICES, outlets),),
                o | {"voices": VOICES},
            ),
            f"topics{tag}": (
                f.draw_topics,
                (make_shares("topic", TOPICS, outlets),),
                o | {"topic_labels": TOPICS},
            ),
            f"stance{tag}": (
                f.draw_stance,
                (make_stance(MEANS | extra, outlets),),
                o | {"target": TARGET},
            ),
            f"shares{tag}": (
                f.draw_stance_shares,
                (make_stance_shares(outlets),),
                o | {"target": TARGET},
            ),
            f"frames{tag}": (
                f.draw_frames,
                (make_shares("frame", FRAMES, outlets, seed=4),),
                o | {"frame_labels": FRAMES},
            ),
            f"functions{tag}": (
                f.draw_functions,
                (make_shares("function", FUNCTIONS, outlets, seed=2),),
                o | {"function_labels": FUNCTIONS},
            ),
            f"course{tag}": (f.draw_course, (make_course(outlets),), o | {"target": TARGET}),
            f"wording{tag}": (f.draw_wording, (make_wording(outlets),), o),
            f"events{tag}": (f.draw_events, (make_events(outlets),), o | {"events": EVENTS}),
        }
    return cases


CASES = list_cases()
HOSTILE = [
    ("<script>alert('$x$')</script>", "<b>$a$"),
    ('A & B "quoted" id="x"', "&amp;"),
    ("$\\frac{1}{2}$ & ]]>", "$$"),
]


def collect_text(svg: str) -> str:
    """All type of an SVG, without its title and description."""
    root = ET.fromstring(svg)
    texts = root.iter("{http://www.w3.org/2000/svg}text")
    return " ".join("".join(text.itertext()) for text in texts)


DRAWN = [(name, "half") for name in CASES if not name.endswith("-one")]
DRAWN += [(name, "column") for name, _ in DRAWN if not name.endswith("-eight")]
DRAWN += [("events-eight", "column"), ("topics-eight", "column")]


@pytest.mark.parametrize(("name", "width"), DRAWN)
def test_every_figure_is_legible_and_tokenised(name, width):
    draw, args, options = CASES[name]
    before = [table.copy() for table in args]
    drawing = draw(*args, **options, width=width)
    assert lint(drawing.figure) == []
    assert drawing.title and drawing.note.endswith(".") and drawing.alt.endswith(".")
    svg = write_svg(drawing)
    used = {hex_.lower() for hex_ in re.findall(r"#[0-9a-fA-F]{6}\b", svg)}
    assert used <= set(TOKENS)
    for table, copy in zip(args, before, strict=True):
        pd.testing.assert_frame_equal(table, copy)


@pytest.mark.parametrize("name", [name for name in CASES if name.endswith("-one")])
def test_a_study_of_one_outlet_compares_nothing(name):
    draw, args, options = CASES[name]
    drawing = draw(*args, **options, width="half")
    assert lint(drawing.figure) == []
    assert not any(other in drawing.title for other, _ in OUTLETS[1:])


@pytest.mark.parametrize(
    "name", ["voices", "stance", "frames", "events", "quantities", "multiverse"]
)
def test_same_table_same_bytes(name):
    draw, args, options = CASES[name]
    assert write_svg(draw(*args, **options)) == write_svg(draw(*args, **options))


def test_svg_can_stand_in_a_page():
    draw, args, options = CASES["stance"]
    drawing = draw(*args, **options)
    svg = write_svg(drawing)
    root = ET.fromstring(svg)
    assert svg.startswith("<svg") and "<style" not in svg and "<!--" not in svg
    assert set(re.findall(r"https?://[^\"]+", svg)) == {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }
    ids = re.findall(r'\sid="([^"]+)"', svg)
    assert len(ids) == len(set(ids)) and len({name.split("-")[0] for name in ids}) == 1
    for reference in re.findall(r'(?:href="#|url\(#)([^")]+)', svg):
        assert reference in ids
    title, desc = root[0], root[1]
    assert title.text == drawing.title and desc.text == drawing.alt
    assert root.attrib["aria-labelledby"] == f"{title.attrib['id']} {desc.attrib['id']}"
    assert "TPPF" in collect_text(svg)
    other = write_svg(CASES["frames"][0](*CASES["frames"][1], **CASES["frames"][2]))
    assert not set(ids) & set(re.findall(r'\sid="([^"]+)"', other))


def test_svg_of_a_bare_figure_has_no_title():
    draw, args, options = CASES["stance"]
    assert "<title" not in write_svg(draw(*args, **options).figure)


def test_drawing_leaves_the_readers_settings_alone():
    import matplotlib as mpl

    with mpl.rc_context({"font.size": 31.0, "svg.fonttype": "path", "text.color": "#ff0000"}):
        draw, args, options = CASES["stance"]
        svg = write_svg(draw(*args, **options))
        assert mpl.rcParams["font.size"] == 31.0 and mpl.rcParams["svg.fonttype"] == "path"
    assert svg == write_svg(draw(*args, **options))


@pytest.mark.parametrize("width", ["column", "half"])
def test_hostile_names_are_only_text(width):
    values = {name: (-0.5 + 0.4 * k, 0.1) for k, (name, _) in enumerate(HOSTILE)}
    drawing = figures.draw_stance(
        make_stance(values, HOSTILE),
        outlets=HOSTILE,
        target=("mexico", "<i>$\\alpha$</i>\n&"),
        width=width,
    )
    svg = write_svg(drawing)
    ET.fromstring(svg)
    assert "<script" not in svg and "<i>" not in svg and "\\alpha" in collect_text(svg)
    words = collect_text(svg)
    assert ("<script>alert('$x$')</script>" in words) or width == "half"
    assert "<b>$a$" in words or width == "column"
    for make in (
        lambda: figures.draw_frames(
            make_shares("frame", FRAMES, HOSTILE), outlets=HOSTILE, frame_labels=FRAMES, width=width
        ),
        lambda: figures.draw_wording(make_wording(HOSTILE), outlets=HOSTILE, width=width),
        lambda: figures.draw_course(
            make_course(HOSTILE), outlets=HOSTILE, target=TARGET, width=width
        ),
        lambda: figures.draw_events(
            make_events(HOSTILE), outlets=HOSTILE, events=EVENTS, width=width
        ),
        lambda: figures.draw_timeline(make_articles(HOSTILE), outlets=HOSTILE, width=width),
    ):
        other = make()
        assert lint(other.figure) == []
        assert "<script" not in write_svg(other)
        ET.fromstring(write_svg(other))


def swap(table: pd.DataFrame, first: str, second: str) -> pd.DataFrame:
    other = table["outlet"].replace({first: second, second: first})
    return table.assign(outlet=other)


@pytest.mark.parametrize("name", ["voices", "topics", "frames", "stance"])
def test_titles_swap_with_their_outlets(name):
    draw, args, options = CASES[name]
    title = draw(*args, **options).title
    named = [outlet for outlet, _ in OUTLETS if outlet in title]
    first, second = named[:2]
    swapped = draw(swap(args[0], first, second), **options).title
    assert swapped != title
    back = swapped.replace(first, "\0").replace(second, first).replace("\0", second)
    assert back == title


def test_function_title_names_what_each_uses_most():
    table = make_shares("function", FUNCTIONS, OUTLETS[:3])
    lead = {"TPPF": "cause", "USA TODAY": "remedy", "Mexico Today": "cause"}
    first = table["category"] == table["outlet"].map(lead)
    table = table.assign(estimate=first * 0.6 + 0.1, strength="firm")
    table = table.assign(low=table["estimate"] - 0.05, high=table["estimate"] + 0.05)
    options = {"outlets": OUTLETS, "function_labels": FUNCTIONS}
    assert figures.draw_functions(table, **options).title == (
        "The most used function is “Cause” in the TPPF article and the Mexico Today article"
        " and “Remedy” in the USA TODAY article"
    )
    same = table.assign(estimate=(table["category"] == "cause") * 0.6 + 0.1)
    same = same.assign(low=same["estimate"] - 0.05, high=same["estimate"] + 0.05)
    title = figures.draw_functions(same, **options).title
    assert title == "The most used function is “Cause” in all three articles"


def test_stance_title_names_the_extreme():
    def title(**means):
        table = make_stance(MEANS | {k.replace("_", " "): v for k, v in means.items()})
        return figures.draw_stance(table, outlets=OUTLETS, target=TARGET).title

    assert title(TPPF=(-0.95, -0.8)) == (
        "In its own words, the TPPF article is the least favourable to Mexico’s government"
    )
    assert title(NPR=(0.6, 0.5)) == (
        "In its own words, the NPR article is the most favourable to Mexico’s government"
    )


def test_stance_title_when_all_are_on_one_side():
    means = {name: (-0.4 - 0.01 * k, -0.4) for k, (name, _) in enumerate(OUTLETS)}
    drawing = figures.draw_stance(make_stance(means), outlets=OUTLETS, target=TARGET)
    assert drawing.title == (
        "In their own words, all five articles are unfavourable to Mexico’s government"
    )
    means["NPR"] = (-0.9, -0.9)
    drawing = figures.draw_stance(make_stance(means), outlets=OUTLETS, target=TARGET)
    assert drawing.title.endswith("to Mexico’s government, the NPR article the most")


def test_stance_title_falls_back_to_the_gap_between_voices():
    means = {name: (0.0, 0.0) for name, _ in OUTLETS} | {"NPR": (0.0, -0.7)}
    drawing = figures.draw_stance(make_stance(means), outlets=OUTLETS, target=TARGET)
    assert drawing.title == (
        "The voices that the NPR article quotes are less favourable to Mexico’s government"
        " than its own words"
    )


def test_equal_data_give_no_contrast():
    means = {name: (0.05, 0.05) for name, _ in OUTLETS}
    stance = figures.draw_stance(make_stance(means), outlets=OUTLETS, target=TARGET)
    assert stance.title == (
        "How the articles differ in their stance toward Mexico’s government cannot be told"
    )
    assert stance.strength == "cannot_tell"
    assert "Hatched" in stance.note and "cannot be told" in stance.alt
    for measure, labels, draw, key in (
        ("voice", VOICES, figures.draw_voices, "voices"),
        ("topic", TOPICS, figures.draw_topics, "topic_labels"),
        ("frame", FRAMES, figures.draw_frames, "frame_labels"),
        ("function", FUNCTIONS, figures.draw_functions, "function_labels"),
    ):
        share = 1 / len(labels)
        same = make_shares(measure, labels, estimate=share, low=share - 0.1, high=share + 0.1)
        drawing = draw(same, outlets=OUTLETS, **{key: labels})
        assert drawing.title.endswith("cannot be told")
        assert drawing.strength == "cannot_tell"


def test_weak_rows_enter_no_title():
    table = make_stance(MEANS).assign(strength="cannot_tell")
    drawing = figures.draw_stance(table, outlets=OUTLETS, target=TARGET)
    assert drawing.title.endswith("cannot be told")
    frames = make_shares("frame", FRAMES, seed=4).assign(strength="cannot_tell")
    drawing = figures.draw_frames(frames, outlets=OUTLETS, frame_labels=FRAMES)
    assert drawing.title.endswith("cannot be told")
    assert "Hatched" in drawing.note


def test_missing_and_unknown_cells():
    frames = make_shares("frame", FRAMES, seed=4)
    frames.loc[[3, 17], ["estimate", "low", "high"]] = np.nan
    frames = frames.drop(index=[5, 6, 30]).assign(
        estimate=lambda t: t["estimate"].where(t["category"] != "toll", 0.0)
    )
    for width in ("column", "half"):
        drawing = figures.draw_frames(frames, outlets=OUTLETS, frame_labels=FRAMES, width=width)
        assert lint(drawing.figure) == []
        assert "Ring: absent." in drawing.note and "Hatched" in drawing.note
        assert "In 2 of 60 cells it cannot be told." in drawing.alt
    stance = make_stance(MEANS)
    stance = stance[~((stance["outlet"] == "NPR") & (stance["voice"] == "quoted"))]
    stance.loc[stance["outlet"] == "LatinNews", ["estimate", "low", "high"]] = np.nan
    drawing = figures.draw_stance(stance, outlets=OUTLETS, target=TARGET)
    assert lint(drawing.figure) == [] and "30 + 0" in collect_text(write_svg(drawing))


@pytest.mark.parametrize("width", ["column", "half"])
def test_empty_tables_say_that_they_are(width):
    o = {"outlets": OUTLETS, "width": width}
    nothing = make_shares("voice", VOICES).head(0)
    drawings = [
        figures.draw_voices(nothing, voices=VOICES, **o),
        figures.draw_topics(nothing, topic_labels=TOPICS, **o),
        figures.draw_frames(nothing, frame_labels=FRAMES, **o),
        figures.draw_stance(nothing, target=TARGET, **o),
        figures.draw_stance_shares(nothing, target=TARGET, **o),
        figures.draw_wording(make_wording().head(0), **o),
        figures.draw_course(make_course().head(0), target=TARGET, **o),
        figures.draw_events(make_events().head(0), events=EVENTS, **o),
        figures.draw_quantities(make_quantities().head(0), **o),
        figures.draw_comparison(nothing, **o),
        figures.draw_reliability(make_agreement().head(0), width=width),
    ]
    for drawing in drawings:
        assert lint(drawing.figure) == []
        assert re.search(r"cannot be told|^No |^None ", drawing.title), drawing.title


def test_many_articles_are_pooled_and_worded_as_outlets():
    table = make_shares("frame", FRAMES, articles=7)
    drawing = figures.draw_frames(table, outlets=OUTLETS, frame_labels=FRAMES)
    assert " article" not in drawing.title and lint(drawing.figure) == []
    two = make_stance({"TPPF": (0.2, 0.2)}, OUTLETS[:1], n=10)
    more = make_stance({"TPPF": (0.5, 0.5)}, OUTLETS[:1], n=30).assign(article_id="b")
    pooled = pick_estimates(pd.concat([two, more]), measure="stance", target="mexico")
    row = pooled[pooled["voice"] == "own"].iloc[0]
    assert row["estimate"] == pytest.approx((10 * 0.2 + 30 * 0.5) / 40)
    reach = 0.12 * np.hypot(0.25, 0.75)
    assert row["low"] == pytest.approx(row["estimate"] - reach)
    assert row["n"] == 40


def test_a_row_for_the_whole_outlet_is_taken_as_it_is():
    one = make_stance({"TPPF": (0.2, 0.2)}, OUTLETS[:1])
    whole = make_stance({"TPPF": (-0.3, 0.2)}, OUTLETS[:1]).assign(article_id="all")
    pooled = pick_estimates(pd.concat([one, whole]), measure="stance")
    assert pooled[pooled["voice"] == "own"]["estimate"].tolist() == [-0.3]


def test_each_row_has_the_best_method_that_there_is():
    table = make_raw_and_coded()
    assert set(pick_estimates(table, measure="stance")["method"]) == {"coded"}
    assert set(pick_estimates(table, measure="stance", method="raw")["method"]) == {"raw"}
    corrected = make_stance({k: (0.9, 0.9) for k in MEANS}, method="corrected")
    sampled = table["outlet"].eq(table["outlet"].iloc[0]) & table["method"].eq("coded")
    mixed = pd.concat([table[~sampled], corrected])
    picked = pick_estimates(mixed, measure="stance").set_index("outlet")["method"]
    assert set(picked[table["outlet"].iloc[0]]) == {"corrected"}
    assert set(picked.drop(table["outlet"].iloc[0])) == {"coded"}
    note = say_method(pick_estimates(mixed, measure="stance"))
    assert "from the coding by reading: " in note and "corrected for the model’s errors" in note


def test_more_voices_than_colours_are_pooled():
    many = [(f"v{k}", f"Voice number {k}") for k in range(9)]
    table = make_shares("voice", many, seed=8)
    drawing = figures.draw_voices(table, outlets=OUTLETS, voices=many)
    words = collect_text(write_svg(drawing))
    assert "five further voices" in words.replace("  ", " ") and lint(drawing.figure) == []


def test_balance_needs_intervals_apart():
    def row(estimate, strength="firm"):
        ends = {"low": estimate - 0.1, "high": estimate + 0.1}
        return pd.Series({"estimate": estimate, "strength": strength} | ends)

    assert judge_balance(row(0.6), row(0.2)) == 1
    assert judge_balance(row(0.2), row(0.6)) == -1
    assert judge_balance(row(0.4), row(0.3)) is None
    assert judge_balance(row(0.6, "cannot_tell"), row(0.2)) is None
    assert judge_balance(None, row(0.2)) is None


def test_stance_shares_titles():
    table = make_stance_shares()
    only = table[table["outlet"].isin(["TPPF", "LatinNews", "Mexico Today"])]
    title = figures.draw_stance_shares(only, outlets=OUTLETS, target=TARGET).title
    assert title == (
        "Only the Mexico Today article has more favourable than unfavourable sentences"
        " on Mexico’s government"
    )
    against = only[only["outlet"] != "Mexico Today"]
    title = figures.draw_stance_shares(against, outlets=OUTLETS, target=TARGET).title
    assert title.startswith("Both articles have more unfavourable than favourable sentences")
    unclear = table[table["outlet"] == "NPR"]
    title = figures.draw_stance_shares(unclear, outlets=OUTLETS, target=TARGET).title
    assert title.endswith("prevail cannot be told")


def test_timeline_titles_and_dates():
    articles = make_articles()
    drawing = figures.draw_timeline(articles, outlets=OUTLETS)
    assert drawing.title == "The five articles run from 2021 to 2024; two are altered copies"
    intact = articles.assign(integrity="intact", published_on="2023-05")
    drawing = figures.draw_timeline(intact, outlets=OUTLETS)
    assert drawing.title == "The five articles are from 2023; every copy is intact"
    assert "Altered" not in drawing.note
    undated = articles.assign(published_on="")
    assert "carry no date" in figures.draw_timeline(undated, outlets=OUTLETS).title
    first, last = read_span("2024-02") or (None, None)
    assert (str(first), str(last)) == ("2024-02-01", "2024-02-29")
    assert read_span("") is None and say_date("2023-01-08") == "8 Jan 2023"
    assert say_date("2024-08") == "Aug 2024" and say_date("2023") == "2023"


def test_events_title_counts():
    rows = [("a", "t", "TPPF", 2, 0.1), ("a", "n", "NPR", 3, 0.2), ("b", "n", "NPR", 1, 0.05)]
    table = pd.DataFrame(rows, columns=["event", "article_id", "outlet", "sentences", "share"])
    events = [("a", "First", "2020"), ("b", "Second", "2021-02"), ("c", "Third", "")]
    two = [("TPPF", "TPPF"), ("NPR", "NPR")]
    drawing = figures.draw_events(table, outlets=two, events=events)
    assert drawing.title == "One of two events is told in both articles, one in only one"
    assert "Told nowhere: Third." in drawing.note
    assert "First in NPR, 20%" in drawing.alt


def test_events_younger_than_an_article_are_not_left_out():
    rows = [("a", "t", "TPPF", 2, 0.1, True), ("a", "n", "NPR", 0, 0.0, False)]
    columns = ["event", "article_id", "outlet", "sentences", "share", "possible"]
    table = pd.DataFrame(rows, columns=columns)
    two = [("TPPF", "TPPF"), ("NPR", "NPR")]
    blank = figures.draw_events(table, outlets=two, events=[("a", "First", "2020")])
    ring = figures.draw_events(
        table.assign(possible=True), outlets=two, events=[("a", "First", "2020")]
    )
    assert "Blank: younger" in blank.note and "Blank" not in ring.note
    marks = [len([x for ax in d.figure.axes for x in ax.lines]) for d in (blank, ring)]
    assert marks[1] == marks[0] + 1


def test_course_titles_say_what_the_intervals_bear_out():
    def draw(*rows):
        columns = ["outlet", "third", "estimate", "low", "high", "n"]
        table = pd.DataFrame([("NPR", *row) for row in rows], columns=columns)
        return figures.draw_course(table, outlets=[("NPR", "NPR")], target=("x", "the mayor"))

    apart = [("Start", 0.5, 0.3, 0.7, 12), ("Middle", 0, -0.2, 0.2, 12), ("End", -1, -1, -0.8, 12)]
    assert (
        draw(*apart).title == "The NPR article grows harder on the mayor from its start to its end"
    )
    few = [(*row[:-1], 9) for row in apart]
    drawing = draw(*few)
    assert drawing.strength == "cannot_tell" and "cannot be told" in drawing.title
    assert "start 0.50, middle 0.00, end −1.00" in drawing.alt


def test_twenty_events_fit():
    events = [
        (f"e{k}", f"Event number {k} with a rather long label to wrap", "") for k in range(20)
    ]
    for width in ("column", "half"):
        table = make_events(EIGHT, events)
        drawing = figures.draw_events(table, outlets=EIGHT, events=events, width=width)
        assert lint(drawing.figure) == []


def test_quantities_leave_altered_copies_out_of_the_range():
    table = make_quantities()
    title = figures.draw_quantities(table, outlets=OUTLETS).title
    assert title == "Homicides in Mexico, a year: 30,000 in one article, over 35,000 in another"
    deaths = table[table["unit"] == "deaths"]
    title = figures.draw_quantities(deaths, outlets=OUTLETS).title
    assert title.endswith(": 106,699 in one article, 107,477 in another")
    agree = table[table["unit"] == "thousands"].assign(value=30.0, label="30,000")
    title = figures.draw_quantities(agree, outlets=OUTLETS).title
    assert title == "Where articles give a figure for the same thing, intact copies agree"
    altered = deaths.assign(altered=True)
    assert "cannot be told" in figures.draw_quantities(altered, outlets=OUTLETS).title


def test_of_many_quantities_the_lowest_and_the_highest_are_named():
    rows = [("Goods", "USD", OUTLETS[k % 2][0], k * 10, f"${k * 10}", False) for k in range(1, 13)]
    columns = ["what", "unit", "outlet", "value", "label", "altered"]
    drawing = figures.draw_quantities(
        pd.DataFrame(rows, columns=pd.Index(columns)), outlets=OUTLETS
    )
    texts = [text.get_text() for ax in drawing.figure.axes for text in ax.texts]
    named = [text for text in texts if "$" in text and text != drawing.title]
    assert len(named) == 2 and named[0].endswith("$10") and named[1].endswith("$120")
    assert "the lowest and the highest are named" in drawing.note
    assert lint(drawing.figure) == []


def test_alpha_thresholds():
    strengths = [judge_alpha(a) for a in (0.8, 0.799, 0.667, 0.666, float("nan"))]
    assert strengths == ["firm", "tentative", "tentative", "cannot_tell", "cannot_tell"]


def test_reliability_title_counts():
    title = figures.draw_reliability(make_agreement()).title
    assert title == (
        "Of eight fields, two are coded firmly, three tentatively and three too unreliably to use"
    )
    more = pd.concat([make_agreement().head(3), make_agreement().head(1).assign(coder_b="c")])
    assert figures.draw_reliability(more).title == (
        "Of four comparisons, three agree firmly and one tentatively"
    )
    firm = make_agreement().head(2)
    assert figures.draw_reliability(firm).title == "Both fields are coded firmly"


def test_comparison_pairs_methods():
    pairs = pair_methods(make_raw_and_coded())
    assert len(pairs) == 10 and pairs["off"].sum() == 5
    assert pairs["gap"].abs().is_monotonic_decreasing
    assert pairs["gap"].iloc[0] == pytest.approx(0.3)
    with pytest.raises(EncuadreError, match="2 measures"):
        pair_methods(pd.concat([make_raw_and_coded(), make_shares("frame", FRAMES)]))


def test_multiverse_title_counts():
    table = make_spread()
    held = int(table["holds"].sum())
    title = figures.draw_multiverse(table, findings=STURDY).title
    assert title == f"The finding keeps its direction in {held} of 36 ways to count"
    several = make_spread(3)
    none = figures.draw_multiverse(several.assign(holds=False), findings=STURDY)
    assert none.title == "No finding keeps its direction in every way to count"
    every = figures.draw_multiverse(several.assign(holds=True), findings=STURDY)
    assert every.title == "All three findings keep their direction in every way to count"
    two = several.assign(holds=several["finding"] != "finding_1")
    drawn = figures.draw_multiverse(two, findings=STURDY)
    assert drawn.title == "Two of three findings keep their direction in every way to count"
    assert "0 of 36" in drawn.alt and "36 of 36" in drawn.alt


def test_multiverse_tells_what_holds_and_what_is_clear():
    table = make_spread().assign(holds=[True, True, False] * 12, clear=[True, False, True] * 12)
    figure = figures.draw_multiverse(table, findings=STURDY).figure
    marks = [line for ax in figure.axes for line in ax.lines if line.get_linestyle() == "None"]
    full = sum(len(m.get_xdata()) for m in marks if m.get_markerfacecolor() == INK)
    crosses = sum(len(m.get_xdata()) for m in marks if m.get_marker() == "x")
    assert (full, crosses) == (12, 12)
    assert sum(len(m.get_xdata()) for m in marks) == 36


def test_multiverse_without_any_way_says_so():
    drawing = figures.draw_multiverse(make_spread().iloc[:0])
    assert drawing.title.startswith("How sturdy the findings are cannot be told")


def test_a_topic_that_is_not_stable_carries_an_asterisk_and_a_note():
    outlets = [("Daily", "Daily"), ("Weekly", "Weekly")]
    rows = make_shares("topic", TOPICS, outlets)
    shaky = str(TOPICS[0][0])
    options = {"outlets": outlets, "topic_labels": TOPICS}
    for width in ("column", "half"):
        drawn = figures.draw_topics(rows, unstable=[shaky], width=width, **options)
        shown = " ".join(t.get_text() for t in drawn.figure.findobj(Text))
        assert shown.count("*") >= 2 and "*: not stable, read with care" in drawn.note
        assert "not stable" not in figures.draw_topics(rows, width=width, **options).note


def test_topic_choice_title_follows_the_scores():
    def title(k):
        return figures.draw_topic_choice(SCORES.assign(chosen=SCORES["k"] == k)).title

    assert title(6) == "Of the numbers tried, six topics are the most stable"
    assert title(8).endswith("the most coherent, though not the most stable")
    assert title(10) == "Ten topics were used, though six would be more stable"
    with pytest.raises(EncuadreError, match="Expected one"):
        figures.draw_topic_choice(SCORES.assign(chosen=False))


def test_wording_title_passes_over_flagged_words():
    table = make_wording()
    first = table.loc[table.groupby("outlet")["z"].idxmax()].sort_values("z").iloc[-1]
    title = figures.draw_wording(table, outlets=OUTLETS).title
    assert title.startswith(f"“{first['word']}” ") and f"the {first['outlet']} article" in title
    flagged = table.assign(flagged=True)
    title = figures.draw_wording(flagged, outlets=OUTLETS).title
    assert title == "No word clearly sets one of the articles apart from the rest"


def test_colours_follow_the_order_of_the_study():
    def colours(outlets):
        drawing = figures.draw_stance(make_stance(MEANS), outlets=outlets, target=TARGET)
        svg = write_svg(drawing).lower()
        return {
            hex_ for hex_, (name, _) in TOKENS.items() if name.startswith("outlet") and hex_ in svg
        }

    few = [("TPPF", "T"), *OUTLETS[1:]]
    assert colours(few) == colours(OUTLETS)
    assert len(colours(OUTLETS)) == 5


def test_faults_say_what_was_expected():
    table = make_stance(MEANS)
    with pytest.raises(EncuadreError, match="NPR"):
        figures.draw_stance(table, outlets=OUTLETS[:4], target=TARGET)
    with pytest.raises(EncuadreError, match="strength"):
        figures.draw_stance(table.drop(columns="strength"), outlets=OUTLETS, target=TARGET)
    with pytest.raises(EncuadreError, match="'column'"):
        figures.draw_stance(table, outlets=OUTLETS, target=TARGET, width="wide")


def test_tokens_are_unique_and_type_reads_on_fills():
    assert all(re.fullmatch(r"#[0-9a-f]{6}", hex_) for hex_ in TOKENS)
    names = [name for name, _ in TOKENS.values()]
    assert len(set(names)) == len(names)
    for light, (name, dark) in TOKENS.items():
        if name.startswith(("voice", "step")) or name in ("unfavourable", "favourable", "neutral"):
            ink = choose_type_colour(light)
            assert measure_contrast(ink, light) >= 4.5
            assert measure_contrast(TOKENS[ink.lower()][1], dark) >= 4.5


def test_wrap_and_spread():
    lines = wrap("one two three four five six " + "x" * 200, 1.0, 9)
    assert len(lines) > 2 and lines[-1].endswith("…")
    places = spread([1.0, 1.1, 1.2, 4.0], [1.0, 1.0, 1.0, 1.0], 0.0, 5.0)
    assert all(b - a >= 1 - 1e-9 for a, b in zip(places, places[1:], strict=False))
    assert places[-1] == 4.0 and min(places) >= 0.5
    assert spread([2.0], [1.0], 0.0, 5.0) == [2.0]


def test_two_outlets_are_told_apart_by_the_interval_of_their_gap():
    columns = ["outlet", "category", "estimate", "low", "high", "strength"]
    rows = [("A", "own", 0.6, 0.5, 0.7, "firm"), ("B", "own", 0.42, 0.32, 0.52, "firm")]
    table = pd.DataFrame(rows, columns=pd.Index(columns))
    pair = find_contrast(table)
    assert pair is not None and [r["outlet"] for r in pair] == ["A", "B"]
    table.loc[1, ["estimate", "low", "high"]] = [0.48, 0.38, 0.58]
    assert find_contrast(table) is None
    assert find_contrast(table.assign(category=["own", "guest"])) is None


def test_a_stance_of_few_sentences_is_not_drawn():
    rows = pd.DataFrame(
        {"n": [9, 10], "estimate": [1.0, 0.5], "low": [0.0, 0.2], "high": [1.0, 0.8]}
    )
    kept, note = drop_few(rows)
    assert kept["estimate"].isna().tolist() == [True, False] and "Fewer than 10" in note
    assert rows["estimate"].notna().all() and drop_few(rows.tail(1))[1] == ""
