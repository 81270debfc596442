"""Who makes the claim: quotation marks, reporting verbs, decision rules, speakers."""

from __future__ import annotations

import time
from pathlib import Path

import pandas as pd
import pytest

from encuadre.articles import read_articles
from encuadre.quotations import find_quotations
from encuadre.schemas import check_table
from encuadre.sentences import split_sentences
from encuadre.speakers import Register, make_slug
from encuadre.study import Codebook, Outlet, Speaker, Study, Target, Voice, read_study
from encuadre.voices import CONFIDENCE, measure_voices

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture(scope="module")
def study() -> Study:
    return read_study(DATA)


@pytest.fixture(scope="module")
def measured(study: Study) -> tuple[pd.DataFrame, pd.DataFrame]:
    sentences = split_sentences(*read_articles(study))
    return sentences, measure_voices(sentences, study=study)


def make_study(**fields) -> Study:
    base = {
        "root": Path(),
        "title": "",
        "question": "",
        "targets": (Target(id="city", label="the city", names=("City Hall",)),),
        "voices": (
            Voice(id="outlet", label="outlet"),
            Voice(id="city", label="city", cues=("mayor", "city ... officials")),
            Voice(id="residents", label="residents", cues=("*", "tenants")),
        ),
        "outlets": (),
        "speakers": (Speaker(name="Ada Moss", voice="city", aliases=("Moss",), pronouns="she"),),
        "topic_names": {},
        "near_duplicates": "allow",
        "parameters": {},
        "codebook": Codebook(version="1", unit="sentence", fields=()),
        "events": {},
        "sources": pd.DataFrame([{"article_id": "a", "outlet": "Gazette"}]),
    }
    return Study(**(base | fields))


def measure_text(text: str, study: Study | None = None) -> pd.DataFrame:
    articles = pd.DataFrame({"article_id": ["a"], "integrity": ["intact"]})
    sentences = split_sentences(articles, {"a": text}).assign(segment="body")
    return measure_voices(sentences, study=study or make_study())


def read_first(text: str, **options) -> tuple[str, str, str]:
    row = measure_text(text, **options).iloc[0]
    return row["voice"], row["attribution"], row["speaker"]


