"""The host: notices danger, sounds its allies out in private, weighs an appeal, and makes it."""

from __future__ import annotations

from math import exp

from sim.engine.crisis import CrisisState
from sim.engine.event_log import EventKind, EventRecord
from sim.engine.law import highest_open, least_asked, ledger_now
from sim.engine.members import Members
from sim.engine.world import ProcessGenerator, World
from sim.scenario.alliance import HelpLevel


class Host:
    """One government in trouble; asks the alliance, its lead alone, or nobody."""

    def __init__(self, world: World, crisis: CrisisState, members: Members) -> None:
        """Begin to watch for cities that are overwhelmed and for other alarms."""
        self.world, self.crisis, self.members = world, crisis, members
        self.choice = world.crisis.host_choice
        self.weighing = self.asked = self.news = False
        self.attempt = 0  # times weighed so far
        self.answered = self.better = False  # the last appeal; grounds to ask have improved since
        self.fallen = False  # with its government goes whoever could ask; so does who left that asked for it
        self.term = 0  # governments that have fallen elsewhere in a campaign since
        self.sent = False  # a force, with a mandate or by the lead alone
        self._private: int | None = None  # an appeal made in private and not yet in public
        world.listen(EventKind.GOVERNMENT_FELL, self._on_fall)
        if world.crisis.asker != world.crisis.host:
            world.root.listen(EventKind.EXIT, self._on_exit)
        world.listen(EventKind.OVERWHELMED, self._on_alarm)
        world.listen(EventKind.ANSWERED, self._on_answered)
        world.listen(EventKind.ALARM, self._on_alarm)
        world.listen(EventKind.BILATERAL, self._on_force)
        world.listen(EventKind.MANDATE, self._on_force)

    def _on_alarm(self, event: EventRecord) -> None:
        self.news = True
        if self.asked and event.detail.get("grounds"):
            self.better = True
            self._ask_again(event.id)
        elif not self.weighing and not self.asked:
            self.world.start(self.weigh(event.id))

    def _on_force(self, event: EventRecord) -> None:
        self.sent = True

    def _on_fall(self, event: EventRecord) -> None:
        """Ask nobody any more; an appeal that was made in private only is never made.

        One that fell in another crisis is followed by a new one here (*assumed*: at once, as in a crisis that
        begins later), which weighs the next alarm, unless a force was sent: there is one at most.
        """
        self.term += 1
        self.weighing = self.news = self.answered = self.better = False
        self.fallen = self.fallen or "elsewhere" not in event.detail
        self.asked = self.asked and self.sent
        if self._private is not None:
            cause = event.id if event.crisis == self.world.key else -1
            detail = {"left": True} if event.kind is EventKind.EXIT else {}
            asker = self.world.crisis.asker
            self._private = None
            self.world.record(EventKind.APPEAL_CANCELLED, asker, cause=cause, detail=detail)

    def _on_exit(self, event: EventRecord) -> None:
        """Ask for nothing on the host's behalf once who did so has left the alliance."""
        if event.who == self.world.crisis.asker:
            self._on_fall(event)

    def _on_answered(self, event: EventRecord) -> None:
        """Take note that the council has answered, and that nothing more can be asked of it after force."""
        self.answered = event.detail["level"] != "force"
        self._ask_again(event.id)

    def _ask_again(self, cause: int) -> None:
        """Weigh another appeal once the last was answered short of force and its grounds have improved."""
        if self.answered and self.better:
            self.asked = self.answered = self.better = False
            self.news = True
            self.world.start(self.weigh(cause))

    def weigh(self, cause: int) -> ProcessGenerator:
        """Notice, sound out, choose; start again when the situation has changed meanwhile."""
        world, choice, who, term = self.world, self.choice, self.world.crisis.asker, self.term
        self.weighing = True
        while self.news and not self.asked and not self.fallen:
            self.news, self.attempt = False, self.attempt + 1
            attempt = str(self.attempt)
            yield world.wait(world.draw(choice.notice, "notice", attempt) * world.pace("warning"))
            if self.term != term:
                return
            share = self.crisis.danger()
            cause = world.record(EventKind.DANGER_NOTICED, who, cause=cause, detail={"out_of_control": share})
            if choice.private_sounding:
                cause = world.record(EventKind.SOUNDING, who, cause=cause)
                yield world.wait(world.draw(choice.sounding, "sounding time", attempt))
                if self.term != term:
                    return
            cause = yield from self._choose(cause)
            if self.term != term:
                return
        self.weighing = False

    def _choose(self, cause: int) -> ProcessGenerator:
        """Compare asking the alliance, asking the lead alone and not asking; act on the best."""
        world, who, term = self.world, self.world.crisis.asker, self.term
        level = self._hopes_for()
        sounded = self.members.sounded(self.attempt, level)
        chance = self.members.belief(sounded, level) if level != "none" else self._volunteers(sounded)
        expected = self._expected(sounded, level, chance)
        alone = self.members.belief_in_lead(sounded) if self._lead_can_come() else 0.0
        danger = self.danger()
        decision = world.scenario.response.decision
        gains = {"alliance": self.gain(danger, expected, level), "nobody": 0.0}
        lead_apart = self.members.lead != who  # nobody asks itself
        if (
            self.choice.may_ask_lead_alone
            and decision.bilateral
            and self.members.lead in sounded
            and lead_apart
        ):
            # a partner's help carries neither the alliance's legitimacy nor the credit of having asked it,
            # and what the host and its public think of the alliance speaks neither for nor against it
            credit = float(self.choice.value_of_asking) + self._trust()
            gains["lead"] = self.gain(danger, alone) - credit
        best = max(gains, key=gains.__getitem__)
        seen = {
            "chance_of_help": chance,
            "chance_of_lead": alone,
            "danger": danger,
            "gain": gains["alliance"],
            "level": level,
        }
        cause = world.record(EventKind.SOUNDED, who, cause=cause, detail=seen)
        if best == "nobody":
            return world.record(EventKind.APPEAL_WITHHELD, who, cause=cause, detail=seen)
        self._private = cause = world.record(EventKind.PRIVATE_APPEAL, who, cause=cause, detail={"to": best})
        yield world.wait(world.draw(self.choice.announce, "announcement", str(self.attempt)))
        if self.term != term:  # told when it fell
            return cause
        self._private = None
        if self.crisis.over or self.crisis.calm():
            return world.record(EventKind.APPEAL_CANCELLED, who, cause=cause)
        self.asked = True
        return world.record(EventKind.APPEAL, who, cause=cause, detail={"to": best, **seen})

    def _hopes_for(self) -> HelpLevel:
        """Return the help whose chance the host weighs: the highest that treaty and plan leave open."""
        if not self.members.host_reads_law:
            return "force"
        ledger = ledger_now(self.world)
        self.members.heed(ledger)
        return highest_open(self.world.scenario, ledger)

    def _expected(self, sounded: dict[str, float], level: HelpLevel, chance: float) -> float:
        """Return the part of all the help that *level* stands for which the host expects of asking for it.

        *chance* is that a motion passes; one cut in scope brings its share only.
        """
        share = self.world.scenario.response.decision.authorised("limited")
        if level != "force" or share == 1:
            return chance
        full = self.members.belief(sounded, level, limited=False)
        return full + share * (chance - full)

    def _volunteers(self, sounded: dict[str, float]) -> float:
        """Return the chance that an ally would help on its own, where the scenario knows of such help."""
        response = self.world.scenario.response
        known = response.decision.bilateral and any(m.if_willing for m in response.measures.values())
        return self.members.belief_in_any(sounded, least_asked(self.world.scenario)) if known else 0.0

    def _lead_can_come(self) -> bool:
        """Return whether the lead has a force to send on its own, as far as the host asks."""
        response = self.world.scenario.response
        planned = response.mandate is not None and self.members.lead in response.offers
        return planned or not self.members.host_reads_law

    def danger(self) -> float:
        """Return the chance of losing power unaided, as the host sees it.

        *Assumed*: 1 - exp(-fear x share of the country out of control).
        """
        return 1 - exp(-float(self.choice.fear) * self.crisis.danger())

    def _trust(self) -> float:
        """Return what trust in the alliance and the public's confidence add to the gain from asking it."""
        standing = self.world.standing
        return standing.readiness_to_ask(self.world.crisis.asker) if standing else 0.0

    def gain(self, danger: float, chance: float, level: HelpLevel = "force") -> float:
        """Return the utility of asking the alliance minus that of not asking.

        *Assumed* linear, where losing power costs 1.

        Measures, like the help of single states where nothing can be put to the council, bring and cost in
        sovereignty a share of what force does; words bring nothing beyond the value of having asked.
        """
        c = self.choice
        helped = chance * (danger * c.value_of_help - c.cost_of_sovereignty)
        if level != "force":
            helped *= 0.0 if level == "words" else c.share_of_measures
        return float(helped + c.value_of_asking + self._trust() - c.cost_at_home)
