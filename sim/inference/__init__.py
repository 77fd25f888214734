"""Fits to the record and the weight of assumptions: calibration and sensitivity."""
