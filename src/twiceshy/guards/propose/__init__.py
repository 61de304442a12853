"""Actions into proposed guards: what was promised, as something that can be checked."""

from twiceshy.guards.propose.proposal import Plan, Proposal, ServiceSketch
from twiceshy.guards.propose.propose import propose

__all__ = ["Plan", "Proposal", "ServiceSketch", "propose"]