@pytest.mark.parametrize(
    ("text", "inner"),
    [
        ("“We will act,” she said.", ["We will act,"]),
        ('"We will act," she said.', ["We will act,"]),
        ("«We will act», she said.", ["We will act"]),
        ("''We will act,'' she said.", ["We will act,"]),
        ("‘We will act,’ she said.", ["We will act,"]),
        ("The cartel’s boss and the drivers’ union don’t agree.", []),
        ("He called it ‘the boss’s plan’ today.", ["the boss’s plan"]),
        ("since he began the ” War on Drugs” in the US", [" War on Drugs"]),
        ("He said “a lot. And then he left.", ["a lot."]),
        (
            "“It begins here and runs on. It does not end",
            ["It begins here and runs on. It does not end"],
        ),
        ("in the country,” said Luna.", []),
        ("‘Tis the season of the ’90s", []),
        ("“He said ‘no’ to me.”", ["He said ‘no’ to me."]),
    ],
)
def test_quotation_marks_of_each_style_are_read(text: str, inner: list[str]):
    found = find_quotations(text)
    assert [q.inner for q in found] == inner
    assert all(0 <= q.start < q.end <= len(text) for q in found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“The bridge is safe and will stay open,” Moss said.", ("city", "direct", "Ada Moss")),
        ("“The bridge is safe and will stay open,” said Moss.", ("city", "direct", "Ada Moss")),
        ("Moss said the bridge was safe.", ("city", "indirect", "Ada Moss")),
        ("The bridge was safe, Moss said.", ("city", "indirect", "Ada Moss")),
        ("Moss said the bridge was “a disgrace to us all.”", ("city", "mixed", "Ada Moss")),
        ("According to Moss, the bridge is safe.", ("city", "indirect", "Ada Moss")),
        ("The bridge is safe in all Statesaccording to Moss.", ("city", "indirect", "Ada Moss")),
        (
            "Now in line with tenants downtown, the bridge is gone.",
            ("residents", "indirect", "tenants downtown"),
        ),
        ("As Moss aptly put it, the bridge was a “mockery.”", ("city", "mixed", "Ada Moss")),
        ("The bridge is gone, tenants say.", ("residents", "indirect", "tenants")),
        ("“It is gone and it will not return,” mentioned Moss.", ("city", "direct", "Ada Moss")),
        (
            "Tom Reed, a plumber from the north side, said rents were up.",
            ("residents", "indirect", "Tom Reed"),
        ),
        (
            "City housing officials denied that rents were up.",
            ("city", "indirect", "City housing officials"),
        ),
        ("Moss went on to claim that rents were down.", ("city", "indirect", "Ada Moss")),
        (
            "The plan was welcomed by many tenants as a fresh start.",
            ("residents", "indirect", "many tenants"),
        ),
        ("A survey shows rents are up.", ("residents", "indirect", "survey")),
        (
            "A plumber who asked not to be named told us that rents were up.",
            ("residents", "indirect", "plumber"),
        ),
        ("Its director, Ada Moss, said that rents were up.", ("city", "indirect", "Ada Moss")),
    ],
)
def test_reporting_clause_gives_voice_attribution_and_speaker(text: str, expected: tuple):
    assert read_first(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Even as rents soared, Moss said she had no plan to act.",
        "Moss falsely claimed that rents were down.",
        "Moss claimed to have fixed hundreds of flats, by adding empty ones and "
        "otherwise manipulating the data.",
        "Moss wants the state to pay for the bridge.",
        "Moss later boasted that the city had done nothing “to keep the peace.”",
        "Moss demanded an explanation from the state.",
        "Rents are up by a tenth, as a Gazette report shows.",
        "Ismael “El Mayo” Zambada was arrested near the bridge.",
        "The policy is dubbed “hugs, not bullets” by nobody in particular.",
        "The tower, which Moss says is safe, fell on Monday.",
        "The United States and other states met.",
        "Moss did not say when the bridge would open.",
    ],
)
def test_decision_rules_leave_the_claim_to_the_outlet(text: str):
    assert read_first(text) == ("outlet", "none", "")


def test_loaded_verb_with_own_words_quoted_is_the_speaker():
    text = (
        "Moss lashed out at the press, calling it “an arrogant crowd that should never "
        "be believed by anyone.”"
    )
    assert read_first(text) == ("city", "mixed", "Ada Moss")


def test_items_of_an_announced_list_of_charges_are_the_outlets():
    text = (
        "But here is why the city failed:\n- In May, Moss said rents were fine.\n- In "
        "June, Moss denied it.\nMoss said the list was wrong."
    )
    assert list(measure_text(text)["voice"]) == ["outlet", "outlet", "outlet", "city"]


def test_colon_without_list_marks_reaches_one_paragraph_only():
    text = "Here is the news:\n\nThe bridge is shut.\n\nMoss said it was safe.\n\nMoss denied it."
    assert list(measure_text(text)["voice"]) == ["outlet", "outlet", "city", "city"]


def test_counted_list_of_a_speaker_is_carried_until_a_heading():
    text = (
        "Moss outlined three demands for the state.\nThe state must pay for the "
        "bridge.\nAnd it must mend the road."
    )
    voices = measure_text(text)
    assert list(voices["voice"]) == ["city"] * 3
    assert list(voices["attribution"]) == ["indirect"] * 3
    assert voices["confidence"].iloc[1] < voices["confidence"].iloc[0]


def test_forecast_is_carried_and_plain_fact_is_not():
    carried = measure_text(
        "Tenants said the outcome will be bad. There will be long queues. The bridge is old."
    )
    assert list(carried["voice"]) == ["residents", "residents", "outlet"]


def test_quotation_over_several_sentences_has_one_speaker():
    voices = measure_text(
        "“It is old. It is rotten. It must go,” Moss said. “We will build a new one.” "
        "The bridge is red."
    )
    assert list(voices["voice"]) == ["city"] * 4 + ["outlet"]
    assert list(voices["attribution"]) == ["direct"] * 4 + ["none"]


