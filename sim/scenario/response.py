"""The shape of the alliance's answer: decision weights, mandate, contingents, mission, withdrawal."""

from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, model_validator

from sim.scenario.distributions import Duration, Frozen
from sim.scenario.later import later
from sim.scenario.learnt import FittedChoice, Learnt, Weights
from sim.scenario.places import Sourced
from sim.scenario.quantities import (
    Count,
    Hours,
    Kilometres,
    People,
    PositiveAmount,
    Quantity,
    Ratio,
    Score,
    Share,
)
from sim.scenario.scalars import Before

if TYPE_CHECKING:
    from sim.scenario.injects import Measure
else:
    Measure = later("injects", "Measure")

#: Models that say nothing until past cases have taught them.
TAUGHT = ("case_based", "plain_logit")


class OrderedChoice(Sourced):
    """Willingness against three thresholds, with a band of abstention below each."""

    weights: Weights
    #: Willingness needed to support words, measures short of force, and force.
    threshold_words: Score
    threshold_measures: Score
    threshold_force: Score
    #: Width of the abstention band below a threshold.
    abstention: Ratio
    #: Margin above the threshold of force at which a member also contributes.
    contribution_margin: Ratio
    #: Standard deviations of the shock common to a case and of each member's own.
    sigma_common: Ratio
    sigma_own: Ratio
    #: Power of relative dependence in a member's response to the lead's line.
    dependence_power: Ratio
    #: Fall of the force threshold when the scope of a motion is cut.
    dilution: Ratio

    @model_validator(mode="after")
    def _thresholds_rise(self) -> Self:
        if not self.threshold_words <= self.threshold_measures <= self.threshold_force:
            raise ValueError("thresholds must rise from words to measures to force")
        return self


class Decision(Sourced):
    """How members decide, and which channels are open to them."""

    #: Theory of who helps; all but the first draw each member's class of help from their chances.
    model: Literal[
        "ordered_choice", "lead_nation", "legalist", "expected_utility", "case_based", "plain_logit",
        "base_rate", "always_none",
    ] = "ordered_choice"  # fmt: skip
    #: Assumed numbers; the margin of contribution and the dilution also stand beside fitted ones.
    ordered_choice: OrderedChoice
    #: Which weights the ordered choice runs on: those above, or draws from the fit to past cases.
    weights: Literal["assumed", "fitted"] = "assumed"
    #: Conflict of the record kept from view of everything learnt from it, this crisis's own if it is there.
    leave_out: Annotated[str, Before(lambda raw: "" if raw is None else raw)] = ""
    #: What was learnt from past cases; filled in from the alliance's file of decisions.
    learnt: Learnt | None = None
    #: Channels of help that may open at all; both off is the counterfactual "no answer".
    collective: bool = True
    bilateral: bool = True
    #: A motion must survive private sounding before it is put.
    gate: bool = True
    #: Lead's gain from acting alone rather than collectively (speed less legitimacy).
    bilateral_margin: Score
    #: What a mandate cut in scope brings of a full one: of planned force, ceiling and the decision's signal.
    limited_share: Share = Quantity(1.0, source=("no difference by default",), confidence="high")

    @model_validator(mode="after")
    def _taught(self) -> Self:
        what = "fitted weights" if self.weights == "fitted" else f"the model '{self.model}'"
        if self.learnt is None and (self.weights == "fitted" or self.model in TAUGHT):
            raise ValueError(
                f"{what} must be learnt from past cases; name the alliance by its file, and make "
                "<alliance>_decisions.yaml beside it with `python -m sim fit`"
            )
        if self.learnt is not None and self.learnt.left_out != self.leave_out:
            raise ValueError(
                f"what was learnt here leaves out '{self.learnt.left_out}', not '{self.leave_out}'; "
                "set leave_out in the file or with --set, where it is learnt anew"
            )
        return self

    def authorised(self, scope: str) -> float:
        """Return the share of the planned force that a mandate of *scope* (full or limited) authorises."""
        return float(self.limited_share) if scope == "limited" else 1.0

    @property
    def choice(self) -> OrderedChoice:
        """The ordered choice in force: assumed numbers, or those learnt where a fit has them."""
        if self.weights == "assumed" or self.learnt is None:
            return self.ordered_choice
        fitted = {name: getattr(self.learnt.ordered_choice, name) for name in FittedChoice.model_fields}
        return self.ordered_choice.model_copy(update=fitted)


