"""What only the user knows, and the file that says it."""

from settings.load import load_settings
from settings.sections import SettingsError
from settings.settings import FILE_NAME, Settings
from settings.template import template

__all__ = ["FILE_NAME", "Settings", "SettingsError", "load_settings", "template"]
