"""The training as it is announced and held: tracks, cohorts, modules, days, and what a note must be."""