def test_pronouns_stand_for_the_nearest_fitting_speaker():
    text = (
        "Tom Reed, a spokesman for the union, said rents were up. Moss said they were "
        "not. She said it was a rumour. He said it was true."
    )
    assert list(measure_text(text)["speaker"]) == ["Tom Reed", "Ada Moss", "Ada Moss", "Tom Reed"]


def test_short_name_is_completed_from_the_article():
    text = (
        "Falko Ernst, an analyst, spoke first.\n“Nobody knows what will happen next,” Ernst said."
    )
    voices = measure_text(text)
    assert voices["speaker"].iloc[-1] == "Falko Ernst"
    assert voices["speaker_id"].iloc[-1] == "falko-ernst"


def test_outlet_and_author_are_no_speakers():
    study = make_study(outlets=(Outlet(name="Gazette", short="G", names=("The Gazette",)),))
    assert read_first("The Gazette reported that rents were up.", study=study)[0] == "outlet"
    assert read_first("I say that rents are up.", study=study)[0] == "outlet"
    assert (
        read_first("Tenants have repeatedly told me that rents are up.", study=study)[0]
        == "residents"
    )


def test_spun_copy_has_famous_for_noted():
    text = "“All is well here with us,” Moss mentioned. She famous officials are busy."
    row = {"article_id": "a", "outlet": "Gazette", "integrity": "spun"}
    spun = measure_text(text, study=make_study(sources=pd.DataFrame([row])))
    assert list(spun["speaker"]) == ["Ada Moss", "Ada Moss"]
    assert list(measure_text(text)["speaker"]) == ["Ada Moss", ""]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tenants countered that it’s the plan that keeps rents high.", "Tenants"),
        ("Tenants repeated that rents were high.", "Tenants"),
        ("Rents are up in every street of the city, the group found.", "group"),
        ("A housing study released Monday found that rents were up.", "housing study"),
        ("The association, which backed it, acknowledged that rents were up.", "association"),
        ("Ada Moss and Tom Reed have all said they would go.", "Ada Moss and Tom Reed"),
        ("Moss swore she would mend the bridge.", "Ada Moss"),
        (
            "It means, as Moss told Bay Radio on Friday, that all want “to mend the bridge.”",
            "Ada Moss",
        ),
        (
            "As Tom Reed and Jo Lind report, the plan has in some ways merely added to it.",
            "Jo Lind",
        ),
        (
            "Moss said the plan would help but, according to estimates, would cost a lot.",
            "Ada Moss",
        ),
        (
            "Tenants’ push has stalled, but Moss resumed it and accused the press of lies.",
            "Ada Moss",
        ),
        (
            "Tenants' push has stalled, but Moss resumed it and accused the press of lies.",
            "Ada Moss",
        ),
        ("Charles Schumer, New York Democrat, says rents are up.", "Charles Schumer"),
        ("“It is over,” said Speaker Paul D. Ryan, who left.", "Paul D. Ryan"),
        ("Sens. Lisa Murk of Alaska said it was over.", "Lisa Murk"),
        ("Alaska Gov. Bill Walker said it was over.", "Bill Walker"),
        ("Moss weighed in, writing, “People must know that it is over now.”", "Ada Moss"),
        ("As Bay Radio’s Tom Reed has written, the plan is flawed.", "Tom Reed"),
        ("“Cars are the most important,” Tom Reed at the Policy Institute says.", "Tom Reed"),
        ("Shop Council President and CEO Tom Reed said “rents hit all of us.”", "Tom Reed"),
        ("Tom Reed, president and CEO of the Shop Council (SC) said rents were up.", "Tom Reed"),
        ("Moss in arguing for rents has repeatedly argued that they will fall.", "Ada Moss"),
        ("How, as Rep. Jason Chaffetz (R) of Utah put it, “does she escape”?", "Jason Chaffetz"),
        ("Speaking at the club, Tom Reed declared that rents were up.", "Tom Reed"),
        ("One witness whose name was not listed in the report testified that it fell.", "witness"),
        ("Her pick to head the ABC, Bay Attorney General Scott Pruitt, said no.", "Scott Pruitt"),
        ("“Design it so that all can cross it,” Moss writes in her blog.", "Ada Moss"),
        ("“It was a promise made to all of us,” the website says of the bridge.", "website"),
        ("Writer Tom Reed contends that rents are up.", "Tom Reed"),
        ("The city police claimed to have shut all of the shops by June.", "city police"),
        ("“It is safe,” said acting Secretary of Defense Victorino Mercado.", "Victorino Mercado"),
        ("Aides who meet in the early morning in the West Wing said it broke.", "Aides"),
        ("Doctors treating some of those hurt at the harbour said it was bad.", "Doctors"),
    ],
)
def test_everyday_forms_of_reporting_are_read(text: str, expected: str):
    assert read_first(text)[2].endswith(expected)


