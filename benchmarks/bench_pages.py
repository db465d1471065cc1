"""
Processor time of our pages, beside a web API of the same kind: OpenFisca's, five variables for one person.

Both answer in their own process through a test client, in turns on one core; the least of many requests counts, since
other work on the machine only ever adds. Every request of ours is one that was never seen.
"""

import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent
ENVIRONMENT = ROOT / ".venv" / "openfisca"
ROUNDS, REQUESTS = 8, 8

TIMED = """
import sys, time
for line in sys.stdin:
    least = 9.0
    for _ in range(int(line.split()[1])):
        ask = request(line.split()[0])
        begun = time.process_time()
        answer = ask()
        least = min(least, time.process_time() - begun)
        assert answer.status_code == 200, answer.text
    print(least, flush=True)
"""

OURS = """
from itertools import count
from benchmarks import cases
from estimator.web.app import create_app
client = create_app(clock=lambda: cases.TODAY).test_client()
query = "treatment=spravato&insurance=commercial&sessions=%d&psychotherapy=in_person&start=2026-12-06&deductible=%d"
paths = {
    "form": "/",
    "page": "/estimate?" + query,
    "compare": "/compare?" + query,
    "start": "/start?" + query,
    "sessions": "/sessions?" + query,
    "json": "/api/v1/estimate?" + query,
}
numbers = count()
def request(name):
    number, path = next(numbers), paths[name]
    path = path % (6 + number % 18, 1000 + number) if "%" in path else path
    return lambda: client.get(path)
"""

OPENFISCA = """
from openfisca_country_template import CountryTaxBenefitSystem
from openfisca_web_api.app import create_app
client = create_app(CountryTaxBenefitSystem()).test_client()
month = "2017-01"
asked = {month: None}
person = {"birth": {month: "1980-01-01"}, "salary": {month: 2000}}
person |= {"income_tax": asked, "social_security_contribution": asked, "basic_income": asked}
home = {"adults": ["one"], "total_benefits": asked, "total_taxes": asked}
body = {"persons": {"one": person}, "households": {"home": home}}
def request(name):
    return lambda: client.post("/calculate", json=body)
"""

MARKS = {"form": 1.5, "page": 6, "compare": 16, "start": 6, "sessions": 6, "json": 4}
"""At most so many times as long as OpenFisca's answer."""


class Timed:
    """A process that answers requests and says how long each takes, always on the same core."""

    def __init__(self, python: Path | str, code: str) -> None:
        core = {min(os.sched_getaffinity(0))}
        self.worker = subprocess.Popen(
            [str(python), "-c", code + TIMED],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: os.sched_setaffinity(0, core),
        )

    def seconds(self, name: str) -> float:
        """The least processor seconds of some requests."""
        assert self.worker.stdin is not None
        assert self.worker.stdout is not None
        self.worker.stdin.write(f"{name} {REQUESTS}\n")
        self.worker.stdin.flush()
        return float(self.worker.stdout.readline())


def openfisca() -> Path | None:
    """The Python of an environment with OpenFisca, made when it is missing; None where it cannot be had."""
    python = ENVIRONMENT / "bin" / "python"
    if not python.exists():
        venv.create(ENVIRONMENT, with_pip=True)
    listed = ["-r", str(ROOT / "benchmarks" / "openfisca.txt")]
    made = subprocess.run([python, "-m", "pip", "install", "--quiet", *listed], capture_output=True, check=False)
    return python if made.returncode == 0 else None


def main() -> None:
    python = openfisca()
    ours = Timed(sys.executable, OURS)
    theirs = Timed(python, OPENFISCA) if python else None
    least = dict.fromkeys((*MARKS, "openfisca"), 9.0)
    for _ in range(ROUNDS):
        for name in MARKS:
            least[name] = min(least[name], ours.seconds(name))
        if theirs:
            least["openfisca"] = min(least["openfisca"], theirs.seconds("openfisca"))
    for one in (ours, theirs):
        if one:
            one.worker.terminate()
    if theirs:
        print(f"OpenFisca          {least['openfisca'] * 1000:7.2f} ms")
    else:
        print("OpenFisca cannot be installed here, so there is nothing to compare with")
    for name, mark in MARKS.items():
        beside = f"{least[name] / least['openfisca']:6.1f} x   (mark: at most {mark})" if theirs else ""
        print(f"{name:<18} {least[name] * 1000:7.2f} ms {beside}")


if __name__ == "__main__":
    main()
