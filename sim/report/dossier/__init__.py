"""The dossier: one HTML file that tells a results folder, asks the network for nothing and opens from a mail."""
