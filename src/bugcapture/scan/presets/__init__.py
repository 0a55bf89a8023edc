"""What other checkers reported, and what becomes of it here: for teams that come from them."""
