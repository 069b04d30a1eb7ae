# A peer, kept as it was measured.
# ruff: noqa: B905, E401, E501, E701, E702, E731, E741, FBT003, I001, N806, RUF007
"""One decision by zen-engine and by OpenFisca: `python bench/peers/one_decision.py zen|zen-trace|openfisca|openfisca-trace`.

Reads a number a line, decides so often, answers with a JSON list of microseconds (so that `bench/single.py` can take turns). An empty
number ends it. Both decide a claim for 职业培训补贴 of level 5 with a certificate; the person has two earlier ones.

zen: own rules of that one claim only (price, certificate, pension, months of insurance, group, duration); its decision sees one
context, so rules across claims would be Python around it. Graph compiled once (static loader). Trace as zen gives it.
OpenFisca: own rules, duplicate, yearly limit, overlap of the person's three claims; groups and application order are worked out beforehand
outside it, simulation built for each call (its inputs are fixed in a simulation). With the tracer, also its computation log as text.
"""
import json, sys, time

NO_CERT, PENSION, INSURED, NO_RATE, TOO_LONG, NOT_POOR, DUPLICATE, QUOTA, OVERLAP = (1 << i for i in range(9))


def zen_graph():
    c = lambda i, name, f: {"id": i, "name": name, "field": f}
    rows = [(s, l, v) for s in ("training", "pre_job", "skill_upgrade") for l, v in ((5, 100000), (4, 150000), (3, 200000))] + [("technician", 2, 200000), ("technician", 1, 500000)]
    tariff = {"hitPolicy": "first", "inputs": [c("a", "scheme", "scheme"), c("b", "level", "lvl")], "outputs": [c("t", "tariff", "tariff")],
              "rules": [{"_id": f"t{i}", "a": f'"{s}"', "b": str(l), "t": str(v)} for i, (s, l, v) in enumerate(rows)]
              + [{"_id": "ts", "a": '"startup_training"', "b": "", "t": "160000"}, {"_id": "ta", "a": '"apprenticeship"', "b": "", "t": "min([600000, floor(fee_fen * 3 / 5)])"},
                 {"_id": "tl", "a": '"living_allowance"', "b": "", "t": "5000 * attended_days"}, {"_id": "tn", "a": "", "b": "", "t": "-1"}],
              "passThrough": True, "inputField": None, "outputPath": None, "executionMode": "single"}
    rs = [("certificate_type == null and scheme != 'living_allowance'", NO_CERT), ("draws_pension", PENSION), ("scheme == 'skill_upgrade' and insured_months < 12", INSURED),
          ("tariff < 0", NO_RATE), ("scheme == 'apprenticeship' and ended_ymd - started_ymd > 20000", TOO_LONG), ("scheme == 'living_allowance' and not(is_poor)", NOT_POOR)]
    reasons = {"hitPolicy": "collect", "inputs": [{"id": "c", "name": "condition"}], "outputs": [c("r", "reason", "r")], "rules": [{"_id": f"r{i}", "c": e, "r": str(b)} for i, (e, b) in enumerate(rs)],
               "passThrough": False, "inputField": None, "outputPath": "reasons", "executionMode": "single"}
    node = lambda i, t, content=None: {"id": i, "name": i, "type": t, "position": {"x": 0, "y": 0}, **({"content": content} if content else {})}
    nodes = [node("in", "inputNode"), node("lvl", "expressionNode", {"expressions": [{"id": "l", "key": "lvl", "value": "scheme == 'pre_job' and certificate_type == 'special_ability' ? 5 : level"}], "passThrough": True, "executionMode": "single"}),
             node("tariff", "decisionTableNode", tariff), node("reasons", "decisionTableNode", reasons),
             node("result", "expressionNode", {"expressions": [{"id": "1", "key": "tariff", "value": "$nodes.tariff.tariff"}, {"id": "2", "key": "lvl", "value": "$nodes.lvl.lvl"}, {"id": "3", "key": "reasons", "value": "map($nodes.reasons.reasons, #.r)"}], "passThrough": False, "executionMode": "single"}), node("out", "outputNode")]
    ids = ["in", "lvl", "tariff", "reasons", "result", "out"]
    return {"nodes": nodes, "edges": [{"id": f"e{i}", "sourceId": a, "targetId": b, "type": "edge"} for i, (a, b) in enumerate(zip(ids, ids[1:]))]}


def zen_decision(options):
    import zen
    engine = zen.ZenEngine({"loader": {"type": "static", "content": {"g": zen_graph()}}})
    claim = {"scheme": "training", "level": 5, "certificate_type": "skill_level", "draws_pension": False, "insured_months": 0, "is_poor": False,
             "fee_fen": 0, "attended_days": 12, "started_ymd": 20200401, "ended_ymd": 20200420}

    def decide():
        return engine.evaluate("g", claim, *options)
    found = decide()["result"]
    assert found["tariff"] == 100000 and found["reasons"] == [], found
    return decide


