"""The jury of a cohort: panels, independent evaluations, the recorded outcome and its release."""
