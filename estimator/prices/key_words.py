"""The words for the tables' keys and fixed values inside a sentence: `annual_max` is “most in a year”."""

from collections.abc import Mapping
from types import MappingProxyType

from estimator.sentences import marked as _

KEY_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "adds": _("added lines"),
        "allowed": _("price the plan allows"),
        "annual_max": _("most in a year"),
        "answers": _("answers"),
        "ask": _("question"),
        "ask_uninsured": _("question without insurance"),
        "authorization": _("approval by the insurer"),
        "before": _("before the first session"),
        "benefit": _("benefit class"),
        "benefits": _("benefits"),
        "chance": _("chance"),
        "charges": _("charges"),
        "checked": _("checked on"),
        "city": _("city"),
        "clinic": _("the clinic"),
        "codes": _("billing codes"),
        "coinsurance": _("coinsurance"),
        "colours": _("colors"),
        "confidence": _("confidence"),
        "copay": _("copay"),
        "coverage": _("coverage"),
        "coverage_question": _("question about coverage"),
        "dated": _("date of the price list"),
        "decide": _("before you decide"),
        "deductible": _("deductible"),
        "doses": _("doses"),
        "each_session": _("each session"),
        "excluded_states": _("excluded states"),
        "follow_ups": _("follow-up visits"),
        "gaps": _("days between sessions"),
        "good_faith_estimate": _("Good Faith Estimate"),
        "hint": _("hint"),
        "included_in": _("included in"),
        "includes": _("included"),
        "label": _("name"),
        "left_out": _("why it does not count"),
        "lower_cost": _("ways to pay less"),
        "minutes": _("minutes at the clinic"),
        "moves_with": _("price moves with"),
        "name": _("name"),
        "note": _("note"),
        "notice": _("notice"),
        "of": _("what it is a price of"),
        "offers": _("treatments offered"),
        "other_care": _("other care"),
        "out_of_network": _("out of network"),
        "out_of_pocket_maximum": _("out-of-pocket maximum"),
        "packages": _("packages"),
        "patient_pays": _("patient pays"),
        "payer_notes": _("notes for some payers"),
        "payers": _("payers"),
        "pays": _("chance that it helps"),
        "per": _("unit"),
        "per_treatment_max": _("most for each treatment"),
        "pharmacy_benefit": _("benefit class at a pharmacy"),
        "phases": _("phases"),
        "price": _("price"),
        "price_question": _("question about the price"),
        "profiles": _("plans"),
        "provider": _("provider"),
        "psychotherapy": _("psychotherapy"),
        "reason": _("reason"),
        "rebate": _("rebate"),
        "regulatory": _("FDA status"),
        "remote": _("telehealth"),
        "ride": _("ride"),
        "safety": _("safety"),
        "same_as": _("same price as"),
        "samples": _("posted prices"),
        "seen": _("what was read"),
        "services": _("services"),
        "sessions": _("sessions"),
        "source": _("source"),
        "state": _("state"),
        "status": _("status"),
        "text": _("text"),
        "texts": _("texts"),
        "title": _("title"),
        "treatments": _("treatments"),
        "units": _("how many"),
        "url": _("address"),
        "usual_sessions": _("usual number of sessions"),
        "weight": _("how common"),
        "why_notice": _("reasons for the notice"),
        "en": _("in English"),
        "es": _("in Spanish"),
    }
)
"""Keys that have words; every other key is named as the tables write it."""

INCLUDED_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "evaluation": _("evaluation"),
        "medicine": _("medicine"),
        "monitoring": _("monitoring"),
        "guide": _("guide"),
        "therapist": _("therapist"),
        "coach": _("coach"),
        "physician": _("physician"),
        "preparation": _("preparation"),
        "integration": _("integration"),
        "follow_up": _("follow-up"),
        "extra_medicine": _("medicine against nausea"),
        "kit": _("kit"),
    }
)
"""What a posted price holds."""

LEFT_OUT_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "withdrawn": _("no longer offered"),
        "not_open": _("not open yet"),
        "press": _("told by the press"),
        "doubtful": _("not confirmed"),
        "replaced": _("an earlier price"),
        "repeated": _("another price of the same provider counts"),
        "billed": _("what insurers are billed"),
        "in_part": _("only a part of it"),
    }
)
"""Why a posted price does not count."""

VALUE_WORDS: Mapping[str, str] = MappingProxyType(
    {
        **INCLUDED_WORDS,
        **LEFT_OUT_WORDS,
        "covered": _("Covered"),
        "prior_authorization": _("Covered if your insurer agrees first"),
        "varies": _("Some plans cover it"),
        "not_covered": _("Not covered"),
        "high": _("well sourced"),
        "medium": _("fairly sourced"),
        "low": _("thinly sourced"),
        "clinic": _("the clinic"),
        "insurer": _("the insurer"),
        "drug": _("drug"),
        "pharmacy": _("pharmacy"),
        "procedure": _("procedure"),
        "visit": _("visit"),
    }
)
"""Values that the schema fixes; the benefit classes among them are keys too."""
