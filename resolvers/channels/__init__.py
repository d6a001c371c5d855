"""Channels: how a user's reminders and events reach beyond an open window."""