@pytest.mark.parametrize("share", ["37 percent of tenants", "Half", "Another 20 percent"])
def test_a_share_of_those_polled_is_no_speaker(share: str):
    assert read_first(f"{share} said they would blame the city.") == ("outlet", "none", "")


@pytest.mark.parametrize(
    "text",
    [
        "The Bay 500 index added 14 points, or 0.5 percent, to 2,628.",
        "Who’d have thought that rents would fall?",
        "As we've reported, rents have risen.",
        "Years later Moss came back with a bang, widely thought to be aimed at the press.",
        "And remember, that rent would come on top of it, as Tom Reed pointed out.",
        "It’s not over. It has also revealed a dark side of the harbour.",
        "Tenants embraced her concerns, fears shared by many in the audience.",
        "She swept through the supposed “firewall” states presumed to align with her.",
        "For Simpson, staying informed “requires a certain voluntary exercise.”",
        "Such uncertainty will prompt added anxiety in the harbour.",
        "The slowdown of economies in Europe and China suggests that it may get worse.",
        "She distributed videos of her trips, dubbed “Miles with Ada,” at the club.",
        "It was the only post mentioned in the request for next year.",
        "The hotline, often (inaccurately) called the red phone, is a line for messages.",
        "Moss, who shared a post that Reed should go, called the expert to the podium early in it.",
    ],
)
def test_words_that_only_look_like_reporting_have_no_speaker(text: str):
    assert read_first(text) == ("outlet", "none", "")


def test_a_paper_is_no_he():
    text = (
        "“There is no doubt,” the newspaper said.\n\nThe city has not replied, although William "
        "Zarit, chairman of the Chamber of Shops, appealed to both sides.\n\n“There are no winners in "
        "a quarrel,” he said."
    )
    assert list(measure_text(text)["speaker"]) == ["newspaper", "", "William Zarit"]


def test_a_word_that_only_opens_a_sentence_is_no_they():
    text = "Tenants said rents were up.\n\nIndeed, they said that rents would go on rising."
    assert list(measure_text(text)["speaker"]) == ["Tenants", "Tenants"]
    text = "Last week the board met.\n\nIt announced that rents would fall."
    assert list(measure_text(text)["speaker"]) == ["", "board"]


@pytest.mark.parametrize(
    "between",
    [
        "When Reed tried to book a room he found it shut, as Reed’s visa had been revoked.",
        "Earlier, Reed addressed the court.",
        "High-quality staff will be needed too.",
    ],
)
def test_he_is_whoever_was_named_last(between: str):
    text = f"“It is bad,” said Tom Reed, a spokesman.\n\n{between}\n\n“It is,” he said."
    assert list(measure_text(text)["speaker"])[-1] == "Tom Reed"


