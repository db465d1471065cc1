"""The words for a column of prices (self-pay, allowed by Medicare …) inside a sentence."""

from collections.abc import Mapping
from types import MappingProxyType

from estimator.sentences import marked as _

COLUMN_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "self_pay": _("without insurance"),
        "insured_patient": _("asked of patients with insurance"),
        "commercial": _("allowed by commercial insurance"),
        "medicare": _("allowed by Medicare"),
        "medicaid": _("allowed by Medicaid"),
        "military": _("allowed by TRICARE or VA"),
    }
)
