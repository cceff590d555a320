"""ToolError: what goes wrong while the project's tools are found or installed."""


class ToolError(Exception):
    """Something is missing or refused; the text is one sentence that says what to do."""
