"""Law, rules and choices of an alliance: pure functions without a clock, files or chance."""
