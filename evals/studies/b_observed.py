"""Half B, observed: people chose, and the table holds what they chose by, with traps beside it."""

from __future__ import annotations

import numpy as np

from .study import ADJUSTED, Asked, Simulated, Study, chance, happens, whole


def retrofits(rng: np.random.Generator) -> Simulated:
    """Old and large houses are retrofitted; comfort and the audit come afterwards."""
    n = 6000
    built, area = rng.integers(1920, 2010, n), rng.normal(120, 30, n)
    income = rng.normal(52, 14, n)
    old = (1965 - built) / 20
    done = happens(rng, chance(-0.6 + 0.7 * old + 0.03 * (income - 52)))
    use = 140 + 9 * old + 0.1 * (area - 120) - 0.2 * (income - 52) - 24 * done + rng.normal(0, 12, n)
    comfort = 5 + 1.1 * done - 0.02 * (use - 140) + rng.normal(0, 0.6, n)
    audited = happens(rng, chance(-1 + 1.5 * done + 0.03 * (use - 140)))
    columns = {
        "dwelling_id": np.arange(1, n + 1), "yr_built": built, "area_m2": area.round(0), "inc_k": income.round(1),
        "retrofit": done.astype(int),
        "kwh_m2": use.round(1), "comfort_after": comfort.round(1), "audited_later": audited.astype(int),
    }  # fmt: skip
    return Simulated(columns, {"retrofit": -24.0})


def home_ward(rng: np.random.Generator) -> Simulated:
    """The effect grows with what makes the programme likely: treated and untreated effects differ."""
    n = 6000
    age, frail = rng.normal(71, 8, n), rng.gamma(3, 1, n)
    home = happens(rng, chance(0.3 - 0.6 * (frail - 3) + 0.03 * (age - 71)))
    effect = -0.8 + 0.35 * (frail - 3)
    cost = 9 + 0.9 * frail + 0.03 * (age - 71) + effect * home + rng.normal(0, 0.4, n)
    columns = {
        "case_no": np.arange(n),
        "age": whole(age),
        "frailty": frail.round(2),
        "hah": home.astype(int),
        "cost_k": cost.round(3),
    }
    return Simulated(columns, {"treated": float(effect[home == 1].mean()), "all": float(effect.mean())})


def irrigation(rng: np.random.Generator) -> Simulated:
    """A number as treatment, confounded by soil and slope; the asked change is 20 mm."""
    n = 4000
    clay, slope = rng.normal(28, 7, n), rng.gamma(2, 2, n)
    water = np.clip(180 - 1.8 * (clay - 28) - 4 * (slope - 4) + rng.normal(0, 28, n), 40, 330)
    grain = 5.2 + 0.02 * (water - 180) + 0.03 * (clay - 28) - 0.08 * (slope - 4) + rng.normal(0, 0.4, n)
    columns = {
        "field": np.arange(1, n + 1),
        "clay_pct": clay.round(1),
        "slope_deg": slope.round(1),
        "irrig_mm": water.round(0),
        "wheat_t": grain.round(2),
        "harvest_year": 2020,
    }
    return Simulated(columns, {"twenty": 0.4, "one": 0.02})


def helmets(rng: np.random.Generator) -> Simulated:
    """An outcome of 0 or 1 and camel-cased names; the police report follows the injury."""
    n = 9000
    age, speed = rng.integers(14, 75, n), rng.normal(19, 5, n)
    helmet = happens(rng, chance(-0.4 + 0.03 * (age - 40) - 0.09 * (speed - 19)))
    lean = -0.3 + 0.11 * (speed - 19) - 0.01 * (age - 40)
    injured = happens(rng, chance(lean - 1.1 * helmet))
    reported = happens(rng, 0.2 + 0.6 * injured)
    truth = float((chance(lean - 1.1) - chance(lean)).mean())
    columns = {
        "CrashId": np.arange(1, n + 1), "RiderAge": age, "SpeedKmh": speed.round(1), "HelmetWorn": np.where(helmet == 1, "Yes", "No"),
        "HeadInjury": injured.astype(int), "PoliceReport": reported.astype(int),
    }  # fmt: skip
    return Simulated(columns, {"helmet": truth})


