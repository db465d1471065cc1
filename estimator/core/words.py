"""The few sentences the core itself says; everything else is worded in tables and templates."""

from estimator.core.states import state_name
from estimator.money import Range, dollars
from estimator.prices.schema.basics import Text
from estimator.prices.schema.wording import QuestionWording

NO_INSURANCE = Text(
    en="No insurance: you pay the clinic's own price.",
    es="Sin seguro: usted paga el precio de la clínica.",
)
NOT_INSURED = Text(en="Insurance does not pay for this.", es="El seguro no paga esto.")
DENIED = Text(
    en="Your insurer said no: you pay the clinic's own price.",
    es="Su aseguradora dijo que no: usted paga el precio de la clínica.",
)
INCLUDED = Text(en="Included in another price of this clinic.", es="Incluido en otro precio de esta clínica.")
OUTSIDE = Text(
    en="Out of network: you pay the clinic first. Your plan may pay part back, after a deductible of its own for this.",
    es="Fuera de la red: usted paga primero a la clínica. Su plan quizá le devuelva una parte, tras otro deducible.",
)

SESSION_COPAY = QuestionWording(
    label=Text(
        en="Does your plan ask one copay for a treatment session, or a share in percent?",
        es="¿Cobra su plan un solo copago por sesión de tratamiento, o un porcentaje?",
    ),
    ask=Text(
        en="For a treatment session at the clinic, do I pay the visit copay or coinsurance?",
        es="Por una sesión de tratamiento en la clínica, ¿pago el copago por consulta o un coaseguro?",
    ),
    whom="insurer",
)
NEW_PLAN = QuestionWording(
    label=Text(en="Which kind of plan you will have then", es="Qué tipo de plan tendrá entonces"),
    ask=Text(
        en="What will my new plan's deductible, coinsurance and yearly out-of-pocket maximum be?",
        es="¿Cuáles serán el deducible, el coaseguro y el máximo anual de gastos de bolsillo de mi nuevo plan?",
    ),
    whom="insurer",
)
SETTING = QuestionWording(
    label=Text(en="A doctor's office or a hospital clinic?", es="¿Un consultorio o la clínica de un hospital?"),
    ask=Text(
        en="Do you bill as a doctor's office or as a hospital outpatient department? Is there a facility fee?",
        es="¿Facturan como consultorio o como departamento de un hospital? ¿Hay un cargo por instalaciones?",
    ),
    whom="clinic",
)
_IN_STATE = Text(en="In {state}: {low} for one.", es="En {state}: {low} por una.")
_ACROSS_STATE = Text(en="In {state}: {low} to {high} for one.", es="En {state}: de {low} a {high} por una.")


def of_state(state: str, there: Range) -> Text:
    """What a price that differs by area is in a state: exactly, or from its cheapest area to its dearest."""
    words, ends = _IN_STATE if there.known else _ACROSS_STATE, {"low": dollars(there.low), "high": dollars(there.high)}
    en, es = (words.get(one).format(state=state_name(state, one), **ends) for one in ("en", "es"))
    return Text(en=en, es=es)


def stands_in(known: int, first: int, last: int) -> Text:
    """That an amount of the year `known` has to do for later ones, `first` to `last`, which nobody had published."""
    if first == last:
        return Text(
            en=f"{known}'s figure stands in for {first}'s, which we do not have yet.",
            es=f"La cifra de {known} sustituye a la de {first}, que aún no tenemos.",
        )
    return Text(
        en=f"{known}'s figure stands in for those of {first} to {last}, which we do not have yet.",
        es=f"La cifra de {known} sustituye a las de {first} a {last}, que aún no tenemos.",
    )


PLAN_STANDS_IN = Text(
    en="What your plan asks from {day} on is not known yet. We count on with this year's terms.",
    es="Aún no se sabe qué pedirá su plan desde el {day}. Seguimos contando con las condiciones de este año.",
)

THERAPIST_INSIDE = QuestionWording(
    label=Text(en="Is the therapist's time inside the price?", es="¿Incluye el precio el tiempo del terapeuta?"),
    ask=Text(
        en="Is the therapist's or guide's time inside the price of a session, or what does it cost on top?",
        es="¿El precio de una sesión incluye el tiempo del terapeuta o guía, o cuánto cuesta aparte?",
    ),
    whom="clinic",
)
IN_NETWORK = {
    "drug": Text(en="Drug", es="Medicamento"),
    "procedure": Text(en="Treatment session", es="Sesión de tratamiento"),
    "visit": Text(en="Doctor's visits", es="Consultas médicas"),
    "psychotherapy": Text(en="Talk therapy", es="Psicoterapia"),
}
NETWORK_CLASS = QuestionWording(
    label=Text(en="What is in your plan's network?", es="¿Qué está en la red de su plan?"),
    ask=Text(
        en="Is this clinic in my plan's network for the drug, the treatment session, the visit and talk therapy, each?",
        es="¿Está esta clínica en la red de mi plan para el medicamento, la sesión, la consulta y la psicoterapia?",
    ),
    whom="insurer",
)
TOLD_COVERED = Text(en="Your plan told you that it covers this.", es="Su plan le dijo que cubre esto.")
TOLD_NOT_COVERED = Text(en="Your plan told you that it does not cover this.", es="Su plan le dijo que no cubre esto.")

