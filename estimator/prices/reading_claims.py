"""The bytes of a file of given claims -> its values, or every problem with its line."""

from collections.abc import Iterator

from pydantic import ValidationError

from estimator.money import plain_amount
from estimator.prices.claims_file import AdjudicatedPlan, ClaimsFile, GivenClaim, GivenTerms, pays, terms_on
from estimator.prices.explaining import explained
from estimator.prices.findings import Finding, nearest
from estimator.prices.nodes import Node, read_tree
from estimator.prices.problems import KeyPath, Problem, dotted
from estimator.sentences import say


def read_claims(data: bytes, file: str) -> tuple[ClaimsFile | None, list[Problem]]:
    """What the file says, None after any problem."""
    root, problems = read_tree(data, file)
    if root is None:
        return None, problems
    try:
        said = ClaimsFile.model_validate(root.plain())
    except ValidationError as error:
        told = {problem.line for problem in problems}
        problems.extend(one for one in explained(error, root, ClaimsFile, file) if one.line not in told)
        return None, problems
    problems.extend(_placed(finding, root, file) for finding in _findings(said))
    return (None if problems else said), problems


def _placed(finding: Finding, root: Node, file: str) -> Problem:
    node, _rest = root.nearest(finding.path)
    return Problem(file, node.line, node.column, dotted(finding.path), finding.says, finding.fix)


def _findings(said: ClaimsFile) -> Iterator[Finding]:
    yield from _nothing_is_left_of_less(said.plan)
    yield from _the_new_plan_begins_later(said)
    for position, claim in enumerate(said.claims):
        terms = terms_on(said.plan, claim)
        yield from _a_claim_is_complete(("claims", position), claim, terms)
        yield from _a_claim_names_what_there_is(("claims", position), claim, terms, said.plan)
        if said.plan.as_of is not None and claim.date < said.plan.as_of:
            says = say("this is before %(day)s, the day of the balances, which hold it already", day=said.plan.as_of)
            yield Finding(("claims", position, "date"), says, say("leave the claim out, or move as_of"))


def _nothing_is_left_of_less(plan: AdjudicatedPlan) -> Iterator[Finding]:
    """What is left of an amount is no more than the amount."""
    whole_and_left: list[tuple[KeyPath, str, int | None, int | None]] = [
        ((), "deductible", plan.deductible, plan.deductible_remaining),
        ((), "drug_deductible", plan.drug_deductible, plan.drug_deductible_remaining),
        ((), "out_of_pocket_maximum", plan.out_of_pocket_maximum, plan.out_of_pocket_remaining),
    ]
    if (outside := plan.out_of_network) is not None:
        there = ("out_of_network",)
        limit, limit_left = outside.out_of_pocket_maximum, outside.out_of_pocket_remaining
        whole_and_left.append((there, "deductible", outside.deductible, outside.deductible_remaining))
        whole_and_left.append((there, "out_of_pocket_maximum", limit, limit_left))
    for name, program in plan.programs.items():
        whole_and_left.append((("programs", name), "annual_max", program.annual_max, program.annual_remaining))
    for path, name, whole, left in whole_and_left:
        remaining = name.removesuffix("_maximum").removesuffix("_max") + "_remaining"
        if left is not None and whole is None:
            says = say("%(left)s is left of nothing: %(whole)s has no amount", left=plain_amount(left), whole=name)
            yield Finding(("plan", *path, remaining), says, say("write %(whole)s: …", whole=name))
        elif left is not None and whole is not None and left > whole:
            says = say("%(left)s is more than the whole, %(whole)s", left=plain_amount(left), whole=plain_amount(whole))
            yield Finding(("plan", *path, remaining), says, say("a family's amount has a key of its own"))


def _the_new_plan_begins_later(said: ClaimsFile) -> Iterator[Finding]:
    plan = said.plan
    if plan.new_plan is not None and plan.new_plan_from is None:
        yield Finding(("plan", "new_plan"), say("nobody knows when it begins"), say("add new_plan_from: …"))
    begun = plan.as_of or min((claim.date for claim in said.claims), default=None)
    if plan.new_plan_from is not None and begun is not None and plan.new_plan_from <= begun:
        says = say("the new plan has begun on %(day)s, the day of the balances", day=begun)
        yield Finding(("plan", "new_plan_from"), says, say("give the new plan alone"))


def _a_claim_is_complete(path: KeyPath, claim: GivenClaim, terms: GivenTerms) -> Iterator[Finding]:
    if not pays(terms, claim):
        if claim.charge is None and claim.allowed is None:
            yield Finding(path, say("%(key)s is missing", key="charge"), say("add %(key)s: …", key="charge"))
    elif claim.allowed is None:
        yield Finding(path, say("%(key)s is missing", key="allowed"), say("add %(key)s: …", key="allowed"))
    elif claim.network == "in" and claim.benefit is None:
        yield Finding(path, say("%(key)s is missing", key="benefit"), say("add %(key)s: …", key="benefit"))
    if claim.visit is not None and claim.fill is not None:
        yield Finding((*path, "fill"), say("a claim is of a visit or of a fill"), say("remove visit or fill"))


def _a_claim_names_what_there_is(
    path: KeyPath, claim: GivenClaim, terms: GivenTerms, plan: AdjudicatedPlan
) -> Iterator[Finding]:
    if claim.program is not None and claim.program not in plan.programs:
        says = say("there is no program %(name)s", name=claim.program)
        yield Finding((*path, "program"), says, nearest(claim.program, plan.programs))
    if claim.benefit is None or not claim.covered or claim.network == "out":
        return
    benefit = terms.benefits.get(claim.benefit)
    if benefit is None:
        says = say("there is no benefit class %(name)s", name=claim.benefit)
        yield Finding((*path, "benefit"), says, nearest(claim.benefit, terms.benefits))
    elif terms.deductible is None and (
        benefit.deductible == "yes" or (benefit.deductible == "drug" and terms.drug_deductible is None)
    ):
        says = say("the class %(name)s is under the deductible, and the plan says none", name=claim.benefit)
        yield Finding((*path, "benefit"), says, say("write the plan's deductible, 0 where it has none"))
