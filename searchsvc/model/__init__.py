"""The nouns: what goes in, what is asked, what comes out. Frozen values, no behaviour of their own."""
