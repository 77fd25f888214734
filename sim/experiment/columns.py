"""What the columns of a study's tables of results mean, as its codebook tells it."""

from __future__ import annotations

_HIDDEN = "empty where the end of the simulated time hides it"
_ORDER = "95 % interval between order statistics"

#: Columns of `summary.csv`: a line for each response, then for each answer of a member and each help level.
SUMMARY = {
    "name": "Name of the response",
    "label": "Label of the response",
    "unit": "Unit of the quantiles and their intervals",
    "given": "Which runs the line is about; empty for all",
    "n": "Runs in the stratum that answer",
    "chance": "Share of them in which it happened; of a number, in which it was above 0",
    "chance_low": "Chance: 95 % interval (Wilson), lower end",
    "chance_high": "Chance: 95 % interval (Wilson), upper end",
    "median": f"Median (of a time: Kaplan-Meier); {_HIDDEN}",
    "low": f"Lower end of the band; {_HIDDEN}",
    "high": f"Upper end of the band; {_HIDDEN}",
    "median_low": f"Median: {_ORDER}, lower end; empty where too few runs give one",
    "median_high": f"Median: {_ORDER}, upper end; empty where too few runs give one or time hides it",
    "low_low": f"Lower end of the band: {_ORDER}, lower end; empty likewise",
    "low_high": f"Lower end of the band: {_ORDER}, upper end; empty likewise",
    "high_low": f"Upper end of the band: {_ORDER}, lower end; empty likewise",
    "high_high": f"Upper end of the band: {_ORDER}, upper end; empty likewise",
    "censored": "Runs in which it had not happened when the simulated time ended",
    "epistemic": "Share of the variance that comes from uncertain inputs",
    "epistemic_error": "Half of the 95 % interval of that share",
}
#: Columns of `record.csv`: a line for each recorded quantity.
RECORD = {
    "key": "Key of the quantity in the scenario's record",
    "label": "Label of the quantity",
    "response": "Response that it is compared with",
    "kind": "instant: known; bound: known only to lie between limits; input: follows from inputs, not judged",
    "unit": "Unit of the recorded and simulated values",
    "scored": "1 if it counts in the score",
    "fitted": "1 if the calibration used it",
    "value": "Recorded value",
    "recorded_low": "Lower end of the recorded range, or lower limit of a bound",
    "recorded_high": "Upper end of the recorded range, or upper limit of a bound",
    "given": "Which runs the line is about; empty for all",
    "n": "Runs in the stratum that answer",
    "censored": "Runs in which it had not happened when the simulated time ended",
    "median": f"Simulated median; {_HIDDEN}",
    "low": f"Simulated lower end of the band; {_HIDDEN}",
    "high": f"Simulated upper end of the band; {_HIDDEN}",
    "percentile": "Share of simulated values below the recorded value, or a bound's limit; equal ones half",
    "inside_band": "Instants: 1 if the recorded value lies in the simulated band; empty for others",
    "inside_half": "Instants: 1 if it lies in the simulated middle half; empty for others",
    "meets_band": "Bounds: 1 if some value that the bound allows lies in the simulated band; a weak test",
    "crps": "Continuous ranked probability score of the simulated values; instants only",
    "crps_naive": "The same score of the naive reference's range",
    "agree": "Share of runs within the recorded range; for a bound, that keep it: what its verdict goes by",
}
#: Columns of `effects.csv`: a line for each variant and response.
EFFECTS = {
    "name": "Key of the variant",
    "title": "Title of the variant",
    "response": "Name of the response",
    "mean": "Mean of the paired differences, variant minus base",
    "low": "95 % interval of the mean difference, lower end",
    "high": "95 % interval of the mean difference, upper end",
    "n": "Pairs in which both sides belong to the stratum",
    "baseline": "Mean of the base over these pairs",
    "variant": "Mean of the variant over these pairs",
    "variance_reduction": "Variance of unpaired over paired differences; inf if all pairs differ by as much",
    "from_start": "Times counted from the appeal: the mean difference counted from the scenario's start; "
    "where it is another one, the variant moves the appeal itself",
    "from_start_low": "Its 95 % interval, lower end",
    "from_start_high": "Its 95 % interval, upper end",
}