def test_an_interview_is_told_by_the_names_that_open_its_paragraphs():
    text = (
        "Is the bridge safe?\n\nTom Reed (Bay School, Bay): It is old. I would not cross it.\n\nAda "
        "Moss: It is safe.\n\nWho pays?\n\nReed: The city does.\n\nMoss: All of us do. We must."
    )
    voices = measure_text(text)
    names = ["", "Tom Reed", "Tom Reed", "Ada Moss", "", "Tom Reed", "Ada Moss", "Ada Moss"]
    assert list(voices["speaker"]) == names
    assert set(voices.loc[voices["speaker"] != "", "attribution"]) == {"direct"}
    text = (
        "Costs: They are up.\n\nRents: They are up.\n\nJobs: They are gone.\n\nTrade: It is down."
    )
    assert set(measure_text(text)["voice"]) == {"outlet"}


def test_a_surname_alone_may_be_he():
    text = "“We know the globe is warm,” Reed said.\n\nIt is hot.\n\n“We know,” he said."
    assert list(measure_text(text)["speaker"]) == ["Reed", "", "Reed"]


def test_a_surname_is_enough_for_a_later_pronoun():
    text = (
        "“It is old,” said Clara Dove, an engineer.\n\nThe bridge is shut and Reed Street with it, as "
        "Dove pointed out.\n\n“Study after study has shown that it is unsafe,” she said."
    )
    assert list(measure_text(text)["speaker"])[-1] == "Clara Dove"


def test_a_statement_is_said_by_who_made_it():
    text = (
        "The Commerce Ministry released a statement accusing the city of “starting a quarrel with all "
        "its neighbours.”\n\n“This undermines the order of the harbour,” the statement said."
    )
    assert list(measure_text(text)["speaker"]) == ["Commerce Ministry"] * 2


def test_a_quotation_with_nobody_beside_it_is_not_the_outlets():
    text = (
        "Moss told them so.\n\nPrices rose all summer.\n\n“It could be a nightmare on either side of "
        "the sea for years.”"
    )
    voices = measure_text(text)
    assert list(voices["voice"]) == ["city", "outlet", "residents"]
    assert voices["speaker"].iloc[2] == "a speaker who is not named"
    assert voices["confidence"].iloc[2] < 0.5
    text = "Moss told them so.\n\n“It could be a nightmare on either side of the sea for years.”"
    assert list(measure_text(text)["speaker"]) == ["Ada Moss"] * 2


def test_a_pronoun_stops_at_the_subject_of_the_sentence_before():
    text = (
        "“I fear for jobs,” said Gov. Mary Fallin, chairman of it.\n\nOn Friday, Obama met with "
        "governors to build momentum for his effort.\n\n“This is good policy,” he said."
    )
    assert list(measure_text(text)["speaker"]) == ["Mary Fallin", "", "Obama"]
    text = "Keir Starmer spoke of his plan.\nTheresa May opposed it.\n“It is bad,” she said."
    assert list(measure_text(text)["speaker"])[-1] == "Theresa May"
    text = (
        "To some, including Tom Reed, the chair of the committee, it seems good.\nIf a bridge "
        "breaks, he says, “you send in a team and you go to work to mend it.”"
    )
    assert list(measure_text(text)["speaker"])[-1] == "Tom Reed"


def test_title_surname_and_office_are_one_speaker():
    text = (
        "President Obama said rents were up. Mr. Obama said so twice. Obama said so again. "
        "The president said it was bad."
    )
    assert list(measure_text(text)["speaker"]) == ["Obama"] * 4


def test_an_organisation_is_not_its_economist():
    text = "Mary Smith, chief economist at the bank, said it fails. The bank said no."
    assert list(measure_text(text)["speaker"]) == ["Mary Smith", "bank"]


def test_a_quotation_goes_to_the_subject_beside_it_before_another_paragraph():
    text = (
        "“The bridge is safe,” Moss said.\n\nTom Reed mocked her: “Nobody who has seen the bridge "
        "will ever believe that.”"
    )
    assert list(measure_text(text)["speaker"]) == ["Ada Moss", "Tom Reed"]


def test_a_paragraph_in_the_first_person_below_a_colon_is_the_speakers():
    text = (
        "Moss said that she feared for the bridge:\n\nI’m concerned about it. The costs are high."
        "\n\nThe bridge is old."
    )
    voices = measure_text(text)
    assert list(voices["speaker"]) == ["Ada Moss"] * 3 + [""]
    assert list(voices["attribution"])[1:3] == ["direct", "direct"]


