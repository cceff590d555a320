"""SQL text: literals for Flink SQL, where a backslash is only a backslash."""


def literal(text: str) -> str:
    """Quote a text for SQL."""
    return "'" + text.replace("'", "''") + "'"
