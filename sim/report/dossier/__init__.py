"""The dossier: one HTML file that tells a results folder and asks the network for nothing."""
