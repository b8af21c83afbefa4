"""When meetings take place: working hours, what is taken, what is free."""
