"""Speed and size, each question beside the rivals in one run: `make bench`."""
