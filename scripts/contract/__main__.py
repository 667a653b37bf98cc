"""`make contract`: `python -m scripts.contract`."""

from scripts.contract.check import main

if __name__ == "__main__":
    main()
