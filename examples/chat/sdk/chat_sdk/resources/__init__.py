"""The parts of the API, each in a file that is loaded when it is used."""
