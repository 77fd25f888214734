"""Levers: the named parameters that instruments, injects, exercises and measures change while they work.

Each lever is a factor on one quantity of the engine, 1 when nothing acts on it. What acts on the same lever
at the same time is multiplied. This is the one list of them.
"""

from typing import Literal, get_args

from sim.scenario.quantities import Ratio

#: Factors on delays: opening and holding consultations, the Joint Staff's plan, ground times of aircraft,
#: noticing a crisis and ordering its host's reserves, making units ready.
DelayLever = Literal["consultation", "planning", "ground_time", "warning", "readiness"]
#: Factors on what happens in a crisis.
CrisisLever = Literal[
    "growth",  # growth of unrest, of an epidemic
    "suppression",  # suppression of unrest
    "arrivals",  # armed groups and caravans that come to a border, per day
    "raids",  # chance that an attack planned for a day on the host's own soil comes
    "refugees",  # people who flee across a border, per day
    "detection",  # chance that a guard finds what crosses
    "interdiction",  # chance that what was found is stopped
    "intensity",  # people killed per day of fighting
    "strikes",  # people of the host's own side killed per day of fighting
    "ceasefire",  # hazard that a round of fighting stops
    "relapse",  # hazard that a ceasefire breaks
    "returns",  # pace at which displaced people come home
    "contacts",  # contacts that spread an epidemic
    "fatality",  # deaths per case
    "attribution",  # pace at which the author of an attack becomes certain
    "attacks",  # covert attacks, per day
    "sanctions",  # hazard that sanctions are imposed
    "tension",  # level of external pressure
]
Lever = Literal[DelayLever, CrisisLever]
LEVERS: tuple[str, ...] = tuple(name for group in get_args(Lever) for name in (get_args(group) or (group,)))

#: What acts, by lever.
Settings = dict[Lever, Ratio]
