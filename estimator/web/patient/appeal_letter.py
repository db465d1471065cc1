"""The skeleton of a letter after an insurer's no, from what usually decides; the blanks are the reader's to fill in."""

from estimator.core.answers import Language
from estimator.prices.schema.treatments import Treatment
from estimator.web.site import messages_in


def appeal_letter(treatment: Treatment, spoken: Language) -> str:
    """The letter, its paragraphs parted by empty lines; empty where the tables say nothing of what decides."""
    reasons = [one.letter.get(spoken) for one in treatment.criteria if one.letter]
    if not reasons:
        return ""
    _ = messages_in(spoken).ugettext
    head = (
        _("From: ____________ (name and address)"),
        _("To: ____________ (the insurer, as on its letter)"),
        _("Day: ________"),
    )
    about = (
        _("About: my appeal"),
        _("Member number: ____________"),
        _("Claim or reference number: ____________"),
    )
    asked = _(
        "On ________ you refused this treatment: %(treatment)s. I ask you to look at it again, for these reasons:"
    ) % {"treatment": treatment.short.get(spoken)}
    end = (
        _("Your letter gives this reason: ____________. I do not agree, because ____________."),
        _("Please answer in writing, and send me the rule that you went by and all papers about my case."),
        _("If my doctor says that waiting would harm me, please treat this as urgent."),
        _("Signed: ____________"),
    )
    return "\n\n".join(("\n".join(head), "\n".join(about), asked, *(f"• {reason}" for reason in reasons), *end))
