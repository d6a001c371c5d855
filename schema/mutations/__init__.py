"""The mutations: each reads its input, runs one act in one transaction, and wraps the answer."""
