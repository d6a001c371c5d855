"""Who somebody is: access tokens of ours and of an outside provider, and tokens that machines show."""
