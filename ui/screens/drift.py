"""Overview."""
from ui import chrome
chrome.screen(lambda e: None)
