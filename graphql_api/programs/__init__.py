"""What `python -m graphql_api` does beside serving."""
