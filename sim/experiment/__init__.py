"""Studies: a design of runs, executors, responses, estimates, summaries and the results folder."""