def fisca_decision(traced):
    import numpy as np
    from openfisca_core import entities
    from openfisca_core.indexed_enums import Enum
    from openfisca_core.periods import DateUnit
    from openfisca_core.simulations import SimulationBuilder
    from openfisca_core.taxbenefitsystems import TaxBenefitSystem
    from openfisca_core.variables import Variable
    Claim = entities.build_entity("claim", "claims", "a claim", is_person=True)
    role = [{"key": "member", "plural": "members", "label": "m"}]
    groups = [entities.build_entity(n, n + "s", n, roles=role) for n in ("person", "person_year", "person_skill")]

    class Scheme(Enum):
        training = "training"; pre_job = "pre_job"; skill_upgrade = "skill_upgrade"; technician = "technician"; startup_training = "startup_training"; apprenticeship = "apprenticeship"; living_allowance = "living_allowance"
    variables = []

    def var(name, kind, formula=None, **more):
        variables.append(type(name, (Variable,), {"value_type": kind, "entity": Claim, "definition_period": DateUnit.YEAR, "label": name, **more, **({"formula": formula} if formula else {})}))

    var("scheme", Enum, possible_values=Scheme, default_value=Scheme.training)
    for n in ("lvl", "attended_days", "insured_months", "fee_fen", "order", "start_day", "end_day", "start_ymd", "end_ymd"): var(n, int)
    for n in ("has_cert", "draws_pension", "is_poor"): var(n, bool)

    def tariff(c, p):
        s, lvl = c("scheme", p), c("lvl", p)
        level = np.select([lvl == 5, lvl == 4, lvl == 3], [100_000, 150_000, 200_000], -1)
        return np.select([s == Scheme.technician, s == Scheme.startup_training, s == Scheme.apprenticeship, s == Scheme.living_allowance],
                         [np.select([lvl == 2, lvl == 1], [200_000, 500_000], -1), 160_000, np.minimum(c("fee_fen", p).astype(np.int64) * 3 // 5, 600_000), c("attended_days", p) * 5_000], level)

    def own(c, p):
        s = c("scheme", p); living = s == Scheme.living_allowance
        return (NO_CERT * (~c("has_cert", p) & ~living) + PENSION * c("draws_pension", p) + INSURED * ((s == Scheme.skill_upgrade) & (c("insured_months", p) < 12)) + NO_RATE * (c("tariff", p) < 0)
                + TOO_LONG * ((s == Scheme.apprenticeship) & (c("end_ymd", p) - c("start_ymd", p) > 20000)) + NOT_POOR * (living & ~c("is_poor", p)))

    def overlap(c, p):
        pop = c.person.reference_entity; s, e = c("start_day", p), c("end_day", p); pos = pop.members_position; out = np.zeros(len(s), bool)
        for k in range(int(pos.max()) + 1):
            sk, ek = (pop.value_nth_person(k, v, default=d)[pop.members_entity_id] for v, d in ((s, 1 << 30), (e, -1)))
            out |= (pos != k) & (sk <= e) & (s <= ek)
        return out
    var("tariff", int, tariff); var("own_reasons", int, own)
    var("eligible", bool, lambda c, p: c("own_reasons", p) == 0)
    var("duplicate", bool, lambda c, p: c.get_rank(c.person_skill, c("order", p), condition=c("eligible", p)) > 0)
    var("counts", bool, lambda c, p: c("eligible", p) & ~c("duplicate", p))
    var("over_quota", bool, lambda c, p: c.get_rank(c.person_year, c("order", p), condition=c("counts", p)) > 2)
    var("overlap", bool, overlap)
    var("reasons", int, lambda c, p: c("own_reasons", p) + DUPLICATE * c("duplicate", p) + QUOTA * c("over_quota", p) + OVERLAP * c("overlap", p))
    var("amount", int, lambda c, p: np.where(c("reasons", p) & 0xFF, 0, c("tariff", p)))
    system = TaxBenefitSystem([Claim, *groups])
    for v in variables: system.add_variable(v)
    i = lambda *v: np.array(v, np.int32)
    inputs = {"lvl": i(5, 5, 5), "attended_days": i(12, 12, 12), "insured_months": i(0, 0, 0), "fee_fen": i(0, 0, 0), "order": i(0, 1, 2), "start_day": i(18262, 18293, 18353), "end_day": i(18281, 18312, 18372),
              "start_ymd": i(20200101, 20200201, 20200401), "end_ymd": i(20200120, 20200220, 20200420), "has_cert": np.ones(3, bool), "draws_pension": np.zeros(3, bool), "is_poor": np.zeros(3, bool), "scheme": Scheme.encode(i(0, 0, 0))}

    def decide():
        builder = SimulationBuilder(); builder.create_entities(system)
        builder.populations["claim"].ids = np.arange(3); builder.populations["claim"].count = 3
        for name, member in (("person", i(0, 0, 0)), ("person_year", i(0, 0, 0)), ("person_skill", i(0, 1, 2))):
            pop = builder.populations[name]; pop.ids = np.unique(member); pop.count = len(pop.ids); pop.members_entity_id = member
        simulation = builder.build(system); simulation.trace = traced
        for name, value in inputs.items(): simulation.set_input(name, "2024", value)
        found = simulation.calculate("amount", "2024"), simulation.calculate("reasons", "2024")
        return (*found, simulation.tracer.computation_log.lines() if traced else None)
    amount, reasons, _ = decide()
    assert amount[2] == 100_000 and reasons[2] == 0, (amount, reasons)
    return decide


KINDS = {"zen": lambda: zen_decision(()), "zen-trace": lambda: zen_decision(({"trace": True},)), "openfisca": lambda: fisca_decision(False), "openfisca-trace": lambda: fisca_decision(True)}

if __name__ == "__main__":
    decide = KINDS[sys.argv[1]]()
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        if not line.strip(): break
        times = []
        for _ in range(int(line)):
            started = time.perf_counter_ns(); decide(); times.append((time.perf_counter_ns() - started) / 1000)
        print(json.dumps(times), flush=True)
