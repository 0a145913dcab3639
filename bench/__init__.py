"""How fast the house is, as ratios: each figure of Plenum's beside a reference measured in the same run, in turns.

`make bench` (QUICK=1: shorter, rougher) or `python -m bench relay mails ballots registrations` for some of it.
Absolute figures say as much about the machine as about the product; the ratio says what the product costs.
"""
