"""The words of a resolution as a structured text: its clauses, their numbers, amendments to them, and what differs.

Pure: plain values in, plain values out; no database, no clock. Clauses keep their ids through every version, so that
amendments, comments and comparisons find them again; their numbers follow from where they stand.
"""

from backend.resolutions.wording.clauses import LETTERS, Clause, Fault, Place, Wording, faults, label, marker

__all__ = ["LETTERS", "Clause", "Fault", "Place", "Wording", "faults", "label", "marker"]
