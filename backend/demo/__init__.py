"""`make demo`: a whole conference on real servers, and the page that tells what happened."""

from backend.demo.show import main

__all__ = ["main"]
