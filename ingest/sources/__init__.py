"""What AWS is asked, the shape of its answers, and the records made of them: the same for files and for the API."""
