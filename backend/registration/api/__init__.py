"""The part of the API that is about seats and the door, by noun."""
