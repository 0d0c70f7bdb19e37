"""`python -m searchsvc` runs the same commands as the script `searchsvc`."""

from searchsvc.cli import main

if __name__ == "__main__":
    main()
