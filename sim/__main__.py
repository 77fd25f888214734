"""`python -m sim`: the command line."""

from sim.cli import main

# Workers of a process pool import this module under another name and must not start over.
if __name__ == "__main__":
    main()
