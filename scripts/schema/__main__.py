"""`make schema`: `python -m scripts.schema <url or file>`."""

from scripts.schema.take_over import main

if __name__ == "__main__":
    main()
