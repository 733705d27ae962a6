from breach.law import authorities
from notifications.filings.form import load_form
from notifications.filings.profiles import load_profiles, profile_for


def test_the_edpb_form_has_its_hundred_input_rows_in_both_languages() -> None:
    form = load_form()
    headings = {
        1,
        2,
        8,
        9,
        20,
        27,
        28,
        32,
        37,
        42,
        43,
        54,
        64,
        69,
        74,
        77,
        78,
        88,
        91,
        93,
        96,
        107,
        108,
        112,
        119,
        124,
    }
    assert [field.row for field in form.fields()] == [row for row in range(1, 127) if row not in headings]
    texts = [field.label for field in form.fields()] + [o.text for f in form.fields() for o in f.options]
    assert all(text["en"].strip() and text["fr"].strip() for text in texts)
    assert len(form.field("incident_nature").options) == 25
    assert form.status == "draft"


def test_options_only_for_incomplete_filings_are_those_of_the_template() -> None:
    only = {
        field.row for field in load_form().fields() if any(option.incomplete_only for option in field.options)
    }
    assert only == {44, 56, 57, 61, 65, 67, 70, 72, 79, 89, 97}


def test_the_cnil_has_its_own_names_and_four_words_of_severity() -> None:
    cnil = profile_for("fr")
    assert cnil.key == "fr_cnil"
    assert cnil.phases["follow_up"]["fr"] == "Notification complémentaire"
    assert [option.key for option in cnil.form.field("severity").options] == [
        "negligible",
        "limited",
        "significant",
        "maximum",
        "to_be_determined",
    ]
    assert set(cnil.severity_from_enisa.values()) < {
        option.key for option in cnil.form.field("severity").options
    }


def test_an_authority_without_a_profile_gets_the_form_as_it_is() -> None:
    generic = profile_for("pl")
    assert generic.key == "generic"
    assert generic.form == load_form()


def test_an_authority_without_a_profile_is_named_with_its_website_and_channel() -> None:
    poland = profile_for("pl")
    assert poland.authority == "pl"
    assert poland.name["fr"] == authorities.load()["pl"].native_name
    assert poland.page == authorities.load()["pl"].website
    assert poland.channel["en"].startswith(
        "As far as known, it takes notifications through a portal of the government."
    )
    assert "ePUAP" in poland.channel["en"]
    assert "ePUAP" in poland.channel["fr"]
    assert poland.channel["fr"].startswith("À notre connaissance")
    for key, known in authorities.load().items():
        assert profile_for(key).page, key
        assert set(profile_for(key).channel) == {"en", "fr"}
        assert known.channel in poland.by
    assert profile_for("nowhere").name["en"] == "Supervisory authority"


def test_every_profile_maps_every_level_of_severity_to_an_option_of_its_form() -> None:
    for profile in load_profiles().values():
        assert set(profile.severity_from_enisa) == {"low", "medium", "high", "very_high"}
        keys = {option.key for option in profile.form.field("severity").options}
        assert set(profile.severity_from_enisa.values()) <= keys
