"""The few sentences the core itself says about coverage; everything else is worded in tables and templates."""

from estimator.prices.schema import Text

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
