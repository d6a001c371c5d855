"""The release, by Semantic Versioning of what others rely on: the GraphQL schema and the events' form."""

VERSION = "0.1.0"
