"""What the app ships as defaults, as plain data: the preview uses it as it is, install copies it into DocTypes."""
