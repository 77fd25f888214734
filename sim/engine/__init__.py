"""The discrete-event engine: one mutable world per replication, one event log left behind."""