AUTHORIZATION_LABEL = Text(en="Your insurer's answer", es="La respuesta de su aseguradora")
AUTHORIZATION_SIDES = (
    Text(en="If your insurer agrees", es="Si su aseguradora acepta"),
    Text(en="If it says no", es="Si dice que no"),
)
SIDES = {
    "hospital": Text(en="In a hospital clinic", es="En la clínica de un hospital"),
    "office": Text(en="In a doctor's office", es="En un consultorio"),
    "pharmacy": Text(en="Billed by a pharmacy", es="Facturado por una farmacia"),
    "medical": Text(en="Billed by the clinic", es="Facturado por la clínica"),
    "copay": Text(en="One copay for a session", es="Un solo copago por sesión"),
    "coinsurance": Text(en="A share in percent", es="Un porcentaje"),
    "in": Text(en="{about} in network", es="{about} dentro de la red"),
    "out": Text(en="{about} out of network", es="{about} fuera de la red"),
}
STATEMENTS = {
    "accumulator": (
        Text(en="Plan does not count the card's money", es="El plan no cuenta el dinero de la tarjeta"),
        Text(en="Plan counts the card's money", es="El plan cuenta el dinero de la tarjeta"),
    ),
    "therapist_inside": (
        Text(en="Therapist inside the price", es="Terapeuta incluido en el precio"),
        Text(en="Therapist on top of the price", es="Terapeuta aparte del precio"),
    ),
    "out_of_network": (
        Text(en="Plan pays a part outside its network", es="El plan paga una parte fuera de su red"),
        Text(en="Plan pays nothing outside its network", es="El plan no paga nada fuera de su red"),
    ),
    "free": (Text(en="{about}: free", es="{about}: gratis"), Text(en="{about}: not free", es="{about}: no es gratis")),
    "coverage": (
        Text(en="{about}: your plan pays", es="{about}: su plan paga"),
        Text(en="{about}: your plan does not pay", es="{about}: su plan no paga"),
    ),
    "pays": (
        Text(en="{about}: pays your whole share", es="{about}: paga toda su parte"),
        Text(en="{about}: pays nothing", es="{about}: no paga nada"),
    ),
    "resident": (
        Text(en="{about}: open in your state", es="{about}: vale en su estado"),
        Text(en="{about}: not open in your state", es="{about}: no vale en su estado"),
    ),
}
"""
The yes and the no of an either-or as statements, by what its name ends with; ``{about}`` is what it is about.

A bare yes beside "If your insurer agrees" would be somebody else's yes.
"""

RESETS = {
    "both": Text(
        en="Your deductible and your yearly maximum start again on {day}, before your first visit.",
        es="Su deducible y su máximo anual empiezan de nuevo el {day}, antes de su primera visita.",
    ),
    "deductible": Text(
        en="Your deductible starts again on {day}, before your first visit.",
        es="Su deducible empieza de nuevo el {day}, antes de su primera visita.",
    ),
    "maximum": Text(
        en="Your yearly maximum starts again on {day}, before your first visit.",
        es="Su máximo anual empieza de nuevo el {day}, antes de su primera visita.",
    ),
    "card": Text(
        en="The savings card starts again on {day}, before your first visit.",
        es="La tarjeta de ahorro empieza de nuevo el {day}, antes de su primera visita.",
    ),
    "new_plan": Text(
        en="Your new plan begins on {day}, before your first visit. Only the new plan counts here.",
        es="Su plan nuevo empieza el {day}, antes de su primera visita. Aquí cuenta solo el plan nuevo.",
    ),
    "new_plan_later": Text(
        en="Your new plan begins on {day}. From then on we count with its full deductible.",
        es="Su plan nuevo empieza el {day}. Desde entonces contamos con su deducible completo.",
    ),
}
"""What starts again before the first visit, or a new plan; ``{day}`` is the day."""

PLAN_UNLIKE = Text(
    en="The amounts you typed are unlike those of the usual plans. We took the nearest one, with your amounts.",
    es="Lo que usted escribió no se parece a ningún plan usual. Tomamos el más cercano, con sus cantidades.",
)