def test_the_clause_behind_an_exclamation_belongs_to_it():
    voices = measure_text("“The bridge will soon be history!” Moss posted on Twitter on Friday.")
    assert list(voices["speaker"]) == ["Ada Moss"] * len(voices)
    assert set(voices["attribution"]) == {"direct"}


def test_a_signature_names_the_speaker_of_a_post_and_of_a_quotation():
    text = "The bridge is GREAT! It stays! — Ada Moss (@adamoss) July 28, 2017"
    assert set(measure_text(text)["speaker"]) == {"Ada Moss"}
    text = "“The bridge is ugly. It must go.”\n― Tom Reed\nThe bridge is red."
    assert list(measure_text(text)["speaker"])[0] == "Tom Reed"
    assert list(measure_text(text)["speaker"])[-1] == ""


def test_a_doubt_is_no_forecast():
    text = "Moss voiced doubts but likely has others. Texas would gain a lot. It is far."
    assert list(measure_text(text)["speaker"]) == ["Ada Moss", "", ""]


def test_the_longest_cue_decides_and_none_inside_a_longer_title():
    voices = (
        Voice(id="outlet", label="outlet"),
        Voice(id="house", label="house", cues=("president", "vice president")),
        Voice(id="expert", label="expert", cues=("*", "vice president at")),
    )
    register = Register(make_study(voices=voices, speakers=()), "")
    assert register.find_person("a vice president").voice == "house"
    assert register.find_person("a senior vice president at Avalere").voice == "expert"
    assert register.find_person("a senior vice president").voice == "expert"


def test_cue_with_gap_and_catch_all_decide_the_voice():
    register = Register(make_study(), "")
    assert register.find_person("city housing officials").voice == "city"
    assert register.find_person("a plumber").voice == "residents"
    assert (
        register.find_person("a plumber").sure < register.find_person("city housing officials").sure
    )


def test_a_long_description_ends_with_a_whole_word():
    name = "health scholars " * 5 + "of the American Institute"
    found = Register(make_study(), "").find_person(name).name
    assert len(found) <= 80
    assert name.startswith(found + " ") and not found.endswith(("of", "the"))


def test_slug_is_ascii_and_never_empty():
    assert make_slug("Cecilia Farfán-Méndez") == "cecilia-farfan-mendez"
    assert make_slug("王毅")


def test_codebook_examples_in_the_articles(measured):
    voices = measured[1].set_index("sentence_id")
    expected = {
        "tppf-007": ("outlet", "none", ""),
        "tppf-009": ("mexican_government", "mixed", "Andrés Manuel López Obrador"),
        "usatoday-012": ("us_official", "indirect", "Derek Maltz"),
        "usatoday-029": ("analyst", "indirect", "Security analysts"),
        "usatoday-032": ("outlet", "none", ""),
        "usatoday-054": ("us_official", "indirect", "Derek Maltz"),
        "usatoday-060": ("mexican_government", "mixed", "Andrés Manuel López Obrador"),
        "mexicotoday-020": ("analyst", "indirect", "Major Mexican and U.S. newspapers"),
        "mexicotoday-030": ("other_government", "indirect", "Beijing"),
        "mexicotoday-048": ("outlet", "none", ""),
        "mexicotoday-050": ("analyst", "mixed", "Guillermo Valdés"),
        "latinnews-041": ("analyst", "mixed", "Vanda Felbab-Brown"),
        "npr-015": ("us_official", "direct", "Matthew Donahue"),
        "npr-033": ("analyst", "indirect", "Cecilia Farfán-Méndez"),
    }
    for sentence_id, row in expected.items():
        assert tuple(voices.loc[sentence_id, ["voice", "attribution", "speaker"]]) == row, (
            sentence_id
        )


