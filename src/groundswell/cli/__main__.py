"""`python -m groundswell.cli`: the same as `groundswell`."""

from groundswell.cli.main import main

if __name__ == "__main__":
    main()
