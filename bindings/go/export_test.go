package tacos

// EmptyCall crosses the border and comes back: what every call pays.
func EmptyCall() { emptyCall() }
