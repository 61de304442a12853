"""The exact answer for whole regions of packets at once: does any of them pass, do all of them?

A region is cut, one property after the other, at the values that rules ask for, and only where
they matter: cells in which the same rules may still match are one cell. In each, the rule set is
gone through with three values (a rule matches, does not, may), and a cell is cut no further once
the answer is the same for all of it. What is not modelled is cut last, as one more property.
"""
