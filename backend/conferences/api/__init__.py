"""The conferences' part of the API."""
