"""The timetable: runs that are due, one at a time, by the one watcher that leads."""
