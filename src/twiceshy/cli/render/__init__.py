"""What verbs print: one file per thing shown or format."""