class Offer(Sourced):
    """What a member brings when it contributes: units with troops and vehicles."""

    #: Personnel and vehicles; the lead's offer has neither and fills what is left of the force.
    troops: People | None = None
    vehicles: Count | None = None
    units: tuple[str, ...] = Field(min_length=1)
    destination: dict[str, str] = {}
    mode_in: Literal["air", "road"] = "air"
    mode_out: Literal["air", "road"] = "air"


class Mandate(Sourced):
    """What the council is asked to authorise."""

    ceiling: People
    duration: Hours
    tasks: tuple[str, ...]
    #: The force the Joint Staff plans for, within the ceiling.
    troops: People
    vehicles: Count


class GuardTask(Sourced):
    """A facility to be guarded: where, how many local personnel hold it, how many soldiers it takes."""

    name: str
    site: str
    soldiers: People
    #: Members that are to guard it; open to others once none of these is still to come. Empty: anybody.
    by: tuple[str, ...] = ()


class Mission(Sourced):
    """What the force does in theatre and when it goes home."""

    #: Airfields of arrival, with the share of each unit's chalks that lands there.
    arrival_airfields: dict[str, Share]
    #: Landing to on post.
    posting: Duration
    tasks: dict[str, GuardTask]
    #: How long order must have held before the host declares the mission done.
    calm_before_end: Duration
    #: Declaration to formal request.
    end_request: Duration
    #: Handover of the guarded facilities to formal start of withdrawal is inside this duration.
    handover: Duration
    #: Aircraft a day that the withdrawal plan schedules.
    flights_per_day: PositiveAmount
    #: Start of the withdrawal to the allies' turn; before it the lead's own flights leave, after it last.
    allies_leave_after: Hours = Quantity(0.0, source=("none by default",), confidence="high", unit="h")

    #: A site within this distance of the airfield of landing is reached inside `posting` (*assumed*).
    local_drive: Kilometres = Quantity(
        150.0, low=50.0, high=400.0, source=("assumption",), confidence="low", unit="km"
    )
    #: The mission ends when the host's government falls (*assumed*); if not, it goes on as if it had not.
    ends_with_government: bool = True

    @model_validator(mode="after")
    def _airfields_add_up(self) -> Self:
        total = sum(self.arrival_airfields.values())
        if abs(total - 1) > 1e-6:
            raise ValueError(f"the shares in 'arrival_airfields' add up to {total:g}, not 1")
        return self


class Response(Frozen):
    """Everything about the alliance's answer that belongs to this crisis."""

    decision: Decision
    #: None where nobody thinks of force: then no motion on force is put.
    mandate: Mandate | None = None
    offers: dict[str, Offer] = {}
    #: Warning orders go out with the private appeal (true) or only with the mandate.
    warning_before_mandate: bool = True
    #: A vanguard sits loaded in its aircraft, as many as there are slots, when the approval comes.
    vanguard_loads_on_warning: bool = True
    mission: Mission | None = None
    #: Help short of force and help by single states.
    measures: dict[str, Measure] = {}

    @model_validator(mode="after")
    def _force_is_whole(self) -> Self:
        if (self.mandate is None) is not (self.mission is None):
            raise ValueError("a force needs both 'mandate' and 'mission'; give both or neither")
        for key, measure in self.measures.items():
            if measure.deploys and (self.mandate is None or measure.by not in self.offers):
                raise ValueError(
                    f"the measure '{key}' deploys the force of 'mandate' by what its state offers; "
                    f"give a mandate and an offer of '{measure.by}'"
                )
        return self
