"""One class for each port, to subclass: say how your adapter is made, and pytest holds it to the port's promises."""