def test_quotation_runs_over_paragraphs_up_to_its_closing_mark():
    text = (
        "Moss wrote on Saturday: “I had to close the pool because it leaked.\n\n"
        "The council knew.\n\nThere was nothing to hide!”\n\nThe pool stayed open."
    )
    table = measure_text(text)
    assert list(table["speaker"]) == ["Ada Moss"] * 3 + [""]
    assert list(table["attribution"]) == ["direct"] * 3 + ["none"]


def test_open_mark_before_another_quotation_does_not_run_on():
    text = (
        "Moss wrote: “I had to close the pool because it leaked.\n\nThe council knew of the leak.\n\n"
        "“Nobody told us,” said Bo Ray, a plumber."
    )
    assert list(measure_text(text)["speaker"]) == ["Ada Moss", "", "Bo Ray"]


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("But Sen. Ada Moss, D-S.C., called the plan’s cost “appalling.”", "Ada Moss"),
        (
            "After reporter Bo Ray finished his report, Ada Moss stormed back and said, “Let me be clear.”",
            "Ada Moss",
        ),
        (
            "“We knew of it all along,” Ada Moss said, according to a video of her remarks.",
            "Ada Moss",
        ),
        ("Ada Moss said the pool had leaked for years, according to CNN.", "Ada Moss"),
        ("The pool had leaked for years, according to CNN.", "CNN"),
        ("At the time the firm was under investigation and Bo Ray said the pool leaked.", "Bo Ray"),
        ("The club’s lawyers in August said the pool had leaked.", "club’s lawyers"),
        (
            "In 2001, 46 percent of tenants said they worried, according to a city poll.",
            "city poll",
        ),
        ("Likewise, club spokesman Bo Ray, called the plan a “stand-alone” effort.", "Bo Ray"),
        ("“Bo, this is great, what everyone wants,” the firm posted early Friday.", "firm"),
        (
            "Tweets on the North’s account said the pool had leaked.",
            "Tweets on the North’s account",
        ),
        ("CLOSE Bo Ray said the pool had leaked. Mr. Ray said it would open.", "Bo Ray"),
        (
            "A club spokesman said the pool had leaked. It is closed. “We will mend it,” she wrote.",
            "a speaker who is not named",
        ),
        ("Bo Ray’s account tweeted Saturday: “I had to close the pool.”", "Bo Ray"),
        ("McRay told reporters that the pool leaked. But, he said, it would open.", "McRay"),
        (
            "National Security Adviser Bo Ray left. Mr. Ray was angry. In May he said it leaked.",
            "Bo Ray",
        ),
        ("The Ray administration said so. Ray said the pool had leaked.", "Ray"),
        (
            "The official newspaper Mesa Daily accused the city of “madness.”",
            "official newspaper Mesa Daily",
        ),
        ("Ray of the Water Board said it leaked. Capt. Bo Ray closed it, he said.", "Bo Ray"),
        ("“Very weak and very sad,” chimed in Bo Ray, head of a club.", "Bo Ray"),
        ("“It is closed!” squealed Bo Ray, a child of ten, on Monday.", "Bo Ray"),
        (
            "Bo Ray told me of it. When I asked about the Orr administration, he shrugged. “It was "
            "Mr. Orr,” he said.",
            "Bo Ray",
        ),
        ("Gov. Bo Ray closed the pool. The governor said it had leaked.", "Bo Ray"),
        (
            "President Bo Ray spoke. Mr. Ray and Mr. Ray’s aides met President Max Orr. The president "
            "said the pool had leaked.",
            "Bo Ray",
        ),
        (
            "President Bo Ray met President Max Orr. The president said the pool had leaked.",
            "president",
        ),
    ],
)
def test_speaker_of_the_last_sentence(text: str, speaker: str):
    assert measure_text(text)["speaker"].iloc[-1] == speaker


@pytest.mark.parametrize(
    "text",
    [
        "President Bo Ray’s advice to frustrated tenants: “They should not give up.”",
        "Bo Ray met the tenants on Monday. His response: “They should not give up on us.”",
    ],
)
def test_noun_and_colon_announce_whose_words_follow(text: str):
    last = measure_text(text).iloc[-1]
    assert tuple(last[["speaker", "attribution"]]) == ("Bo Ray", "direct")