def stadium(rng: np.random.Generator) -> Simulated:
    """What is asked about is not in the table, or never varies."""
    n = 600
    crowd, temp = rng.normal(24, 6, n), rng.normal(14, 6, n)
    columns = {
        "match": np.arange(1, n + 1),
        "attendance_k": crowd.round(1),
        "temp_c": temp.round(1),
        "goals": rng.poisson(2.6, n),
        "VAR": "in use",
    }
    return Simulated(columns, {})


STUDIES = (
    Study(
        "retrofits",
        retrofits,
        """Register data on dwellings. Some owners insulated their house under a subsidy scheme (retrofit = 1), more often
owners of old houses and owners with high incomes. kwh_m2 is the energy used for heating per square metre in
the winter after. Also recorded: yr_built (year of construction), area_m2 (floor area), inc_k (household income in
thousands), comfort_after (thermal comfort, asked after that winter) and audited_later (1 if an energy auditor
visited
the dwelling the year after).""",
        (
            Asked(
                "What is the effect of retrofitting on heating energy use?", "retrofit", "kwh_m2", ADJUSTED, "retrofit"
            ),
            Asked(
                "How much heating energy per square metre does insulation save, accounting for confounding?",
                "retrofit",
                "kwh_m2",
                ADJUSTED,
                "retrofit",
            ),
        ),
    ),
    Study(
        "home_ward",
        home_ward,
        """Patients with heart failure were treated either on the ward or in a hospital-at-home programme; physicians chose,
and they kept frail patients on the ward. age: years. frailty: frailty index at admission. hah: 1 = hospital at
home.
cost_k: total cost of care over 90 days, thousands of pounds.""",
        (
            Asked(
                "What is the average effect of hospital at home on the cost of care for the patients who were treated at home?",
                "hah",
                "cost_k",
                ADJUSTED,
                "treated",
            ),
            Asked(
                "If every patient had been treated at home instead of on the ward, how would mean cost have changed?",
                "hah",
                "cost_k",
                ADJUSTED,
                "all",
            ),
        ),
    ),
    Study(
        "irrigation",
        irrigation,
        """Observational records of wheat fields. clay_pct (clay content of the soil, per cent), slope_deg (slope), irrig_mm
(water applied over the season, mm), wheat_t (yield, tonnes per hectare), harvest_year. Farmers give less water to
fields
with much clay and to steep fields, and these yield differently anyway.""",
        (
            Asked(
                "By how much does wheat yield rise if irrigation is increased by 20 mm?",
                "irrig_mm",
                "wheat_t",
                ADJUSTED,
                "twenty",
            ),
            Asked(
                "What is the effect of irrigation on wheat yield per additional millimetre?",
                "irrig_mm",
                "wheat_t",
                ADJUSTED,
                "one",
            ),
        ),
    ),
    Study(
        "helmets",
        helmets,
        """Emergency departments recorded 9,000 bicycle crashes. RiderAge and SpeedKmh (speed before the crash) describe rider
and crash, HelmetWorn says whether a helmet was worn, HeadInjury whether there was an injury of the head, and
PoliceReport whether the police later filed a report. Older and slower riders wear helmets more often.""",
        (
            Asked(
                "How much does wearing a helmet reduce the risk of a head injury?",
                "HelmetWorn",
                "HeadInjury",
                ADJUSTED,
                "helmet",
            ),
            Asked(
                "What is the risk difference in head injury attributable to helmets?",
                "HelmetWorn",
                "HeadInjury",
                ADJUSTED,
                "helmet",
            ),
        ),
    ),
    Study(
        "stadium",
        stadium,
        """Football matches of two seasons. attendance_k: spectators in thousands. temp_c: temperature at kick-off. goals:
goals scored by both teams. VAR: whether the video assistant referee was in use.""",
        (
            Asked("Does the video assistant referee change the number of goals?", "VAR", "goals"),
            Asked("What is the effect of artificial turf on the number of goals?", "", "goals"),
        ),
    ),
)
