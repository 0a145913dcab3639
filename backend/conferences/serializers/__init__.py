"""What the conferences' API shows and reads."""