@pytest.mark.parametrize(
    "text",
    [
        "Under the mayor, the chamber confirmed 15 judicial nominees in one quarter, according to CRS.",
        "The leak at the mayor’s pool has put it in the spotlight.",
        "Two years later, the mayor is still repeating that lie.",
        "Her W-2 showed that a firm paid the tenant well.",
        "After tenants pay their bills, a firm collects the money for the fund, which reports the sums.",
    ],
)
def test_verbs_that_report_elsewhere_report_nothing_here(text: str):
    assert measure_text(text)["speaker"].iloc[-1] in ("", "CRS")


def test_name_for_something_in_a_relative_clause_is_no_claim():
    text = "Ada Moss drew criticism after she praised the pool, a place she called “a gem of ours.”"
    assert list(measure_text(text)["voice"]) == ["outlet"]


def test_quotation_is_by_whom_the_sentence_before_is_about():
    text = (
        "“It is a shame,” said Bo Ray, a plumber.\n\n"
        "On Tuesday Ada Moss walked out of the hall full of confidence. “The pool is big, and it will open.”"
    )
    assert list(measure_text(text)["speaker"]) == ["Bo Ray", "", "Ada Moss"]


def test_quotation_is_nobodys_who_is_named_far_from_it():
    text = (
        "“It could be a nightmare for both of us.” The pool was closed in May. It leaked. Nobody knew. "
        "Ada Moss announced that it would open."
    )
    assert list(measure_text(text)["speaker"])[::4] == ["a speaker who is not named", "Ada Moss"]


def test_quotation_about_whom_the_sentence_before_is_about_is_by_another():
    text = (
        "“It is a shame,” said Bo Ray, a plumber.\n\n"
        "On Tuesday Ada Moss walked out of the hall. “She has lied to us about the pool.”"
    )
    assert list(measure_text(text)["speaker"]) == ["Bo Ray", "", "Bo Ray"]


def test_table_keeps_its_contract(measured, study: Study):
    sentences, voices = measured
    checked = check_table(voices, "voices")
    kept = sentences[sentences["segment"] != "boilerplate"]
    assert list(checked["sentence_id"]) == list(kept["sentence_id"])
    assert set(checked["voice"]) <= {v.id for v in study.voices}
    own = checked["voice"] == study.own_voice
    assert (checked.loc[own, "attribution"] == "none").all()
    assert (checked.loc[own, ["speaker", "speaker_id", "cue"]] == "").all().all()
    assert (checked.loc[~own, "attribution"] != "none").all()
    assert (checked.loc[~own, ["speaker", "speaker_id"]] != "").all().all()
    assert checked["confidence"].between(0, max(CONFIDENCE.values())).all()


def test_same_input_gives_same_table_and_input_stays(measured, study: Study):
    sentences, voices = measured
    before = sentences.copy(deep=True)
    pd.testing.assert_frame_equal(measure_voices(sentences, study=study), voices)
    pd.testing.assert_frame_equal(sentences, before)


def test_no_sentence_gives_an_empty_table(study: Study, measured):
    assert len(check_table(measure_voices(measured[0].head(0), study=study), "voices")) == 0


@pytest.mark.parametrize(
    "text",
    [
        "a" * 100_000,
        "“”\"'" * 25_000,
        "Moss said she " * 7_000,
        "قال الرئيس «مرحبا» " * 500,
        "😀“" * 5_000,
        "according to " * 7_000,
        "(" * 9_000,
    ],
)
def test_hostile_text_is_read_in_bounded_time(text: str):
    started = time.perf_counter()
    table = pd.DataFrame(
        [
            {
                "sentence_id": "a-000",
                "article_id": "a",
                "paragraph": 0,
                "position": 0,
                "start": 0,
                "end": len(text),
                "text": text,
                "segment": "body",
            }
        ]
    )
    assert len(check_table(measure_voices(table, study=make_study()), "voices")) == 1
    assert time.perf_counter() - started < 20
