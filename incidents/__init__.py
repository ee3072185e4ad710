"""What goes wrong and the clocks that it starts."""
