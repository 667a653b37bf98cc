"""`make schema`: `python -m scripts.schema <url or file>`."""

from scripts.schema.update import main

if __name__ == "__main__":
    main()
